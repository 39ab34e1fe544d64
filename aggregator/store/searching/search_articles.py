"""Searching the articles, on both databases.

A query may match most of an archive. What is ranked and counted is bounded to the `MOST` matches that were stored last,
unless all are asked for; an order by time is exact all the same, because it is worked out from the newest article back.
Articles themselves are read for the page that is shown alone.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Double, func, literal, literal_column, select, tuple_

from aggregator.query import Query
from aggregator.store.content.stored_articles import StoredArticle, by_ids, from_row
from aggregator.store.schema import articles, feeds, revisions
from aggregator.store.searching.hits import hit_id, hits, keys
from aggregator.store.searching.newest_hits import narrowed, newest_hits
from aggregator.store.searching.ranking import Sort, ranked
from aggregator.store.searching.search_sql import Filters, Plan, matching, named, plan
from aggregator.store.sql import listed, tuples

MOST = 10_000  # matches that are ranked and counted, unless all are asked for
_ROWS_AT_ONCE = 200  # read from the database by `each`
_FRESHENED = 200  # of the best, where stories are not folded, whose order their time touches
_FRESH, _FRESH_FOR = 0.1, 7 * 86_400  # what the newest article's rank gains; after how many seconds half of that
_FIRST_STEP, _LAST_STEP = 100, 50_000  # articles looked at at a time on the way from the newest back


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article that matches. `rank`: greater is better; `others`: how many more of its story match, where stories are
    folded."""

    article: StoredArticle
    rank: float
    others: int


@dataclass(frozen=True, slots=True)
class Found:
    """The articles asked for, and how many match in all: at least so many where that is not `exact`."""

    articles: list[FoundArticle]
    total: int
    exact: bool


Match: TypeAlias = tuple[Any, int, int]
"""An article that matches: its rank or its time, its id, its story. Of two, the greater one comes first."""
ID, STORY = 1, 2
Day: TypeAlias = tuple[int, int]
"""A day since 1970, and a number of articles."""


def search(
    conn: Connection,
    query: Query,
    filters: Filters,
    sort: Sort = "relevance",
    limit: int = 20,
    offset: int = 0,
    *,
    stories: bool = False,
    exact: bool = False,
) -> Found:
    """Returns the articles that match, best or newest first.

    Where the query holds no words all are equally relevant, and the newest come first. With `stories`, one a story: its
    best hit. With `exact`, all are ranked and counted.
    """
    asked, most = plan(conn, query, filters), None if exact else MOST
    if asked.match is not None:
        asked = narrowed(conn, asked)
    if sort == "relevance" and asked.ranks:
        return _best(conn, asked, most, limit, offset, stories=stories)
    if most is not None and not stories and _asks_nothing(asked) and _are_more(conn, asked, most):
        page = (_walk(conn, asked, offset + limit, None, stories=False) or [])[offset : offset + limit]
        return Found(_read(conn, page, {}), most, exact=False)
    ids = _unordered(conn, asked, most)
    whole = most is None or len(ids) < most
    if asked.host is not None and not stories and (page := _newest_of(conn, asked.host, limit, offset)):
        return Found(_read(conn, page, {}), len(ids), whole)
    few = whole and len(ids) ** 2 < (offset + limit) * _last_id(conn)
    walked = None if few else _walk(conn, asked, offset + limit, len(ids) if whole else None, stories=stories)
    found = _keys(conn, ids) if stories or walked is None else []
    total = len({match[STORY] for match in found}) if stories else len(ids)
    if walked is None:
        page = (_folded(found) if stories else sorted(found, reverse=True))[offset : offset + limit]
    else:
        page = walked[offset : offset + limit]
        found = _members(conn, asked, [match[STORY] for match in page]) if stories else []
    return Found(_read(conn, page, Counter(match[STORY] for match in found) if stories else {}), total, whole)


def newest(conn: Connection) -> tuple[int, int]:
    """Returns the greatest ids of an article and of a revision (0: there is none), for `Filters.changed_after`."""
    found = (conn.execute(select(func.max(column))).scalar() for column in (articles.c.id, revisions.c.id))
    article, revision = (int(one or 0) for one in found)
    return article, revision


def count(conn: Connection, query: Query, filters: Filters) -> int:
    """Returns how many articles match, however many there are."""
    return int(
        conn.execute(select(func.count()).select_from(articles).where(matching(conn, query, filters))).scalar_one()
    )


def matching_ids(conn: Connection, query: Query, filters: Filters) -> list[int]:
    """Returns the ids of all articles that match, in no order."""
    return [int(one) for one in conn.execute(select(articles.c.id).where(matching(conn, query, filters))).scalars()]


def newest_matches(conn: Connection, query: Query, filters: Filters, most: int) -> Sequence[int]:
    """Returns the ids of matches in no order, no more than `most`; of words those that were stored last."""
    return _unordered(conn, plan(conn, query, filters), most)


def per_day(conn: Connection, query: Query, filters: Filters, most: int | None = None) -> tuple[list[Day], bool]:
    """Returns how many articles match of each day that has some: the day since 1970, in UTC, and their number; and
    whether the numbers are exact. Where more than `most` have the words, about so many are looked at and stand for all.
    """
    asked, dialect = plan(conn, query, filters), conn.dialect.name
    found, share = list[ColumnElement[bool]](), 1
    if asked.match is not None:
        hit = hits(asked.match, dialect)
        if most is not None and not asked.sets:
            number = int(conn.execute(select(func.count()).select_from(hit.subquery())).scalar_one())
            share = max(1, -(-number // most))
        found.append(keys.c.id.in_(hit if share == 1 else hit.where(_scattered(hit_id(dialect), share))))
    day = keys.c.at.op("/")(literal_column("86400")).label("day")  # of whole numbers neither database keeps the rest
    wanted = select(day, func.count()).where(*found, *asked.on_keys()).group_by("day").order_by("day")
    return [(int(day), int(number) * share) for day, number in conn.execute(wanted)], share == 1


def _scattered(ids: ColumnElement[int], share: int) -> ColumnElement[bool]:
    """Returns the condition of being one of `share` articles, as if by chance: sites come in turns, and every tenth id
    may be one of theirs."""
    return (ids * literal_column("40503")) % literal_column("65536") < literal_column(str(65_536 // share))


def among(conn: Connection, query: Query, ids: Sequence[int]) -> list[int]:
    """Returns those of the articles that match, in no order."""
    return [match[ID] for match in _among(conn, plan(conn, query, Filters()), ids)]


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


def _best(conn: Connection, asked: Plan, most: int | None, limit: int, offset: int, *, stories: bool) -> Found:
    """Returns the best of those matches that were stored last."""
    assert asked.match is not None
    # Kept apart by MATERIALIZED: FTS5 can rank only where its own table is what is read.
    hit = ranked(conn, asked, newest_hits(conn, asked, most), most).cte("hit").prefix_with("MATERIALIZED")
    if stories:
        wanted = select(_freshened(conn, hit.c.rank), hit.c.id, keys.c.story_id)
        found = tuples(conn, wanted.join_from(hit, keys, keys.c.id == hit.c.id))
        best, members = _folded(found), Counter(map(itemgetter(STORY), found))
        page, whole = best[offset : offset + limit], most is None or len(found) < most
        return Found(_read(conn, page, members, ranked=True), len(best), whole)
    counted = select(func.count()).select_from(hit).scalar_subquery()
    one = select(hit.c.rank, hit.c.id, counted.label("total")).order_by(hit.c.rank.desc(), hit.c.id.desc())
    top = one.limit(max(_FRESHENED, offset + limit)).cte("top").prefix_with("MATERIALIZED")
    fresh = select(top.c.rank, top.c.id, keys.c.story_id, _freshened(conn, top.c.rank), top.c.total)
    rows = sorted(tuples(conn, fresh.join_from(top, keys, keys.c.id == top.c.id)), reverse=True)
    total = rows[0][-1] if rows else 0
    best = sorted(((row[3], row[ID], row[STORY]) for row in rows[:_FRESHENED]), reverse=True)
    page = [*best, *(row[:3] for row in rows[_FRESHENED:])][offset : offset + limit]
    return Found(_read(conn, page, {}, ranked=True), total, most is None or total < most)


def _freshened(conn: Connection, rank: ColumnElement[float]) -> ColumnElement[float]:
    """Returns a rank with what the time of the article in `keys` adds to it: little, so that it decides between those
    that are equally good."""
    newest = int(conn.execute(select(func.max(articles.c.at))).scalar() or 0)
    return rank * (1 + literal(_FRESH * _FRESH_FOR, Double) / (literal(_FRESH_FOR + newest, Double) - keys.c.at))


def _unordered(conn: Connection, asked: Plan, most: int | None) -> Sequence[int]:
    """Returns the ids of matches, in any order, no more than `most`."""
    if asked.match is not None:
        wanted = newest_hits(conn, asked, most)
    elif asked.sets and not (asked.conditions or asked.checks or asked.span(articles.c.at)):
        wanted = asked.in_sets()
    elif asked.sets or (asked.conditions and asked.since is None and asked.until is None):
        wanted = select(keys.c.id).where(*asked.on_keys())
    else:
        wanted = select(articles.c.id).where(*asked.span(articles.c.at), *asked.holds(articles.c.id, with_span=False))
    return [row[0] for row in tuples(conn, wanted.limit(most))]


def _asks_nothing(asked: Plan) -> bool:
    """Tells whether a plan asks for everything, or for all of a span of time."""
    return asked.match is None and not (asked.sets or asked.conditions or asked.checks)


def _are_more(conn: Connection, asked: Plan, most: int) -> bool:
    """Tells whether there are at least so many articles in the span of a plan."""
    some = select(articles.c.id).where(*asked.span(articles.c.at)).limit(most).subquery()
    return int(conn.execute(select(func.count()).select_from(some)).scalar_one()) == most


def _keys(conn: Connection, ids: Sequence[int]) -> list[Match]:
    """Returns these articles with their times."""
    wanted = select(keys.c.at, keys.c.id, keys.c.story_id).where(keys.c.id.in_(listed(conn, ids)))
    return tuples(conn, wanted) if ids else []


def _newest_of(conn: Connection, site: str, limit: int, offset: int) -> list[Match]:
    """Returns a page of the newest articles of a site, which its index gives in the order of time; nothing where it is
    a host within one."""
    wanted = select(articles.c.at, articles.c.id, articles.c.story_id).where(articles.c.site == site)
    return tuples(conn, wanted.order_by(articles.c.at.desc(), articles.c.id.desc()).limit(limit).offset(offset))


def _last_id(conn: Connection) -> int:
    """Returns about how many articles there are. Of n articles m match: the way back from the newest to k matches is
    k * n / m articles long, and shorter than to read the times of all m where m * m is more than k * n."""
    return int(conn.execute(select(func.max(articles.c.id))).scalar() or 0)


def _walk(conn: Connection, asked: Plan, enough: int, most: int | None, *, stories: bool) -> list[Match] | None:
    """Returns the newest matches, newest first: `enough` of them, or of their stories, if there are so many. None where
    about `most` of the newest articles have too few: those of a site that is silent now are all far back."""
    found, seen = list[Match](), 0
    newest = select(articles.c.at, articles.c.id).where(*asked.span(articles.c.at))
    newest = newest.order_by(articles.c.at.desc(), articles.c.id.desc())
    step, here = _FIRST_STEP, newest
    while len(found) < enough and (rows := conn.execute(here.limit(step)).all()):
        found += sorted(_among(conn, asked, [row.id for row in rows]), reverse=True)
        if stories:
            found = _folded(found)
        seen += len(rows)
        if most is not None and seen > most and len(found) < enough:
            return None
        here = newest.where(tuple_(articles.c.at, articles.c.id) < tuple_(*rows[-1]))
        step = min(step * 4, _LAST_STEP)
    return found


def _among(conn: Connection, asked: Plan, ids: Sequence[int]) -> list[Match]:
    """Returns those of the articles that match, with their times."""
    wanted = select(keys.c.at, keys.c.id, keys.c.story_id).where(keys.c.id.in_(listed(conn, ids)), *asked.on_keys())
    if asked.match is not None and ids:
        dialect = conn.dialect.name
        these = hits(asked.match, dialect, (min(ids), max(ids))).where(hit_id(dialect).in_(listed(conn, ids)))
        wanted = wanted.where(keys.c.id.in_(these))
    return tuples(conn, wanted) if ids else []


def _members(conn: Connection, asked: Plan, story_ids: Collection[int]) -> list[Match]:
    """Returns the matches in these stories."""
    of_stories = select(articles.c.id).where(articles.c.story_id.in_(story_ids))
    return _among(conn, asked, conn.execute(of_stories).scalars().all())


def _folded(matches: Collection[Match]) -> list[Match]:
    """Returns the greatest match of each story, the greatest first."""
    best: dict[int, Match] = {}
    for match in sorted(matches, reverse=True):
        best.setdefault(match[STORY], match)
    return list(best.values())


def _read(
    conn: Connection, page: Sequence[Match], members: Mapping[int, int], *, ranked: bool = False
) -> list[FoundArticle]:
    """Returns the articles of a page; `members`: how many match of each story, where stories are folded."""
    if not page:
        return []
    stored = by_ids(conn, [match[ID] for match in page])
    return [
        FoundArticle(stored[one], float(measure) if ranked else 0.0, members.get(story, 1) - 1)
        for measure, one, story in page
        if one in stored
    ]
