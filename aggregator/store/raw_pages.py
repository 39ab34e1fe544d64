"""Rows of raw pages: what a better extractor reads again, and what selectors are tried on."""

from collections.abc import Collection, Sequence
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


def listings(conn: Connection, article_ids: Collection[int]) -> dict[int, Row[Any]]:
    """Of each article the entry that it was made for, with its feed's URL as `feed_url`, and `options`: that of the
    feed which the article names, else the first."""
    query = (
        select(entries, feeds.c.url.label("feed_url"), feeds.c.options)
        .join(feeds, feeds.c.id == entries.c.feed_id)
        .join(articles, articles.c.id == entries.c.article_id)
        .where(entries.c.article_id.in_(article_ids))
        .order_by((feeds.c.url == func.coalesce(articles.c.feed, "")).desc(), entries.c.id)
    )
    found: dict[int, Row[Any]] = {}
    for row in conn.execute(query):
        found.setdefault(int(row.article_id), row)
    return found


def latest(conn: Connection, feed_url: str, limit: int) -> Sequence[Row[Any]]:
    """The raw pages that were fetched last of a subscription's entries, newest first."""
    listed = (
        select(entries.c.article_id)
        .join(feeds, feeds.c.id == entries.c.feed_id)
        .where(feeds.c.url == feed_url, entries.c.article_id.is_not(None))
    )
    last = [raw_pages.c.fetched_at.desc(), raw_pages.c.article_id.desc()]
    few = select(raw_pages.c.article_id).where(raw_pages.c.article_id.in_(listed)).order_by(*last).limit(limit)
    return conn.execute(
        select(raw_pages).where(raw_pages.c.article_id.in_(few.subquery().select())).order_by(*last)
    ).all()
