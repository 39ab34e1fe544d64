"""Stores what the reader did to articles: read them, starred them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Exists, func, literal, or_, select, text, update

from aggregator.store.schema import article_marks, articles
from aggregator.store.sql import Values, insert, listed, run_list

Action = Literal["read", "unread", "star", "unstar", "remove"]
"""remove: taken out of the lists of feed readers until it is unread again; searches find it as before."""


@dataclass(frozen=True, slots=True)
class Mark:
    """When an article was read and starred (None: it is not), and when that changed last; seconds UTC, 0: never."""

    read_at: int | None = None
    starred_at: int | None = None
    changed_at: int = 0


UNMARKED = Mark()
_MARKS = f"SELECT article_id, {', '.join(Mark.__slots__)} FROM article_marks WHERE article_id "
_OF_ARTICLES = {
    "sqlite": text(_MARKS + "IN (SELECT value FROM json_each(:ids))"),
    "postgresql": text(_MARKS + "= ANY(CAST(:ids AS BIGINT[]))"),
}
_IS_READ, _IS_STARRED = article_marks.c.read_at.is_not(None), article_marks.c.starred_at.is_not(None)
_COLUMN = {"read": "read_at", "unread": "read_at", "star": "starred_at", "unstar": "starred_at", "remove": "removed_at"}


def of_articles(conn: Connection, article_ids: Collection[int]) -> Mapping[int, Mark]:
    """Returns the marks of those of the articles that have any."""
    return {row[0]: Mark(*row[1:]) for row in run_list(conn, _OF_ARTICLES, "ids", list(article_ids))}


def change(conn: Connection, which: ColumnElement[bool], action: Action, now: int) -> int:
    """Marks the articles that meet a condition on `articles`; returns how many were not marked so before."""
    name = _COLUMN[action]
    column = article_marks.c[name]
    if action in ("unread", "unstar"):
        chosen = article_marks.c.article_id.in_(select(articles.c.id).where(which))
        cleared = update(article_marks).where(column.is_not(None), chosen)
        gone: Values = {name: None, "changed_at": now} | ({"removed_at": None} if action == "unread" else {})
        return conn.execute(cleared.values(gone)).rowcount
    marked = select(articles.c.id, literal(now), literal(now)).where(which)
    row = insert(conn, article_marks).from_select(["article_id", name, "changed_at"], marked)
    values: Values = {name: now, "changed_at": now}
    done = row.on_conflict_do_update(index_elements=["article_id"], set_=values, where=column.is_(None))
    return conn.execute(done, execution_options={"preserve_rowcount": True}).rowcount


def among(conn: Connection, article_ids: Collection[int]) -> ColumnElement[bool]:
    """Returns the condition of being one of these articles."""
    return articles.c.id.in_(listed(conn, list(article_ids)))


def is_read(ids: ColumnElement[int]) -> Exists:
    """Returns the condition, on a column of articles' ids, of having been read."""
    return select(article_marks.c.article_id).where(article_marks.c.article_id == ids, _IS_READ).exists()


def read_ids() -> Any:
    """Returns the ids of articles that were read, as a query."""
    return select(article_marks.c.article_id).where(_IS_READ)


def starred_ids() -> Any:
    """Returns the ids of articles that are starred, as a query."""
    return select(article_marks.c.article_id).where(_IS_STARRED)


def removed_ids() -> Any:
    """Returns the ids of articles that feed readers took out of their lists, as a query: read, and not starred."""
    removed = article_marks.c.removed_at.is_not(None)
    return select(article_marks.c.article_id).where(removed, _IS_READ, article_marks.c.starred_at.is_(None))


def count(conn: Connection) -> tuple[int, int]:
    """Returns how many articles were read, and how many are starred."""
    wanted = select(func.count(article_marks.c.read_at), func.count(article_marks.c.starred_at))
    read, starred = conn.execute(wanted.where(or_(_IS_READ, _IS_STARRED))).one()
    return int(read), int(starred)
