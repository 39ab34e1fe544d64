"""What was learnt of sites: kept whole, replaced, dropped with the site; and how older databases come to it."""

import pytest
from sqlalchemy import Connection, insert, select

from aggregator.archive.prune import prune
from aggregator.store.engine import Store
from aggregator.store.polling import feeds
from aggregator.store.polling import site_memories as memories
from aggregator.store.polling.feeds import Subscription
from aggregator.store.schema import articles, site_memories, stories
from aggregator.store.upkeep import maintenance

BLOB = bytes(range(256)) * 800  # what a memory may have at most


def article(conn: Connection, site: str) -> None:
    conn.execute(insert(stories).values(id=1, first_at=0, last_at=0, articles=1))
    url = f"https://{site}/1"
    conn.execute(
        insert(articles).values(
            url=url, canonical_url=url, site=site, body_from="page", fetched_at=0, at=0, text="Words.", story_id=1,
            word_count=1, text_hash=0, is_article=True, extractor_version=1,
        )
    )  # fmt: skip


def test_a_memory_is_kept_and_replaced(store: Store) -> None:
    with store.write() as conn:
        assert memories.load(conn, "a.example") == (None, 0)
        memories.save(conn, "a.example", b"first", 3, 100)
    with store.write() as conn:
        memories.save(conn, "a.example", BLOB, 4, 200)
        memories.save(conn, "b.example", b"other", 1, 200)
    with store.read() as conn:
        assert memories.load(conn, "a.example") == (BLOB, 7)
        row = conn.execute(select(site_memories).where(site_memories.c.site == "a.example")).one()
        assert (row.pages, row.learnt_at) == (7, 200)
        assert maintenance.stats(conn)["site_memories"] == 2
    with store.write() as conn:
        memories.save(conn, "a.example", b"new", 2, 300, reset=True)
        assert conn.execute(select(site_memories.c.pages).where(site_memories.c.site == "a.example")).scalar() == 2


def test_a_transaction_that_fails_leaves_the_memory_as_it_was(store: Store) -> None:
    with store.write() as conn:
        memories.save(conn, "a.example", b"first", 3, 100)
    with pytest.raises(RuntimeError), store.write() as conn:
        memories.save(conn, "a.example", b"half", 1, 200)
        raise RuntimeError
    with store.read() as conn:
        assert memories.load(conn, "a.example") == (b"first", 3)


def test_prune_drops_memories_of_sites_that_nothing_is_known_of(store: Store) -> None:
    with store.write() as conn:
        feeds.sync(conn, [Subscription("http://fed.example/f", "feed", None, None, None, "fed.example", "{}")], 1)
        article(conn, "read.example")
        for site in ("fed.example", "read.example", "gone.example"):
            memories.save(conn, site, b"x", 1, 1)
    assert prune(store, 10).memories == 1
    with store.write() as conn:
        assert set(conn.execute(select(site_memories.c.site)).scalars()) == {"fed.example", "read.example"}
        feeds.sync(conn, [], 20)
    assert prune(store, 30).memories == 1
    with store.read() as conn:
        assert set(conn.execute(select(site_memories.c.site)).scalars()) == {"read.example"}
