"""Makes the search index anew from the articles, a batch a transaction: what was interrupted goes on where it was.

Where several processes do it, each renews the rows of its articles in place, so that searches go on meanwhile.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import orjson
from sqlalchemy import Connection, Row, bindparam, delete, func, select, text

from aggregator.search_facts import Facts, facts
from aggregator.search_words import SearchTerms, search_terms
from aggregator.store import meta
from aggregator.store.schema import articles, search_languages
from aggregator.store.searching.search_index import FORM, unindexed
from aggregator.store.unit_of_work import UnitOfWork

_BATCH = 1_000  # articles in a transaction
_ROWS = 200  # in memory at a time
_CLEAR = {
    "sqlite": text("INSERT INTO articles_fts(articles_fts) VALUES ('delete-all')"),
    "postgresql": text("TRUNCATE article_search"),
}
_REMOVE = text("DELETE FROM article_search WHERE article_id BETWEEN :first AND :last")
_INDEXED = [
    articles.c[name] for name in ("id", "title", "lead", "text", "lang", "site", "canonical_url", "authors", "tags")
]
_PLACES = text(
    "SELECT min(id), max(id), count(*) FROM (SELECT id, (row_number() OVER (ORDER BY id) - 1) / :rows AS n"
    " FROM articles) numbered GROUP BY n ORDER BY n"
).bindparams(bindparam("rows", _ROWS))
Write = Callable[[], AbstractContextManager[UnitOfWork]]
Texts = tuple[str | None, str | None, str, str | None]
"""An article's title, lead, text and language."""


def is_current(conn: Connection) -> bool:
    """Tells whether the index holds all words, in the form in which this version asks for them."""
    return meta.get(conn, meta.SEARCH_FORM) == _form(conn) and not meta.get(conn, meta.SEARCH_PROGRESS)


def begin(unit: UnitOfWork, *, anyhow: bool = False) -> None:
    """Empties the search index, for `batches` to fill it, if it is of another form, or `anyhow`; but not where that was
    done and its filling was interrupted."""
    if meta.get(unit, meta.SEARCH_FORM) == _form(unit) and (meta.get(unit, meta.SEARCH_PROGRESS) or not anyhow):
        return
    unit.execute(_CLEAR[unit.dialect.name])
    unit.execute(delete(search_languages))
    last = int(unit.execute(select(func.max(articles.c.id))).scalar() or 0)
    meta.put(unit, meta.SEARCH_PROGRESS, f"0 {last}")
    meta.put(unit, meta.SEARCH_FORM, _form(unit))


def batches(write: Write) -> Iterator[int]:
    """Indexes the articles that are left, each batch in a transaction of its own; yields how many were in it."""
    while True:
        with write() as unit:
            done = _next(unit)
        if not done:
            return
        yield done


def ranges(conn: Connection) -> list[tuple[int, int, int]]:
    """Returns the ids that the parts begin and end with in which the index may be renewed, and how many articles each
    part has."""
    return [(first, last, many) for first, last, many in conn.execute(_PLACES)]


def terms(rows: list[Texts]) -> list[SearchTerms]:
    """Returns what articles are found by."""
    return [search_terms(*row) for row in rows]


def renew(unit: UnitOfWork, first: int, last: int, made: Callable[[list[Texts]], list[SearchTerms]]) -> int:
    """Renews the rows of the articles of a part on PostgreSQL, where `made` calls `terms` in a process that has time
    for it; returns how many. Until the transaction ends nobody changes their texts."""
    mine = select(*_INDEXED).where(articles.c.id.between(first, last)).order_by(articles.c.id)
    rows = unit.execute(mine.with_for_update(read=True)).all()
    unit.execute(_REMOVE, {"first": first, "last": last})
    for row, found in zip(rows, made([(row.title, row.lead, row.text, row.lang) for row in rows]), strict=True):
        unit.search_index.put(row.id, found, _facts(row), row.lang)
    return len(rows)


def _next(unit: UnitOfWork) -> int:
    done, left = 0, unindexed(unit)
    at, last = left.start - 1, left.stop - 1
    wanted = select(*_INDEXED).order_by(articles.c.id)
    while done < _BATCH and (
        rows := unit.execute(wanted.where(articles.c.id > at, articles.c.id <= last).limit(_ROWS)).all()
    ):
        for row in rows:
            found = search_terms(row.title, row.lead, row.text, row.lang)
            unit.search_index.put(row.id, found, _facts(row), row.lang)
        at, done = rows[-1].id, done + len(rows)
    meta.put(unit, meta.SEARCH_PROGRESS, f"{at} {last}" if done else "")
    return done


def _facts(row: Row[Any]) -> Facts:
    authors, tags = (orjson.loads(some or "[]") for some in (row.authors, row.tags))
    return facts(row.site, row.canonical_url, row.lang, authors, tags)


def _form(conn: Connection) -> str:
    return str(FORM[conn.dialect.name])
