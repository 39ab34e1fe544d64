"""Makes the search index anew from the articles."""

from sqlalchemy import Connection, select, text

from aggregator.store import meta
from aggregator.store.schema import articles
from aggregator.store.search_index import FORM, terms_of
from aggregator.store.unit_of_work import UnitOfWork

_KEY = "search_form"
_BATCH = 200  # articles in memory at a time
_CLEAR = {
    "sqlite": text("INSERT INTO articles_fts(articles_fts) VALUES ('delete-all')"),
    "postgresql": text("DELETE FROM article_search"),
}


def is_current(conn: Connection) -> bool:
    """Tells whether the index holds words in the form in which this version asks for them."""
    return meta.get(conn, _KEY) == str(FORM)


def rebuild(unit: UnitOfWork) -> int:
    """Empties the search index and indexes every article, in this transaction; returns how many."""
    unit.execute(_CLEAR[unit.dialect.name])
    wanted = select(articles.c.id, articles.c.title, articles.c.lead, articles.c.text).order_by(articles.c.id)
    last, done = 0, 0
    while rows := unit.execute(wanted.where(articles.c.id > last).limit(_BATCH)).all():
        for row in rows:
            unit.search_index.add(row.id, terms_of(row.title, row.lead, row.text))
        last, done = rows[-1].id, done + len(rows)
    unit.search_index.flush()
    meta.put(unit, _KEY, str(FORM))
    return done
