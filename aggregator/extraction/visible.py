"""Bylines and dates that are printed on a page, for pages that do not state them in their head."""

import re
from collections.abc import Iterator
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.extraction.dates import Moment, find_dates, parse_date
from aggregator.extraction.dates import printed_dates as dates_in
from aggregator.extraction.head import Head
from aggregator.text import squeeze

_NAME_MARK = re.compile(
    r"(?:^|[\s_\-])(?:byline|by-line|author|authors|autor\w*|auteur|writer|reporter|signature|contributor)(?:$|[\s_\-](?:name|link|names)?)|authorname|author__name|rel-author|\bauthor\b|byline"
)
_NO_NAME = re.compile(
    r"bio|desc|avatar|image|img|photo|social|comment|follow|related|box|about|card-list|widget|share|date|time|title"
)
_DATE_MARK = re.compile(r"date|publish|posted|time|byline|meta|stamp")
_NO_DATE = re.compile(
    r"comment|related|sidebar|recommend|update|modified|event|copyright|footer|latest|popular|timeline|runtime|reading|read-time|times|trending"
)
_CHANGED = re.compile(
    r"updat|modif|aktualis|actuali|mis à jour|aggiorn|bijgewerkt|güncel|обновл|обновен|revis|更新|수정|diperbarui|zaktualizow|oppdater|uppdater|päivitetty",
    re.IGNORECASE,
)
_TEXT = 300


_MARKED = (
    '[rel~="author"],[class*="author" i],[class*="byline" i],[class*="date" i],[class*="publish" i],[class*="time" i],[class*="autor" i],'
    '[id*="date" i],[id*="author" i],[id*="byline" i],[data-testid],[data-component],[class*="posted" i],[class*="meta" i],[class*="name" i],'
    '[class*="writer" i],[class*="reporter" i],[class*="signature" i],[itemprop]'
)
_MANY = 2000  # elements looked at
_TOLD = ("class", "id", "rel", "itemprop", "data-testid", "data-component")


class Printed:
    """What stands in view on a page, found when first asked for: most pages state all in their head."""

    def __init__(self, tree: LexborHTMLParser, head: Head, title: LexborNode | None) -> None:
        self._tree, self._title = tree, title
        self.head = head

    @cached_property
    def marked(self) -> list[tuple[LexborNode, str]]:
        """Elements that their class, id or property may mark as a byline or date, with those words."""
        nodes = self._tree.css(_MARKED)[:_MANY]
        return [(node, " ".join(filter(None, map(node.attributes.get, _TOLD))).lower()) for node in nodes]

    @cached_property
    def around_title(self) -> tuple[str, str]:
        """What is printed right before and right after the title's heading."""
        return _around_title(self._tree, self._title)


def printed_names(page: Printed) -> Iterator[str]:
    """Bylines on the page, the most certain first."""
    for node, value in page.head.properties.get("author", ()):
        inner = node.css_first('[itemprop="name"]')
        yield value if value and not value.startswith("http") else squeeze((inner or node).text(separator=" ")[:_TEXT])
    for node, _ in page.marked:
        if "author" in (node.attributes.get("rel") or "").split():
            yield squeeze(node.text(separator=" ")[:_TEXT])
    for node, words in page.marked:
        if _NAME_MARK.search(words) and not _NO_NAME.search(words):
            text = squeeze(node.text(separator=" ")[:_TEXT])
            if text:
                yield text


def marked_dates(page: Printed, *, month_first: bool) -> Iterator[tuple[Moment, bool]]:
    """(date, whether it says "updated") of elements that are marked as dates, in document order."""
    for node, value in page.head.times:
        text = squeeze(node.text()[:_TEXT])
        moment = parse_date(value, month_first=month_first) or parse_date(text, month_first=month_first)
        if moment:
            yield moment, bool(_CHANGED.search(text + " " + (node.attributes.get("class") or "")))
    for node, words in page.marked:
        if node.tag == "time" or not _DATE_MARK.search(words) or _NO_DATE.search(words):
            continue
        text = squeeze(node.text(separator=" ")[: 3 * _TEXT])
        if 5 < len(text) <= _TEXT and any(c.isdigit() for c in text):
            for moment in find_dates(text, month_first=month_first):
                yield moment, bool(_CHANGED.search(text))
                break


_BEFORE, _AFTER, _PIECES = 300, 900, 70  # characters before and after the title, pieces of text after it
_UNSEEN = frozenset(["script", "style", "noscript", "template", "option", "title"])


def _around_title(tree: LexborHTMLParser, title: LexborNode | None) -> tuple[str, str]:
    """What is printed right before and right after the title's heading; the top of the page where there is none."""
    root = tree.body
    if root is None:
        return "", ""
    before: list[str] = []
    after: list[str] = []
    length, seen = 0, title is None
    target = title.mem_id if title is not None else 0
    for node in root.traverse(include_text=True):
        if node.tag != "-text":
            seen = seen or node.mem_id == target
            continue
        text = (node.text(deep=False) or "").strip()
        if not text or (node.parent is not None and node.parent.tag in _UNSEEN):
            continue
        (after if seen else before).append(text[:_TEXT])
        length += len(text[:_TEXT]) if seen else 0
        if length > _AFTER + _TEXT or len(after) > _PIECES:
            break
    return "\n".join(before[-20:])[-_BEFORE:], "\n".join(after)[: _AFTER + _TEXT]


def date_by_title(page: Printed, *, month_first: bool) -> Moment | None:
    """The date printed by the title: one that is not called a change if there is one, after it rather than before."""
    before, after = page.around_title
    below = dates_in(after, month_first=month_first)[:3]
    above = dates_in(before, month_first=month_first)[::-1][:2]
    plain = [moment for moment, words in (*below, *above) if not _CHANGED.search(words)]
    return next(iter([*plain, *(moment for moment, _ in (*below, *above))]), None)
