"""Stores the sitemaps that a sitemap index lists."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, delete, select

from aggregator.store.schema import sitemaps
from aggregator.store.sql import insert, portions


@dataclass(frozen=True, slots=True)
class SitemapRow:
    """A sitemap of an index: when the index says it changed (`modified_at`), and said so when it was read last
    (`read_modified_at`); when it was read last, and when it last had a new entry. Times: seconds UTC."""

    url: str
    modified_at: int | None = None
    read_modified_at: int | None = None
    read_at: int | None = None
    changed_at: int | None = None
    etag: str | None = None
    last_modified: str | None = None


def of_feed(conn: Connection, feed_id: int) -> list[SitemapRow]:
    """Returns the sitemaps that a feed's index listed last."""
    columns = [sitemaps.c[name] for name in SitemapRow.__slots__]
    return [SitemapRow(*row) for row in conn.execute(select(*columns).where(sitemaps.c.feed_id == feed_id))]


def save(conn: Connection, feed_id: int, changed: Collection[SitemapRow], gone: Sequence[str]) -> None:
    """Stores sitemaps and takes out those that are no longer listed."""
    for urls in portions(gone):
        conn.execute(delete(sitemaps).where(sitemaps.c.feed_id == feed_id, sitemaps.c.url.in_(urls)))
    if changed:
        row = insert(conn, sitemaps)
        columns = {column.name: row.excluded[column.name] for column in sitemaps.c if not column.primary_key}
        row = row.on_conflict_do_update(index_elements=["feed_id", "url"], set_=columns)
        conn.execute(row, [{"feed_id": feed_id} | asdict(one) for one in changed])
