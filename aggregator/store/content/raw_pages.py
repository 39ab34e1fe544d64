"""Stores raw pages: what a better extractor reads again, and what selectors are tried on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, func, select

from aggregator.query import And
from aggregator.store.content import stored_articles
from aggregator.store.content.stored_articles import StoredArticle
from aggregator.store.schema import articles, entries, feeds, raw_pages
from aggregator.store.searching.search_sql import Filters, matching

_ALL = And(())
_ROWS = 10_000  # of ids and addresses, in memory


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as it was served. `body`: zstd; `url`: where it came from, after redirects; `fetched_at`: seconds UTC."""

    url: str
    content_type: str | None
    fetched_at: int
    body: bytes


_PAGE = [raw_pages.c[name] for name in KeptPage.__slots__]


def counts(conn: Connection, filters: Filters) -> tuple[int, int]:
    """Returns how many of the articles have a raw page, and how many have none."""
    query = (
        select(func.count(raw_pages.c.article_id), func.count())
        .select_from(articles)
        .outerjoin(raw_pages, raw_pages.c.article_id == articles.c.id)
        .where(matching(conn, _ALL, filters))
    )
    kept, every = conn.execute(query).one()
    return int(kept), int(every) - int(kept)


def urls(conn: Connection, filters: Filters) -> Iterator[tuple[int, str]]:
    """Yields the ids of articles with a raw page, in their order, and where the page came from."""
    query = select(articles.c.id, raw_pages.c.url).join(raw_pages, raw_pages.c.article_id == articles.c.id)
    query = query.where(matching(conn, _ALL, filters)).order_by(articles.c.id)
    for row in conn.execute(query.execution_options(yield_per=_ROWS)):
        yield row.id, row.url


def of_articles(conn: Connection, ids: Sequence[int]) -> list[tuple[StoredArticle, KeptPage]]:
    """Returns those of these articles that are there and have a raw page, in the order of ids, and their pages."""
    query = select(*articles.c, *_PAGE).join(raw_pages, raw_pages.c.article_id == articles.c.id)
    return _read(conn, query.where(articles.c.id.in_(ids)).order_by(articles.c.id))


def after(conn: Connection, filters: Filters, article_id: int, limit: int) -> list[tuple[StoredArticle, KeptPage]]:
    """Returns the next articles with a raw page after that id, in the order of ids, and their pages."""
    query = select(*articles.c, *_PAGE).join(raw_pages, raw_pages.c.article_id == articles.c.id)
    query = query.where(articles.c.id > article_id, matching(conn, _ALL, filters)).order_by(articles.c.id).limit(limit)
    return _read(conn, query)


def unchanged(conn: Connection, article_id: int, fetched_at: int) -> StoredArticle | None:
    """Returns the article, held for this transaction, if its raw page is still the one of that time."""
    article = stored_articles.held(conn, article_id)
    kept = conn.execute(select(raw_pages.c.fetched_at).where(raw_pages.c.article_id == article_id)).scalar()
    return article if kept == fetched_at else None


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


def _read(conn: Connection, query: Select[Any]) -> list[tuple[StoredArticle, KeptPage]]:
    return [(stored_articles.from_row(row), KeptPage(*row[-len(_PAGE) :])) for row in conn.execute(query)]
