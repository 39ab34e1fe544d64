"""Cuts out the part of a text that shows why it matches."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import chain

from aggregator.query import Words
from aggregator.search_words import compounds, joined, read, search_form, stemming
from aggregator.text import squeeze

WIDTH = 240  # characters: three lines of a terminal
_LEAD_IN = 60
_SEARCHED = 20_000  # characters folded at a time
_MAX_FORMS = 3  # words of the index that a word between spaces makes
_BLANK = re.compile(r"\s")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*\s+|[。！？]|\n\n")
_PIECE = re.compile(r"(\S+)\s*")
_WORD = re.compile(r"\w+(?:['’]\w+)*")


def snippet(text: str, wanted: Sequence[Words], lang: str | None = None) -> str:
    """Returns about `WIDTH` characters of a text in `lang` around the first words that match, one line; else its
    beginning."""
    at = _first(text, tuple(wanted), stemming(lang)) or 0
    start = _start(text, at)
    cut = text[start : _end(text, start, at)]
    return ("… " if start else "") + squeeze(cut) + (" …" if start + len(cut) < len(text.rstrip()) else "")


def marks(text: str, wanted: Sequence[Words], lang: str | None = None) -> tuple[tuple[int, int], ...]:
    """Returns where words stand in a text in `lang` that match, as offsets of characters: from the first up to and
    without the last."""
    found = marker(text, wanted, lang)
    return () if found is None else tuple(match.span() for match in found.finditer(text))


def marker(text: str, wanted: Sequence[Words], lang: str | None = None) -> re.Pattern[str] | None:
    """Returns what finds in a text in `lang` the words that match; None if there are none."""
    words = _spelt(text, wanted, stemming(lang)) if wanted else ()
    return re.compile("|".join(map(_whole, words))) if words else None


def _whole(word: str) -> str:
    """Returns the pattern of a word that is no part of a longer one; in scripts without spaces all are."""
    return rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word)


def _spelt(text: str, wanted: Sequence[Words], language: str) -> list[str]:
    """Returns the words of a text that match, each once, as they are spelt there, the longest first."""
    wanted = [*wanted, *(one for words in wanted if (one := words.in_one_word()) is not None)]
    whole = {word for words in wanted for word in (words.words[:-1] if words.prefix else words.words)}
    stems = {stem for words in wanted if not words.exact for one in _phrases(words, language) for stem in one}
    begun = tuple(words.words[-1] for words in wanted if words.prefix)
    found = set()
    for piece in set(_WORD.findall(text)):
        forms, others = _read(piece, language)
        if len(forms) > _MAX_FORMS:  # a script without spaces
            found |= {phrase for words in wanted if (phrase := "".join(words.words)) in piece}
        elif (
            not whole.isdisjoint(forms)
            or not stems.isdisjoint(others)
            or (begun and any(form.startswith(begun) for form in forms))
        ):
            found.add(piece)
    found |= {piece for piece in set(compounds(text)) if whole & joined(piece)}
    return sorted(found, key=len, reverse=True)


@lru_cache(maxsize=1 << 14)  # the same words stand in most texts
def _read(piece: str, language: str) -> tuple[list[str], set[str]]:
    """Returns the forms of a word between spaces, and what else it is found by."""
    made = read(piece, language)
    return [one.form for one in made], {*(one.stem for one in made), *chain.from_iterable(one.others for one in made)}


def _phrases(words: Words, language: str) -> list[tuple[str, ...]]:
    """Returns the words as they may stand in a text, those before the last alone where that may go on."""
    return [one[:-1] if words.prefix else one for one in _spellings(words, words.typed, language)]


@lru_cache(maxsize=1024)
def _spellings(words: Words, typed: str, language: str) -> list[tuple[str, ...]]:
    return replace(words, typed=typed).spellings([language])  # words are equal however they were typed


def _first(text: str, wanted: tuple[Words, ...], language: str) -> int | None:
    """Returns where the first of these phrases stands in the text as it is asked for, else in any of its forms."""
    if not wanted:
        return None
    if as_written := _as_written(wanted).search(text):
        return as_written.start()
    sought = [_sought(words, words.typed, language) for words in wanted]
    for start in range(0, len(text), _SEARCHED):
        part = text[start : start + _SEARCHED + 200]
        made = read(part, language)
        forms, stems = [one.form for one in made], [one.stem for one in made]
        places = [
            len(form[:at].split())
            for form in (f" {' '.join(said)} " for said in (forms, stems))
            for phrases in sought
            for phrase in phrases
            if (at := form.find(phrase)) >= 0
        ]
        if places:
            return start + _place(part, min(places))
    return None


@lru_cache(maxsize=1024)
def _sought(words: Words, typed: str, language: str) -> list[str]:
    """Returns what is looked for in the forms and stems of a text."""
    phrases = [words.words] if words.exact or words.prefix else _spellings(words, typed, language)
    return [f" {' '.join(phrase)}{'' if words.prefix else ' '}" for phrase in phrases]


@lru_cache(maxsize=256)
def _as_written(wanted: tuple[Words, ...]) -> re.Pattern[str]:
    """Returns what finds phrases whose words stand in the text as they do in the index, but for case."""
    return re.compile("|".join(map(_written, wanted)), re.IGNORECASE)


def _written(words: Words) -> str:
    phrase = r"[\W_]+".join(map(re.escape, words.words))
    return rf"(?<![^\W_]){phrase}" + ("" if words.prefix else r"(?![^\W_])")


def _place(text: str, nth: int) -> int:
    """Returns where the word stands that `nth` words of the folded text precede."""
    seen = 0
    for found in _PIECE.finditer(text):
        piece = found[1]
        count = 1 if piece.isascii() and piece.isalnum() else len(search_form(piece).split())
        if seen + count > nth:
            return found.start() if count < 20 else found.start() + (nth - seen) * len(piece) // count
        seen += count
    return 0


def _start(text: str, at: int) -> int:
    """Returns where a snippet begins that shows what stands at `at`: with its sentence, if that is not long."""
    if at <= _LEAD_IN:
        return 0
    ends = [found.end() for found in _SENTENCE_END.finditer(text, max(0, at - WIDTH // 2), at)]
    if ends:
        return ends[-1]
    found = _BLANK.search(text, at - _LEAD_IN, at)
    return found.end() if found else at - _LEAD_IN


def _end(text: str, start: int, at: int) -> int:
    """Returns where the snippet ends: with the last sentence that ends in it, if that shows enough, else with a
    word."""
    end = start + WIDTH
    if end >= len(text):
        return len(text)
    enough = max(at + _LEAD_IN, start + WIDTH // 2)
    ends = [found.end() for found in _SENTENCE_END.finditer(text, enough, end + 1)]
    return ends[-1] if ends else max(text.rfind(" ", enough, end), 0) or end
