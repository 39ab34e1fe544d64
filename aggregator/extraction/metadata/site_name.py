"""Finds the site's name on pages that do not state it: at an end of their title element, and there again in view."""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser

from aggregator.extraction.metadata.head import Head, heading_text
from aggregator.extraction.metadata.jsonld import Claims
from aggregator.extraction.metadata.title import index_form, parts
from aggregator.text import squeeze

_HOME = 'a[href="/"],a[href="./"],a[rel~="home"],[class~="logo"],[id="logo"]'
_MAX_ELEMENTS = 20
_MAX_CHARS, _MAX_WORDS = 60, 6  # of a name
_TAIL = 20_000  # characters at the end of a page among which its copyright line is looked for
_LINE = 120  # characters of a copyright line
_MARK = re.compile(r"©|\([cC]\)|[Cc]opyright")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|\bcopyright\b)[\s:©]*(?:(?:19|20)\d\d)?(?:\s?[-–]\s?(?:19|20)\d\d)?[\s,]*(?:by\s)?([^.|©\n]{2,60})",
    re.IGNORECASE,
)


def printed_site_names(head: Head, linked: Claims, tree: LexborHTMLParser) -> list[str]:
    """Returns the site's name, if a heading or one end of the title element is it: as links to the home page or the
    copyright line say, or because the rest of the title element is the title."""
    stated = {index_form(text) for text in (linked.headline, head.first("og:title", "twitter:title")) if text}
    ends = [(end, rest) for end, rest in _ends(head.title) if _is_short(end) and index_form(end) not in stated]
    texts = [end for end, _ in ends] + [text for _, text in head.headings if _is_short(text)]
    maybe = {form: text for text in texts if (form := index_form(text)) not in stated}
    if not maybe:
        return []
    for name in _home_links(tree):
        if index_form(name) in maybe:
            return [name]
    for end, rest in ends:
        if index_form(rest) in stated:
            return [end]
    line = _copyright_lines(tree) if ends or maybe.keys() != {index_form(head.title)} else ""
    for form, text in maybe.items():
        if f" {form} " in line:
            return [text]
    titles = {index_form(text) for _, text in head.headings}
    titles |= {index_form(heading_text(node)) for node in tree.css("h2")[:_MAX_ELEMENTS]} if ends else set()
    return next(([end] for end, rest in ends if index_form(rest) in titles), [])


def _ends(title: str) -> list[tuple[str, str]]:
    name, colon, rest = title.partition(": ")
    return parts(title) or ([(name, rest)] if colon else [])


def _is_short(text: str) -> bool:
    return 0 < len(text) <= _MAX_CHARS and len(text.split()) <= _MAX_WORDS


def _home_links(tree: LexborHTMLParser) -> Iterator[str]:
    for node in tree.css(_HOME)[:_MAX_ELEMENTS]:
        picture = node.css_first("img[alt]")
        name = squeeze(node.text()[:200]) or (picture and squeeze(picture.attributes.get("alt") or ""))
        if name:
            yield name


def _copyright_lines(tree: LexborHTMLParser) -> str:
    text = tree.body.text(separator="\n")[-_TAIL:] if tree.body is not None else ""
    parts = [text[at.start() : at.start() + _LINE].replace("\n", " ") for at in _MARK.finditer(text)]
    return f" {' '.join(index_form(found[1]) for part in parts if (found := _COPYRIGHT.match(part)))} "
