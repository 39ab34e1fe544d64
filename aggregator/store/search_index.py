"""The search index's rows, written beside their articles in the same transaction.

On SQLite they are written together at its end: FTS5 writes out what it has gathered at every savepoint, which each
statement with RETURNING sets, so that indexing one article at a time costs three times as much.
"""

from typing import Any

from sqlalchemy import Connection, text

from aggregator.store.statements import run_each

Terms = tuple[str, str, str]  # `text.index_form` of title, lead and text

_PENDING = "rows to be indexed"
_MOST_ROWS = 500  # that wait; more are written before the transaction's end, and so is a text longer than this:
_LONG = 1_000_000
_FTS_ADD = text("INSERT INTO articles_fts(rowid, title, lead, text) VALUES (:id, :title, :lead, :text)")
_FTS_REMOVE = text(
    "INSERT INTO articles_fts(articles_fts, rowid, title, lead, text) VALUES ('delete', :id, :title, :lead, :text)"
)
_PG_ADD = text(
    "INSERT INTO article_search (article_id, search) VALUES (:id, setweight(to_tsvector('simple', :title), 'A') || "
    "setweight(to_tsvector('simple', :lead), 'B') || setweight(to_tsvector('simple', :text), 'C'))"
)
_PG_REMOVE = text("DELETE FROM article_search WHERE article_id = :id")
# A tsvector holds at most 1 MB: what lies beyond that of an enormous text is not found.
_PG_LONGEST = (100_000, 100_000, 500_000)


def add(conn: Connection, article_id: int, terms: Terms) -> None:
    """Indexes an article, before its transaction ends at the latest."""
    if conn.dialect.name != "sqlite":
        conn.execute(_PG_ADD, _row(article_id, _cut(terms)))
        return
    pending: list[dict[str, Any]] = conn.info.setdefault(_PENDING, [])
    pending.append(_row(article_id, terms))
    if len(pending) >= _MOST_ROWS or len(terms[2]) > _LONG:
        flush(conn)


def remove(conn: Connection, article_id: int, terms: Terms) -> None:
    """Takes an article out of the index; `terms`: those it was indexed by."""
    if conn.dialect.name != "sqlite":
        conn.execute(_PG_REMOVE, {"id": article_id})
        return
    flush(conn)
    conn.execute(_FTS_REMOVE, _row(article_id, terms))


def flush(conn: Connection) -> None:
    """Writes what waits. Called before a transaction is committed."""
    pending = conn.info.pop(_PENDING, None)
    if pending:
        run_each(conn, _FTS_ADD, pending)


def forget(conn: Connection) -> None:
    """Drops what a transaction that was rolled back has left."""
    conn.info.pop(_PENDING, None)


def _row(article_id: int, terms: Terms) -> dict[str, Any]:
    title, lead, body = terms
    return {"id": article_id, "title": title, "lead": lead, "text": body}


def _cut(terms: Terms) -> Terms:
    title, lead, body = (part[:longest] for part, longest in zip(terms, _PG_LONGEST, strict=True))
    return title, lead, body
