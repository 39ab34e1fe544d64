"""Measures blocks: a row of numbers, the features, for each block that a model is asked about.

Every number is cheap: a page has some two hundred blocks and a few milliseconds. Features are columns by name: what a
block's own text says, what the page states, where the block stands (see `position`), and bits, which are given as whole
numbers and become one column a bit, `mask:bit`. A feature is added in one of the dictionaries that name its column;
models find their columns by these names.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from aggregator.extraction.body import phrases
from aggregator.extraction.body.blocks import LANDMARKS, PageTree, Segment, landmark
from aggregator.extraction.body.class_names import BIT_NAMES
from aggregator.extraction.body.position import Columns, PageArrays, neighbour, position_columns
from aggregator.extraction.metadata.collect import Metadata

Array = np.ndarray[Any, Any]

TAGS = tuple("p li h1 h2 h3 h4 td div blockquote figcaption pre dd section article body other".split())
_TAG_BIT = {tag: 1 << number for number, tag in enumerate(TAGS)}
_TAG_BIT |= {"h5": _TAG_BIT["h4"], "h6": _TAG_BIT["h4"], "th": _TAG_BIT["td"], "dt": _TAG_BIT["dd"]}
_WORD = re.compile(r"[^\W_]+")
_DIGIT = re.compile(r"\d")
_ENDS = frozenset(".!?…。！？”\"»’'।؟:）)」")
_STOPS = frozenset(".!?…。！？।؟")
_HEADINGS = {"h1": 1.0, "h2": 2.0, "h3": 3.0, "h4": 4.0, "h5": 5.0, "h6": 6.0}
_FRAME = landmark("nav", "footer")
_MASK_BITS = 40  # bits of a mask that are looked at; no mask has more


@dataclass(frozen=True, slots=True)
class StatedFacts:
    """Holds what the page states about its article, in the form the blocks are compared with."""

    title: str | None = None
    description: str | None = None
    json_body: str | None = None
    is_news: bool = False
    is_article_type: bool | None = None
    is_dated: bool = False
    authors: tuple[str, ...] = ()

    @classmethod
    def of(cls, stated: Metadata) -> "StatedFacts":
        return cls(stated.title, stated.description, stated.article_body, stated.is_news, stated.is_article_type,
                   stated.published_at is not None, stated.authors)  # fmt: skip

    def columns(self) -> dict[str, float]:
        """Returns features that are the same for all blocks: what kind of page it is decides what belongs to its
        text."""
        return {
            "is_news": self.is_news,
            "is_article_type": {True: 1.0, False: -1.0, None: 0.0}[self.is_article_type],
            "is_dated": self.is_dated,
            "authors": len(self.authors),
            "has_description": bool(self.description),
        }


@dataclass(frozen=True, slots=True, eq=False)
class BlockFeatures:
    """Holds the features of a page. `asked`: numbers of the blocks that have a row; `rows`: (asked, names), float32;
    `arrays`: the page that they are of; `is_lead_candidate`: of each asked block, whether it may be the standfirst."""

    asked: Array
    names: tuple[str, ...]
    rows: Array
    arrays: PageArrays
    is_lead_candidate: Array


def prose_weight(segment: Segment) -> float:
    """Returns how much a block looks like a paragraph, by its text alone: 0, or its length up to 500 characters."""
    text = segment.text
    length = len(text)
    if length < 50 or segment.link_chars * 3 > length or segment.element.tag == "figcaption":
        return 0.0
    if "." not in text and _STOPS.isdisjoint(text):
        return 0.0
    return float(min(length - segment.link_chars, 500))


def measure(page: PageTree, facts: StatedFacts) -> BlockFeatures:
    """Measures the blocks of a page that has some. Those among links and short ones in navigation and footers, which
    are half of all, get no row."""
    segments = page.segments
    prose = np.array([prose_weight(segment) for segment in segments])
    chars = np.array([float(len(segment.text)) for segment in segments])
    links = np.minimum(np.array([float(segment.link_chars) for segment in segments]), chars)
    asked = np.flatnonzero(~_trivial(segments, chars, links))
    shown = [segments[number] for number in asked]
    words = [_words_of(segment) for segment in shown]
    title = frozenset(_WORD.findall((facts.title or "").lower()))
    kinds = np.zeros(len(segments), np.int64)
    kinds[asked] = [phrases.kinds_of(found) for found in words]
    tree = PageArrays(page, chars, links, prose)
    repeats = Counter([segment.text for segment in segments])
    of_text = _text_columns(shown, words, repeats, title, facts)
    of_page = facts.columns()
    of_position = position_columns(tree, _title_at(segments, asked, words, title))
    masks = _masks(tree, kinds)
    bit_names, named_bits = _bits_of(tuple((name, bits) for name, (bits, _) in masks.items()))
    rows = np.hstack((
        np.array(list(of_text.values()), np.float32).T,
        np.tile(np.array(list(of_page.values()), np.float32), (len(asked), 1)),
        stacked(of_position)[asked],
        _spread(np.stack([mask for _, mask in masks.values()], axis=1)[asked], named_bits),
    ))  # fmt: skip
    names = (*of_text, *of_page, *of_position, *bit_names)
    return BlockFeatures(asked, names, rows, tree, _lead_candidates(tree, of_position)[asked])


def stacked(columns: Columns) -> Array:
    """Returns columns as a matrix, one row a block."""
    return np.stack(list(columns.values()), axis=1).astype(np.float32)


def _trivial(segments: Sequence[Segment], chars: Array, links: Array) -> Array:
    """Returns the blocks no model is asked about. On the development pages 0.6 % of the true words are in them."""
    size = len(segments)
    total, linked = np.concatenate(([0.0], chars.cumsum())), np.concatenate(([0.0], links.cumsum()))
    low, high = np.maximum(np.arange(size) - 3, 0), np.minimum(np.arange(size) + 4, size)
    among_links = linked[high] - linked[low] > 0.8 * (total[high] - total[low])
    frame = np.array([bool(segment.element.within & _FRAME) for segment in segments], bool)
    result: Array = ((links > 0.95 * chars) & among_links) | ((chars < 60) & frame)
    return result


def _words_of(segment: Segment) -> list[str]:
    """Returns the lower-cased words of a block that is not long; none of a long one."""
    return _WORD.findall(segment.text.lower()) if len(segment.text) <= phrases.MAX_CHARS else []


def _text_columns(
    segments: Sequence[Segment],
    words: Sequence[list[str]],
    repeats: Mapping[str, int],
    title: frozenset[str],
    facts: StatedFacts,
) -> dict[str, list[float]]:
    """Returns the features of a block's own text. `words`: of each block; `repeats`: how often each text stands on the
    page."""
    texts = [segment.text for segment in segments]
    heads = [text[:160] for text in texts]
    chars = [len(text) for text in texts]
    counts = [len(found) or text.count(" ") + 1 for found, text in zip(words, texts, strict=True)]
    described = facts.description or ""
    json_body = " ".join((facts.json_body or "").split())
    in_title = [_in_title(found, title) for found in words]
    return {
        "chars": [*chars],
        "words": [*counts],
        "link_share": [segment.link_chars / size for segment, size in zip(segments, chars, strict=True)],
        "link_count": [segment.link_count for segment in segments],
        "word_length": [size / count for size, count in zip(chars, counts, strict=True)],
        "sentences": [
            text.count(". ") + text.count("? ") + text.count("! ") + text.count("。") + (text[-1] in _STOPS)
            for text in texts
        ],
        "ends_sentence": [text[-1] in _ENDS for text in texts],
        "ends_colon": [text[-1] == ":" for text in texts],
        "starts_upper": [text[0].isupper() for text in texts],
        "is_upper": [head.isupper() for head in heads],
        "digits": [len(_DIGIT.findall(head)) for head in heads],
        "commas": [text.count(",") + text.count("、") + text.count("，") for text in texts],
        "emphasis": [segment.emphasis / size for segment, size in zip(segments, chars, strict=True)],
        "has_time": [segment.has_time for segment in segments],
        "repeats": [repeats[text] for text in texts],
        "title_overlap": [overlap for overlap, _ in in_title],
        "title_cover": [cover for _, cover in in_title],
        "in_description": [_contained(text, described) for text in texts],
        "in_json_body": [_contained(text, json_body) for text in texts],
        "pipe": ["|" in text for text in texts],
        "quotes": [text.count('"') + text.count("“") + text.count("„") + text.count("«") for text in texts],
        "common": [phrases.common_share(found) for found in words],
        "level": [_HEADINGS.get(segment.element.tag, 0.0) for segment in segments],
    }


def _in_title(words: list[str], title: frozenset[str]) -> tuple[float, float]:
    """Returns how many words a block and the title share, of those of both and of those of the block."""
    if not words or title.isdisjoint(words):
        return 0.0, 0.0
    given = set(words)
    common = len(given & title)
    return common / (len(given) + len(title) - common), common / len(given)


def _contained(text: str, whole: str) -> float:
    """Returns 1 if the beginning of the block stands in `whole`, 0 if not, -1 if there is nothing to look in."""
    if not whole:
        return -1.0
    return float(len(text) > 15 and text[:60] in whole)


def _title_at(segments: Sequence[Segment], asked: Array, words: Sequence[list[str]], title: frozenset[str]) -> int:
    """Returns the number of the block that shows the title, or -1."""
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


Masks = dict[str, tuple[tuple[str, ...], Array]]


def _masks(tree: PageArrays, kinds: Array) -> Masks:
    """Returns the features that are bits: the names of the bits, and a whole number a block."""
    segments, element, own = tree.page.segments, tree.element, tree.own
    parent = tree.parent[element]
    tags = np.array([_TAG_BIT.get(segment.element.tag, _TAG_BIT["other"]) for segment in segments], np.int64)
    is_heading = np.array([segment.element.tag in _HEADINGS for segment in segments], bool)
    heading_kinds = np.concatenate(([0], np.where(is_heading, kinds | 1 << len(phrases.KINDS), 0)))
    last = np.concatenate(([0], np.maximum.accumulate(np.where(is_heading, np.arange(1, len(tags) + 1), 0))[:-1]))
    return {
        "tag": (TAGS, tags),
        "kind": (phrases.KINDS, kinds),
        "own": (BIT_NAMES, own[element]),
        "parent": (BIT_NAMES, own[parent]),
        "grand": (BIT_NAMES, own[tree.parent[parent]]),
        "around": (BIT_NAMES, tree.around[element]),
        "inline": (BIT_NAMES, np.array([segment.inline for segment in segments], np.int64)),
        "within": (LANDMARKS, tree.within[element]),
        "previous_tag": (TAGS, neighbour(tags, -1)),
        "next_tag": (TAGS, neighbour(tags, 1)),
        "below": (BIT_NAMES, tree.below[element]),
        "heading_kind": ((*phrases.KINDS, "heading"), heading_kinds[last]),
        "previous_kind": (phrases.KINDS, neighbour(kinds, -1)),
        "next_kind": (phrases.KINDS, neighbour(kinds, 1)),
    }


@lru_cache(maxsize=1)
def _bits_of(masks: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[str, ...], Array]:
    """Returns the names of the bits' columns, `mask:bit`, and where the bits stand among _MASK_BITS a mask."""
    names = tuple(f"{mask}:{bit}" for mask, bits in masks for bit in bits)
    places = [mask * _MASK_BITS + bit for mask, (_, bits) in enumerate(masks) for bit in range(len(bits))]
    return names, np.array(places, np.intp)


def _spread(masks: Array, named_bits: Array) -> Array:
    """Returns one column a bit of the masks that has a name."""
    size, count = masks.shape
    bits = np.unpackbits(np.ascontiguousarray(masks.astype("<i8")).view(np.uint8), axis=1, bitorder="little")
    named: Array = bits.reshape(size, count, 64)[:, :, :_MASK_BITS].reshape(size, count * _MASK_BITS)[:, named_bits]
    return named.astype(np.float32)


def _lead_candidates(tree: PageArrays, position: Columns) -> Array:
    """Tells of each block whether it may be the standfirst: of fitting length, near the title or where the prose
    begins."""
    chars, from_title = tree.chars, position["blocks_from_title"]
    result: Array = (
        (chars >= 25) & (chars <= 1500) & (tree.links < 0.5 * chars) & (from_title >= -4) & (from_title <= 25)
        & (position["prose_before"] <= 1500)
    )  # fmt: skip
    return result
