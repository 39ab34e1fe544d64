"""Rows of the plan by which the pages of young articles are fetched again."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select, update

from aggregator.store.leases import Scope, due_refetch
from aggregator.store.schema import articles, entries, feeds, raw_pages, refetches
from aggregator.store.upsert import insert


def begin(conn: Connection, article_id: int, values: dict[str, Any]) -> None:
    """The page of an article was fetched because an entry lists it. `values`: columns."""
    row = insert(conn, refetches).values(article_id=article_id, **values)
    conn.execute(row.on_conflict_do_update(index_elements=["article_id"], set_=values))


def due(conn: Connection, site: str, now: int, scope: Scope, limit: int) -> Sequence[Row[Any]]:
    """The articles of a site whose page is to be fetched again, longest due first: their rows of `refetches` and, with
    the names of `articles`, the rest (`since`: when it came out)."""
    query = (
        select(refetches, articles.c.at.label("since"), articles.c.gone_at)
        .join(articles, articles.c.id == refetches.c.article_id)
        .where(refetches.c.site == site, due_refetch(now, scope))
        .order_by(refetches.c.next_at, refetches.c.article_id)
    )
    return conn.execute(query.limit(limit)).all()


def listings(conn: Connection, article_ids: Collection[int]) -> dict[int, Row[Any]]:
    """Of each article the entry that lists it in a feed which is subscribed, with its feed's URL as `feed_url`, and
    `options`: of the feed which the article names, else the first."""
    query = (
        select(entries, feeds.c.url.label("feed_url"), feeds.c.kind, feeds.c.options)
        .join(feeds, feeds.c.id == entries.c.feed_id)
        .join(articles, articles.c.id == entries.c.article_id)
        .where(entries.c.article_id.in_(article_ids), entries.c.url.is_not(None))
        .where(feeds.c.kind == "feed", feeds.c.retired_at.is_(None))
        .order_by((feeds.c.url == func.coalesce(articles.c.feed, "")).desc(), entries.c.id)
    )
    found: dict[int, Row[Any]] = {}
    for row in conn.execute(query):
        found.setdefault(int(row.article_id), row)
    return found


def looked(conn: Connection, article_id: int, values: dict[str, Any]) -> None:
    """What a look changes of the plan's row."""
    conn.execute(update(refetches).where(refetches.c.article_id == article_id).values(**values))


def known(conn: Connection, article_ids: Collection[int]) -> Sequence[Any]:
    """Those of the articles that were made from a page: `id`, `fetched_at`, and of their rows of `refetches`, where
    there are any, `next_at`, `looked_at` and `same`."""
    if not article_ids:
        return []
    query = select(articles.c.id, articles.c.fetched_at, refetches.c.next_at, refetches.c.looked_at, refetches.c.same)
    query = query.outerjoin(refetches, refetches.c.article_id == articles.c.id)
    found: Sequence[Any] = conn.execute(
        query.where(articles.c.id.in_(article_ids), articles.c.body_from == "page")
    ).all()
    return found


def page(conn: Connection, article_id: int) -> Row[Any] | None:
    """The page of an article as it was served last: url, content_type, fetched_at, body (zstd); None if not kept."""
    return conn.execute(select(raw_pages).where(raw_pages.c.article_id == article_id)).first()
