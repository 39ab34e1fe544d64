"""Searching the articles, on both databases."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, Row, Select, Subquery, and_, distinct, func, literal, select

from aggregator.query import And, Is, Query
from aggregator.store.schema import articles, feeds
from aggregator.store.search_sql import hits, named, plan

Sort = Literal["relevance", "date"]


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search. `since`, `until` (without it): seconds of an article's time, which is when it was
    published, or fetched if that is not known or lies in the future."""

    since: int | None = None
    until: int | None = None
    feed: str | None = None  # its URL or its title
    site: str | None = None
    lang: str | None = None


def search(
    conn: Connection,
    query: Query,
    filters: Filters,
    sort: Sort = "relevance",
    limit: int = 20,
    offset: int = 0,
    *,
    stories: bool = False,
) -> Sequence[Row[Any]]:
    """The articles that match, best or newest first: their columns, `rank` and `others`.

    Where the query holds no words all are equally relevant, and the newest come first. With `stories`, one row a
    story: its best hit, and in `others` how many more of its articles match.
    """
    found = _candidates(conn, query, filters)
    by_rank = sort == "relevance" and "rank" in found.c
    order = [found.c.rank.desc(), found.c.id.desc()] if by_rank else [found.c.at.desc(), found.c.id.desc()]
    rank = found.c.rank if "rank" in found.c else literal(0.0).label("rank")
    picked = select(found.c.id, rank, literal(0).label("others"), found.c.at)
    if stories:
        found = _folded(found, rank, order).subquery()
        order = [found.c.rank.desc(), found.c.id.desc()] if by_rank else [found.c.at.desc(), found.c.id.desc()]
        picked = select(found.c.id, found.c.rank, found.c.others, found.c.at).where(found.c.nth == 1)
    few = picked.order_by(*order).limit(limit).offset(offset).subquery()
    again = [few.c.rank.desc(), few.c.id.desc()] if by_rank else [few.c.at.desc(), few.c.id.desc()]
    return conn.execute(
        select(articles, few.c.rank, few.c.others).join(few, few.c.id == articles.c.id).order_by(*again)
    ).all()


def count(conn: Connection, query: Query, filters: Filters, *, stories: bool = False) -> int:
    """How many rows `search` would give without a limit."""
    counted = func.count(distinct(articles.c.story_id)) if stories else func.count()
    asked = select(counted).select_from(articles).where(matching(conn, query, filters))
    return int(conn.execute(asked).scalar_one())


def knows_feed(conn: Connection, name: str) -> bool:
    """Whether there is a feed of that URL or title, or an article of one."""
    of_feeds = select(feeds.c.id).where(named(name)).limit(1)
    of_articles = select(articles.c.id).where(articles.c.feed == name).limit(1)
    return conn.execute(of_feeds).first() is not None or conn.execute(of_articles).first() is not None


def each(conn: Connection, query: Query, filters: Filters) -> Iterator[Row[Any]]:
    """Every article that matches, in the order of ids, read as it is asked for: memory stays small."""
    asked = select(articles).where(matching(conn, query, filters)).order_by(articles.c.id)
    with conn.execute(asked, execution_options={"stream_results": True, "yield_per": 200}) as rows:
        yield from rows


def _candidates(conn: Connection, query: Query, filters: Filters) -> Subquery:
    """What matches: id, at, story_id, and rank if the query holds words."""
    dialect = conn.dialect.name
    asked = plan(_narrowed(query, filters), dialect)
    columns = [articles.c.id, articles.c.at, articles.c.story_id]
    where = and_(_filtered(filters), asked.condition)
    if asked.match is None:
        return select(*columns).where(where).subquery()
    # Kept apart by MATERIALIZED: FTS5 can rank only where its own table is what is read.
    ranked = hits(asked.match, dialect, ranked=True).cte("hits").prefix_with("MATERIALIZED")
    return select(*columns, ranked.c.rank).join(ranked, ranked.c.id == articles.c.id).where(where).subquery()


def matching(conn: Connection, query: Query, filters: Filters) -> ColumnElement[bool]:
    """What matches, as a condition on `articles`: for where no rank is needed, which is the costly part."""
    dialect = conn.dialect.name
    asked = plan(_narrowed(query, filters), dialect)
    where = and_(_filtered(filters), asked.condition)
    if asked.match is None:
        return where
    return and_(articles.c.id.in_(hits(asked.match, dialect, ranked=False)), where)


def _folded(found: Subquery, rank: ColumnElement[Any], order: list[Any]) -> Select[Any]:
    story = found.c.story_id
    nth = func.row_number().over(partition_by=story, order_by=order).label("nth")
    others = (func.count().over(partition_by=story) - 1).label("others")
    return select(found.c.id, found.c.at, rank, nth, others)


def _narrowed(query: Query, filters: Filters) -> Query:
    """The query with the filters that it could have said itself."""
    parts = query.parts if isinstance(query, And) else (query,)
    said = (("feed", filters.feed), ("site", filters.site), ("lang", filters.lang))
    return And((*parts, *(Is(field, value) for field, value in said if value)))  # type: ignore[arg-type]


def _filtered(filters: Filters) -> ColumnElement[bool]:
    since = articles.c.at >= filters.since if filters.since is not None else articles.c.id.is_not(None)
    return since if filters.until is None else and_(since, articles.c.at < filters.until)
