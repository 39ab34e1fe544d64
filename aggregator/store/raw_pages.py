"""Rows of raw pages: what a better extractor reads again, and what selectors are tried on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from aggregator.query import And
from aggregator.store.ranking import Filters, matching
from aggregator.store.schema import articles, entries, feeds, raw_pages

_ALL = And(())


def counts(conn: Connection, filters: Filters) -> tuple[int, int]:
    """How many of the articles have a raw page, and how many have none."""
    query = (
        select(func.count(raw_pages.c.article_id), func.count())
        .select_from(articles)
        .outerjoin(raw_pages, raw_pages.c.article_id == articles.c.id)
        .where(matching(conn, _ALL, filters))
    )
    kept, every = conn.execute(query).one()
    return int(kept), int(every) - int(kept)


def after(conn: Connection, filters: Filters, article_id: int, limit: int) -> Sequence[Row[Any]]:
    """The next articles with a raw page after that id, in the order of ids: columns of `articles`, and of the page
    `raw_url`, `content_type`, `raw_at` and `body` (zstd)."""
    query = (
        select(
            articles,
            raw_pages.c.url.label("raw_url"),
            raw_pages.c.content_type,
            raw_pages.c.fetched_at.label("raw_at"),
            raw_pages.c.body,
        )
        .join(raw_pages, raw_pages.c.article_id == articles.c.id)
        .where(articles.c.id > article_id, matching(conn, _ALL, filters))
    )
    return conn.execute(query.order_by(articles.c.id).limit(limit)).all()


def still(conn: Connection, article_id: int, raw_at: int) -> Row[Any] | None:
    """The article, held for this transaction, if its raw page is still the one of that time."""
    query = select(articles).where(articles.c.id == article_id).with_for_update()
    row = conn.execute(query).first()
    kept = conn.execute(select(raw_pages.c.fetched_at).where(raw_pages.c.article_id == article_id)).scalar()
    return row if kept == raw_at else None


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as it was served. `body`: zstd; `url`: where it came from, after redirects; `fetched_at`: seconds UTC."""

    url: str
    content_type: str | None
    fetched_at: int
    body: bytes


_PAGE = [raw_pages.c[name] for name in KeptPage.__slots__]


def page(conn: Connection, article_id: int) -> KeptPage | None:
    """Returns the page of an article as it was served last; None if it is not kept."""
    row = conn.execute(select(*_PAGE).where(raw_pages.c.article_id == article_id)).first()
    return None if row is None else KeptPage(*row)


def latest(conn: Connection, feed_url: str, limit: int) -> list[KeptPage]:
    """Returns the raw pages that were fetched last of a subscription's entries, newest first."""
    listed = (
        select(entries.c.article_id)
        .join(feeds, feeds.c.id == entries.c.feed_id)
        .where(feeds.c.url == feed_url, entries.c.article_id.is_not(None))
    )
    last = [raw_pages.c.fetched_at.desc(), raw_pages.c.article_id.desc()]
    few = select(raw_pages.c.article_id).where(raw_pages.c.article_id.in_(listed)).order_by(*last).limit(limit)
    query = select(*_PAGE).where(raw_pages.c.article_id.in_(few.subquery().select())).order_by(*last)
    return [KeptPage(*row) for row in conn.execute(query)]
