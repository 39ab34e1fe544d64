"""Measures what blocks say: their characters and their words.

All texts of a page are looked at as one: each of its characters is looked up in a table, and so is each of its words.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import chain, repeat
from typing import Any

import numpy as np

from aggregator.extraction.body import phrases
from aggregator.extraction.metadata.language import function_words

Array = np.ndarray[Any, Any]

_BETWEEN = "\0"  # ends each text; no page has it
_HEAD = 160  # characters at the beginning of a text, of which digits are counted
COMMA, QUOTE, DIGIT, PIPE, FULL_STOP, SENTENCE, _STOP = range(1, 8)  # classes of characters
_CLASSES = {COMMA: ",、，", QUOTE: '"“„«', PIPE: "|", FULL_STOP: "。", SENTENCE: ".?!", _STOP: "…！？।؟"}
_LAST = 0xFFFF  # stands for all characters from there on
_COMMON = 1 << len(phrases.KINDS)


def read(texts: Sequence[str]) -> tuple[list[list[str]], Array]:
    """Returns the lower-cased words of each text that is not long, none of a long one; and how many characters of each
    class the texts have, one line a class. Counts as SENTENCE: what ends one before a space, or at the end."""
    whole = _BETWEEN.join([*texts, ""]).lower()
    codes = np.minimum(np.frombuffer(whole.encode("utf-32-le", "surrogatepass"), np.uint32), _LAST)
    in_words, classes = _tables()
    spaced = in_words.take(codes).tobytes().decode("utf-32-le").split(_BETWEEN)[:-1]
    words = [text.split() if len(text) <= phrases.MAX_CHARS else [] for text in spaced]
    return words, _counts(codes, classes.take(codes))


def _counts(codes: Array, classes: Array) -> Array:
    ends = np.flatnonzero(codes == 0)
    places = np.flatnonzero(classes)
    found, text = classes[places], np.searchsorted(ends, places)
    beyond = places - np.append(-1, ends)[text] > _HEAD
    amid = codes[places + 1] != ord(" ")
    counted = ~((found == DIGIT) & beyond | (found == SENTENCE) & amid)
    counts = np.bincount(len(ends) * found[counted] + text[counted], minlength=8 * len(ends)).reshape(8, -1)
    counts[SENTENCE] += counts[FULL_STOP] + (classes[ends - 1] >= FULL_STOP)
    return counts


def kinds_and_common(words: Sequence[Sequence[str]]) -> tuple[Array, Array]:
    """Returns of each text the bits of the kinds that its words speak of (see phrases.KINDS), and the share of its
    words that are among the commonest of any language; -1 for none."""
    kinds, share = np.zeros(len(words), np.int64), np.full(len(words), -1.0)
    lengths = np.fromiter(map(len, words), np.intp, len(words))
    some = np.flatnonzero(lengths)
    if len(some):
        ends = lengths[some].cumsum()
        known = map(_word_table().get, chain.from_iterable(words), repeat(0))
        meanings = np.fromiter(known, np.int64, ends[-1])
        starts = ends - lengths[some]
        kinds[some] = np.bitwise_or.reduceat(meanings, starts) & _COMMON - 1
        kinds[some] |= [phrases.first_kinds(words[number]) for number in some.tolist()]
        share[some] = np.add.reduceat((meanings & _COMMON) != 0, starts, dtype=np.intp) / lengths[some]
    return kinds, share


@lru_cache(maxsize=1)
def _word_table() -> dict[str, int]:
    """Returns what is known of words: bits of phrases.KINDS, and whether they are common."""
    common = dict.fromkeys(function_words(), _COMMON)
    return common | {word: bits | common.get(word, 0) for word, bits in phrases.WORDS.items()}


@lru_cache(maxsize=1)
def _tables() -> tuple[Array, Array]:
    """Returns of each character by its code: itself if it stands in words, else a space; and its class."""
    characters = [chr(code) for code in range(_LAST + 1)]
    in_words = [ord(c) if c.isalnum() or c == _BETWEEN else ord(" ") for c in characters]
    classes = np.array([DIGIT if c.isdecimal() else 0 for c in characters], np.intp)
    for number, members in _CLASSES.items():
        classes[[ord(c) for c in members]] = number
    return np.array(in_words, "<u4"), classes
