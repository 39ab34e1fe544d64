"""Work in processes: results, errors, time limits, deaths."""

import asyncio
import os
import time

import pytest

from aggregator import pool as pools
from aggregator.errors import ExtractionError, FeedError
from aggregator.feeds import parse
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


def test_what_takes_too_long_is_given_up_and_the_next_works(monkeypatch: pytest.MonkeyPatch) -> None:
    async def work() -> None:
        pool = Pool(1)
        try:
            await pool.run(len, "warm")
            monkeypatch.setattr(pools, "LIMIT_SECONDS", 0.2)
            with pytest.raises(ExtractionError, match="longer than"):
                await pool.run(time.sleep, 60)
            monkeypatch.setattr(pools, "LIMIT_SECONDS", 60.0)
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
