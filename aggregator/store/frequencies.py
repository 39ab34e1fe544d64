"""In how many articles each term occurs: a term's row is read once in a transaction and written at its end.

The articles of a transaction share most of their words, so this saves most of the rows read and written. What one of
them has added counts for the next at once, as if it had been written.
"""

from collections.abc import Collection, Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, text

from aggregator.store.statements import run, run_each

_KNOWN, _ADDED = "term frequencies", "term frequencies to be written"
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


def of(conn: Connection, terms: Collection[int]) -> Mapping[int, int]:
    """In how many articles each of the terms occurs, and others that were asked for before; a term of none gives 0."""
    known: dict[int, int] = conn.info.setdefault(_KNOWN, {})
    unknown = sorted(set(terms).difference(known))
    if unknown:
        known.update(dict.fromkeys(unknown, 0))
        given: Any = orjson.dumps(unknown).decode() if conn.dialect.name == "sqlite" else unknown
        for term, articles in run(conn, _LOOK_UP[conn.dialect.name], {"terms": given}):
            known[term] = articles
    return known


def add(conn: Connection, terms: Collection[int], by: int) -> None:
    """One more article, which stands for `by`, has these terms; they were asked for before."""
    known, added = conn.info[_KNOWN], conn.info.setdefault(_ADDED, {})
    for term in terms:
        known[term] += by
        added[term] = added.get(term, 0) + by


def flush(conn: Connection) -> None:
    """Writes what was added. Called before a transaction is committed."""
    conn.info.pop(_KNOWN, None)
    added = conn.info.pop(_ADDED, None)
    if added:
        run_each(conn, _ADD, [{"term": term, "by": by} for term, by in sorted(added.items())])


def forget(conn: Connection) -> None:
    """Drops what a transaction that was rolled back has left."""
    conn.info.pop(_KNOWN, None)
    conn.info.pop(_ADDED, None)
