"""Writes the search index's rows beside their articles in the same transaction.

On SQLite they are written together at its end: FTS5 writes out what it has gathered at every savepoint, which each
statement with RETURNING sets, so that indexing one article at a time costs three times as much. Its columns are `text`,
`lead`, `title` (stems), `others` and `facts`: the first costs two bytes less a word. On PostgreSQL forms and stems
share a place of the vector, under the weights A (title), B (lead) and C (text), with a place left free between two of
these, so that no phrase goes from one into the next; the others stand at its end under D, the names of authors before
the title. To look at places PostgreSQL has to read the vector itself, and so words without places say besides what is
asked for often: in which runs of ids an article stands (`runs`), its site, language and tags, what is in its title and
lead (`of_field`), what is not in its text (`outside`), which words it has as they stand, not their stems alone
(`written`), and which short words, common ones most of all, stand side by side (`pair`).
"""

from collections import defaultdict
from itertools import pairwise

from sqlalchemy import Connection, select, text

from aggregator.search_facts import Facts
from aggregator.search_words import FORM_MARK, SearchTerms, stemming
from aggregator.store import meta
from aggregator.store.schema import search_languages
from aggregator.store.sql import Values, insert, run_each

# Of its words (`search_words`, `search_facts`) and of how they are stored: who changes that counts this up, and adds a
# migration.
FORM = {"sqlite": 5, "postgresql": 6}

_MAX_PENDING_ROWS = 500  # more are written before the transaction's end, and so is
_MAX_PENDING_CHARACTERS = 1_000_000  # a longer text
_FTS_ADD = text(
    "INSERT INTO articles_fts(rowid, title, lead, text, others, facts) "
    "VALUES (:id, :title, :lead, :text, :others, :facts)"
)
_FTS_REMOVE = text(
    "INSERT INTO articles_fts(articles_fts, rowid, title, lead, text, others, facts) "
    "VALUES ('delete', :id, :title, :lead, :text, :others, :facts)"
)
_PG_ADD = text("INSERT INTO article_search (article_id, search, words) VALUES (:id, CAST(:vector AS tsvector), :words)")
_PG_REMOVE = text("DELETE FROM article_search WHERE article_id = :id")
# A tsvector holds at most 1 MB, and places up to 16383: what lies beyond of an enormous text is not found.
_MAX_PG_WORDS = (5_000, 5_000, 40_000)
_MAX_PG_PLACES = 200  # of a word
_RUNS = {"\ue0f0": 10, "\ue0f1": 15}  # bits of the ids that a run holds, by the character that its words begin with
_SHORT_RUN, _LONG_RUN = _RUNS
_MAX_LONG_RUNS = 40  # that are named: more are most of an archive
_OF_FIELD = {"A": "\ue0f2", "B": "\ue0f3"}
_PAIR = "\ue0f4"
_OUTSIDE = "\ue0f5"
_WRITTEN = "\ue0f6"
_SHORT = 5  # characters of a word of a pair, with the mark of its language


class SearchIndex:
    """The search index as one transaction changes it."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._fts = conn.dialect.name == "sqlite"
        self._pending: list[Values] = []
        self._languages: set[str] = set()
        self._awaited: range | None = None

    def add(self, article_id: int, terms: SearchTerms, known: Facts, lang: str | None) -> None:
        """Indexes an article, before its transaction ends at the latest."""
        if article_id in self._left_out():
            return
        self.put(article_id, terms, known, lang)

    def put(self, article_id: int, terms: SearchTerms, known: Facts, lang: str | None) -> None:
        """Indexes an article that the index is being made anew for."""
        self._languages.add(stemming(lang))
        if not self._fts:
            row = {"id": article_id, "vector": _vector(article_id, terms, known), "words": _length(terms, known)}
            self._conn.execute(_PG_ADD, row)
            return
        self._pending.append(_row(article_id, terms, known))
        if len(self._pending) >= _MAX_PENDING_ROWS or len(terms.stems[2]) > _MAX_PENDING_CHARACTERS:
            self.flush()

    def remove(self, article_id: int, terms: SearchTerms, known: Facts) -> None:
        """Takes an article out of the index; `terms` and `known`: what it was indexed by."""
        if not self._fts:
            self._conn.execute(_PG_REMOVE, {"id": article_id})
        elif article_id not in self._left_out():
            self.flush()
            self._conn.execute(_FTS_REMOVE, _row(article_id, terms, known))

    def flush(self) -> None:
        """Writes the rows that wait."""
        if self._pending:
            run_each(self._conn, _FTS_ADD, self._pending)
            self._pending = []
        if self._languages:
            rows = [{"language": one} for one in sorted(self._languages)]
            self._conn.execute(insert(self._conn, search_languages).on_conflict_do_nothing(), rows)
            self._languages = set()

    def _left_out(self) -> range:
        """Returns the articles that are not indexed yet, while the index is being made anew: that will reach them."""
        if self._awaited is None:
            self._awaited = unindexed(self._conn)
        return self._awaited


def unindexed(conn: Connection) -> range:
    """Returns the ids of the articles that are still to be indexed, where the index is being made anew."""
    done, last = map(int, (meta.get(conn, meta.SEARCH_PROGRESS) or "0 0").split())
    return range(done + 1, last + 1)


def languages(conn: Connection) -> tuple[str, ...]:
    """Returns the languages by which articles of the index are stemmed; empty is that of articles without stemmer."""
    return tuple(conn.execute(select(search_languages.c.language)).scalars())


def _row(article_id: int, terms: SearchTerms, known: Facts) -> Values:
    title, lead, body = terms.stems
    texts = {"title": title, "lead": lead, "text": body, "others": terms.others}
    return {"id": article_id, **texts, "facts": known.in_a_row()}


def runs(low: int, high: int) -> list[str]:
    """Returns the words of PostgreSQL's index of which every article with an id from `low` to `high` has one; others
    may have one too. None are named where they would be very many."""
    found = list[str]()
    size = 1 << _RUNS[_LONG_RUN]
    if (high - low) // size > _MAX_LONG_RUNS:
        return found
    for start in range(low - low % size, high + 1, size):
        first, last = max(low, start), min(high, start + size - 1)
        if last - first > size // 2:
            found.append(_run(_LONG_RUN, start))
        else:
            found += dict.fromkeys(_run(_SHORT_RUN, one) for one in (*range(first, last, 1 << _RUNS[_SHORT_RUN]), last))
    return found


def pair(one: str, other: str) -> str | None:
    """Returns the word that says that these stand side by side; None where there is none, because one is long."""
    return f"{_PAIR}{one} {other}" if len(one) <= _SHORT and len(other) <= _SHORT else None


def of_field(label: str, word: str) -> str:
    """Returns the word that says that this one, or one that it begins, is in the title (A) or lead (B)."""
    return f"{_OF_FIELD[label]}{word}"


def outside(word: str) -> str:
    """Returns the word that says that an article has this one, but not in its text (C)."""
    return f"{_OUTSIDE}{word}"


def written(word: str) -> str:
    """Returns the word that says that an article has this one as it stands, where its stem is another."""
    return f"{_WRITTEN}{word}"


def _run(kind: str, article_id: int) -> str:
    return f"{kind}{article_id >> _RUNS[kind]}"


def _length(terms: SearchTerms, known: Facts) -> int:
    """Returns of how many words FTS5 would say that an article is."""
    return sum(len(words.split()) for words in (*terms.stems, terms.others, known.in_a_row()))


def _vector(article_id: int, terms: SearchTerms, known: Facts) -> str:
    """Returns a tsvector as PostgreSQL reads it; no word has a quotation mark or a backslash."""
    places: dict[str, list[str]] = defaultdict(list)
    without = {*known.single, *(_run(kind, article_id) for kind in _RUNS)}
    had: dict[str, set[str]] = {}
    at = 0
    for at, word in enumerate(known.names, 1):  # first: in a very long article the last places are all the same
        places[word].append(str(at))
    named = frozenset(places)
    for label, forms, stems, most in zip("ABC", terms.forms, terms.stems, _MAX_PG_WORDS, strict=True):
        words = stems.split()[:most]
        without.update(found for one, other in pairwise(words) if (found := pair(one, other)))
        had[label] = set(words)
        for form, stem in zip(forms.split(), words, strict=False):
            at += 1
            place = f"{at}{label}"
            places[stem].append(place)
            if stem != form:
                marked = f"{form}{FORM_MARK}"
                places[marked].append(place)
                had[label].add(marked)
        at += 1
    others = terms.others.split()
    spellings = [one for one in others if not one.endswith(FORM_MARK)]  # forms have their places above
    without.update(written(one.removesuffix(FORM_MARK)) for one in others if one.endswith(FORM_MARK))
    for one in spellings[: _MAX_PG_WORDS[0]]:
        places[one].append(f"{at + 2}")
    without.update(of_field(label, word) for label in _OF_FIELD for word in had[label])
    without.update(map(outside, places.keys() - named - had["C"]))
    placed = [f"'{word}':{','.join(found[:_MAX_PG_PLACES])}" for word, found in places.items()]
    return " ".join([*placed, *(f"'{word}'" for word in without)])
