"""Rows of subscriptions and of their polls."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Row, TextClause, and_, func, insert, or_, select, text, update

from aggregator.store.schema import articles, entries, feeds, polls
from aggregator.store.statements import run
from aggregator.urls import site_of


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
    """What a sync changed."""

    added: int = 0
    changed: int = 0
    retired: int = 0


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
            again = _again(row, item, now) if _differs(row, item) else {}
            conn.execute(update(feeds).where(feeds.c.id == row.id).values(**values, **again))
            changed += bool(again)
    if new:
        conn.execute(insert(feeds), new)
    gone = [row.id for row in known.values() if row.retired_at is None]
    for start in range(0, len(gone), 500):
        conn.execute(update(feeds).where(feeds.c.id.in_(gone[start : start + 500])).values(retired_at=now))
    return Synced(len(new), changed, len(gone))


def _follow(conn: Connection, known: dict[str, Row[Any]], wanted: set[str]) -> None:
    """Renames the rows whose address in feeds.yaml was replaced by the one that their feed moved, or is moving, to."""
    settled = {"moved_to": None, "moved_at": None, "moving_to": None, "moving_since": None, "moving_polls": None}
    for old in [row for url, row in known.items() if url not in wanted]:
        for url in (old.moved_to, old.moving_to):
            if url is None or url not in wanted or url in known:
                continue
            options = orjson.dumps(orjson.loads(old.options) | {"url": url}).decode()
            named = update(feeds).where(feeds.c.id == old.id).values(url=url, options=options, **settled)
            renamed = named.returning(feeds)
            known[url] = conn.execute(renamed).one()
            del known[old.url]
            conn.execute(update(articles).where(articles.c.feed == old.url).values(feed=url))
            break


def _differs(row: Row[Any], item: Subscription) -> bool:
    return row.retired_at is not None or row.options != item.options


def _again(row: Row[Any], item: Subscription, now: int) -> dict[str, Any]:
    """A subscription that was changed or taken up again is polled soon, but never earlier than its site allows; one that
    was changed is read anew, for what it asks for now may be in the document that is known."""
    unread = {"etag": None, "last_modified": None, "body_hash": None, "broken": None}
    again = {"retired_at": None, "gone_at": None, "next_poll_at": min(now, row.next_poll_at)}
    return again | unread if row.options != item.options else again


def hand(conn: Connection, now: int) -> int:
    """The id of the row that holds pages given by hand."""
    found = conn.execute(select(feeds.c.id).where(feeds.c.kind == "hand")).scalar()
    if found is not None:
        return int(found)
    row = {"url": "", "kind": "hand", "site": "", "options": "{}", "position": -1, "next_poll_at": 0, "added_at": now}
    made = conn.execute(insert(feeds).values(**row).returning(feeds.c.id)).scalar_one()
    return int(made)


def active(conn: Connection) -> Sequence[Row[Any]]:
    """Every subscription in the order of feeds.yaml, retired ones left out."""
    query = select(feeds).where(feeds.c.retired_at.is_(None), feeds.c.kind != "hand").order_by(feeds.c.position)
    return conn.execute(query).all()


def polls_elsewhere(conn: Connection, url: str, feed_id: int) -> bool:
    """True if another subscription polls this address."""
    alive = and_(feeds.c.id != feed_id, feeds.c.retired_at.is_(None), feeds.c.gone_at.is_(None), feeds.c.kind != "hand")
    there = or_(and_(feeds.c.url == url, feeds.c.moved_to.is_(None)), feeds.c.moved_to == url)
    return conn.execute(select(feeds.c.id).where(alive, there).limit(1)).first() is not None


def overview(conn: Connection) -> Sequence[Row[Any]]:
    """`active`, with how many entries each has, how many of them wait, and how many have an article."""
    counted = (
        select(
            entries.c.feed_id,
            func.count().label("entries"),
            func.count(entries.c.article_id).label("articles"),
            func.sum((entries.c.state == "waiting").cast(entries.c.tries.type)).label("waiting"),
        )
        .group_by(entries.c.feed_id)
        .subquery()
    )
    columns = (func.coalesce(counted.c[name], 0).label(name) for name in ("entries", "articles", "waiting"))
    query = (
        select(feeds, *columns)
        .outerjoin(counted, counted.c.feed_id == feeds.c.id)
        .where(feeds.c.retired_at.is_(None), feeds.c.kind != "hand")
        .order_by(feeds.c.position)
    )
    return conn.execute(query).all()


ASKED_FOR = "asked for by `aggregator fetch`"


def make_due(conn: Connection, ids: Collection[int] | None, now: int) -> None:
    """Makes these subscriptions (None: all) and what waits of them due now, whatever their next time was.

    Those that answered 410 Gone are asked again only when they are named.
    """
    which = feeds.c.retired_at.is_(None) & (feeds.c.kind != "hand")
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


def hold_back(conn: Connection, feed_id: int, until: int) -> None:
    """Neither the feed nor a page of it is asked for before then, whatever is made due."""
    longer = or_(feeds.c.quiet_until.is_(None), feeds.c.quiet_until < until)
    conn.execute(update(feeds).where(feeds.c.id == feed_id, longer).values(quiet_until=until))


def record_poll(conn: Connection, feed_id: int, poll: dict[str, Any], state: dict[str, Any]) -> None:
    """Logs a poll (columns of `polls`) and writes what it means for its feed (columns of `feeds`)."""
    run(conn, _logged(tuple(poll)), poll | {"feed_id": feed_id})
    run(conn, _changed(tuple(state)), state | {"feed_id": feed_id})


@lru_cache(maxsize=256)
def _logged(names: tuple[str, ...]) -> TextClause:
    columns, values = ", ".join(f'"{name}"' for name in names), ", ".join(f":{name}" for name in names)
    return text(f"INSERT INTO polls (feed_id, {columns}) VALUES (:feed_id, {values})")


@lru_cache(maxsize=256)
def _changed(names: tuple[str, ...]) -> TextClause:
    changes = ", ".join(f'"{name}" = :{name}' for name in names)
    return text(f"UPDATE feeds SET {changes} WHERE id = :feed_id")


def recent_polls(conn: Connection, feed_id: int, limit: int = 30) -> Sequence[Row[Any]]:
    """The last polls of a feed, newest first."""
    query = select(polls).where(polls.c.feed_id == feed_id).order_by(polls.c.at.desc(), polls.c.id.desc()).limit(limit)
    return conn.execute(query).all()
