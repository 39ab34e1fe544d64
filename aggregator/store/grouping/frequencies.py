"""Counts in how many articles each term occurs: a term's row is read once and written at the end of a transaction.

The articles of a transaction share most of their words, so this saves most of the rows read and written. What one of
them has added counts for the next at once, as if it had been written. On SQLite what is known stays with its connection
for the next transaction, as long as no other connection has written.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, text

from aggregator.store.schema import term_frequencies
from aggregator.store.sql import run, run_each, run_list

_LOOK_UP = {
    "sqlite": text(
        "SELECT f.term, f.articles FROM json_each(:terms) j CROSS JOIN term_frequencies f WHERE f.term = j.value"
    ),
    "postgresql": text("SELECT term, articles FROM term_frequencies WHERE term = ANY(CAST(:terms AS BIGINT[]))"),
}
_MORE = " ON CONFLICT (term) DO UPDATE SET articles = term_frequencies.articles + excluded.articles"
_ADD = text("INSERT INTO term_frequencies (term, articles) VALUES (:term, :by)" + _MORE)
_ADD_ALL = text(
    "INSERT INTO term_frequencies (term, articles)"
    " SELECT unnest(CAST(:terms AS BIGINT[])), unnest(CAST(:by AS INTEGER[]))" + _MORE
)
_VERSION = text("PRAGMA data_version")  # is another one after each commit of another connection
_KEPT = "term frequencies"
_MAX_KEPT = 1 << 16  # terms


class TermFrequencies:
    """The term frequencies as one transaction sees and changes them."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._version = 0
        self._known: dict[int, int] | None = None
        self._added: dict[int, int] = {}

    def of(self, terms: Collection[int]) -> Mapping[int, int]:
        """Returns in how many articles each of the terms, and of those asked for before, occurs; 0 where in none."""
        if self._known is None:
            self._known = self._kept()
        unknown = sorted(set(terms).difference(self._known))
        if unknown:
            self._known.update(dict.fromkeys(unknown, 0))
            self._known.update((term, articles) for term, articles in run_list(self._conn, _LOOK_UP, "terms", unknown))
        return self._known

    def add(self, terms: Collection[int], by: int) -> None:
        """Counts one more article, which stands for `by`, with these terms; they were asked for before."""
        assert self._known is not None
        known, added = self._known, self._added
        for term in terms:
            known[term] += by
            added[term] = added.get(term, 0) + by

    def clear(self) -> None:
        """Deletes them all."""
        self._kept()
        self._known, self._added = {}, {}
        self._conn.execute(delete(term_frequencies))

    def flush(self) -> None:
        """Writes what was added: on PostgreSQL in one statement, as others wait for the end of this transaction."""
        if not self._added:
            return
        rows = sorted(self._added.items())
        if self._conn.dialect.name == "sqlite":
            run_each(self._conn, _ADD, ({"term": term, "by": by} for term, by in rows))
        else:
            self._conn.execute(_ADD_ALL, {"terms": [term for term, _ in rows], "by": [by for _, by in rows]})
        self._added.clear()

    def keep(self) -> None:
        """Keeps what is known for the next transaction: this one is committed."""
        if self._known is not None and self._conn.dialect.name == "sqlite" and len(self._known) < _MAX_KEPT:
            self._conn.info[_KEPT] = (self._version, self._known)

    def _kept(self) -> dict[int, int]:
        """Returns what the transaction before left; it is not kept if this one fails."""
        if self._conn.dialect.name != "sqlite":
            return {}
        self._version = int(run(self._conn, _VERSION, {})[0][0])
        version, known = self._conn.info.pop(_KEPT, (None, {}))
        return known if version == self._version else {}
