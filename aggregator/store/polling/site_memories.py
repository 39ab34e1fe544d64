"""Stores what extraction has learnt of sites. What is in a memory is the extractor's affair; here it is bytes."""

from sqlalchemy import Connection, delete, exists, select

from aggregator.store.schema import articles, feeds, site_memories
from aggregator.store.sql import insert


def load(conn: Connection, site: str) -> tuple[bytes | None, int]:
    """Returns the memory of a site, None if there is none, and how many pages have taught it."""
    query = select(site_memories.c.memory, site_memories.c.pages).where(site_memories.c.site == site)
    found = conn.execute(query).first()
    return (None, 0) if found is None else (bytes(found.memory), int(found.pages))


def save(conn: Connection, site: str, memory: bytes, pages: int, now: int, *, reset: bool = False) -> None:
    """Stores the memory of a site, which `pages` more have taught it; `reset`: the one before plays no part in it."""
    row = insert(conn, site_memories).values(site=site, memory=memory, learnt_at=now, pages=pages)
    count = pages if reset else site_memories.c.pages + pages
    changes = {"memory": memory, "learnt_at": now, "pages": count}
    conn.execute(row.on_conflict_do_update(index_elements=["site"], set_=changes))


def drop_needless(conn: Connection) -> int:
    """Deletes the memories of sites that have no article and no feed any more; returns how many."""
    kept = exists().where(articles.c.site == site_memories.c.site)
    followed = exists().where(feeds.c.site == site_memories.c.site, feeds.c.retired_at.is_(None))
    return conn.execute(delete(site_memories).where(~kept, ~followed)).rowcount
