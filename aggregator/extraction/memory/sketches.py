"""Makes the keys by which the pages of a site are compared: of a block's text, of its place in the template, of a whole
body."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from zlib import crc32

import numpy as np

from aggregator.text import hash64

SKETCH = 64  # hashes of a sketch
LEVELS = 6  # elements, a block's own and those above it, that make its place
_KEY = 0xFFFFFFFFFFFF  # 48 bits: that any two of six thousand clash is one in ten million
_FACTORS = (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F)  # of the words of a run
_SPREAD = 0x2C1B3C6D
_LONG_WORDS = 15  # characters a word, from which there are no spaces between words
_COUNTER = 80  # characters of the longest counter or date
_DIGITS = re.compile(r"\d+(?:[.,:/-]\d+)*")
_LETTERS = re.compile(r"[^\W\d_]")


def text_key(text: str) -> int:
    """Returns a key that is equal for texts that differ in case, spaces and, if they are short, numbers alone.

    Counters and dates are short; long texts that differ in numbers are news, as of earthquakes or share prices. Where
    there is hardly a letter, numbers are all there is.
    """
    plain = " ".join(text.casefold().split())
    if len(plain) <= _COUNTER and len(_LETTERS.findall(plain)) >= 3:
        plain = _DIGITS.sub("0", plain)
    return hash64(plain) & _KEY


@lru_cache(maxsize=4096)
def place_key(path: tuple[str, ...]) -> int:
    """Returns the key of a block's place: the elements down to it, each as its tag and what names it; numbers in names
    don't count."""
    return hash64(_DIGITS.sub("0", " > ".join(path))) & _KEY


def joint_key(text: int, place: int) -> int:
    """Returns one key of a text at a place."""
    return (text * 0x9E3779B1 ^ place * 0x85EBCA77) & _KEY


def sketch(texts: Iterable[str]) -> tuple[int, ...]:
    """Returns the smallest hashes of all runs of four words: a sample by which the overlap of texts is estimated.

    In scripts without spaces the runs are of four characters.
    """
    text = " ".join(texts).casefold()
    words: Sequence[str] = text.split()
    if len(text) > _LONG_WORDS * len(words):
        words = "".join(words)
    if not words:
        return ()
    hashes = np.fromiter((crc32(word.encode("utf-8", "surrogatepass")) for word in words), np.uint32, len(words))
    count = max(1, len(words) - len(_FACTORS) + 1)
    runs = np.zeros(count, np.uint32)
    for at, factor in enumerate(_FACTORS):
        part = hashes[at : at + count]
        runs[: len(part)] += part * np.uint32(factor)
    return tuple((np.unique(runs * np.uint32(_SPREAD))[:SKETCH]).tolist())


def holds(one: Sequence[int], other: Sequence[int], share: float) -> bool:
    """Tells by their sketches whether of two texts the longer holds at least that share of the shorter."""
    if not set(one).intersection(other):
        return False
    # Up to the smaller of their ends both samples are complete; a short text's sketch has no end.
    end = min(sketched[-1] if len(sketched) == SKETCH else 1 << 32 for sketched in (one, other))
    left, right = ({key for key in sketched if key <= end} for sketched in (one, other))
    return len(left & right) >= share * min(len(left), len(right)) > 0
