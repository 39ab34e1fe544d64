"""Rows of what feeds listed."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, and_, insert, or_, select, update

from aggregator.store.schema import entries, feeds

TOLD = ("title", "summary", "details", "published_at", "updated_at")  # what a feed says of a page


def known(conn: Connection, feed_id: int, keys: Collection[str]) -> dict[str, Any]:
    """The entries of a feed that are stored already, of those named, by key."""
    names = ("id", "key", "state", "article_id", "updated_at", "site", "digest")
    query = select(*(entries.c[name] for name in names)).where(entries.c.feed_id == feed_id)
    some = list(keys)
    found: dict[str, Any] = {}
    for start in range(0, len(some), 900):
        rows = conn.execute(query.where(entries.c.key.in_(some[start : start + 900])))
        found.update({str(row.key): row for row in rows})
    return found


def told(conn: Connection, article_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """What the newest entry of a feed said of each of these articles, as columns of `entries`."""
    query = (
        select(entries.c.article_id, *(entries.c[name] for name in TOLD))
        .join(feeds, feeds.c.id == entries.c.feed_id)
        .where(entries.c.article_id.in_(article_ids), feeds.c.kind == "feed")
        .order_by(entries.c.id)
    )
    return {int(row.article_id): {name: getattr(row, name) for name in TOLD} for row in conn.execute(query)}


def add(conn: Connection, rows: Sequence[dict[str, Any]]) -> list[int]:
    """Stores new entries; returns their ids in the order of the rows."""
    if not rows:
        return []
    made = conn.execute(insert(entries).returning(entries.c.id, sort_by_parameter_order=True), list(rows))
    return [int(i) for i in made.scalars()]


def seen(conn: Connection, feed_id: int, keys: Collection[str], now: int, before: int | None) -> None:
    """Marks entries as listed now; those listed `before` and no longer were seen until just now."""
    if before is not None:
        conn.execute(
            update(entries)
            .where(entries.c.feed_id == feed_id, entries.c.last_seen_at == before)
            .values(last_seen_at=now - 1)
        )
    some = list(keys)
    for start in range(0, len(some), 900):
        part = entries.c.key.in_(some[start : start + 900])
        conn.execute(update(entries).where(entries.c.feed_id == feed_id, part).values(last_seen_at=now))


def say_anew(conn: Connection, entry_id: int, values: dict[str, Any]) -> None:
    """What an entry says of itself now. `values`: columns."""
    conn.execute(update(entries).where(entries.c.id == entry_id).values(**values))


def finish(conn: Connection, ids: Collection[int], article_id: int) -> None:
    """These entries have their article."""
    state = {"state": "done", "article_id": article_id, "next_try_at": None, "error": None}
    conn.execute(update(entries).where(entries.c.id.in_(ids)).values(**state))


def postpone(conn: Connection, ids: Collection[int], error: str, next_try_at: int | None) -> None:
    """The page failed: try again at `next_try_at`, or never (None)."""
    state = {"state": "failed" if next_try_at is None else "waiting", "next_try_at": next_try_at, "error": error}
    conn.execute(update(entries).where(entries.c.id.in_(ids)).values(tries=entries.c.tries + 1, **state))


def articles_of(conn: Connection, feed_id: int) -> list[int]:
    """The ids of the articles that a feed lists."""
    query = select(entries.c.article_id).where(entries.c.feed_id == feed_id, entries.c.article_id.is_not(None))
    return [int(i) for i in conn.execute(query).scalars()]


def outcomes(conn: Connection, feed_id: int, limit: int) -> Sequence[Any]:
    """What came of the pages of a feed that were asked for last, newest entry first: state and error."""
    asked = or_(entries.c.state.in_(("done", "failed")), and_(entries.c.state == "waiting", entries.c.tries > 0))
    query = select(entries.c.state, entries.c.error).where(entries.c.feed_id == feed_id, asked)
    found: Sequence[Any] = conn.execute(query.order_by(entries.c.id.desc()).limit(limit)).all()
    return found


def wait(conn: Connection, ids: Collection[int], at: int) -> None:
    """These entries' pages are to be fetched (again) at `at`."""
    conn.execute(
        update(entries).where(entries.c.id.in_(ids)).values(state="waiting", next_try_at=at, tries=0, error=None)
    )
