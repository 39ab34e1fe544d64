"""Stores and reads subscriptions and their polls."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import orjson
from sqlalchemy import Connection, Row, TextClause, and_, func, insert, literal_column, or_, select, text, true, update

from aggregator.config.feed_options import Options, decode
from aggregator.errors import NotFound
from aggregator.model import Hints
from aggregator.schedule.health import State
from aggregator.schedule.rhythm import Rhythm, pack, unpack
from aggregator.store.polling import categories
from aggregator.store.schema import SUBSCRIBED, articles, entries, feeds, polls
from aggregator.store.sql import Values, portions, run, tuples
from aggregator.urls import site_of

Kind = Literal["feed", "page", "hand"]
"""feed; page: an address that is polled itself; hand: the one holder of pages that a person names (never polled)."""
ASKED_FOR = "asked for by `aggregator fetch`"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed or page as feeds.yaml has it; `options` is its JSON."""

    url: str
    kind: str
    title: str | None
    category: str | None
    lang: str | None
    site: str
    options: str


@dataclass(frozen=True, slots=True)
class Synced:
    """How many subscriptions a sync added, changed and retired."""

    added: int = 0
    changed: int = 0
    retired: int = 0


@dataclass(frozen=True, slots=True)
class Source:
    """The subscription that lists an entry, as far as the entry's page needs it."""

    id: int
    url: str
    kind: Kind
    options: Options


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A subscription and all that its polls taught: the columns of `feeds`, where the schema describes them, decoded.

    Polls make another of it (`dataclasses.replace`), and `record_poll` writes what differs. Times: seconds UTC.
    """

    id: int
    url: str
    kind: Kind
    title: str | None
    category: str | None
    lang: str | None
    site: str
    options: Options
    position: int
    retired_at: int | None
    etag: str | None
    last_modified: str | None
    body_hash: int | None
    parsed_at: int | None
    link: str | None
    format: str | None
    hints: Hints
    next_poll_at: int
    next_poll_reason: str | None
    last_poll_at: int | None
    last_success_at: int | None
    failures: int
    last_error: str | None
    added_at: int
    validated_url: str | None
    whole_at: int | None
    lied_at: int | None
    broken: str | None
    moved_to: str | None
    moved_at: int | None
    moving_to: str | None
    moving_since: int | None
    moving_polls: int | None
    gone_at: int | None
    quiet_until: int | None
    rhythm: Rhythm | None
    latency: float | None
    health: State | None
    health_since: int | None
    health_why: str | None
    last_poll_due_at: int | None
    last_poll_reason: str | None

    @property
    def source(self) -> Source:
        """Returns what its entries' pages need of it."""
        return Source(self.id, self.url, self.kind, self.options)


@dataclass(frozen=True, slots=True)
class FeedCounts:
    """A subscription, how many entries it has, how many of them have an article, and how many wait for their page."""

    feed: FeedRow
    entries: int
    articles: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll in the log. `kind` and `reason` of a failure; `listed`: entries in the document, `new`: of them."""

    at: int
    outcome: Literal["changed", "unchanged", "failed"]
    seconds: float
    status: int | None = None
    kind: str | None = None
    reason: str | None = None
    listed: int | None = None
    new: int | None = None
    bytes: int | None = None


_COLUMNS = tuple(feeds.c[name] for name in FeedRow.__slots__)
_KIND, _OPTIONS, _HINTS, _RHYTHM = map(FeedRow.__slots__.index, ("kind", "options", "hints", "rhythm"))


def from_row(row: Sequence[Any]) -> FeedRow:
    """Returns the subscription of a row of `feeds`, in the order of its columns."""
    values = list(row[: len(_COLUMNS)])
    values[_OPTIONS] = decode(values[_KIND], values[_OPTIONS])
    values[_HINTS] = _hints(values[_HINTS])
    values[_RHYTHM] = unpack(orjson.loads(values[_RHYTHM])) if values[_RHYTHM] else None
    return FeedRow(*values)


def _hints(kept: str | None) -> Hints:
    values = orjson.loads(kept) if kept else {}
    for name in ("skip_hours", "skip_days"):
        values[name] = frozenset(values.get(name, ()))
    return Hints(**values)


def _encoded(name: str, value: Any) -> Any:
    """Returns a field of a FeedRow as its column holds it."""
    if name == "hints":
        said = {one: getattr(value, one) for one in Hints.__slots__}
        return orjson.dumps({one: hint for one, hint in said.items() if hint}, default=sorted).decode()
    return orjson.dumps(pack(value)).decode() if name == "rhythm" else value


def sync(conn: Connection, wanted: Sequence[Subscription], now: int) -> Synced:
    """Makes the rows say what feeds.yaml says: adds, changes and retires; never deletes, so articles stay.

    A subscription whose address there is now the one that its feed moved to is the same one still.
    """
    known = {row.url: row for row in conn.execute(select(feeds).where(feeds.c.kind != "hand"))}
    _follow(conn, known, {item.url for item in wanted})
    new, changed = [], 0
    for position, item in enumerate(wanted):
        values = {name: getattr(item, name) for name in Subscription.__slots__} | {"position": position}
        row = known.pop(item.url, None)
        if row is not None and row.moved_to is not None:
            values["site"] = orjson.loads(item.options).get("site") or site_of(row.moved_to)
        if row is None:
            new.append(values | {"next_poll_at": now, "added_at": now, "failures": 0})
            continue
        if item.title is None:
            values.pop("title")  # the feed's own title, learnt by a poll, stays
        if row.retired_at is not None or any(getattr(row, name) != value for name, value in values.items()):
            again = _again(row, item, now)
            conn.execute(update(feeds).where(feeds.c.id == row.id).values(**values, **again))
            changed += bool(again)
    if new:
        conn.execute(insert(feeds), new)
    gone = [row.id for row in known.values() if row.retired_at is None]
    for ids in portions(gone):
        conn.execute(update(feeds).where(feeds.c.id.in_(ids)).values(retired_at=now))
    categories.learn(conn, [categories.NONE, *(item.category for item in wanted if item.category)])
    return Synced(len(new), changed, len(gone))


def _follow(conn: Connection, known: dict[str, Row[Any]], wanted: set[str]) -> None:
    """Renames the rows whose address in feeds.yaml was replaced by the one that their feed moved, or is moving, to."""
    for old in [row for url, row in known.items() if url not in wanted]:
        for url in (old.moved_to, old.moving_to):
            if url is None or url not in wanted or url in known:
                continue
            known[url] = _renamed(conn, old, url)
            del known[old.url]
            break


def _renamed(conn: Connection, old: Row[Any], url: str) -> Row[Any]:
    settled = {"moved_to": None, "moved_at": None, "moving_to": None, "moving_since": None, "moving_polls": None}
    options = orjson.dumps(orjson.loads(old.options) | {"url": url}).decode()
    renamed = update(feeds).where(feeds.c.id == old.id).values(url=url, options=options, **settled)
    conn.execute(update(articles).where(articles.c.feed == old.url).values(feed=url))
    return conn.execute(renamed.returning(feeds)).one()


def learn_title(conn: Connection, url: str, title: str) -> None:
    """Gives a subscription a title if it has none."""
    conn.execute(update(feeds).where(feeds.c.url == url, feeds.c.title.is_(None)).values(title=title))


def readdress(conn: Connection, old: str, new: str) -> None:
    """Gives a subscription another address, if none has it; what was known of the document at the old one is
    forgotten."""
    if conn.execute(select(feeds.c.id).where(feeds.c.url == new)).first() is not None:
        return
    row = conn.execute(select(feeds).where(feeds.c.url == old)).one()
    unread = {"etag": None, "last_modified": None, "body_hash": None, "broken": None, "gone_at": None}
    conn.execute(update(feeds).where(feeds.c.id == row.id).values(**unread, site=site_of(new)))
    _renamed(conn, row, new)


def _again(row: Row[Any], item: Subscription, now: int) -> Values:
    """Returns the columns by which a subscription that was changed or taken up again is polled soon, but never earlier
    than its site allows; one that was changed is read anew, for what it asks for now may be in the known document."""
    if row.retired_at is None and row.options == item.options:
        return {}
    again = {"retired_at": None, "gone_at": None, "next_poll_at": min(now, row.next_poll_at)}
    unread = {"etag": None, "last_modified": None, "body_hash": None, "broken": None}
    return again | unread if row.options != item.options else again


def hand(conn: Connection, now: int) -> int:
    """Returns the id of the row that holds the pages that a person named."""
    found = conn.execute(select(feeds.c.id).where(feeds.c.kind == "hand")).scalar()
    if found is not None:
        return int(found)
    row = {"url": "", "kind": "hand", "site": "", "options": "{}", "position": -1, "next_poll_at": 0, "added_at": now}
    made = conn.execute(insert(feeds).values(**row).returning(feeds.c.id)).scalar_one()
    return int(made)


def active(conn: Connection) -> list[FeedRow]:
    """Returns every subscription in the order of feeds.yaml, retired ones left out."""
    query = select(*_COLUMNS).where(SUBSCRIBED).order_by(feeds.c.position)
    return [from_row(row) for row in conn.execute(query)]


def polls_elsewhere(conn: Connection, url: str, feed_id: int) -> bool:
    """Tells whether another subscription polls this address."""
    alive = and_(SUBSCRIBED, feeds.c.id != feed_id, feeds.c.gone_at.is_(None))
    there = or_(and_(feeds.c.url == url, feeds.c.moved_to.is_(None)), feeds.c.moved_to == url)
    return conn.execute(select(feeds.c.id).where(alive, there).limit(1)).first() is not None


def of_id(conn: Connection, feed_id: int) -> FeedRow:
    """Returns the subscription of this id. Raises NotFound if there is none, or no more."""
    known = 0 < feed_id < 2**63
    wanted = select(*_COLUMNS).where(SUBSCRIBED, feeds.c.id == feed_id)
    row = conn.execute(wanted).first() if known else None
    if row is None:
        raise NotFound(f"no subscription {feed_id}; `aggregator feeds list` shows them")
    return from_row(row)


def overview(conn: Connection, feed_id: int | None = None) -> list[FeedCounts]:
    """Returns `active`, or that of one id alone, each with the counts of its entries."""
    alone = true() if feed_id is None else feeds.c.id == feed_id
    # Those that are done have an article. They are nearly all and need not be looked at.
    bare = (func.count() - func.count(entries.c.article_id)).label("bare")
    waiting = func.count().filter(entries.c.state == "waiting").label("waiting")
    undone = entries.c.state != literal_column("'done'")
    counted = select(entries.c.feed_id, bare, waiting).where(undone).group_by(entries.c.feed_id)
    if feed_id is not None:
        counted = counted.where(entries.c.feed_id == feed_id)
    left = {row.feed_id: (row.bare, row.waiting) for row in conn.execute(counted)}
    found = []
    for row in conn.execute(select(*_COLUMNS, feeds.c.entries).where(SUBSCRIBED, alone).order_by(feeds.c.position)):
        without, waits = left.get(row.id, (0, 0))
        found.append(FeedCounts(from_row(row), row.entries, row.entries - without, waits))
    return found


def count_entries(conn: Connection, counted: Mapping[int, int]) -> None:
    """Adds to how many entries there are of feeds, by their ids; takes away where a number is negative."""
    for feed_id, number in sorted(counted.items()):
        run(conn, _COUNT, {"feed_id": feed_id, "number": number})


_NAMES = (  # put together once: every page asks for them
    select(feeds.c.site, func.max(feeds.c.title))
    .where(SUBSCRIBED)
    .group_by(feeds.c.site)
    .having(func.count() == 1, func.max(feeds.c.title).is_not(None))
)


def names_of_sites(conn: Connection) -> dict[str, str]:
    """Returns the titles of subscriptions by their sites, of those sites that have one alone."""
    return dict(tuples(conn, _NAMES))


def entries_per_day(conn: Connection, since: int, feed_id: int | None = None) -> dict[tuple[int, int], int]:
    """Returns how many entries came of each subscription, or of one alone, on each day (since 1970, in UTC) from the
    time `since` on."""
    day = (entries.c.first_seen_at // 86_400).label("day")
    came = and_(entries.c.feed_id == feeds.c.id, entries.c.first_seen_at >= since)
    counted = select(feeds.c.id, day, func.count()).join(entries, came).where(SUBSCRIBED)
    if feed_id is not None:
        counted = counted.where(feeds.c.id == feed_id)
    return {(feed, int(day)): int(number) for feed, day, number in tuples(conn, counted.group_by(feeds.c.id, "day"))}


def make_due(conn: Connection, ids: Collection[int] | None, now: int) -> None:
    """Makes these subscriptions (None: all) and what waits of them due now, whatever their next time was.

    Those that answered 410 Gone are asked again only when they are named.
    """
    which = SUBSCRIBED
    waiting = entries.c.state == "waiting"
    if ids is not None:
        which &= feeds.c.id.in_(ids)
        waiting &= entries.c.feed_id.in_(ids)
    conn.execute(
        update(feeds).where(which, feeds.c.next_poll_at > now).values(next_poll_at=now, next_poll_reason=ASKED_FOR)
    )
    if ids is not None:
        conn.execute(update(feeds).where(which, feeds.c.gone_at.is_not(None)).values(gone_at=None))
    conn.execute(update(entries).where(waiting, entries.c.next_try_at > now).values(next_try_at=now))


def pause(conn: Connection, feed_id: int, until: int) -> None:
    """Keeps a feed and its pages from being asked for before `until`, whatever is made due."""
    longer = or_(feeds.c.quiet_until.is_(None), feeds.c.quiet_until < until)
    conn.execute(update(feeds).where(feeds.c.id == feed_id, longer).values(quiet_until=until))


def resume(conn: Connection, feed_id: int) -> None:
    """Ends the pause of a feed."""
    conn.execute(update(feeds).where(feeds.c.id == feed_id).values(quiet_until=None))


def record_poll(conn: Connection, poll: Poll, before: FeedRow, after: FeedRow) -> None:
    """Logs a poll, and writes the columns of its feed in which `after` differs from `before`.

    The others stay as they are by now: a sync, a pause or a fetch by name may have changed them meanwhile.
    """
    run(conn, _LOG, {"feed_id": before.id} | {name: getattr(poll, name) for name in Poll.__slots__})
    changed = tuple(name for name in FeedRow.__slots__ if getattr(before, name) != getattr(after, name))
    if changed:
        values = {name: _encoded(name, getattr(after, name)) for name in changed}
        run(conn, _update(changed), values | {"feed_id": before.id})


_COUNT = text("UPDATE feeds SET entries = entries + :number WHERE id = :feed_id")
_LOG = text(
    "INSERT INTO polls (feed_id, at, outcome, seconds, status, kind, reason, listed, new, bytes)"
    " VALUES (:feed_id, :at, :outcome, :seconds, :status, :kind, :reason, :listed, :new, :bytes)"
)


@lru_cache(maxsize=256)
def _update(names: tuple[str, ...]) -> TextClause:
    changes = ", ".join(f"{name} = :{name}" for name in names)
    return text(f"UPDATE feeds SET {changes} WHERE id = :feed_id")


def recent_polls(conn: Connection, feed_id: int, limit: int = 30) -> list[Poll]:
    """Returns the last polls of a feed, newest first."""
    columns = [polls.c[name] for name in Poll.__slots__]
    query = select(*columns).where(polls.c.feed_id == feed_id).order_by(polls.c.at.desc(), polls.c.id.desc())
    return [Poll(*row) for row in conn.execute(query.limit(limit))]
