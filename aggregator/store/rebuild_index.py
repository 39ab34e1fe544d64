"""Makes the search index anew from the articles, a batch a transaction: what was interrupted goes on where it was."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

from sqlalchemy import Connection, delete, func, select, text

from aggregator.search_words import search_terms
from aggregator.store import meta
from aggregator.store.schema import articles, search_languages
from aggregator.store.search_index import FORM
from aggregator.store.unit_of_work import UnitOfWork

_BATCH = 1_000  # articles in a transaction
_ROWS = 200  # in memory at a time
_CLEAR = {
    "sqlite": text("INSERT INTO articles_fts(articles_fts) VALUES ('delete-all')"),
    "postgresql": text("TRUNCATE article_search"),
}
Write = Callable[[], AbstractContextManager[UnitOfWork]]


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


def _next(unit: UnitOfWork) -> int:
    done, first = 0, meta.get(unit, meta.SEARCH_PROGRESS)
    if not first:
        return 0
    at, last = map(int, first.split())
    wanted = select(*(articles.c[name] for name in ("id", "title", "lead", "text", "lang"))).order_by(articles.c.id)
    while done < _BATCH and (
        rows := unit.execute(wanted.where(articles.c.id > at, articles.c.id <= last).limit(_ROWS)).all()
    ):
        for row in rows:
            unit.search_index.put(row.id, search_terms(row.title, row.lead, row.text, row.lang), row.lang)
        at, done = rows[-1].id, done + len(rows)
    meta.put(unit, meta.SEARCH_PROGRESS, f"{at} {last}" if done else "")
    return done


def _form(conn: Connection) -> str:
    return str(FORM[conn.dialect.name])
