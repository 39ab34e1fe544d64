"""Keeps what several entries of a feed were seen to share: guids, links, and pages that stand before their own."""

from sqlalchemy import Connection, select

from aggregator.model import Shared
from aggregator.store.schema import shared
from aggregator.store.sql import insert


def of_feed(conn: Connection, feed_id: int) -> Shared:
    """Returns what entries of a feed share."""
    found = conn.execute(select(shared.c.kind, shared.c.value).where(shared.c.feed_id == feed_id)).all()
    return Shared(*(frozenset(row.value for row in found if row.kind == kind) for kind in ("guid", "link")))


def add(conn: Connection, feed_id: int, found: Shared) -> None:
    """Stores what more they share."""
    rows = [{"kind": "guid", "value": one} for one in found.guids] + [
        {"kind": "link", "value": one} for one in found.links
    ]
    if rows:
        more = insert(conn, shared).on_conflict_do_nothing()
        conn.execute(more, [row | {"feed_id": feed_id} for row in rows])


def has_page(conn: Connection, feed_id: int, sign: str) -> bool:
    """Tells whether several entries of a feed were redirected to this page."""
    mine = (shared.c.feed_id == feed_id, shared.c.kind == "page", shared.c.value == sign)
    return conn.execute(select(shared.c.feed_id).where(*mine)).first() is not None


def add_page(conn: Connection, feed_id: int, sign: str) -> None:
    """Notes that several entries of a feed were redirected to this page."""
    conn.execute(insert(conn, shared).values(feed_id=feed_id, kind="page", value=sign).on_conflict_do_nothing())
