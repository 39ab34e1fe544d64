"""The reader of a visit: what arrives meanwhile is the next batch, and nobody waits for it to fill."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from aggregator.articles.entry_facts import EntryFacts
from aggregator.articles.read_pages import Batch, PageJob, Read
from aggregator.articles.row import ServedPage
from aggregator.errors import ExtractionError
from aggregator.visit import PagesRead
from aggregator.visit.page_reader import PageReader


class Pool:
    """Reads a batch once it is let; remembers the batches and their memories."""

    def __init__(self) -> None:
        self.batches: list[tuple[list[str], bytes | None]] = []
        self.turn = asyncio.Semaphore(0)
        self.error: str | None = None

    async def run(self, _: Any, jobs: Sequence[PageJob], memory: bytes | None) -> Batch:
        self.batches.append(([job.page.url[-1] for job in jobs], memory))
        await self.turn.acquire()
        return Batch(tuple(Read(None, error=self.error) for _ in jobs), (memory or b"") + b"*" * len(jobs), len(jobs))


class Context:
    """As much of a visit's context as the reader needs; what would be stored is kept in `saved`."""

    def __init__(self) -> None:
        self.pool = Pool()
        self.writer = self
        self.warned: set[str] = set()
        self.jobs: list[Callable[..., Any]] = []
        self.told: list[object] = []
        self.report = self.told.append

    async def do(self, job: Callable[..., Any]) -> Any:
        self.jobs.append(job)
        await asyncio.sleep(0)

    async def read(self, job: Callable[..., Any]) -> tuple[None, int]:
        """Loads no memory, of a site that is known well enough."""
        await self.do(job)
        return None, 99

    def now(self) -> int:
        return 1


def job(name: str, site: str = "a.example") -> PageJob:
    url = f"https://{site}/{name}"
    return PageJob(ServedPage(url, b"", None, 0), EntryFacts(url), None, keep_raw=False)


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_what_arrives_while_others_are_read_is_the_next_batch() -> None:
    async def work() -> None:
        ctx = Context()
        reader = PageReader(ctx)  # type: ignore[arg-type]
        tasks = [asyncio.create_task(reader.read(job("1")))]
        await settle()
        assert ctx.pool.batches == [(["1"], None)]  # at once, alone
        tasks += [asyncio.create_task(reader.read(job(name))) for name in "234"]
        await settle()
        ctx.pool.turn.release()
        await settle()
        assert ctx.pool.batches[1:] == [(["2", "3", "4"], b"*")]
        ctx.pool.turn.release()
        assert await asyncio.gather(*tasks) == [None] * 4
        assert ctx.told == [PagesRead(1, 0.0), PagesRead(3, 0.0)]
        await reader.save()
        assert len(ctx.jobs) == 2  # loaded once, saved once
        await reader.save()
        assert len(ctx.jobs) == 2

    asyncio.run(work())


def test_sites_do_not_wait_for_one_another() -> None:
    async def work() -> None:
        ctx = Context()
        reader = PageReader(ctx)  # type: ignore[arg-type]
        tasks = [asyncio.create_task(reader.read(job("1", site))) for site in ("a.example", "b.example")]
        await settle()
        assert [names for names, _ in ctx.pool.batches] == [["1"], ["1"]]
        ctx.pool.turn.release()
        ctx.pool.turn.release()
        await asyncio.gather(*tasks)

    asyncio.run(work())


def test_a_cancelled_page_leaves_the_others_their_turn() -> None:
    async def work() -> None:
        ctx = Context()
        reader = PageReader(ctx)  # type: ignore[arg-type]
        first, second, third = (asyncio.create_task(reader.read(job(name))) for name in "123")
        await settle()
        first.cancel()  # it leads the batch of all three
        await settle()
        assert [names for names, _ in ctx.pool.batches] == [["1", "2", "3"], ["2", "3"]]
        third.cancel()
        ctx.pool.turn.release()
        assert await second is None
        await asyncio.gather(first, third, return_exceptions=True)

    asyncio.run(work())


def test_a_page_that_can_not_be_read_says_why() -> None:
    async def work() -> None:
        ctx = Context()
        ctx.pool.error = "took too long"
        ctx.pool.turn.release()
        with pytest.raises(ExtractionError, match="took too long"):
            await PageReader(ctx).read(job("1"))  # type: ignore[arg-type]

    asyncio.run(work())
