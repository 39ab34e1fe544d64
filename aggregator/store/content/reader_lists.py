"""Lists the articles of subscriptions as feed readers ask for them: by feed, category, mark and time, in pages."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import orjson
from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, or_, select, tuple_

from aggregator.query import Query
from aggregator.store.content.marks import is_read, read_ids, removed_ids, starred_ids
from aggregator.store.polling.categories import NONE
from aggregator.store.schema import SUBSCRIBED, article_marks, articles, categories, feeds
from aggregator.store.searching.hits import keys
from aggregator.store.searching.search_sql import Filters, matching
from aggregator.store.sql import listed, tuples

Order = Literal["at", "id", "changed", "read", "feed_category", "category_id", "title", "author"]
"""at: the time that articles are put in order by; id: when they were stored; changed: they or their marks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked of the articles of subscriptions; None asks nothing. Times: seconds UTC.

    `since`, `until`: bounds of `at`; `stored_since`, `stored_until`: of when its text came; `changed_since`,
    `changed_until`: of that and of its marks. The bounds are of the list, and so are `above` and `below`, of ids.
    `removed`: those that were taken out of the lists are in it too; `tags`: those of the page, any of them;
    `folded`: copies of an article that is listed are left out. `after`: the last article of the page before.
    """

    feed_id: int | None = None
    category_id: int | None = None
    read: bool | None = None
    starred: bool | None = None
    ids: tuple[int, ...] | None = None
    since: int | None = None
    until: int | None = None
    stored_since: int | None = None
    stored_until: int | None = None
    changed_since: int | None = None
    changed_until: int | None = None
    above: int | None = None
    below: int | None = None
    query: Query | None = None
    tags: tuple[str, ...] = ()
    removed: bool = False
    folded: bool = False
    order: Order = "at"
    ascending: bool = False
    limit: int | None = None
    offset: int = 0
    after: int | None = None


_marks = article_marks
_mark = _marks.alias("mark")
_MARKED = articles.outerjoin(_mark, _mark.c.article_id == articles.c.id)
_is_read = is_read(articles.c.id)
_changed = func.coalesce(
    select(case((_marks.c.changed_at > articles.c.fetched_at, _marks.c.changed_at), else_=articles.c.fetched_at))
    .where(_marks.c.article_id == articles.c.id)
    .scalar_subquery(),
    articles.c.fetched_at,
)


@dataclass(frozen=True, slots=True)
class Page:
    """The ids of the articles of a page, and how many articles there are in all pages."""

    ids: list[int]
    total: int


def condition(conn: Connection, wanted: Wanted) -> ColumnElement[bool]:
    """Returns what is asked as a condition on `articles`; pages and order play no part."""
    return _condition(wanted, _of_ids(conn, wanted))


def page(conn: Connection, wanted: Wanted) -> Page:
    """Returns a page of what is asked."""
    among = _of_ids(conn, wanted)  # a query is planned once, for the count and for the page
    total = _count(conn, wanted, among)
    looked_up = _few(conn, wanted, total)
    rows: Select[Any] = select(articles.c.id)
    feed: ColumnElement[Any] = articles.c.feed
    first = _first(wanted)
    if wanted.order == "at":
        # Neither the index of feeds nor that of times is of use where the other one is to be gone by.
        feed, first = (feed, first + 0) if looked_up else (_unindexed(wanted, feed), first)
    rows = rows.where(_of_feeds(wanted, feed), *_narrowing(wanted, among, looked_up=looked_up))
    if wanted.order in ("feed_category", "category_id"):
        rows = rows.join(feeds, feeds.c.url == articles.c.feed)
        rows = rows.join(categories, categories.c.name == func.coalesce(feeds.c.category, NONE))
    if wanted.after is not None:
        rows = rows.where(_beyond(wanted))
    by = (articles.c.id,) if wanted.order == "id" else (first, articles.c.id)
    rows = rows.order_by(*(column.asc() if wanted.ascending else column.desc() for column in by))
    rows = rows.limit(total if wanted.limit is None else wanted.limit).offset(wanted.offset)
    return Page(list(conn.execute(rows).scalars()) if total else [], total)


@dataclass(frozen=True, slots=True)
class Counted:
    """How many articles of a subscription were read and were not, and the time of the newest that was not (0: none)."""

    read: int
    unread: int
    newest_unread_at: int


def per_feed(conn: Connection, *, folded: bool) -> dict[str, Counted]:
    """Counts the articles of each subscription that has some, by its URL."""
    among = _of_ids(conn, Wanted(folded=folded))
    numbers = select(articles.c.feed, func.count(), func.max(articles.c.at)).group_by(articles.c.feed)
    by_feed = numbers.where(_of_feeds(Wanted(), articles.c.feed), *among)
    by_id = numbers.where(_of_feeds(Wanted(), _unindexed(Wanted(), articles.c.feed)), *among)
    if _mostly_read(conn):
        unread = by_id.where(articles.c.id.in_(listed(conn, _unread(conn))))
    else:
        unread = by_feed.select_from(_MARKED).where(_mark.c.read_at.is_(None))
    left = {url: (int(number), int(at)) for url, number, at in tuples(conn, unread)}
    removed = {url: int(number) for url, number, _ in tuples(conn, by_id.where(articles.c.id.in_(removed_ids())))}
    return {
        url: Counted(int(number) - left.get(url, (0, 0))[0] - removed.get(url, 0), *left.get(url, (0, 0)))
        for url, number, _ in tuples(conn, by_feed)
    }


def _mostly_read(conn: Connection) -> bool:
    """Tells whether so few articles are unread that to look them up by their ids is shorter than to join all."""
    every, marked = (select(func.count()).select_from(one).scalar_subquery() for one in (articles, article_marks))
    return bool(conn.execute(select(every * 10 < marked * 11)).scalar())


def _unread(conn: Connection) -> list[int]:
    """Returns the ids of articles that were not read. Two indexes are gone along in the order of ids; in the order of
    feeds each mark would be looked up elsewhere."""
    unread = select(keys.c.id).outerjoin(_mark, _mark.c.article_id == keys.c.id).where(_mark.c.read_at.is_(None))
    return [number for (number,) in tuples(conn, unread)]


def _condition(wanted: Wanted, among: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    everywhere = wanted.feed_id is None and wanted.category_id is None
    return and_(_of_feeds(wanted, articles.c.feed), *_narrowing(wanted, among, looked_up=everywhere))


def _count(conn: Connection, wanted: Wanted, among: Sequence[ColumnElement[bool]]) -> int:
    """Returns how many articles there are in all pages."""
    if wanted.read is not False:
        counted = select(func.count()).select_from(articles).where(_condition(wanted, among))
        return int(conn.execute(counted).scalar_one())
    # Where nearly all were read, a join costs a tenth of what it does to ask of each article whether it was.
    unread = select(func.count()).select_from(_MARKED).where(_mark.c.read_at.is_(None))
    everything = _condition(replace(wanted, read=None, removed=True), among)
    return int(conn.execute(unread.where(everything)).scalar_one())


def _few(conn: Connection, wanted: Wanted, total: int) -> bool:
    """Tells whether to look up all that matches and sort it is shorter than to go along the index of times until the
    page is full."""
    paged = {name: getattr(wanted, name) for name in ("order", "ascending", "limit", "offset", "after")}
    if wanted == Wanted(read=False, removed=wanted.removed, folded=wanted.folded, **paged):
        return False  # what is unread stands in no index: to look it up is to look at all
    last = int(conn.execute(select(func.max(articles.c.id))).scalar() or 0)
    reached = wanted.offset + (total if wanted.limit is None else wanted.limit)
    return reached * last > total * total


def _unindexed(wanted: Wanted, feed: ColumnElement[Any]) -> ColumnElement[Any]:
    """Returns the column of feeds so that no index of it is used; of one feed alone there is one in order of time."""
    return feed if wanted.feed_id is not None else func.coalesce(feed, "")


def _first(wanted: Wanted) -> ColumnElement[Any]:
    """Returns what the list is put in order by, before the ids."""
    orders: dict[Order, ColumnElement[Any]] = {
        "at": articles.c.at,
        "id": articles.c.id,
        "changed": _changed,
        "read": case((_is_read, 1), else_=0),
        "feed_category": func.coalesce(feeds.c.category, NONE),
        "category_id": categories.c.id,
        "title": func.coalesce(articles.c.title, ""),
        "author": func.coalesce(articles.c.authors, ""),
    }
    return orders[wanted.order]


def _beyond(wanted: Wanted) -> ColumnElement[bool]:
    """Returns the condition of coming after the last article of the page before, in an order by `at` or by id."""
    if wanted.order == "id":
        last: Any = wanted.after
        here: Any = articles.c.id
    else:
        known = articles.alias("last")
        last = select(known.c.at, known.c.id).where(known.c.id == wanted.after).scalar_subquery()
        here = tuple_(articles.c.at, articles.c.id)
    beyond: ColumnElement[bool] = here > last if wanted.ascending else here < last
    return beyond


def _narrowing(wanted: Wanted, among: Sequence[ColumnElement[bool]], *, looked_up: bool) -> list[ColumnElement[bool]]:
    return [*_of_marks(wanted, looked_up=looked_up), *_of_times(wanted), *among]


def _of_feeds(wanted: Wanted, feed: ColumnElement[Any]) -> ColumnElement[bool]:
    chosen = select(feeds.c.url).where(SUBSCRIBED)
    if wanted.category_id is not None:
        name = select(categories.c.name).where(categories.c.id == wanted.category_id).scalar_subquery()
        chosen = chosen.where(func.coalesce(feeds.c.category, NONE) == name)
    if wanted.feed_id is not None:
        return feed == chosen.where(feeds.c.id == wanted.feed_id).scalar_subquery()
    return feed.in_(chosen)


def _of_marks(wanted: Wanted, *, looked_up: bool) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if not wanted.removed and wanted.read is not False and wanted.starred is not True:
        asked.append(articles.c.id.not_in(removed_ids()))
    if wanted.read is not None:
        read = articles.c.id.in_(read_ids()) if looked_up else _is_read
        asked.append(read if wanted.read else ~_is_read)
    if wanted.starred is not None:
        starred = articles.c.id.in_(starred_ids())
        asked.append(starred if wanted.starred else ~starred)
    return asked


def _of_times(wanted: Wanted) -> list[ColumnElement[bool]]:
    asked: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        asked.append(articles.c.at >= wanted.since)
    if wanted.until is not None:
        asked.append(articles.c.at <= wanted.until)
    if wanted.stored_since is not None:
        asked.append(articles.c.id.in_(_stored_from(wanted.stored_since)))
    if wanted.stored_until is not None:
        asked.append(articles.c.id.not_in(_stored_from(wanted.stored_until + 1)))
    if wanted.changed_since is not None:
        marked = select(_marks.c.article_id).where(_marks.c.changed_at >= wanted.changed_since)
        asked.append(articles.c.id.in_(marked.union_all(_stored_from(wanted.changed_since))))
    if wanted.changed_until is not None:
        asked.append(_changed <= wanted.changed_until)
    return asked


def _stored_from(at: int) -> Select[int]:
    """Returns the ids of articles of feeds whose text came then or later, as a query of an index."""
    stored = articles.alias("stored")
    return select(stored.c.id).where(stored.c.fetched_at >= at, stored.c.feed.is_not(None))


def _of_ids(conn: Connection, wanted: Wanted) -> list[ColumnElement[bool]]:
    """Returns the conditions that are the same for a count and for a page."""
    asked: list[ColumnElement[bool]] = []
    if wanted.ids is not None:
        asked.append(articles.c.id.in_(listed(conn, wanted.ids)))
    if wanted.above is not None:
        asked.append(articles.c.id > wanted.above)
    if wanted.below is not None:
        asked.append(articles.c.id < wanted.below)
    if wanted.query is not None:
        asked.append(matching(conn, wanted.query, Filters()))
    if wanted.tags:
        quoted = [orjson.dumps(one).decode() for one in wanted.tags]
        asked.append(or_(*(articles.c.tags.contains(one, autoescape=True) for one in quoted)))
    if wanted.folded:
        copy, head = articles.alias("copy"), articles.alias("head")
        shown = select(copy.c.id).join(head, head.c.id == copy.c.copy_of).where(copy.c.copy_of.is_not(None))
        asked.append(articles.c.id.not_in(shown.where(head.c.feed.in_(select(feeds.c.url).where(SUBSCRIBED)))))
    return asked
