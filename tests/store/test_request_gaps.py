"""Requests of several processes to one site, spaced by the clock of PostgreSQL."""

import asyncio

import pytest

from aggregator.errors import LeaseLost
from aggregator.store import engine
from aggregator.store.work import leases
from aggregator.store.work.database_clock import DatabaseClock
from aggregator.store.work.request_gaps import RequestGaps


def test_one_process_waits_for_the_request_of_another(postgres_url: str) -> None:
    store = engine.open(postgres_url)
    mine, yours = RequestGaps(store, "me", ()), RequestGaps(store, "you", ())

    async def scene() -> None:
        assert await mine.take("a.example", 30) == 0
        assert 25 < await yours.take("a.example", 30) <= 30
        assert await yours.take("b.example", 0.01) == 0
        await asyncio.sleep(0.02)
        assert await mine.take("b.example", 1) == 0

    asyncio.run(scene())
    mine.close()
    yours.close()
    store.close()


def test_who_lost_the_lease_asks_no_more(postgres_url: str) -> None:
    store = engine.open(postgres_url)
    clock, gaps = DatabaseClock(store), RequestGaps(store, "me", {"a.example"})

    async def scene() -> None:
        at = int(clock())
        with store.write() as conn:
            assert leases.claim(conn, "a.example", "me", at + 300, at, ()) is not None
        assert await gaps.take("a.example", 0.01) == 0
        with store.write() as conn:
            leases.lapse(conn, ["a.example"])
            assert leases.claim(conn, "a.example", "you", at + 300, at, ()) is not None
        await asyncio.sleep(0.02)
        with pytest.raises(LeaseLost):
            await gaps.take("a.example", 0.01)

    asyncio.run(scene())
    gaps.close()
    store.close()
