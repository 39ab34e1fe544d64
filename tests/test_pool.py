"""Work in processes: results, errors, time limits, deaths."""

import asyncio
import os
import signal
import time

import pytest

from aggregator.errors import ExtractionError, FeedError
from aggregator.feeds.parse_feed import parse
from aggregator.pool import Pool


def test_results_and_errors_come_back() -> None:
    async def work() -> None:
        pool = Pool(1)
        try:
            assert await pool.run(len, "four") == 4
            with pytest.raises(FeedError):
                await pool.run(parse, b"<html></html>", {}, "http://a.example/")
        finally:
            pool.close()

    asyncio.run(work())


def test_what_takes_too_long_is_given_up_and_its_worker_replaced() -> None:
    async def work() -> None:
        pool = Pool(1)
        try:
            before = await pool.run(os.getpid)
            with pytest.raises(ExtractionError, match=r"longer than 0\.2 s"):
                await pool.run_within(0.2, time.sleep, 60)
            after = await pool.run(os.getpid)
            assert after != before
            with pytest.raises(ProcessLookupError):
                os.kill(before, 0)
        finally:
            pool.close()

    asyncio.run(work())


def test_a_job_that_hangs_costs_its_own_worker_alone() -> None:
    async def work() -> None:
        pool = Pool(2)
        try:
            await asyncio.gather(pool.run(time.sleep, 0.1), pool.run(time.sleep, 0.1))
            began = time.monotonic()
            hanging = asyncio.create_task(pool.run_within(2, time.sleep, 60))
            await asyncio.sleep(0.1)
            slow = asyncio.create_task(pool.run(time.sleep, 2.5))  # under way when the other worker is killed
            with pytest.raises(ExtractionError, match="longer than 2 s"):
                await hanging
            assert time.monotonic() - began < 30
            assert await pool.run(len, "four") == 4
            assert not slow.done()
            await slow
        finally:
            pool.close()

    asyncio.run(work())


def test_closing_does_not_wait_for_what_is_under_way() -> None:
    async def work() -> None:
        pool = Pool(1)
        await pool.run(len, "warm")
        task = asyncio.create_task(pool.run(time.sleep, 60))
        await asyncio.sleep(0.1)
        task.cancel()
        began = time.monotonic()
        pool.close()
        assert time.monotonic() - began < 30

    asyncio.run(work())


def test_closing_does_not_start_what_waits() -> None:
    async def work() -> None:
        pool = Pool(1)
        await pool.run(len, "warm")
        tasks = [asyncio.create_task(pool.run(time.sleep, 60)) for _ in range(3)]
        await asyncio.sleep(0.1)
        began = time.monotonic()
        pool.close()
        assert time.monotonic() - began < 30
        results = await asyncio.gather(*tasks, return_exceptions=True)
        assert all(isinstance(one, ExtractionError | asyncio.CancelledError) for one in results)

    asyncio.run(work())


def test_a_worker_that_dies_at_rest_is_replaced() -> None:
    async def work() -> None:
        pool = Pool(1)
        try:
            before = await pool.run(os.getpid)
            os.kill(before, signal.SIGKILL)
            assert await pool.run(os.getpid) != before
        finally:
            pool.close()

    asyncio.run(work())


class TwoPart(Exception):
    """An exception that is pickled and can't be unpickled."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


def raise_two_part() -> None:
    raise TwoPart("one", "two")


def test_an_exception_that_cannot_travel_comes_back_as_its_traceback() -> None:
    async def work() -> None:
        pool = Pool(1)
        try:
            with pytest.raises(RuntimeError, match="TwoPart"):
                await pool.run(raise_two_part)
            assert await pool.run(len, "four") == 4
        finally:
            pool.close()

    asyncio.run(work())


def test_a_job_that_kills_its_process_fails_alone() -> None:
    async def work() -> None:
        pool = Pool(1)
        try:
            with pytest.raises(ExtractionError, match="died"):
                await pool.run(os._exit, 9)
            assert await pool.run(len, "four") == 4
        finally:
            pool.close()

    asyncio.run(work())
