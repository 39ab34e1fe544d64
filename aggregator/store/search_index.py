"""Writes the search index's rows beside their articles in the same transaction.

On SQLite they are written together at its end: FTS5 writes out what it has gathered at every savepoint, which each
statement with RETURNING sets, so that indexing one article at a time costs three times as much.
"""

from sqlalchemy import Connection, text

from aggregator.store.sql import Values, run_each
from aggregator.text import search_form

FORM = 2  # of its words (`text.search_form`): who changes that counts this up, and adds a migration
Terms = tuple[str, str, str]  # `text.search_form` of title, lead and text

_MAX_PENDING_ROWS = 500  # more are written before the transaction's end, and so is
_MAX_PENDING_CHARACTERS = 1_000_000  # a longer text
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
_MAX_PG_CHARACTERS = (100_000, 100_000, 500_000)


class SearchIndex:
    """The search index as one transaction changes it."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._fts = conn.dialect.name == "sqlite"
        self._pending: list[Values] = []

    def add(self, article_id: int, terms: Terms) -> None:
        """Indexes an article, before its transaction ends at the latest."""
        if not self._fts:
            self._conn.execute(_PG_ADD, _row(article_id, _cut(terms)))
            return
        self._pending.append(_row(article_id, terms))
        if len(self._pending) >= _MAX_PENDING_ROWS or len(terms[2]) > _MAX_PENDING_CHARACTERS:
            self.flush()

    def remove(self, article_id: int, terms: Terms) -> None:
        """Takes an article out of the index; `terms`: those it was indexed by."""
        if not self._fts:
            self._conn.execute(_PG_REMOVE, {"id": article_id})
            return
        self.flush()
        self._conn.execute(_FTS_REMOVE, _row(article_id, terms))

    def flush(self) -> None:
        """Writes the rows that wait."""
        if self._pending:
            run_each(self._conn, _FTS_ADD, self._pending)
            self._pending = []


def terms_of(title: str | None, lead: str | None, body: str) -> Terms:
    """Returns the words of an article as the index holds them."""
    return search_form(title or ""), search_form(lead or ""), search_form(body)


def _row(article_id: int, terms: Terms) -> Values:
    title, lead, body = terms
    return {"id": article_id, "title": title, "lead": lead, "text": body}


def _cut(terms: Terms) -> Terms:
    title, lead, body = (part[:longest] for part, longest in zip(terms, _MAX_PG_CHARACTERS, strict=True))
    return title, lead, body
