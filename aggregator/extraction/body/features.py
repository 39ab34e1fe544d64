"""Measures blocks: a row of numbers, the features, for each block that a model is asked about.

Every number is cheap: a page has some two hundred blocks and a few milliseconds. Features are columns by name: what a
block's own text says, what the page states, where the block stands (see `position`), and bits, which are given as whole
numbers and become one column a bit, `mask:bit`. A feature is added in one of the dictionaries that name its column;
models find their columns by these names.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np

from aggregator.extraction.body import phrases, wording
from aggregator.extraction.body.blocks import LANDMARKS, PageTree, Segment, landmark
from aggregator.extraction.body.class_names import BIT_NAMES
from aggregator.extraction.body.position import Columns, PageArrays, position_columns, shifted, windows
from aggregator.extraction.metadata.collect import Metadata

Array = np.ndarray[Any, Any]

TAGS = tuple("p li h1 h2 h3 h4 td div blockquote figcaption pre dd section article body other".split())
_TAG_BIT = {tag: 1 << number for number, tag in enumerate(TAGS)}
_OTHER = _TAG_BIT["other"]
_TAG_BIT |= {"h5": _TAG_BIT["h4"], "h6": _TAG_BIT["h4"], "th": _TAG_BIT["td"], "dt": _TAG_BIT["dd"]}
_WORD = re.compile(r"[^\W_]+")
_ENDS = frozenset(".!?…。！？”\"»’'।؟:）)」")
_HEADINGS = {"h1": 1.0, "h2": 2.0, "h3": 3.0, "h4": 4.0, "h5": 5.0, "h6": 6.0}
_FRAME = landmark("nav", "footer")
_HEADING_TAGS = sum(_TAG_BIT[tag] for tag in ("h1", "h2", "h3", "h4"))


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
    """Holds the features of a page. `asked`: numbers of the blocks that have a row; `columns`: (names, asked), float32;
    `arrays`: the page that they are of; `is_lead_candidate`: of each asked block, whether it may be the standfirst."""

    asked: Array
    names: tuple[str, ...]
    columns: Array
    arrays: PageArrays
    is_lead_candidate: Array

    def of(self, chosen: Array) -> "BlockFeatures":
        """Returns the features of some of the blocks that have a row."""
        places = np.flatnonzero(chosen)
        return replace(
            self, asked=self.asked[places], columns=self.columns.take(places, 1),
            is_lead_candidate=self.is_lead_candidate[places],
        )  # fmt: skip


def measure(page: PageTree, facts: StatedFacts) -> BlockFeatures:
    """Measures the blocks of a page that has some. Those among links and short ones in navigation and footers, which
    are half of all, get no row."""
    tree = PageArrays(page)
    asked = np.flatnonzero(~_trivial(tree))
    shown = [page.segments[number] for number in asked.tolist()]
    words, characters = wording.read([segment.text for segment in shown])
    kinds = np.zeros(tree.size, np.int64)
    kinds[asked], common = wording.kinds_and_common(words)
    title = frozenset(_WORD.findall((facts.title or "").lower()))
    shared, different = _shared_with(title, words)
    of_text = {
        **_of_texts(shown, words, Counter([segment.text for segment in page.segments])),
        **_of_characters(characters),
        "common": common,
        "title_overlap": shared / np.maximum(different + len(title) - shared, 1),
        "title_cover": shared / different,
        **_of_stated(shown, facts),
    }
    of_page = facts.columns()
    of_position = position_columns(tree, _title_at(shown, asked, shared, different, len(title)))
    bit_names, bits = _spread(_masks(tree, kinds), asked)
    columns = np.concatenate((
        stacked(of_text),
        np.repeat(np.array([list(of_page.values())], np.float32).T, len(asked), axis=1),
        stacked(of_position).take(asked, 1),
        bits,
    ))  # fmt: skip
    names = (*of_text, *of_page, *of_position, *bit_names)
    return BlockFeatures(asked, names, columns, tree, _lead_candidates(tree, of_position)[asked])


def stacked(columns: Columns) -> Array:
    """Returns columns as a matrix, one line each."""
    lines = np.concatenate(list(columns.values()), dtype=np.float32, casting="unsafe")
    return lines.reshape(len(columns), -1)


def _trivial(tree: PageArrays) -> Array:
    """Returns the blocks no model is asked about. On the development pages 0.6 % of the true words are in them."""
    chars, links, _ = windows(tree.sums, 3)
    frame = np.array([bool(segment.element.within & _FRAME) for segment in tree.page.segments], bool)
    result: Array = ((tree.links > 0.95 * tree.chars) & (links > 0.8 * chars)) | ((tree.chars < 60) & frame)
    return result


def _of_texts(segments: Sequence[Segment], words: Sequence[list[str]], repeats: Mapping[str, int]) -> Columns:
    """Returns the features of blocks by their texts. `words`: of each; `repeats`: how often each text stands on the
    page."""
    texts = [segment.text for segment in segments]
    chars = np.array([len(text) for text in texts], float)
    counts = np.array([len(found) or text.count(" ") + 1 for found, text in zip(words, texts, strict=True)])
    return {
        "chars": chars,
        "words": counts,
        "word_length": chars / counts,
        "link_share": np.array([segment.link_chars for segment in segments]) / chars,
        "link_count": np.array([segment.link_count for segment in segments]),
        "emphasis": np.array([segment.emphasis for segment in segments]) / chars,
        "ends_sentence": np.array([text[-1] in _ENDS for text in texts]),
        "starts_upper": np.array([text[0].isupper() for text in texts]),
        "repeats": np.array([repeats[text] for text in texts]),
        "level": np.array([_HEADINGS.get(segment.element.tag, 0.0) for segment in segments]),
    }


def _of_characters(counts: Array) -> Columns:
    return {
        "sentences": counts[wording.SENTENCE],
        "digits": counts[wording.DIGIT],
        "commas": counts[wording.COMMA],
        "quotes": counts[wording.QUOTE],
        "pipe": counts[wording.PIPE] > 0,
    }


def _of_stated(segments: Sequence[Segment], facts: StatedFacts) -> Columns:
    """Returns which blocks begin as something that the page states: 1 or 0; -1 if it does not."""
    json_body = " ".join((facts.json_body or "").split())
    return {
        name: np.array([len(segment.text) > 15 and segment.text[:60] in whole for segment in segments])
        if whole
        else np.full(len(segments), -1)
        for name, whole in (("in_description", facts.description or ""), ("in_json_body", json_body))
    }


def _shared_with(title: frozenset[str], words: Sequence[list[str]]) -> Array:
    """Returns of each block how many words the title has too, and how many different ones the block has; (0, 1) if
    none is shared."""
    pairs = [(0, 1) if title.isdisjoint(found) else (len(title.intersection(found)), len({*found})) for found in words]
    return np.array(pairs).reshape(-1, 2).T


def _title_at(segments: Sequence[Segment], asked: Array, shared: Array, different: Array, words: int) -> int:
    """Returns the number of the block that shows the title, or -1. `shared`, `different`: see `_shared_with`; `words`:
    how many the title has."""
    score = shared / np.maximum(different, max(words, 1))
    for place in np.flatnonzero(score).tolist():
        if segments[place].element.tag == "h1":
            score[place] += 0.3
    best = int(score.argmax()) if len(score) else 0
    return int(asked[best]) if len(score) and score[best] >= 0.6 else -1


Masks = dict[str, tuple[tuple[str, ...], Array]]


def _masks(tree: PageArrays, kinds: Array) -> Masks:
    """Returns the features that are bits: the names of the bits, and a whole number a block."""
    segments, own = tree.page.segments, tree.own
    tags = np.array([_TAG_BIT.get(segment.element.tag, _OTHER) for segment in segments], np.int64)
    is_heading = tags & _HEADING_TAGS != 0
    heading_kinds = np.concatenate(([0], np.where(is_heading, kinds | 1 << len(phrases.KINDS), 0)))
    last = np.zeros(tree.size, np.intp)
    np.maximum.accumulate(np.where(is_heading, np.arange(1, tree.size + 1), 0)[:-1], out=last[1:])
    near = np.stack((tags, kinds))
    previous, following = shifted(near, -1), shifted(near, 1)
    parent, grand, _ = tree.up
    return {
        "tag": (TAGS, tags),
        "kind": (phrases.KINDS, kinds),
        "own": (BIT_NAMES, own[tree.element]),
        "parent": (BIT_NAMES, own[parent]),
        "grand": (BIT_NAMES, own[grand]),
        "around": (BIT_NAMES, np.array([segment.element.around for segment in segments], np.int64)),
        "inline": (BIT_NAMES, np.array([segment.inline for segment in segments], np.int64)),
        "within": (LANDMARKS, np.array([segment.element.within for segment in segments], np.int64)),
        "previous_tag": (TAGS, previous[0]),
        "next_tag": (TAGS, following[0]),
        "below": (BIT_NAMES, tree.below[tree.element]),
        "heading_kind": ((*phrases.KINDS, "heading"), heading_kinds[last]),
        "previous_kind": (phrases.KINDS, previous[1]),
        "next_kind": (phrases.KINDS, following[1]),
    }


def _spread(masks: Masks, asked: Array) -> tuple[tuple[str, ...], Array]:
    """Returns the names of the bits' columns and the columns, those of the asked blocks."""
    names, places = _bits_of(tuple((name, bits) for name, (bits, _) in masks.items()))
    numbers = np.stack([mask for _, mask in masks.values()]).take(asked, 1).astype("<i8")
    of_bytes = np.ascontiguousarray(numbers.view(np.uint8).reshape(len(masks), len(asked), 8).transpose(0, 2, 1))
    bits = np.unpackbits(of_bytes, axis=1, bitorder="little").reshape(len(masks) * 64, len(asked))
    return names, bits.take(places, 0)


@lru_cache(maxsize=1)
def _bits_of(masks: tuple[tuple[str, tuple[str, ...]], ...]) -> tuple[tuple[str, ...], Array]:
    """Returns the names of the bits' columns, `mask:bit`, and where the bits stand among 64 a mask."""
    names = tuple(f"{mask}:{bit}" for mask, bits in masks for bit in bits)
    places = [mask * 64 + bit for mask, (_, bits) in enumerate(masks) for bit in range(len(bits))]
    return names, np.array(places, np.intp)


def _lead_candidates(tree: PageArrays, position: Columns) -> Array:
    """Tells of each block whether it may be the standfirst: of fitting length, near the title or where the prose
    begins."""
    chars, from_title = tree.chars, position["blocks_from_title"]
    result: Array = (
        (chars >= 25) & (chars <= 1500) & (tree.links < 0.5 * chars) & (from_title >= -4) & (from_title <= 25)
        & (position["prose_before"] <= 1500)
    )  # fmt: skip
    return result
