"""Measures each line of text that was scraped without its markup: its own looks, then its place.

Every feature is a column of numbers, one a line. `TextLines` holds what each line says by itself (`own`, and its
content words); `context` adds where it stands among the others.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from aggregator.extraction.body import phrases
from aggregator.extraction.metadata.language import common_words
from aggregator.text import UNSPACED

Floats = np.ndarray[Any, np.dtype[np.float32]]
Array = np.ndarray[Any, Any]
Columns = dict[str, Array]

_DENSE = re.compile(f"[{UNSPACED}\uac00-\ud7af]")
_WORD = re.compile(f"[{UNSPACED}]|[^\\W_{UNSPACED}]+")
_INNER = re.compile(r"[.!?…؟।][\"'”’»)]?\s|[。！？]\S")
_STOPS = frozenset(".!?…。！？؟।")
_CLOSING = "\"'”’»«“)]」』）› "
_OPENING = frozenset("\"'“„«‘»「『›‹")
_SIGNS = frozenset("|›»→▶•·/►")
_LOOKED_AT = 400  # characters of a line whose words are looked at
_SHORTEST_CONTENT = 4  # letters; shorter words say nothing of what a text is about
_STEM = 6  # letters of a content word that are compared: its inflection mostly follows them
_DENSE_FROM = "\u0e00"  # scripts whose single characters are words come after this; pairs of them are compared
_DENSE_UNITS = 1.5  # a character of a dense script counts that much more than a letter
_MAX_DISTANCE = 60.0  # lines
_SAMPLE = 40  # long lines from which the language is told
KINDS = phrases.KINDS


@dataclass(frozen=True, slots=True, eq=False)
class TextLines:
    """Holds the lines of a text, `own` features of each, and pairs (line, word): which content words stand in which
    line."""

    texts: tuple[str, ...]
    own: Columns
    pair_line: Array
    pair_word: Array
    rarity: Array

    @property
    def units(self) -> Array:
        """Length in characters, those of dense scripts counted 2.5 times."""
        return self.own["units"]


def page(texts: Sequence[str]) -> TextLines:
    """Returns what is measured of these lines. There is one at least, and none is empty."""
    common = common_words("\n".join([text for text in texts if len(text) > 80][:_SAMPLE]) or "\n".join(texts[:200]))
    lowered = [text[:_LOOKED_AT].lower() for text in texts]
    split = [_WORD.findall(text) for text in lowered]
    rows = [_own(text, words, common) for text, words in zip(texts, split, strict=True)]
    own: Columns = {name: np.array([row[name] for row in rows], np.float64) for name in rows[0]}
    mask = np.array([phrases.kinds_of(words) for words in split], np.int64)
    own |= {kind: (mask >> bit & 1).astype(np.float64) for bit, kind in enumerate(KINDS)}
    count = Counter(lowered)
    own["repeats"] = np.array([min(9, count[text]) for text in lowered], np.float64)
    first = Counter(words[0] if words else "" for words in split)
    own["same_first_word"] = np.array([first[words[0]] if words else 0 for words in split]) / max(1, len(texts))
    return TextLines(tuple(texts), own, *_content(split, common))


def _own(text: str, words: list[str], common: frozenset[str]) -> dict[str, float]:
    """Returns the features of a line's own text."""
    size = len(text)
    head = text[:_LOOKED_AT]
    dense = 0 if text.isascii() else len(_DENSE.findall(text))
    units = size + _DENSE_UNITS * dense
    bare = text[-40:].rstrip(_CLOSING)
    ends = bool(bare) and bare[-1] in _STOPS
    inner = len(_INNER.findall(text))
    number = max(1, len(words))
    shown = len(head)
    known = sum(word in common for word in words) / number if common else -1.0
    prose = min(500.0, units) if units >= 80 and (ends or inner) and not 0 <= known < 0.12 else 0.0
    return {
        "units": units,
        "words": len(words),
        "dense": dense / size,
        "ends_stop": ends,
        "ends_colon": text[-1] in ":：",
        "ends_dots": text.endswith(("...", "…")),
        "inner_stops": inner,
        "commas": text.count(",") + text.count("、") + text.count("，"),
        "digits": sum(map(str.isdigit, head)) / shown,
        "uppers": sum(map(str.isupper, head)) / shown,
        "capitals": sum(word[0].isupper() for word in head.split()) / number,
        "starts_lower": text[0].islower(),
        "starts_opening": text[0] in _OPENING,
        "starts_dash": text[0] in "-–—•*·",
        "quotes": sum(sign in text for sign in '"“„«「»”'),
        "signs": sum(sign in _SIGNS for sign in head),
        "address": "@" in head or "://" in head or "www." in head,
        "common": known,
        "word_length": sum(map(len, words)) / number,
        "prose": prose,
        "starts_digit": text[0].isdigit(),
        "question": text[-1] in "?？",
        "brackets": "(" in head or "[" in head,
    }


def _content(split: list[list[str]], common: frozenset[str]) -> tuple[Array, Array, Array]:
    """Returns pairs (line, word) of content words, and every word's rarity on the page."""
    numbers: dict[str, int] = {}
    line: list[int] = []
    word: list[int] = []
    for place, words in enumerate(split):
        chosen = {w[:_STEM] for w in words if len(w) >= _SHORTEST_CONTENT and w not in common}
        chosen.update(a + b for a, b in pairwise(words) if len(a) == 1 == len(b) and a > _DENSE_FROM < b)
        line += [place] * len(chosen)
        word += [numbers.setdefault(w, len(numbers)) for w in chosen]
    pairs = np.array(word, np.intp)
    frequency = np.bincount(pairs, minlength=len(numbers)).astype(np.float64)
    return np.array(line, np.intp), pairs, np.log1p(len(split) / np.maximum(1.0, frequency))


def likeness(of: TextLines, weight: Array) -> Array:
    """Returns the share of each line's content words that stand in other lines of that `weight`, rare words counting
    more."""
    total = np.bincount(of.pair_word, weight[of.pair_line], minlength=len(of.rarity))
    elsewhere = total[of.pair_word] - weight[of.pair_line]
    rarity = of.rarity[of.pair_word]
    size = len(of.texts)
    shared = np.bincount(of.pair_line, rarity * np.minimum(1.0, np.maximum(0.0, elsewhere)), minlength=size)
    every = np.bincount(of.pair_line, rarity, minlength=size)
    found: Array = (shared + 0.1) / (every + 1.0)
    return found


def context(of: TextLines) -> Columns:
    """Returns the features that say where lines stand among the others, by what the text alone says."""
    own = of.own
    units, prose = own["units"], own["prose"]
    size = len(units)
    place = np.arange(size)
    log = np.log1p(units)
    is_prose = prose > 0
    columns: Columns = dict(own)
    columns["lines"] = np.full(size, np.log1p(size))
    columns["position"] = (place + 0.5) / max(1, size)
    columns["from_start"], columns["from_end"] = np.log1p(place), np.log1p(size - place)
    columns |= _masses("prose", prose)
    columns |= _gaps("prose", is_prose)
    for name in ("related", "comment", "promo", "bio", "label", "copyright", "social"):
        speaks = (own[f"any_{name}"] > 0) & (units < 60)
        columns[f"since_{name}"] = _since(speaks)
        columns[f"around_{name}"] = window(own[f"any_{name}"], 4)
    for name in ("any_date", "any_you", "any_we", "ends_stop", "uppers", "digits", "common", "repeats", "question"):
        columns[f"around_{name}"] = window(own[name], 4)
    for reach in (2, 5, 12):
        columns[f"log_{reach}"] = window(log, reach)
        columns[f"prose_{reach}"] = window(is_prose, reach)
    columns["row"] = window(np.abs(np.diff(log, prepend=log[:1])) < 0.35, 3)
    for offset in (-3, -2, -1, 1, 2, 3):
        columns[f"log@{offset}"] = shifted(log, offset, -1.0)
        columns[f"ends_stop@{offset}"] = shifted(own["ends_stop"], offset, -1.0)
        columns[f"prose@{offset}"] = shifted(prose, offset, -1.0)
    for name in "any_date any_related first_related any_comment any_promo digits repeats ends_colon common".split():
        columns[f"{name}@-1"] = shifted(own[name], -1, -1.0)
        columns[f"{name}@1"] = shifted(own[name], 1, -1.0)
    core = run(np.where(is_prose, units, -40.0))
    columns |= run_places("core", core, units)
    columns["like_core"] = likeness(of, (core & is_prose).astype(np.float64))
    columns["around_like_core"] = window(columns["like_core"] * units, 2) / (window(units, 2) + 1.0)
    columns["mass"] = np.full(size, np.log1p(prose.sum()))
    return columns


def matrix(columns: Columns, names: Sequence[str]) -> Floats:
    """Returns the named columns, one row a line."""
    return np.column_stack([columns[name] for name in names]).astype(np.float32)


def run(gain: Array) -> Array:
    """Returns the consecutive lines whose gains have the greatest sum, as a mask; none if no gain is above nought."""
    total = np.concatenate(([0.0], np.cumsum(gain)))
    lowest = np.minimum.accumulate(total)
    last = int(np.argmax(total - lowest))
    first = int(np.argmin(total[: last + 1]))
    place = np.arange(len(gain))
    found: Array = (place >= first) & (place < last)
    return found


def window(values: Array, reach: int) -> Array:
    """Returns the mean over the line and `reach` lines on either side of it, nought beyond the ends."""
    total = np.concatenate(([0.0], np.cumsum(values)))
    place = np.arange(len(values))
    found: Array = total[np.minimum(len(values), place + reach + 1)] - total[np.maximum(0, place - reach)]
    return found / (2 * reach + 1)


def shifted(values: Array, offset: int, beyond: float) -> Array:
    """Returns the value of the line that stands `offset` lines further; `beyond` where there is none."""
    place = np.arange(len(values)) + offset
    inside = (place >= 0) & (place < len(values))
    return np.where(inside, values[np.clip(place, 0, max(0, len(values) - 1))], beyond)


def _masses(name: str, values: Array) -> Columns:
    """Returns the sum before and after each line, and the share before."""
    before = np.cumsum(values) - values
    after = values.sum() - before - values
    return {
        f"{name}_before": np.log1p(before),
        f"{name}_after": np.log1p(np.maximum(0.0, after)),
        f"{name}_passed": before / (values.sum() + 1.0),
    }


def _gaps(name: str, marked: Array) -> Columns:
    return {f"since_{name}": _since(marked), f"until_{name}": _since(marked[::-1])[::-1]}


def _since(marked: Array) -> Array:
    """Returns how many lines ago the last marked line stood, at most _MAX_DISTANCE."""
    place = np.arange(len(marked))
    last = np.maximum.accumulate(np.where(marked, place, -1000))
    before = np.concatenate(([-1000], last[:-1]))
    found: Array = np.minimum(_MAX_DISTANCE, place - before)
    return found


def run_places(name: str, mask: Array, units: Array) -> Columns:
    """Returns the features that say how far from a run each line stands: lines before its first, lines after its last,
    letters passed since it."""
    size = len(mask)
    place = np.arange(size)
    chosen = np.flatnonzero(mask)
    first, last = (int(chosen[0]), int(chosen[-1])) if len(chosen) else (size, -1)
    passed = np.cumsum(units)
    end = passed[last] if last >= 0 else 0.0
    return {
        f"{name}_in": mask.astype(np.float64),
        f"{name}_after": np.clip(first - place, -_MAX_DISTANCE, _MAX_DISTANCE),
        f"{name}_ago": np.clip(place - last, -_MAX_DISTANCE, _MAX_DISTANCE),
        f"{name}_passed": np.log1p(np.maximum(0.0, passed - end)),
    }
