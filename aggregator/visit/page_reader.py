"""Reads the pages of a visit with what is known of their sites.

Pages come one after another, spaced politely, and each is read as soon as it is there, so that a kill loses no page
that was fetched. What arrives while the pages before it are being read makes the next batch. A site's batches follow
one another, because each is read with the memory that the one before it left. The first pages of a site are read while
hardly anything is known of it, and so once more when the visit has learned more.
"""

import asyncio
import logging
from dataclasses import dataclass, field

from aggregator.articles import read_pages
from aggregator.articles.read_pages import PageJob, Read
from aggregator.articles.row import ArticleRow
from aggregator.errors import ExtractionError
from aggregator.store.content import kept_pages
from aggregator.store.content.kept_pages import Kept
from aggregator.store.polling import site_memories
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.visit.context import Context
from aggregator.visit.progress import PagesRead

_log = logging.getLogger(__name__)
_YOUNG = 8  # pages that have taught a memory: what comes later hardly changes how pages are read
_FIRST_PAGES = 2 * _YOUNG  # of a site; they were read with a young memory, though not all of them need have taught it


@dataclass(slots=True, eq=False)
class _Waiting:
    job: PageJob
    done: "asyncio.Future[Read]"


@dataclass(slots=True)
class _Lane:
    """One site: its memory, and what waits to be read. Whoever holds `leading` reads the next batch for all."""

    site: str
    memory: bytes | None = None
    loaded: bool = False
    known: int = 0  # pages that had taught it when it was saved last
    learned: int = 0  # pages since then
    reset: bool = False
    waiting: list[_Waiting] = field(default_factory=list)
    leading: asyncio.Lock = field(default_factory=asyncio.Lock)


class PageReader:
    """Reads the pages of one visit; redirects may lead to other sites than the one that is visited."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._lanes: dict[str, _Lane] = {}

    async def read(self, job: PageJob) -> ArticleRow | None:
        """Returns the article of a page, None if it has no text. Raises ExtractionError if it can't be read."""
        site = read_pages.memory_key(job.page.url)
        lane = self._lanes.setdefault(site, _Lane(site))
        mine = _Waiting(job, asyncio.get_running_loop().create_future())
        lane.waiting.append(mine)
        try:
            async with lane.leading:
                while not mine.done.done():
                    await self._read_some(lane)
        finally:
            if mine in lane.waiting:  # the visit was cancelled
                lane.waiting.remove(mine)
        found = mine.done.result()
        self._warn(job, found)
        if found.error is not None:
            raise ExtractionError(found.error)
        return found.article

    async def read_again(self, job: PageJob) -> ArticleRow | None:
        """Returns the article of a page that was fetched before, read with what is known of its site; it teaches
        nothing. Raises ExtractionError if it can't be read."""
        site = read_pages.memory_key(job.page.url)
        lane = self._lanes.setdefault(site, _Lane(site))
        async with lane.leading:
            await self._load(lane)
        found = (await read_pages.read(self._ctx.pool, [job], lane.memory)).reads[0]
        if found.error is not None:
            raise ExtractionError(found.error)
        return found.article

    async def save(self) -> None:
        """Stores what was learned since the last time, and how the first pages of a site are read with it. A kill
        before it loses this much learning and no article."""
        fresh = [lane for lane in self._lanes.values() if lane.learned]
        again = [pair for lane in fresh if lane.known < _YOUNG for pair in await self._first_pages(lane)]
        learned = [(lane.site, lane.memory, lane.learned, lane.reset) for lane in fresh]
        if not fresh:
            return
        for lane in fresh:
            lane.known, lane.learned, lane.reset = lane.known + lane.learned, 0, False
        now = self._ctx.now()

        def job(unit: UnitOfWork) -> None:
            for kept, read in again:
                if (new := kept.better(read)) is not None:
                    kept_pages.renew(unit, kept, new)
            for site, memory, pages, reset in learned:
                if memory is not None:
                    site_memories.save(unit, site, memory, pages, now, reset=reset)

        await self._ctx.writer.do(job)

    async def _first_pages(self, lane: _Lane) -> list[tuple[Kept, Read]]:
        """Returns the first pages of a site as they are read now; they have taught it already."""
        pages = await self._ctx.read(lambda conn: kept_pages.first_of_site(conn, lane.site, _FIRST_PAGES))
        jobs = [(kept, kept.job) for kept in pages if kept.job is not None]
        found: list[tuple[Kept, Read]] = []
        while jobs:
            batch = read_pages.first_batch([job for _, job in jobs])
            reads = (await read_pages.read(self._ctx.pool, batch, lane.memory)).reads
            found += zip([kept for kept, _ in jobs], reads, strict=False)
            jobs = jobs[len(batch) :]
        return found

    async def _load(self, lane: _Lane) -> None:
        if not lane.loaded:
            lane.memory, lane.known = await self._ctx.read(lambda conn: site_memories.load(conn, lane.site))
            lane.loaded = True

    async def _read_some(self, lane: _Lane) -> None:
        await self._load(lane)
        batch = lane.waiting[: len(read_pages.first_batch([one.job for one in lane.waiting]))]
        found = await read_pages.read(self._ctx.pool, [one.job for one in batch], lane.memory)
        self._ctx.report(PagesRead(len(batch), found.seconds))
        if found.reset:
            _log.warning("what was learnt of %s could not be read; it is learnt anew", lane.site)
            lane.known = 0
        lane.memory, lane.learned, lane.reset = found.memory, lane.learned + found.learned, lane.reset or found.reset
        for one, result in zip(batch, found.reads, strict=True):
            one.done.set_result(result)
        lane.waiting = [one for one in lane.waiting if one not in batch]

    def _warn(self, job: PageJob, found: Read) -> None:
        feed = job.facts.feed
        if not found.unmatched or feed is None or feed in self._ctx.warned:
            return
        self._ctx.warned.add(feed)
        _log.warning(
            "%s: %s matched nothing on %s; `aggregator feeds check` tells of the last pages",
            feed, ", ".join(map(str, found.unmatched)), job.page.url,
        )  # fmt: skip
