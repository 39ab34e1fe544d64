"""Looks for words in an article itself, where SQLite's search index can't tell them from their like."""

from functools import lru_cache

import orjson

from aggregator.query import Words
from aggregator.search_words import read, stemming


def spelt(words: Words) -> str:
    """Returns words as `holds_words` takes them."""
    return orjson.dumps([words.words, words.prefix, words.typed]).decode()


def holds_words(asked: str, lang: str | None, *texts: str | None) -> bool:
    """Tells whether any of an article's texts holds the words `asked` (`spelt`): as they stand, or, where the last may
    go on, by the stems of those before it, and the last as the beginning of a word or of its stem."""
    language = stemming(lang)
    words = _words(asked)
    return any(_holds(text, words, language) for text in texts if text)


@lru_cache(maxsize=64)
def _words(asked: str) -> Words:
    words, prefix, typed = orjson.loads(asked)
    return Words(tuple(words), None, prefix, not prefix, typed)


def _holds(text: str, words: Words, language: str) -> bool:
    made = read(text, language)
    forms = " ".join([word.form for word in made])
    if not words.prefix:
        return f" {' '.join(words.words)} " in f" {forms} "
    *before, last = words.words
    count, options = len(before), {one[:-1] for one in words.spellings([language])}
    begun, stems = forms.split(), " ".join([word.stem for word in made]).split()
    return any(
        (begun[at].startswith(last) or stems[at].startswith(last)) and tuple(stems[at - count : at]) in options
        for at in range(count, len(stems))
    )
