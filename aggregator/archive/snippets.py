"""Cuts out the part of a text that shows why it matches."""

import re
from collections.abc import Sequence
from functools import lru_cache

from aggregator.query import Words
from aggregator.text import search_form, squeeze

WIDTH = 240  # characters: three lines of a terminal
_LEAD_IN = 60
_SEARCHED = 20_000  # characters folded at a time
_MAX_FORMS = 3  # words of the index that a word between spaces makes
_BLANK = re.compile(r"\s")
_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*\s+|[。！？]|\n\n")
_PIECE = re.compile(r"\S+\s*")


def snippet(text: str, wanted: Sequence[Words]) -> str:
    """Returns about `WIDTH` characters of `text` around the first words that match, one line; else its beginning."""
    at = min((found for words in wanted if (found := _first(text, words)) is not None), default=0)
    start = _start(text, at)
    cut = text[start : _end(text, start, at)]
    return ("… " if start else "") + squeeze(cut) + (" …" if start + len(cut) < len(text.rstrip()) else "")


def marks(text: str, wanted: Sequence[Words]) -> tuple[tuple[int, int], ...]:
    """Returns where words stand in a text that match, as offsets of characters: from the first up to and without the
    last."""
    found = marker(text, wanted)
    return () if found is None else tuple(match.span() for match in found.finditer(text))


def marker(text: str, wanted: Sequence[Words]) -> re.Pattern[str] | None:
    """Returns what finds in a text the words that match; None if there are none."""
    words = _spelt(text, wanted)
    return re.compile("|".join(map(_whole, words))) if words else None


def _whole(word: str) -> str:
    """Returns the pattern of a word that is no part of a longer one; in scripts without spaces all are."""
    return rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word)


def _spelt(text: str, wanted: Sequence[Words]) -> list[str]:
    """Returns the words of a text that match, each once, as they are spelt there, the longest first."""
    whole = {word for words in wanted for word in (words.words[:-1] if words.prefix else words.words)}
    begun = tuple(words.words[-1] for words in wanted if words.prefix)
    found = set()
    for word in set(re.findall(r"\w+(?:['’]\w+)*", text)):
        forms = search_form(word).split()
        if len(forms) > _MAX_FORMS:  # a script without spaces
            found |= {phrase for words in wanted if (phrase := "".join(words.words)) in word}
        elif any(form in whole or (begun and form.startswith(begun)) for form in forms):
            found.add(word)
    return sorted(found, key=len, reverse=True)


def _first(text: str, words: Words) -> int | None:
    """Returns where the phrase stands in the text."""
    if as_written := _as_written(words).search(text):
        return as_written.start()
    if text.isascii():
        return None  # folding would find no more
    phrase = " ".join(words.words)
    pattern = re.compile(rf"(?<!\S){re.escape(phrase)}" + ("" if words.prefix else r"(?!\S)"))
    for start in range(0, len(text), _SEARCHED):
        part = text[start : start + _SEARCHED + 200]
        form = search_form(part)
        found = pattern.search(form)
        if found:
            return start + _place(part, len(form[: found.start()].split()))
    return None


@lru_cache(maxsize=256)
def _as_written(words: Words) -> re.Pattern[str]:
    """Returns what finds a phrase whose words stand in the text as they do in the index, but for case."""
    phrase = r"[\W_]+".join(map(re.escape, words.words))
    return re.compile(rf"(?<![^\W_]){phrase}" + ("" if words.prefix else r"(?![^\W_])"), re.IGNORECASE)


def _place(text: str, nth: int) -> int:
    """Returns where the word stands that `nth` words of the folded text precede."""
    seen = 0
    for piece in _PIECE.finditer(text):
        count = len(search_form(piece[0]).split())
        if seen + count > nth:
            return piece.start() if count < 20 else piece.start() + (nth - seen) * len(piece[0]) // count
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
