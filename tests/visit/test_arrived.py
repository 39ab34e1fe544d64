"""Pages that one worker fetched and another one reads: the same articles, each once, whatever ends in between."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import Connection, insert, select

from aggregator.config.models import Settings
from aggregator.pool import Pool
from aggregator.store.engine import Store
from aggregator.store.polling import feeds
from aggregator.store.polling.feeds import Subscription
from aggregator.store.schema import arrived_pages, articles, entries
from aggregator.store.work import arrived_pages as arrived_page_rows
from aggregator.urls import site_of
from aggregator.visit import opened, run_due
from aggregator.visit.arrived import read_arrived
from tests.servers import Reply, Server
from tests.visit import site

NOW = 1_767_607_200
SETTINGS = Settings(allow_private_networks=True, site_gap=timedelta(0), workers=1, respect_robots=False)


@pytest.fixture
def server(store: Store) -> Iterator[Server]:
    with Server("127.0.0.73") as server:
        site.serve_pages(server, range(3))
        server.route("/a/3", Reply("<title>Nothing</title>", headers={"Content-Type": "text/html"}))
        site.serve_feed(server, "/rss", site.rss(server, range(4)))
        subscription = Subscription(server.url("/rss"), "feed", None, None, None, site_of(server.url()), "{}")
        with store.write() as conn:
            feeds.sync(conn, [subscription], NOW)
        yield server


def fetch(store: Store, pool: Pool) -> None:
    async def work() -> None:
        async with opened(store, SETTINGS, print, clock=lambda: NOW, pool=pool, hands_over=True) as ctx:
            await run_due(ctx)
            await run_due(ctx)  # nothing is asked for twice

    asyncio.run(work())


def read(store: Store, pool: Pool, server: Server) -> None:
    async def work() -> None:
        async with opened(store, SETTINGS, print, clock=lambda: NOW, pool=pool) as ctx:
            await read_arrived(ctx, site_of(server.url()))

    asyncio.run(work())


def states(conn: Connection) -> dict[str, str]:
    return {row.title: row.state for row in conn.execute(select(entries.c.title, entries.c.state))}


def test_pages_wait_until_they_are_read(store: Store, pool: Pool, server: Server) -> None:
    fetch(store, pool)
    with store.read() as conn:
        assert len(conn.execute(select(arrived_pages.c.id)).all()) == 4
        assert set(states(conn).values()) == {"waiting"}
    asked = len(server.requests)
    assert asked == 5
    read(store, pool, server)
    with store.read() as conn:
        texts = list(conn.execute(select(articles.c.text)).scalars())
        assert sorted(states(conn).values()) == ["done", "done", "done", "failed"]
        assert conn.execute(select(arrived_pages.c.id)).all() == []
    assert len(texts) == 3
    assert all("the old bridge over the river" in one for one in texts)
    assert len(server.requests) == asked


def test_a_page_that_was_read_already_makes_no_second_article(store: Store, pool: Pool, server: Server) -> None:
    """The reader was killed when the article was stored and the page was still there."""
    fetch(store, pool)
    with store.read() as conn:
        kept = [dict(row._mapping) for row in conn.execute(select(arrived_pages))]
    read(store, pool, server)
    with store.write() as conn:
        conn.execute(insert(arrived_pages), kept)
    read(store, pool, server)
    with store.read() as conn:
        assert len(conn.execute(select(articles.c.id)).all()) == 3
        assert conn.execute(select(articles.c.revisions).distinct()).scalars().all() == [0]


def test_a_page_that_kills_its_reader_is_given_up_alone(store: Store, pool: Pool, server: Server) -> None:
    fetch(store, pool)
    place = site_of(server.url())
    with store.write() as conn:
        assert [one.tries for one in arrived_page_rows.take(conn, place, 9)] == [0, 0, 0, 0]  # and the reader died
        for tries in (1, 2):
            assert [one.tries for one in arrived_page_rows.take(conn, place, 9)] == [tries]
    read(store, pool, server)
    with store.read() as conn:
        assert sorted(states(conn).values()) == ["done", "done", "failed", "failed"]  # it, and the one without a text
        assert conn.execute(select(arrived_pages.c.id)).all() == []
