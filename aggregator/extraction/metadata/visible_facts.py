"""Reads what is printed around the title of a page, for pages that do not state their authors and dates in their
head."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.extraction.metadata.head import Head
from aggregator.extraction.metadata.page_dates import Moment, find_dates, parse_date, printed_dates
from aggregator.text import fold, squeeze

# Parts of words, folded, that say what a date is of.
_UPDATES = (
    "updat modif aktualis actuali aggiorn bijgewerkt guncel обновл обновен оновлен revis review 更新 수정 diperbarui "
    "zaktualizow "
    "oppdater opdater uppdater paivitetty تحديث עודכן अपडेट ενημερ frissit aktualiz อัปเดต"
)
_PUBLICATION = (
    "publi posted erschienen veroffentlicht pubblicat gepubliceerd yayin опублик 發布 发布 公開 掲載 등록 입력 "
    "julkaistu objavlj opublik diterbitkan "
    "نشر פורסם प्रकाशित δημοσ"
)
_OF_OTHER_THINGS = re.compile(r"expire|valid|until|deadline|gultig|bis zum|jusqu|copyright|©")
_CHANGED = (*_UPDATES.split(), "mis a jour", "mise a jour", "cap nhat")
_PUBLISHED = tuple(_PUBLICATION.split())
_UNSEEN = frozenset("script style noscript template option select svg title head button iframe nav footer".split())
_ASIDE, _LEVELS = frozenset("aside nav footer li".split()), 5  # and how far up they are looked for
_STEPS, _TEXTS, _CHARS = 300, 40, 1200  # nodes, texts and characters looked at after the title
_TEXTS_OPENING = 12
_STEPS_BEFORE, _TEXTS_BEFORE = 100, 8
_CHARS_PAGE = 250_000
_MAX_TEXT = 1200
_LEADING, _LEADING_DATE = 14, 36  # characters within which a day begins, and ends, that a long text begins with
_CODE = re.compile(r"[{}=;<>\[\]\\]|//")
_DIGIT = re.compile(r"\d")
_YEAR = re.compile(r"20\d\d(?!\d)")
_MAX_DATES, _MAX_YEARS = 5, 3000  # dates of lines, and years, that are looked at
_MAX_LINE, _MAX_DATED, _MAX_LABEL = 300, 150, 60  # characters of a line that is read, of one with a date, of a label


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A date in view. `changed`: it is called an update; `published`: it is called the publication; `aside`: it stands
    in a list, beside the article or below it."""

    moment: Moment
    changed: bool
    published: bool
    aside: bool = False


class Printed:
    """Finds what stands in view around the title, when first asked for: most pages state all in their head."""

    def __init__(self, tree: LexborHTMLParser, head: Head, title: LexborNode | None) -> None:
        self._tree, self._title = tree, title
        self.head = head
        top = tree.body.child if title is None and tree.body is not None else title
        self._after, self._below = _texts_after(top), list[str]()

    @property
    def below(self) -> list[str]:
        """The texts right below the title's heading (from the top of the page where there is none), in their order."""
        return self._first_below(_TEXTS)

    @property
    def opening(self) -> list[str]:
        """The first few of the texts below the title; empty where it has no heading."""
        return self._first_below(_TEXTS_OPENING) if self._title is not None else []

    def _first_below(self, most: int) -> list[str]:
        self._below.extend(islice(self._after, max(0, most - len(self._below))))
        return self._below[:most]

    @cached_property
    def above(self) -> list[str]:
        """The texts right above the title's heading, the nearest first."""
        return _texts_before(self._title) if self._title is not None else []

    @cached_property
    def text(self) -> str:
        """All text of the page, one node a line, as far as is worth the while; what is not shown is in it too."""
        body = self._tree.body
        return body.text(separator="\n")[:_CHARS_PAGE] if body is not None else ""

    def lines_from(self, start: int, most: int) -> list[str]:
        """Returns the lines of `text` that are not blank, from a place in it."""
        lines = self.text[start : start + most * _MAX_LINE].split("\n")
        return [" ".join(line.split()) for line in lines if line and not line.isspace()][:most]

    def css(self, query: str) -> list[LexborNode]:
        """Returns all elements of the page that match."""
        return self._tree.css(query)

    def dates(self, *, month_first: bool) -> list[PrintedDate]:
        """Returns the dates around the title: those below first, the nearest first."""
        below = _dates_in(self.below, self._marked, month_first=month_first)
        above = _dates_in(self.above[::-1], self._marked, month_first=month_first)[::-1]
        dated = [*below[:4], *above[:2]]
        return [_labelled(moment, before) for moment, before in dated if not _OF_OTHER_THINGS.search(before)]

    @cached_property
    def _marked(self) -> dict[str, str]:
        """The texts of <time> elements with what their attributes say, which is clearer: 03/04/2024 may be two days."""
        return {text: value for node, value in self.head.times if value and (text := squeeze(node.text()[:_MAX_LINE]))}

    def times(self, *, month_first: bool) -> Iterator[PrintedDate]:
        """Yields the dates of <time> elements and of those that microdata marks, wherever they stand."""
        for node, value in self.head.times:
            text = squeeze(node.text()[:_MAX_LINE])
            moment = parse_date(value, month_first=month_first)
            moment = _as_shown(text, moment) if moment else parse_date(text, month_first=month_first)
            if moment:
                label = f"{text} {node.attributes.get('class') or ''}"
                yield replace(_labelled(moment, label), aside=_is_aside(node))

    def dated_lines(self, *, month_first: bool) -> list[PrintedDate]:
        """Returns the dates that short texts anywhere on the page consist of."""
        return list(self._dated_lines(month_first))

    def _dated_lines(self, month_first: bool) -> Iterator[PrintedDate]:
        text, end, found = self.text, 0, 0
        for year in islice(_YEAR.finditer(text), _MAX_YEARS):
            if year.start() < end:
                continue
            start = text.rfind("\n", 0, year.start()) + 1
            end = text.find("\n", year.end())
            end = end if end >= 0 else len(text)
            line = text[start:end].strip() if end - start <= _MAX_DATED else ""
            if not line or len(line) > _MAX_LABEL or _CODE.search(line) or _OF_OTHER_THINGS.search(line.lower()):
                continue
            for moment, label in printed_dates(line, month_first=month_first)[:1]:
                found += 1
                yield _labelled(moment, label or text[max(0, start - _MAX_LABEL) : start])
            if found >= _MAX_DATES:
                return


def _is_aside(node: LexborNode) -> bool:
    for _ in range(_LEVELS):
        parent = node.parent
        if parent is None or parent.tag == "article":
            return False
        if parent.tag in _ASIDE:
            return True
        node = parent
    return False


def _labelled(moment: Moment, label: str) -> PrintedDate:
    label = fold(label)
    changed, published = (any(word in label for word in words) for words in (_CHANGED, _PUBLISHED))
    return PrintedDate(moment, changed, published)


def _dates_in(texts: list[str], marked: dict[str, str], *, month_first: bool) -> list[tuple[Moment, str]]:
    """Returns (date, the words before it) in texts that are no prose; `marked`: what the markup says that they mean."""
    found: list[tuple[Moment, str]] = []
    lines: list[str] = []
    before = ""
    for text in texts:
        moment = parse_date(marked.get(text), month_first=month_first)
        if moment and _may_mean(text, moment):
            found += printed_dates("\n".join(lines), month_first=month_first)
            found.append((_as_shown(text, moment), f"{before} {text}"))
            lines = []
        elif _DIGIT.search(text, 0, _MAX_DATED if len(text) <= _MAX_DATED else _LEADING):
            # The line before may be its label; a longer text may begin with its day.
            lines += (before, text if len(text) <= _MAX_DATED else text[:_LEADING_DATE])
        before = text if len(text) <= _MAX_LABEL else ""
    return found + printed_dates("\n".join(lines), month_first=month_first) if lines else found


def _may_mean(text: str, moment: Moment) -> bool:
    """Returns True unless a text is another day than its attribute in every reading, as where a template's own day was
    left in the attribute."""
    readings = _readings(text)
    return not readings or any(abs((one.at.date() - moment.at.date()).days) <= 1 for one in readings)


def _as_shown(text: str, moment: Moment) -> Moment:
    """Returns the moment on the day that readers see, where the attribute has it in UTC and that day is a neighbour."""
    if moment.precision == "day" or moment.at.utcoffset():
        return moment
    readings = {one.at.date(): one for one in _readings(text)}
    if moment.at.date() in readings:
        return moment
    return next((one for day, one in readings.items() if abs((day - moment.at.date()).days) == 1), moment)


def _readings(text: str) -> list[Moment]:
    return [*find_dates(text, month_first=True), *find_dates(text)]


def _texts_after(node: LexborNode | None) -> Iterator[str]:
    """Yields the texts after the subtree of `node` that are in view, in document order, up to some length."""
    length = 0
    for text in _texts(node, _STEPS, backwards=False):
        yield text
        length += min(len(text), _MAX_LINE)
        if length >= _CHARS:
            break


def _texts_before(node: LexborNode | None) -> list[str]:
    """Returns the texts before `node` that are in view, the nearest first."""
    return list(islice(_texts(node, _STEPS_BEFORE, backwards=True), _TEXTS_BEFORE))


def _texts(node: LexborNode | None, steps: int, *, backwards: bool) -> Iterator[str]:
    """Yields the texts in view from `node` on, without its children, through the body; at most `steps` nodes."""
    down = False  # the children of the first node are not wanted
    while node is not None and steps > 0:
        below = (node.last_child if backwards else node.child) if down and node.tag not in _UNSEEN else None
        while below is None:
            below = node.prev if backwards else node.next
            if below is None:
                node = node.parent
                steps -= 1
                if node is None or node.tag == "body" or steps < 0:
                    return
        node, down = below, True
        steps -= 1
        content = node.text_content
        if content and not content.isspace():
            yield " ".join(content[:_MAX_TEXT].split())
