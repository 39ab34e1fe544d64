"""Counts in how many articles each term occurs: a term's row is read once in a transaction and written at its end.

The articles of a transaction share most of their words, so this saves most of the rows read and written. What one of
them has added counts for the next at once, as if it had been written.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, text

from aggregator.store.sql import run_each, run_list

_LOOK_UP = {
    "sqlite": text(
        "SELECT f.term, f.articles FROM json_each(:terms) j CROSS JOIN term_frequencies f WHERE f.term = j.value"
    ),
    "postgresql": text("SELECT term, articles FROM term_frequencies WHERE term = ANY(CAST(:terms AS BIGINT[]))"),
}
_ADD = text(
    "INSERT INTO term_frequencies (term, articles) VALUES (:term, :by)"
    " ON CONFLICT (term) DO UPDATE SET articles = term_frequencies.articles + excluded.articles"
)


class TermFrequencies:
    """The term frequencies as one transaction sees and changes them."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._known: dict[int, int] = {}
        self._added: dict[int, int] = {}

    def of(self, terms: Collection[int]) -> Mapping[int, int]:
        """Returns in how many articles each of the terms, and of those asked for before, occurs; 0 where in none."""
        unknown = sorted([term for term in terms if term not in self._known])
        if unknown:
            self._known.update(dict.fromkeys(unknown, 0))
            for term, articles in run_list(self._conn, _LOOK_UP, "terms", unknown):
                self._known[term] = articles
        return self._known

    def add(self, terms: Collection[int], by: int) -> None:
        """Counts one more article, which stands for `by`, with these terms; they were asked for before."""
        known, added = self._known, self._added
        for term in terms:
            known[term] += by
            added[term] = added.get(term, 0) + by

    def flush(self) -> None:
        """Writes what was added."""
        if self._added:
            run_each(self._conn, _ADD, [{"term": term, "by": by} for term, by in sorted(self._added.items())])
            self._added.clear()
