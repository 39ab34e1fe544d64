"""What is measured of each block: a row of numbers for each block that a model is asked about.

Every number is cheap: a page has some two hundred blocks and a few milliseconds. What a block's own text says is counted
one by one; what its place says (the elements around it, its neighbours, the page) is computed for all blocks at once.
`NAMES` names the columns. Whole numbers whose bits mean something become one column a bit, `mask:bit`.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from aggregator.extraction.body import phrases
from aggregator.extraction.body.blocks import LANDMARKS, Page, Segment, landmark
from aggregator.extraction.body.class_names import BIT_NAMES
from aggregator.extraction.body.position import Places, places
from aggregator.extraction.metadata.collect import Metadata

Array = np.ndarray[Any, Any]

OF_TEXT = (
    "chars", "words", "link_share", "link_count", "word_length", "sentences", "ends_sentence", "ends_colon", "starts_upper", "is_upper",
    "digits", "commas", "emphasis", "has_time", "repeats", "title_overlap", "title_cover", "in_description", "in_json_body", "pipe",
    "quotes", "common", "level",
)  # fmt: skip
OF_FACTS = ("is_news", "is_article_type", "is_dated", "authors", "has_description")
TAGS = (
    "p",
    "li",
    "h1",
    "h2",
    "h3",
    "h4",
    "td",
    "div",
    "blockquote",
    "figcaption",
    "pre",
    "dd",
    "section",
    "article",
    "body",
    "other",
)
_TAG_BIT = {tag: 1 << number for number, tag in enumerate(TAGS)} | {
    "h5": 1 << 5,
    "h6": 1 << 5,
    "th": 1 << 6,
    "dt": 1 << 11,
}
_OTHER = 1 << (len(TAGS) - 1)
MASKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("tag", TAGS), ("kind", phrases.KINDS), ("own", BIT_NAMES), ("parent", BIT_NAMES), ("grand", BIT_NAMES), ("around", BIT_NAMES),
    ("inline", BIT_NAMES), ("within", LANDMARKS), ("previous_tag", TAGS), ("next_tag", TAGS), ("below", BIT_NAMES),
    ("heading_kind", (*phrases.KINDS, "heading")), ("previous_kind", phrases.KINDS), ("next_kind", phrases.KINDS),
)  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_ENDS = frozenset(".!?…。！？”\"»’'।؟:）)」")
_STOPS = frozenset(".!?…。！？।؟")
_HEADINGS = {"h1": 1.0, "h2": 2.0, "h3": 3.0, "h4": 4.0, "h5": 5.0, "h6": 6.0}
_FRAME = landmark("nav", "footer")
_KIND_BITS = 40  # bits of a mask that count; all masks have fewer


@dataclass(frozen=True, slots=True)
class Facts:
    """What the page states about its article, in the form the blocks are compared with."""

    title: str | None = None
    description: str | None = None
    json_body: str | None = None
    is_news: bool = False
    is_article_type: bool | None = None
    is_dated: bool = False
    authors: tuple[str, ...] = ()

    @classmethod
    def of(cls, stated: Metadata) -> "Facts":
        return cls(stated.title, stated.description, stated.article_body, stated.is_news, stated.is_article_type,
                   stated.published_at is not None, stated.authors)  # fmt: skip

    def numbers(self) -> tuple[float, ...]:
        """The columns OF_FACTS, the same for all blocks: what kind of page it is decides what belongs to its text."""
        kind = {True: 1.0, False: -1.0, None: 0.0}[self.is_article_type]
        return self.is_news, kind, self.is_dated, len(self.authors), bool(self.description)


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """`asked`: numbers of the blocks that have a row; `rows`: one row each, columns as NAMES; `places` of all blocks."""

    asked: Array
    rows: Array
    places: Places
    is_lead_candidate: Array


def prose_weight(segment: Segment) -> float:
    """How much a block looks like a paragraph, by its text alone: 0, or its length up to 500 characters."""
    text = segment.text
    length = len(text)
    if length < 50 or segment.link_chars * 3 > length or segment.element.tag == "figcaption":
        return 0.0
    if "." not in text and _STOPS.isdisjoint(text):
        return 0.0
    return float(min(length - segment.link_chars, 500))


def measure(page: Page, facts: Facts) -> Table:
    """The rows of a page. No row: links among links, short text in navigation and footers, which is half of all blocks."""
    segments = page.segments
    prose = np.array([prose_weight(segment) for segment in segments])
    chars = np.array([float(len(segment.text)) for segment in segments])
    links = np.minimum(np.array([float(segment.link_chars) for segment in segments]), chars)
    asked = np.flatnonzero(~_trivial(segments, chars, links))
    texts = _Texts(page, facts)
    words = [texts.words_of(segments[number]) for number in asked]
    title_at = _title_at(segments, asked, words, texts.title)
    kinds = np.zeros(len(segments), np.int64)
    kinds[asked] = [phrases.kinds_of(found) for found in words]
    around = places(page, chars, links, prose, title_at)
    of_text = np.array(
        [texts.numbers(segments[number], found) for number, found in zip(asked.tolist(), words, strict=True)],
        np.float32,
    ).reshape(len(asked), len(OF_TEXT))
    of_facts = np.tile(np.array(facts.numbers(), np.float32), (len(asked), 1))
    numbers = np.hstack((of_text, of_facts, around.numbers[asked]))
    rows = np.hstack((numbers, _bits(_masks(page, around, kinds)[asked])))
    candidates = _lead_candidates(chars[asked], links[asked], around, asked)
    return Table(asked, rows, around, candidates)


def _trivial(segments: Sequence[Segment], chars: Array, links: Array) -> Array:
    """The blocks no model is asked about. On the development pages 0.6 % of the true words are in them."""
    size = len(segments)
    total, linked = np.concatenate(([0.0], chars.cumsum())), np.concatenate(([0.0], links.cumsum()))
    low, high = np.maximum(np.arange(size) - 3, 0), np.minimum(np.arange(size) + 4, size)
    among_links = linked[high] - linked[low] > 0.8 * (total[high] - total[low])
    frame = np.array([bool(segment.element.within & _FRAME) for segment in segments], bool)
    result: Array = ((links > 0.95 * chars) & among_links) | ((chars < 60) & frame)
    return result


class _Texts:
    """What the texts of one page are compared with."""

    def __init__(self, page: Page, facts: Facts) -> None:
        self.repeats = Counter([segment.text for segment in page.segments])
        self.title = frozenset(_WORD.findall((facts.title or "").lower()))
        self.description = facts.description or ""
        self.json_body = " ".join(facts.json_body.split()) if facts.json_body else ""

    def words_of(self, segment: Segment) -> list[str]:
        """The lower-cased words of a block that is not long; none of a long one."""
        return _WORD.findall(segment.text.lower()) if len(segment.text) <= phrases.LONGEST else []

    def numbers(self, segment: Segment, words: list[str]) -> tuple[float, ...]:
        """The columns OF_TEXT of a block."""
        text = segment.text
        length = len(text)
        count = len(words) or text.count(" ") + 1
        last, head = text[-1], text[:160]
        overlap = cover = 0.0
        if words and not self.title.isdisjoint(words):
            given = set(words)
            common = len(given & self.title)
            overlap, cover = common / (len(given) + len(self.title) - common), common / len(given)
        sentences = text.count(". ") + text.count("? ") + text.count("! ") + text.count("。") + (last in _STOPS)
        return (
            length, count, segment.link_chars / length, segment.link_count, length / count, sentences, last in _ENDS, last == ":",
            text[0].isupper(), head.isupper(), len(_DIGIT.findall(head)), text.count(",") + text.count("、") + text.count("，"),
            segment.emphasis / length, segment.has_time, self.repeats[text], overlap, cover,
            _contained(text, self.description), _contained(text, self.json_body), "|" in text,
            text.count('"') + text.count("“") + text.count("„") + text.count("«"), phrases.common_share(words),
            _HEADINGS.get(segment.element.tag, 0.0),
        )  # fmt: skip


def _contained(text: str, whole: str) -> float:
    """1 if the beginning of the block stands in `whole`, 0 if not, -1 if there is nothing to look in."""
    if not whole:
        return -1.0
    return float(len(text) > 15 and text[:60] in whole)


def _title_at(segments: Sequence[Segment], asked: Array, words: Sequence[list[str]], title: frozenset[str]) -> int:
    """The number of the block that shows the title, or -1."""
    best, found = 0.0, -1
    if title:
        most = 3 * len(title)
        for number, given in zip(asked.tolist(), words, strict=True):
            if given and len(given) <= most and not title.isdisjoint(given):
                score = len(title.intersection(given)) / max(len(set(given)), len(title))
                if segments[number].element.tag == "h1":
                    score += 0.3
                if score > best:
                    best, found = score, number
    return found if best >= 0.6 else -1


def _shifted(values: Array, by: int) -> Array:
    """The values of the neighbour `by` blocks on; 0 beyond the ends."""
    result = np.zeros_like(values)
    if by > 0:
        result[:-by] = values[by:]
    else:
        result[-by:] = values[:by]
    return result


def _masks(page: Page, around: Places, kinds: Array) -> Array:
    """The columns MASKS of all blocks, as whole numbers."""
    tags = np.array([_TAG_BIT.get(segment.element.tag, _OTHER) for segment in page.segments], np.int64)
    inline = np.array([segment.inline for segment in page.segments], np.int64)
    own, above = around.own, around.parent
    element, parent = around.element, around.parent[around.element]
    is_heading = np.array([segment.element.tag in _HEADINGS for segment in page.segments], bool)
    heading_kinds = np.concatenate(([0], np.where(is_heading, kinds | 1 << len(phrases.KINDS), 0)))
    last = np.concatenate(([0], np.maximum.accumulate(np.where(is_heading, np.arange(1, len(tags) + 1), 0))[:-1]))
    return np.stack(
        (tags, kinds, own[element], own[parent], own[above[parent]], around.around[element], inline, around.within[element],
         _shifted(tags, -1), _shifted(tags, 1), around.below[element], heading_kinds[last], _shifted(kinds, -1), _shifted(kinds, 1)),
        axis=1,
    )  # fmt: skip


def _bits(masks: Array) -> Array:
    """One column a bit of the masks that has a name."""
    size = len(masks)
    spread = np.unpackbits(np.ascontiguousarray(masks.astype("<i8")).view(np.uint8), axis=1, bitorder="little")
    kept: Array = spread.reshape(size, len(MASKS), 64)[:, :, :_KIND_BITS].reshape(size, len(MASKS) * _KIND_BITS)[
        :, _NAMED_BITS
    ]
    return kept.astype(np.float32)


_NAMED_BITS = np.array(
    [number * _KIND_BITS + bit for number, (_, names) in enumerate(MASKS) for bit in range(len(names))], np.intp
)
NAMES = (*OF_TEXT, *OF_FACTS, *Places.NAMES, *(f"{mask}:{bit}" for mask, bits in MASKS for bit in bits))


def _lead_candidates(chars: Array, links: Array, around: Places, asked: Array) -> Array:
    """Whether each asked block may be the standfirst: of fitting length, near the title or where the prose begins."""
    from_title = around.column("blocks_from_title")[asked]
    result: Array = (
        (chars >= 25) & (chars <= 1500) & (links < 0.5 * chars) & (from_title >= -4) & (from_title <= 25)
        & (around.column("prose_before")[asked] <= 1500)
    )  # fmt: skip
    return result
