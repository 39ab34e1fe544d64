"""Claims are fair: one site with ten thousand waiting pages starves no other, and none has two visits at once."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from aggregator.config.models import Settings
from aggregator.errors import StoreError
from aggregator.pool import Pool
from aggregator.store import locks
from aggregator.store.engine import Store
from aggregator.store.polling import feeds
from aggregator.store.polling.feeds import Subscription
from aggregator.store.schema import entries, sites
from aggregator.store.work import leases
from aggregator.urls import site_of
from aggregator.visit import Context, PageDone, Progress, leasing, opened, run_due
from aggregator.visit import site_visit as visits
from tests.servers import Reply, Server
from tests.visit import site

NOW = 1_767_607_200
SETTINGS = Settings(allow_private_networks=True, site_gap=timedelta(0), workers=1, respect_robots=False)


@pytest.fixture
def large() -> Iterator[Server]:
    with Server("127.0.0.71") as server:
        server.otherwise(Reply(site.page(0), headers={"Content-Type": "text/html"}))
        yield server


@pytest.fixture
def small() -> Iterator[Server]:
    with Server("127.0.0.72") as server:
        site.serve_pages(server, range(2))
        site.serve_feed(server, "/rss", site.rss(server, range(2)))
        yield server


def subscribe(store: Store, *servers: Server) -> None:
    subscriptions = [Subscription(s.url("/rss"), "feed", None, None, None, site_of(s.url()), "{}") for s in servers]
    with store.write() as conn:
        feeds.sync(conn, subscriptions, NOW)


def let_wait(store: Store, server: Server, count: int) -> None:
    """So many pages of the first feed wait at the server."""
    row = {"feed_id": 1, "state": "waiting", "site": site_of(server.url()), "next_try_at": NOW, "tries": 0}
    row |= {"first_seen_at": NOW, "last_seen_at": NOW}
    with store.write() as conn:
        conn.execute(insert(entries), [row | {"key": str(n), "url": server.url(f"/{n}")} for n in range(count)])


def run_until(store: Store, pool: Pool, settings: Settings, done: str) -> None:
    """Visits what is due until the page `done` was fetched."""

    async def work() -> None:
        def report(event: Progress) -> None:
            if isinstance(event, PageDone) and event.url == done:
                ctx.stopping.set()

        async with opened(store, settings, report, clock=lambda: NOW, pool=pool) as ctx:
            async with asyncio.timeout(60):
                await run_due(ctx)

    asyncio.run(work())


def test_a_site_with_ten_thousand_waiting_pages_delays_no_other(
    store: Store, pool: Pool, large: Server, small: Server
) -> None:
    subscribe(store, large, small)
    let_wait(store, large, 10_000)
    run_until(store, pool, SETTINGS.model_copy(update={"site_gap": SETTINGS.timeout / 100}), small.url("/a/1"))
    assert len(small.requests) == 3
    assert len(large.requests) < 60


def test_they_take_turns_where_there_is_one_place(
    store: Store, pool: Pool, large: Server, small: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visits, "PAGES_PER_VISIT", 20)
    monkeypatch.setattr(visits, "PAGES_AT_ONCE", 10)
    subscribe(store, large, small)
    let_wait(store, large, 10_000)
    run_until(store, pool, SETTINGS.model_copy(update={"visits": 1}), small.url("/a/1"))
    assert len(small.requests) == 3
    assert len(large.requests) <= 1 + 2 * 20


def test_a_visit_is_taken_by_one_of_two(store: Store, pool: Pool, small: Server) -> None:
    subscribe(store, small)

    async def both() -> None:
        async with (
            opened(store, SETTINGS, print, clock=lambda: NOW, pool=pool) as one,
            opened(store, SETTINGS, print, pool=pool) as two,
        ):
            await asyncio.gather(run_due(one), run_due(replace(two, clock=lambda: NOW)))

    asyncio.run(both())
    assert [seen.path for seen in small.requests].count("/rss") == 1
    assert len(small.requests) == 3


def test_a_lost_lease_ends_the_visit(store: Store, pool: Pool, small: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    small.route("/rss", Reply(hang="before"))
    monkeypatch.setattr(leasing, "_RENEW_SECONDS", 0.05)
    subscribe(store, small)

    async def scene(ctx: Context) -> None:
        running = asyncio.create_task(run_due(ctx))
        while not small.requests:
            await asyncio.sleep(0.01)
        await ctx.writer.do(lambda conn: leases.release(conn, site_of(small.url()), ctx.owner, None))
        stolen = await ctx.writer.do(lambda conn: leases.claim(conn, site_of(small.url()), "other", NOW + 99, NOW, ()))
        assert stolen is not None
        with locks.hold(store, "other"):
            async with asyncio.timeout(10):
                assert (await running).held == 1

    async def play() -> None:
        async with opened(store, SETTINGS, print, clock=lambda: NOW, pool=pool) as ctx:
            await scene(ctx)

    asyncio.run(play())


def test_the_pace_is_kept_with_the_site(store: Store, pool: Pool, small: Server) -> None:
    small.route("/rss", Reply(b"", 503))
    subscribe(store, small)

    async def once(clock: int) -> float:
        async with opened(store, SETTINGS, print, clock=lambda: clock, pool=pool) as ctx:
            await run_due(ctx)
            return ctx.net.gap(site_of(small.url()))

    assert asyncio.run(once(NOW)) == 1.0
    with store.read() as conn:
        row = conn.execute(select(sites)).one()
    assert (row.gap, row.slowed, row.asked_at, row.owner) == (1.0, 1.0, NOW, None)
    with store.write() as conn:
        feeds.make_due(conn, None, NOW + 600)
    assert asyncio.run(once(NOW + 600)) == pytest.approx(2 * 2 ** (-1 / 6), rel=0.01)  # wore off a little, doubled


def test_the_databases_refusal_ends_the_run(
    store: Store, pool: Pool, small: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    subscribe(store, small)

    def refuse(*_: object) -> None:
        raise StoreError("full")

    monkeypatch.setattr(feeds, "record_poll", refuse)

    async def play() -> None:
        async with opened(store, SETTINGS, print, clock=lambda: NOW, pool=pool) as ctx:
            await run_due(ctx)

    with pytest.raises(StoreError, match="full"):
        asyncio.run(play())
