"""Searches the articles, on both databases."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, Subquery, distinct, func, literal, select

from aggregator.query import Query
from aggregator.store.ranking import Sort, order, ranked
from aggregator.store.schema import articles, feeds
from aggregator.store.search_sql import Filters, filtered, matching, named, narrowed, plan
from aggregator.store.stored_articles import StoredArticle, from_row

_ROWS_AT_ONCE = 200  # read from the database by `each`


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article that matches. `rank`: greater is better; `others`: how many more of its story match, where stories are
    folded."""

    article: StoredArticle
    rank: float
    others: int


def search(
    conn: Connection,
    query: Query,
    filters: Filters,
    sort: Sort = "relevance",
    limit: int = 20,
    offset: int = 0,
    *,
    stories: bool = False,
) -> list[FoundArticle]:
    """Returns the articles that match, best or newest first.

    Where the query holds no words all are equally relevant, and the newest come first. With `stories`, one a story: its
    best hit.
    """
    found = _candidates(conn, query, filters)
    rank = found.c.rank if "rank" in found.c else literal(0.0).label("rank")
    picked = select(found.c.id, rank, literal(0).label("others"), found.c.at)
    if stories:
        found = _folded(found, rank, order(found, sort)).subquery()
        picked = select(found.c.id, found.c.rank, found.c.others, found.c.at).where(found.c.nth == 1)
    few = picked.order_by(*order(found, sort)).limit(limit).offset(offset).subquery()
    asked = select(articles, few.c.rank, few.c.others).join(few, few.c.id == articles.c.id)
    rows = conn.execute(asked.order_by(*order(few, sort)))
    return [FoundArticle(from_row(row), float(row.rank), int(row.others)) for row in rows]


def count(conn: Connection, query: Query, filters: Filters, *, stories: bool = False) -> int:
    """Returns how many articles, or stories, `search` would give without a limit."""
    counted = func.count(distinct(articles.c.story_id)) if stories else func.count()
    asked = select(counted).select_from(articles).where(matching(conn, query, filters))
    return int(conn.execute(asked).scalar_one())


def each(conn: Connection, query: Query, filters: Filters) -> Iterator[StoredArticle]:
    """Yields every article that matches, in the order of ids, read as it is asked for: memory stays small."""
    asked = select(articles).where(matching(conn, query, filters)).order_by(articles.c.id)
    with conn.execute(asked, execution_options={"stream_results": True, "yield_per": _ROWS_AT_ONCE}) as rows:
        for row in rows:
            yield from_row(row)


def knows_feed(conn: Connection, name: str) -> bool:
    """Tells whether there is a feed of that URL or title, or an article of one."""
    of_feeds = select(feeds.c.id).where(named(name)).limit(1)
    of_articles = select(articles.c.id).where(articles.c.feed == name).limit(1)
    return conn.execute(of_feeds).first() is not None or conn.execute(of_articles).first() is not None


def _candidates(conn: Connection, query: Query, filters: Filters) -> Subquery:
    """Returns what matches: id, at, story_id, and rank if the query holds words."""
    dialect = conn.dialect.name
    asked = plan(narrowed(query, filters), dialect)
    columns = [articles.c.id, articles.c.at, articles.c.story_id]
    where = filtered(filters) & asked.condition
    if asked.match is None:
        return select(*columns).where(where).subquery()
    # Kept apart by MATERIALIZED: FTS5 can rank only where its own table is what is read.
    hits = ranked(asked.match, dialect).cte("hits").prefix_with("MATERIALIZED")
    return select(*columns, hits.c.rank).join(hits, hits.c.id == articles.c.id).where(where).subquery()


def _folded(found: Subquery, rank: ColumnElement[float], by: list[ColumnElement[object]]) -> Select[tuple[object, ...]]:
    story = found.c.story_id
    nth = func.row_number().over(partition_by=story, order_by=by).label("nth")
    others = (func.count().over(partition_by=story) - 1).label("others")
    return select(found.c.id, found.c.at, rank, nth, others)
