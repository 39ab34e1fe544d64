"""Finds the authors that a page prints: after "By …", in elements marked as bylines, or alone beside the date."""

import re
from collections.abc import Iterator, Sequence, Set
from itertools import groupby

from selectolax.lexbor import LexborNode

from aggregator.extraction.metadata.head import heading_text
from aggregator.extraction.metadata.name_forms import is_person, plausible
from aggregator.extraction.metadata.page_dates import find_dates
from aggregator.extraction.metadata.person_names import split_names
from aggregator.extraction.metadata.printed_names import account_name, labelled_names, run_of_names
from aggregator.extraction.metadata.title import index_form
from aggregator.extraction.metadata.visible_facts import Printed
from aggregator.text import squeeze

_MARKED = '[class*="author" i],[class*="byline" i]'
_LINKED = 'a[href*="/author"],a[href*="/autor"],a[href*="/auteur"],a[href*="/contributor"]'
_MAX_ELEMENTS = 60  # elements looked at
_MAX_TEXT = 300  # characters of an element that are read
_MAX_NAME = 60  # characters
_PROSE = 150  # characters from which a text is no byline
_NAME_MARK = re.compile(
    r"(?:^|[\s_\-])(?:author|authors|autor\w*|auteur|writer|reporter|signature|contributor)(?:$|[\s_\-](?:name|link"
    r"|names)?)"
    r"|authorname|author__name|rel-author|byline",
    re.IGNORECASE,
)
_NO_NAME_MARK = re.compile(
    r"bio|desc|avatar|image|img|photo|social|comment|follow|related|box|about|card-list|widget|share|date|time|title",
    re.IGNORECASE,
)
_STRONG_LABELS = tuple(
    "Written by, Written By, written by, Authored by, Posted by, Words by, Story by, Article by, Author, AUTHOR".split(
        ", "
    )
)
_BESIDE = re.compile(r"\s[·•|—–-]\s")


def printed_authors(page: Printed, title: str | None, sites: Set[str]) -> Iterator[tuple[bool, list[str]]]:
    """Yields (whether it is sure, names that may be the authors), the surest first; unclean as to the site's own
    names, `sites`, folded."""
    opening = page.below
    opening = opening[: _prose_begins(opening)]
    yield True, labelled_names(opening)
    yield True, labelled_names(page.above[:8][::-1])
    yield True, _of_microdata(page)
    yield True, [name for name in _of_rel_author(page) if index_form(name) not in index_form(title or "")]
    marked = list(_of_marked(page))
    alone = {index_form(text) for text in (*opening, *page.above) if len(text) <= _MAX_NAME}
    yield True, next((names for names in marked if names and all(_is_alone(name, alone) for name in names)), [])
    above = [text for text in page.above[:2] if index_form(text) not in sites]
    yield True, _beside_date(opening, above, index_form(title or ""))
    yield False, account_name(opening[:8])
    for names in marked:
        yield False, names
    yield False, _of_links(page)
    yield from ((False, names) for names in _labelled_anywhere(page))


def byline_by_title(page: Printed, stated: Set[str]) -> list[str]:
    """Returns the names of a "By …" right below the title, else those of a row that goes on from the ones that are
    stated (folded): "A, B and C" where only A is."""
    texts = page.opening
    if labelled_names(texts):
        return labelled_names(page.below, len(texts))  # a long row goes on behind them
    short = (at for at, text in enumerate(texts) if len(text) <= _MAX_NAME)
    begin = next((at for at in short if index_form(texts[at]) in stated), len(texts))
    row = run_of_names("", texts[begin:])
    return row if stated < {index_form(name) for name in row} else []


def _labelled_anywhere(page: Printed) -> Iterator[list[str]]:
    """Yields the names after the strongest labels at the beginning of lines."""
    for label in _STRONG_LABELS:
        at = page.text.find(label)
        for _ in range(_MAX_ELEMENTS):
            if at < 0:
                break
            if page.text[max(0, at - 40) : at].rstrip(" \t")[-1:] in ("", "\n"):
                yield labelled_names(page.lines_from(at, 5))
            at = page.text.find(label, at + len(label))


def _prose_begins(texts: Sequence[str]) -> int:
    """Returns where the second long text stands: the first may be the standfirst."""
    long = [number for number, text in enumerate(texts) if len(text) > _PROSE]
    return long[1] if len(long) > 1 else len(texts)


def _of_microdata(page: Printed) -> list[str]:
    for node, value in page.head.properties.get("author", ()):
        texts = [value] if value and "//" not in value else _lines(node.text(separator="\n")[:_MAX_TEXT])[:3]
        names = [*split_names(next(iter(texts), ""))]
        if names and plausible(names[0]):
            return names
    return []


def _of_rel_author(page: Printed) -> list[str]:
    """Returns the names in the first links to authors and in what stands in one line with them ("<a>A</a> und B")."""
    links = page.css('[rel~="author"]')[:_MAX_ELEMENTS]
    names = next((names for link in links if (names := _first_names(_lines(link.text(separator="\n"))[:2]))), [])
    line = next((link.parent for link in links if link.parent is not None), None)
    text = heading_text(line) if line is not None else ""
    beside = [name for name in split_names(text) if is_person(name)] if 0 < len(text) <= _PROSE else []
    return beside if {*names} < {*beside} else names


def _of_marked(page: Printed) -> Iterator[list[str]]:
    marked = []
    for node in page.css(_MARKED)[:_MAX_ELEMENTS]:
        classes = node.attributes.get("class") or ""
        if _NAME_MARK.search(classes) and not _NO_NAME_MARK.search(classes):
            marked.append(node)
    found = [(node.attributes.get("class"), node.parent, _names_in(node)) for node in marked[:20]]
    for _, group in groupby(found, key=lambda one: (one[0], one[1].mem_id if one[1] is not None else 0)):
        yield list(dict.fromkeys(name for _, _, names in group for name in names))


def _is_alone(name: str, texts: Set[str]) -> bool:
    """Tells whether a person's name is one of the texts around the title, folded."""
    return is_person(name) and index_form(name) in texts


def _of_links(page: Printed) -> list[str]:
    """Returns the name in the first link to the page of an author."""
    texts = (squeeze(link.text()[:_MAX_TEXT]) for link in page.css(_LINKED)[:_MAX_ELEMENTS])
    return next(([text] for text in texts if is_person(text)), [])


def _names_in(node: LexborNode) -> list[str]:
    lines = _lines(node.text(separator="\n")[:_MAX_TEXT])
    return labelled_names(lines) or _first_names(lines[:4])


def _lines(text: str) -> list[str]:
    return [line for part in text.split("\n") if (line := squeeze(part))]


def _first_names(texts: Sequence[str]) -> list[str]:
    for text in texts:
        names = [name for name in split_names(text) if plausible(name)]
        if names:
            return names
    return []


def _beside_date(opening: Sequence[str], above: Sequence[str], title: str) -> list[str]:
    """Returns the names that stand alone right before or after the date by the title."""
    texts = [*above[::-1], *opening[:12]]
    for number, text in enumerate(texts):
        if len(text) > 60 or not any(char.isdigit() for char in text) or next(find_dates(text), None) is None:
            continue
        near = [part for part in _BESIDE.split(text) if part != text]
        near += [
            texts[at] for at in (number - 1, number + 1, number - 2, number + 2, number - 3) if 0 <= at < len(texts)
        ]
        for candidate in near:
            names = [*split_names(candidate)] if len(candidate) <= 60 else []
            if names and all(is_person(name) and index_form(name) not in title for name in names):
                return names
    return []
