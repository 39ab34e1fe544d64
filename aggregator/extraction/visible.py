"""Bylines and dates that are printed on a page, for pages that do not state them in their head."""

import re
from collections.abc import Iterator

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


def printed_names(head: Head) -> Iterator[str]:
    """Bylines on the page, the most certain first."""
    for node, value in head.properties.get("author", ()):
        inner = node.css_first('[itemprop="name"]')
        yield value if value and not value.startswith("http") else squeeze((inner or node).text(separator=" ")[:_TEXT])
    for node, _ in head.marked:
        if "author" in (node.attributes.get("rel") or "").split():
            yield squeeze(node.text(separator=" ")[:_TEXT])
    for node, words in head.marked:
        if _NAME_MARK.search(words) and not _NO_NAME.search(words):
            text = squeeze(node.text(separator=" ")[:_TEXT])
            if text:
                yield text


def marked_dates(head: Head, *, month_first: bool) -> Iterator[tuple[Moment, bool]]:
    """(date, whether it says "updated") of elements that are marked as dates, in document order."""
    for node, value in head.times:
        text = squeeze(node.text()[:_TEXT])
        moment = parse_date(value, month_first=month_first) or parse_date(text, month_first=month_first)
        if moment:
            yield moment, bool(_CHANGED.search(text + " " + (node.attributes.get("class") or "")))
    for node, words in head.marked:
        if node.tag == "time" or not _DATE_MARK.search(words) or _NO_DATE.search(words):
            continue
        text = squeeze(node.text(separator=" ")[: 3 * _TEXT])
        if 5 < len(text) <= _TEXT and any(c.isdigit() for c in text):
            for moment in find_dates(text, month_first=month_first):
                yield moment, bool(_CHANGED.search(text))
                break


_BEFORE, _AFTER, _PIECES = 300, 900, 70  # characters before and after the title, pieces of text after it
_UNSEEN = frozenset(["script", "style", "noscript", "template", "option", "title"])


def around_title(tree: LexborHTMLParser, title: LexborNode | None) -> tuple[str, str]:
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


def date_by_title(before: str, after: str, *, month_first: bool) -> tuple[Moment | None, list[Moment]]:
    """(the date printed by the title, all dates there): one that is not called a change if there is one, after it
    rather than before it."""
    below = dates_in(after, month_first=month_first)
    above = dates_in(before, month_first=month_first)[::-1]
    plain = [moment for moment, words in (*below[:3], *above[:2]) if not _CHANGED.search(words)]
    chosen = plain or [moment for moment, _ in (*below[:3], *above[:2])]
    return (chosen[0] if chosen else None), [moment for moment, _ in (*below, *above)]
