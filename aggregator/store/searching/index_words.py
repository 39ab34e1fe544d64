"""Writes words of a query in the language of the search index: FTS5's, or PostgreSQL's of a tsquery."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from sqlalchemy import Connection, text

from aggregator.query import And, Is, Not, Or, Query, Words
from aggregator.search_facts import asked, is_fact
from aggregator.search_words import FORM_MARK
from aggregator.store.searching.search_index import languages, of_field, outside, pair, written

WEIGHTS = {"text": 1.0, "lead": 3.0, "title": 8.0, "others": 0.2, "facts": 0.0}
"""What a word says by the column of FTS5 in which it stands, in the order of the columns."""
FIELDS = {"title": "A", "lead": "B", "text": "C"}
"""The fields of an article that are searched, with their weights in a tsvector."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What makes an article a good match, as PostgreSQL's index is asked for it, and as its places are counted.

    `weight`: how much it says by itself, wherever it stands and how often; None if the places say that.
    """

    match: str
    places: str
    weight: float | None = None


@dataclass(frozen=True, slots=True)
class Index:
    """The search index of a database: its dialect ("sqlite" or "postgresql"), and the languages of its stems."""

    dialect: str
    languages: tuple[str, ...]

    @classmethod
    def of(cls, conn: Connection) -> "Index":
        """Returns that of a database. PostgreSQL asks the index itself, to the transaction's end: its planner does not
        know what it costs to unpack the vector of every article."""
        if conn.dialect.name == "postgresql":
            conn.execute(text("SET LOCAL enable_seqscan = off"))
            conn.execute(text("SET LOCAL max_parallel_workers_per_gather = 0"))
        return cls(conn.dialect.name, languages(conn))


def _spellings_of(words: Words, index: Index) -> list[tuple[str, ...]]:
    """Returns the words as the index may have them."""
    some = words.spellings(index.languages)
    return list(dict.fromkeys((*one[:-1], words.words[-1]) for one in some)) if words.prefix else some


def ranked_by(part: Query, index: Index) -> list[Phrase]:
    """Returns what PostgreSQL ranks by: the phrases that FTS5 sees in its expression, which it ranks by itself."""
    if index.dialect == "sqlite" or isinstance(part, Not):
        return []
    if isinstance(part, And | Or):
        return [phrase for one in part.parts for phrase in ranked_by(one, index)]
    if not isinstance(part, Words):
        return []
    if part.prefix and len(part.words) > 1:
        parts = [Words((one,), typed=one) for one in part.words[:-1]]
        return [phrase for one in (*parts, Words(part.words[-1:], prefix=True)) for phrase in ranked_by(one, index)]
    label = FIELDS[part.field] if part.field else ""
    some = _spellings_of(replace(part, exact=False), index)
    in_one = part.in_one_word()
    found = [Phrase(_ts_find(one, label, part.prefix), _ts_places(one, label, part.prefix)) for one in some]
    if _is_written(part):
        match = quoted(written(part.words[0]))
        found.append(Phrase(match, match, WEIGHTS["others"]))
    return [*found, *(ranked_by(in_one, index) if in_one else ())]


def _is_written(words: Words) -> bool:
    """Tells whether a word is looked for as it is written too: of articles that have its stem, those that have the word
    itself come first."""
    return len(words.words) == 1 and not words.prefix and not words.field


def fts_words(words: Words, index: Index) -> str:
    """Returns words as FTS5's MATCH asks for them, in any of their spellings."""
    columns = f"{words.field} : " if words.field else "" if len(words.words) == 1 else f"{{{' '.join(FIELDS)}}} : "
    star = " *" if words.prefix else ""
    phrases = [f'"{" ".join(some)}"{star}' for some in _spellings_of(words, index)]
    if _is_written(words):
        phrases.append(f'"{words.words[0]}{FORM_MARK}"')
    one = words.in_one_word()
    return f"({columns}({' OR '.join(phrases)}){f' OR {fts_words(one, index)}' if one else ''})"


def fts_likely(words: Words, index: Index) -> str:
    """Returns what all articles with these words have, a phrase's words in any order. A form that is no stem stands
    among the others, whatever field it is of."""
    if not words.prefix:
        return fts_words(replace(words, exact=False), index)
    whole = [fts_words(Words((one,), words.field, typed=one), index) for one in words.words[:-1]]
    columns = f"{{{words.field} others}} : " if words.field else ""
    return f"({' AND '.join([*whole, f'{columns}{chr(34)}{words.words[-1]}{chr(34)} *'])})"


def fact(query: Is, index: Index) -> str | None:
    """Returns what is known of an article as the index is asked for it; None if it holds no such thing."""
    if not is_fact(query.field):
        return None
    words, begins = asked(query.field, query.value), query.field == "author"
    if index.dialect == "sqlite":
        return f'(facts : "{" ".join(words)}"{" *" if begins else ""})'
    return f"({_ts_places(words, '', begins)})"


def ts_words(words: Words, index: Index) -> str:
    """Returns words as a tsquery asks for them, in any of their spellings unless they are exact."""
    label = FIELDS[words.field] if words.field else ""
    if words.exact and label and len(words.words) == 1:
        return _any_of(_ts_word(f"{words.words[0]}{mark}", label) for mark in ("", FORM_MARK))
    if words.exact:
        written = label or "".join(FIELDS.values())  # and no other spelling, which is under D
        either = [f"('{word}':{written} | '{word}{FORM_MARK}'{f':{label}' if label else ''})" for word in words.words]
        return f"({' <-> '.join(either)})"
    found = [_ts_find(one, label, words.prefix) for one in _spellings_of(words, index)]
    in_one = words.in_one_word()
    return _any_of([*found, *([ts_words(in_one, index)] if in_one else ())])


def _any_of(expressions: Iterable[str]) -> str:
    return f"({' | '.join(f'({one})' for one in expressions)})"


def _ts_find(words: tuple[str, ...], label: str, prefix: bool) -> str:
    """Returns what finds a phrase: as far as they can, words of the index that say it without places."""
    if len(words) == 1 and not (prefix and label == "C"):
        return _ts_word(words[0], label, ":*" if prefix else "")
    whole = words[:-1] if prefix else words
    said = [_ts_word(word, label) for word in whole] if label else []
    said += (pairs := [quoted(one) for word, other in pairwise(whole) if (one := pair(word, other))])
    if pairs and len(words) == 2 and not label:
        return pairs[0]
    return " & ".join([*said, f"({_ts_places(words, label, prefix)})"])


def _ts_word(word: str, label: str, star: str = "") -> str:
    """Returns what finds one word by words without places, in a field if one is named; a beginning (`star`) in any but
    the text."""
    if label == FIELDS["text"]:
        return f"{quoted(word)} & !{quoted(outside(word))}"
    return quoted(of_field(label, word) if label else word) + star


def _ts_places(words: tuple[str, ...], label: str, prefix: bool) -> str:
    flags = [label] * len(words)
    if prefix:
        flags[-1] += "*"
    lexemes = [quoted(word) + (f":{flag}" if flag else "") for word, flag in zip(words, flags, strict=True)]
    return " <-> ".join(lexemes)


def quoted(word: str) -> str:
    """Returns a word of the index as a tsquery has it."""
    return f"'{word}'"
