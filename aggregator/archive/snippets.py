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
_PIECE = re.compile(r"\S+\s*")


def snippet(text: str, wanted: Sequence[Words]) -> str:
    """Returns about `WIDTH` characters of `text` around the first words that match, one line; else its beginning."""
    at = min((found for words in wanted if (found := _first(text, words)) is not None), default=0)
    start = 0 if at <= _LEAD_IN else _after_space(text, at - _LEAD_IN, at)
    end = start + WIDTH
    if end >= len(text):
        cut = text[start:]
    else:
        cut = text[start:end]
        shorter = cut.rstrip().rpartition(" ")[0]
        cut = shorter if len(shorter) > WIDTH // 2 else cut
    shown = squeeze(cut)
    return ("… " if start else "") + shown + (" …" if start + len(cut) < len(text.rstrip()) else "")


def spelt(text: str, wanted: Sequence[Words]) -> list[str]:
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


def _after_space(text: str, start: int, limit: int) -> int:
    found = re.compile(r"\s").search(text, start, limit)
    return found.end() if found else start
