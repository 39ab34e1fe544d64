"""Reduces a text to what it is compared by: sampled hashes of word n-grams, names and numbers, weighted words.

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

from aggregator.stories.terms import OPENING_WORDS, SMALL_LETTERS, times, weights
from aggregator.text import UNSPACED, count_words, fold, words

_COMPARED_CHARS = 1_000_000  # a longer text is a book, and is known by its beginning
MAX_UNSAMPLED = 120  # n-grams; a shorter text would be left with too few to judge by
SAMPLE_MASK = 3
_TERM_MASK = 0xFFFFFFFF
# SQLite stores such an integer in six bytes; one in 10^7 pairs of n-grams of a million articles collide.
_HASH_BITS = 48
_INVISIBLE = "\u00ad\u200b\u200c\u2060\ufeff"  # would part a word
_WITHOUT_INVISIBLE = dict.fromkeys(map(ord, _INVISIBLE))
_FIRST_UNSPACED = min(UNSPACED)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Holds what a text is compared by.

    `hashes`: of n-grams, distinct, 48 bits; `entities`: 32-bit hashes of names and numbers; `words`: their number;
    `terms`: 32-bit hashes of the words of title and opening, each with its place in `weights`, greater than 0; `times`:
    the days and years that the opening names (`terms.times`); `language`: the term that stands for all articles of the
    language; `title`: the terms of the title's longer words.
    """

    hashes: tuple[int, ...]
    entities: tuple[int, ...]
    words: int
    terms: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()
    times: tuple[int, ...] = ()
    language: int = 0
    title: tuple[int, ...] = ()


def fingerprint(text: str, lang: str | None = None, title: str | None = None) -> Fingerprint:
    """Returns the fingerprint of a text and its title.

    What copies are found by depends on the text alone: a wrong `lang` must not part two of them. The terms are those of
    one language: the same word of another one has another hash.
    """
    found, heading = _words(text[:_COMPARED_CHARS]), _words(title or "")
    unspaced = _is_unspaced(found)
    grams = _characters(found) if unspaced else _spaced(found)
    if len(grams) > MAX_UNSAMPLED:
        grams = {gram for gram in grams if not gram & SAMPLE_MASK}
    named = _named(found)
    entities = {_hashes(word)[0] & _TERM_MASK for word in named}
    opening, language = found[:OPENING_WORDS], _language(lang)
    first, head = (_pairs(part) if unspaced else part for part in (opening, heading))
    small = 0 if unspaced else SMALL_LETTERS
    weighed = weights(first, head, named, small, lambda some: _terms(some, language))
    return Fingerprint(
        hashes=tuple(sorted(grams)),
        entities=tuple(sorted(entities)),
        words=len(found) if len(text) <= _COMPARED_CHARS else count_words(text),
        terms=tuple(weighed),
        weights=tuple(weighed.values()),
        times=times(opening),
        language=language,
        title=tuple(_terms([w for w in head if len(w) > small and not w.isdigit()], language)),
    )


def _words(text: str) -> list[str]:
    if any(character in text for character in _INVISIBLE):
        text = text.translate(_WITHOUT_INVISIBLE)
    return words(text)


def _terms(some: Iterable[str], language: int) -> list[int]:
    return [(hashes[0] & _TERM_MASK) ^ language for hashes in map(_hashes, some)]


def _pairs(found: list[str]) -> list[str]:
    return [a + b for a, b in pairwise(found)]


@lru_cache(maxsize=1 << 10)
def _language(lang: str | None) -> int:
    base = (lang or "").replace("_", "-").partition("-")[0].lower()
    return int.from_bytes(blake2b(base.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")


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


def _named(found: list[str]) -> set[str]:
    """Returns names, words written with a capital and nowhere in the text without it, and numbers, digits alone."""
    distinct = set(found)
    special = [word for word in distinct if not word.islower()]
    return {w for w in special if (w[0].isupper() and w.lower() not in distinct) or w.isdigit()}


@lru_cache(maxsize=1 << 17)
def _hashes(word: str) -> tuple[int, int, int, int]:
    """Hashes the word, folded, for each of the four places of an n-gram."""
    a, b, c, d = unpack("<4Q", blake2b(fold(word).encode("utf-8", "surrogatepass"), digest_size=32).digest())
    cut = 64 - _HASH_BITS
    return a >> cut, b >> cut, c >> cut, d >> cut


def pack_hashes(hashes: Iterable[int]) -> bytes:
    """Packs hashes of n-grams: 64 bits each, little-endian."""
    values = tuple(hashes)
    return pack(f"<{len(values)}q", *values)


def unpack_hashes(blob: bytes) -> tuple[int, ...]:
    """Unpacks what `pack_hashes` gave."""
    return unpack(f"<{len(blob) // 8}q", blob)


def pack_entities(entities: Iterable[int]) -> bytes:
    """Packs hashes of names and numbers: 32 bits each, little-endian."""
    values = tuple(entities)
    return pack(f"<{len(values)}I", *values)


def unpack_entities(blob: bytes) -> tuple[int, ...]:
    """Unpacks what `pack_entities` gave."""
    return unpack(f"<{len(blob) // 4}I", blob)
