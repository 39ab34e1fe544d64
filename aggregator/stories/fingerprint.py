"""Reduces a text to what it is compared by: sampled hashes of word n-grams, names and numbers, weighted words.

A word n-gram is four words; in scripts without spaces it is eight characters. Its hash is the exclusive or of one hash
for each word and place (tabulation hashing), so that a text costs one look-up a word and no hashing of strings.
Of a long text one in four is kept, chosen by value, so that the same n-gram is kept in every long text, and one in
sixteen is what it is looked up by.
"""

import sys
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from hashlib import blake2b
from itertools import filterfalse, islice, pairwise
from struct import pack, unpack
from typing import Literal

from aggregator.stories.terms import OPENING_WORDS, SMALL_LETTERS, times, weights
from aggregator.text import FOLDED, UNSPACED, WordTable, count_words, words_and_form

COMPARED_CHARS = 1_000_000  # a longer text is a book, and is known by its beginning
MAX_UNSAMPLED = 120  # n-grams; a shorter text would be left with too few to judge by
SAMPLE_MASK = 3
_INDEX_MASK = 15
_ENTITY_MASK = 0xFFFF
_WORD_BYTES = 16
_FIRST_UNSPACED = min(UNSPACED)


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """Holds what a text is compared by.

    `hashes`: of n-grams, distinct, in the order of the text, 32 bits with a sign; `entities`: 16-bit hashes of names
    and numbers, enough for those of two texts to be compared; `words`: their number;
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
    found, _ = words_and_form(text[:COMPARED_CHARS])
    made = of_words(found, lang, title)
    return made if len(text) <= COMPARED_CHARS else replace(made, words=count_words(text))


def of_words(found: Sequence[str], lang: str | None, title: str | None) -> Fingerprint:
    """Returns the fingerprint of a text of these words (`text.words_and_form`) and its title."""
    unspaced, language = _is_unspaced(found), _language(lang)
    parts, head = (_pairs(some) if unspaced else some for some in (found, words_and_form(title or "")[0]))
    hashed = _hashed(parts)
    grams = _ngrams(hashed, 2 if unspaced else 1)
    if len(grams) > MAX_UNSAMPLED:
        grams = [gram for gram in grams if not gram & SAMPLE_MASK]
    named = _named(found)
    entities = {number & _ENTITY_MASK for number in _first(_hashed(named))}
    opening = parts[: OPENING_WORDS - unspaced]
    terms = [number ^ language for number in _first(hashed[: _WORD_BYTES * len(opening)] + _hashed(head))]
    small = 0 if unspaced else SMALL_LETTERS
    term_of = dict(zip((*opening, *head), terms, strict=True))
    weighed = weights(terms[: len(opening)], terms[len(opening) :], term_of, named, small)
    return Fingerprint(
        hashes=tuple(grams),
        entities=tuple(sorted(entities)),
        words=len(found),
        terms=tuple(weighed),
        weights=tuple(weighed.values()),
        times=times(found[:OPENING_WORDS]),
        language=language,
        title=tuple([term_of[word] for word in head if len(word) > small and not word.isdigit()]),
    )


def _pairs(found: Sequence[str]) -> list[str]:
    return [a + b for a, b in pairwise(found)]


@lru_cache(maxsize=1 << 10)
def _language(lang: str | None) -> int:
    base = (lang or "").replace("_", "-").partition("-")[0].lower()
    return int.from_bytes(blake2b(base.encode("utf-8", "surrogatepass"), digest_size=4).digest(), "big")


def _is_unspaced(found: Sequence[str]) -> bool:
    sample = found[:: len(found) // 100 + 1]
    if "".join(sample).isascii():
        return False
    return 2 * sum(len(word) == 1 and word >= _FIRST_UNSPACED for word in sample) > len(sample)


def _ngrams(hashed: bytes, step: int) -> list[int]:
    """Returns the distinct hashes of every four of the words that are `step` apart.

    All are made at once: as one large number, of which each word has four fields of 32 bits, moved against itself so
    that the fields that belong together meet.
    """
    grams = len(hashed) // _WORD_BYTES - 3 * step
    if grams <= 0:
        return []
    number, moved = int.from_bytes(hashed, "little"), 32 * (4 * step + 1)
    mixed = number ^ number >> moved ^ number >> 2 * moved ^ number >> 3 * moved
    return list(dict.fromkeys(_first(mixed.to_bytes(len(hashed), "little"), "i")[:grams]))


def is_sampled(hashes: Iterable[int]) -> bool:
    """Tells by sixteen whether only a sample of a text's n-grams was kept: that all of them fall into it by themselves
    has a chance of one in 4^16."""
    return not any(value & SAMPLE_MASK for value in islice(hashes, 16))


def indexed(hashes: Sequence[int]) -> list[int]:
    """Returns the n-grams that an article is looked up by: of a long text one in sixteen, of a short one in four."""
    mask = _INDEX_MASK if is_sampled(hashes) else SAMPLE_MASK
    return [value for value in hashes if not value & mask]


def _named(found: Sequence[str]) -> set[str]:
    """Returns names, words written with a capital and nowhere in the text without it, and numbers, digits alone."""
    distinct = set(found)
    special = filterfalse(str.islower, distinct)
    return {w for w in special if (w[0].isupper() and w.lower() not in distinct) or w.isdigit()}


def _fields(word: str) -> bytes:
    made = blake2b(FOLDED[word].encode("utf-8", "surrogatepass"), digest_size=32).digest()
    return made[2:6] + made[10:14] + made[18:22] + made[26:30]


_FIELDS = WordTable(_fields)


def _hashed(some: Iterable[str]) -> bytes:
    """Returns of each word, folded, four 32-bit hashes, for the four places of an n-gram."""
    return b"".join(map(_FIELDS.__getitem__, some))


def _first(hashed: bytes, kind: Literal["I", "i"] = "I") -> list[int]:
    """Returns the first of every four numbers of 32 bits, little-endian."""
    numbers = array(kind, hashed)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers[::4].tolist()


def pack_hashes(hashes: Iterable[int]) -> bytes:
    """Packs hashes of n-grams: 32 bits each, little-endian."""
    values = tuple(hashes)
    return pack(f"<{len(values)}i", *values)


def unpack_hashes(blob: bytes) -> tuple[int, ...]:
    """Unpacks what `pack_hashes` gave."""
    return unpack(f"<{len(blob) // 4}i", blob)


def pack_entities(entities: Iterable[int]) -> bytes:
    """Packs hashes of names and numbers: 16 bits each, little-endian."""
    values = tuple(entities)
    return pack(f"<{len(values)}H", *values)


def unpack_entities(blob: bytes) -> tuple[int, ...]:
    """Unpacks what `pack_entities` gave."""
    return unpack(f"<{len(blob) // 2}H", blob)
