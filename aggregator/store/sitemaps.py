"""Rows of the sitemaps that a sitemap index lists."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from aggregator.store.schema import sitemaps
from aggregator.store.upsert import insert


def of_feed(conn: Connection, feed_id: int) -> Sequence[Row[Any]]:
    """The sitemaps that a feed's index listed last."""
    return conn.execute(select(sitemaps).where(sitemaps.c.feed_id == feed_id)).all()


def save(conn: Connection, feed_id: int, rows: Sequence[Mapping[str, Any]], gone: Sequence[str]) -> None:
    """Writes rows (all columns but `feed_id`) and takes out those that are no longer listed."""
    for start in range(0, len(gone), 500):
        some = sitemaps.c.url.in_(gone[start : start + 500])
        conn.execute(delete(sitemaps).where(sitemaps.c.feed_id == feed_id, some))
    if rows:
        row = insert(conn, sitemaps)
        changed = {column.name: row.excluded[column.name] for column in sitemaps.c if not column.primary_key}
        conn.execute(
            row.on_conflict_do_update(index_elements=["feed_id", "url"], set_=changed),
            [{**values, "feed_id": feed_id} for values in rows],
        )
