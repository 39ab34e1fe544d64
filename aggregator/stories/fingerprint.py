"""What two texts are compared by: sampled hashes of their word n-grams, and their names and numbers.

A word n-gram is four words; in scripts without spaces it is eight characters. Its hash is the exclusive or of one hash
for each word and place (tabulation hashing), so that a text costs one look-up a word and no hashing of strings.
Of a long text one in four is kept, chosen by value, so that the same n-gram is kept in every long text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise
from struct import pack, unpack

from aggregator.text import UNSPACED, fold, words

KEEP_ALL = 120  # n-grams; a shorter text would be left with too few to judge by
SAMPLE_MASK = 3
_HASH_BITS = (
    48  # SQLite stores such an integer in six bytes; one in 10^7 pairs of n-grams of a million articles collide
)
_WITHIN_WORDS = "\u00ad\u200b\u200c\u2060\ufeff"  # invisible; would part a word
_WITHOUT = dict.fromkeys(map(ord, _WITHIN_WORDS))
_FIRST_UNSPACED = min(UNSPACED)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """`hashes`: of n-grams, distinct, 48 bits. `marks`: 32-bit hashes of names and numbers. `words`: how many."""

    hashes: tuple[int, ...]
    marks: tuple[int, ...]
    words: int


def fingerprint(text: str, lang: str | None = None) -> Fingerprint:
    """The fingerprint of a text. It depends on the text alone: a wrong `lang` must not part two copies."""
    if any(mark in text for mark in _WITHIN_WORDS):
        text = text.translate(_WITHOUT)
    found = words(text)
    grams = _characters(found) if _is_unspaced(found) else _spaced(found)
    if len(grams) > KEEP_ALL:
        grams = {gram for gram in grams if not gram & SAMPLE_MASK}
    return Fingerprint(tuple(sorted(grams)), tuple(sorted(_marks(found))), len(found))


def _is_unspaced(found: list[str]) -> bool:
    sample = found[:: len(found) // 100 + 1]
    return 2 * sum(len(word) == 1 and word >= _FIRST_UNSPACED for word in sample) > len(sample)


def _spaced(found: list[str]) -> set[int]:
    places = [_hashes(word) for word in found]
    rows = zip(places, places[1:], places[2:], places[3:], strict=False)
    return {a[0] ^ b[1] ^ c[2] ^ d[3] for a, b, c, d in rows}


def _characters(found: list[str]) -> set[int]:
    places = [_hashes(a + b) for a, b in pairwise(found)]
    rows = zip(places, places[2:], places[4:], places[6:], strict=False)
    return {a[0] ^ b[1] ^ c[2] ^ d[3] for a, b, c, d in rows}


def _marks(found: list[str]) -> set[int]:
    """Names are words written with a capital and nowhere in the text without it; numbers are digits alone."""
    distinct = set(found)
    special = [word for word in distinct if not word.islower()]
    marked = [w for w in special if (w[0].isupper() and w.lower() not in distinct) or w.isdigit()]
    return {_hashes(word)[0] & 0xFFFFFFFF for word in marked}


@lru_cache(maxsize=1 << 17)
def _hashes(word: str) -> tuple[int, int, int, int]:
    """A hash of the word, folded, for each of the four places of an n-gram."""
    a, b, c, d = unpack("<4Q", blake2b(fold(word).encode("utf-8", "surrogatepass"), digest_size=32).digest())
    cut = 64 - _HASH_BITS
    return a >> cut, b >> cut, c >> cut, d >> cut


def pack_hashes(hashes: Iterable[int]) -> bytes:
    """Hashes of n-grams as a blob: 64 bits each, little-endian."""
    values = tuple(hashes)
    return pack(f"<{len(values)}q", *values)


def unpack_hashes(blob: bytes) -> tuple[int, ...]:
    """The reverse of `pack_hashes`."""
    return unpack(f"<{len(blob) // 8}q", blob)


def pack_marks(marks: Iterable[int]) -> bytes:
    """Hashes of names and numbers as a blob: 32 bits each, little-endian."""
    values = tuple(marks)
    return pack(f"<{len(values)}I", *values)


def unpack_marks(blob: bytes) -> tuple[int, ...]:
    """The reverse of `pack_marks`."""
    return unpack(f"<{len(blob) // 4}I", blob)
