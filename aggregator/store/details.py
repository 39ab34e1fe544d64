"""What is stored of one article beside its row."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from aggregator.store.schema import articles, bodies, refetches, revisions


def article(conn: Connection, article_id: int) -> Row[Any] | None:
    """The row of an article; None if there is none."""
    if not 0 <= article_id < 2**63:
        return None
    return conn.execute(select(articles).where(articles.c.id == article_id)).first()


def body(conn: Connection, article_id: int) -> bytes | None:
    """Its sanitised HTML, zstd; None where the text says it all."""
    found = conn.execute(select(bodies.c.html).where(bodies.c.article_id == article_id)).scalar()
    return None if found is None else bytes(found)


def revisions_of(conn: Connection, article_id: int) -> Sequence[Row[Any]]:
    """Its earlier texts, oldest first."""
    return conn.execute(select(revisions).where(revisions.c.article_id == article_id).order_by(revisions.c.id)).all()


def refetch_of(conn: Connection, article_id: int) -> Row[Any] | None:
    """The plan by which its page is fetched again; None if there is none."""
    return conn.execute(select(refetches).where(refetches.c.article_id == article_id)).first()


def copies_of(conn: Connection, row: Row[Any]) -> Sequence[Row[Any]]:
    """The other articles that are the same text: its copies, or its head and the head's other copies; oldest first."""
    head = row.id if row.copy_of is None else row.copy_of
    same = or_(articles.c.id == head, articles.c.copy_of == head)
    return conn.execute(
        select(articles).where(same, articles.c.id != row.id).order_by(articles.c.at, articles.c.id)
    ).all()
