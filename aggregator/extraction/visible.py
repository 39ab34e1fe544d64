"""What is printed around the title of a page, for pages that do not state their authors and dates in their head."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.extraction.dates import Moment, find_dates, parse_date, printed_dates
from aggregator.extraction.head import Head
from aggregator.text import squeeze

_CHANGED = re.compile(
    r"updat|modif|aktualis|actuali|mis à jour|mise à jour|aggiorn|bijgewerkt|güncel|обновл|обновен|оновлен|revis|review|更新|수정|"
    r"diperbarui|zaktualizow|oppdater|opdater|uppdater|päivitetty|cập nhật|تحديث|עודכן|अपडेट|ενημερ|frissít|aktualiz|อัปเดต",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(
    r"publi|posted|erschienen|veröffentlicht|pubblicat|gepubliceerd|yayın|опублик|發布|发布|公開|掲載|등록|입력|julkaistu|objavlj|opublik|diterbitkan|xuất bản|نشر|פורסם|प्रकाशित|δημοσ",
    re.IGNORECASE,
)
_UNSEEN = frozenset(("script", "style", "noscript", "template", "option", "select", "svg", "title", "head", "button", "iframe"))
_STEPS, _PIECES, _CHARS = 700, 60, 1500  # nodes, texts and characters looked at after the title
_STEPS_OPENING, _PIECES_OPENING = 120, 12
_STEPS_BEFORE, _PIECES_BEFORE = 250, 14
_STEPS_PAGE, _PIECES_PAGE, _CHARS_PAGE = 5000, 1200, 80_000
_LONG, _LINE, _SHORT = 300, 150, 60


@dataclass(frozen=True, slots=True)
class Piece:
    """One text of the page, squeezed, and the element it stands in."""

    text: str
    element: LexborNode


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date in view. `changed`: it is called an update; `published`: it is called the publication."""

    moment: Moment
    changed: bool
    published: bool
    below: bool  # it stands below the title, not above


class Printed:
    """What stands in view around the title, found when first asked for: most pages state all in their head."""

    def __init__(self, tree: LexborHTMLParser, head: Head, title: LexborNode | None) -> None:
        self._tree, self._title = tree, title
        self.head = head

    @cached_property
    def below(self) -> list[Piece]:
        """The texts right below the title's heading (from the top of the page where there is none), in their order."""
        return _pieces(_following(self._title or self._tree.body, _STEPS), _PIECES)

    @cached_property
    def opening(self) -> list[Piece]:
        """The first few of the texts below the title: cheaper than all."""
        return _pieces(_following(self._title, _STEPS_OPENING), _PIECES_OPENING) if self._title is not None else []

    @cached_property
    def above(self) -> list[Piece]:
        """The texts right above the title's heading, the nearest first."""
        return _pieces(_preceding(self._title, _STEPS_BEFORE), _PIECES_BEFORE) if self._title is not None else []

    def css(self, query: str) -> list[LexborNode]:
        """All elements of the page that match."""
        return self._tree.css(query)

    @cached_property
    def everywhere(self) -> list[Piece]:
        """The texts of the page, from its top, as far as is worth the while."""
        body = self._tree.body
        return _pieces(_following(body, _STEPS_PAGE), _PIECES_PAGE, _CHARS_PAGE) if body is not None else []

    def dates(self, *, month_first: bool) -> list[PrintedDate]:
        """The dates around the title: those below first, the nearest first."""
        below = _dates_in([piece.text for piece in self.below], month_first=month_first)
        above = _dates_in([piece.text for piece in self.above][::-1], month_first=month_first)[::-1]
        return [_labelled(moment, before, below=True) for moment, before in below[:4]] + [
            _labelled(moment, before, below=False) for moment, before in above[:2]
        ]

    def times(self, *, month_first: bool) -> Iterator[PrintedDate]:
        """The dates of <time> elements and of those that microdata marks, wherever they stand."""
        for node, value in self.head.times:
            text = squeeze(node.text()[:_LONG])
            moment = parse_date(value, month_first=month_first) or parse_date(text, month_first=month_first)
            if moment:
                yield _labelled(moment, f"{text} {node.attributes.get('class') or ''}", below=True)

    def dated_lines(self, *, month_first: bool) -> Iterator[PrintedDate]:
        """The dates that short texts anywhere on the page consist of."""
        before = ""
        for piece in self.everywhere:
            text = piece.text
            if 6 <= len(text) <= _SHORT and any(char.isdigit() for char in text):
                moment = next(find_dates(text, month_first=month_first), None)
                if moment:
                    yield _labelled(moment, f"{before[-_SHORT:]} {text}", below=True)
            before = text


def _labelled(moment: Moment, label: str, *, below: bool) -> PrintedDate:
    return PrintedDate(moment, bool(_CHANGED.search(label)), bool(_PUBLISHED.search(label)), below)


def _dates_in(texts: list[str], *, month_first: bool) -> list[tuple[Moment, str]]:
    """(date, the words before it) in texts that are no prose."""
    lines = [text for text in texts if len(text) <= _LINE]
    return printed_dates("\n".join(lines), month_first=month_first)


def _following(node: LexborNode | None, steps: int) -> Iterator[LexborNode]:
    """The nodes after the subtree of `node`, in document order, without what is not shown; of <body>, its own."""
    node = node.child if node is not None and node.tag == "body" else _after(node)
    while node is not None and steps:
        steps -= 1
        yield node
        node = (node.child if node.tag not in _UNSEEN else None) or _after(node)


def _after(node: LexborNode | None) -> LexborNode | None:
    for _ in range(_STEPS):
        if node is None or node.tag in ("body", "html"):
            return None
        if node.next is not None:
            return node.next
        node = node.parent
    return None


def _preceding(node: LexborNode | None, steps: int) -> Iterator[LexborNode]:
    """The nodes before `node`, the nearest first, without what is not shown."""
    node = _before(node)
    while node is not None and steps:
        steps -= 1
        yield node
        node = (node.last_child if node.tag not in _UNSEEN else None) or _before(node)


def _before(node: LexborNode | None) -> LexborNode | None:
    for _ in range(_STEPS_BEFORE):
        if node is None or node.tag in ("body", "html"):
            return None
        if node.prev is not None:
            return node.prev
        node = node.parent
    return None


def _pieces(nodes: Iterator[LexborNode], most: int, chars: int = _CHARS) -> list[Piece]:
    found: list[Piece] = []
    length = 0
    for node in nodes:
        if node.tag != "-text":
            continue
        text = squeeze((node.text(deep=False) or "")[: 4 * _LONG])
        if not text or node.parent is None or node.parent.tag in _UNSEEN:
            continue
        found.append(Piece(text, node.parent))
        length += min(len(text), _LONG)
        if len(found) >= most or length > chars:
            break
    return found
