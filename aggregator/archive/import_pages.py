"""Imports pages from a WARC file through the extractor, on the path of fetched ones.

records -> pages, a chunk of them -> by site, with its memory -> pool -> articles -> store

A chunk is a transaction, in which it is noted how many records are done, so that an import that was interrupted goes on
there. While a chunk is stored, processes read the next one.
"""

import asyncio
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from itertools import islice
from pathlib import Path
from typing import BinaryIO

import orjson

from aggregator.archive import warc_file
from aggregator.archive.line_files import opened
from aggregator.articles import read_pages
from aggregator.articles.entry_facts import EntryFacts
from aggregator.articles.read_pages import Batch, PageJob, Read
from aggregator.articles.row import ArticleRow, ServedPage
from aggregator.config.models import Settings
from aggregator.errors import AggregatorError
from aggregator.model import Tell
from aggregator.pool import Pool
from aggregator.store import meta
from aggregator.store.content import save_article, stored_articles
from aggregator.store.engine import Store
from aggregator.store.polling import site_memories
from aggregator.store.unit_of_work import UnitOfWork

_CHUNK_PAGES, _CHUNK_RECORDS, _CHUNK_BYTES = 64, 2000, 32 * 1024 * 1024
_MEMORIES = 500  # sites whose memories stand ready
_STARTS = (b"WARC/", b"\x1f\x8b\x08")
_HEAD = 1 << 20  # bytes that a file is known by


@dataclass(slots=True)
class PageCounts:
    """What came of the records: articles new, updated, unchanged; records failed; `no_article`: how many were none, by
    reasons."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    no_article: dict[str, int] = field(default_factory=dict)

    def none(self, reason: str) -> None:
        """Counts a record that is no article."""
        self.no_article[reason] = self.no_article.get(reason, 0) + 1

    def plus(self, other: "PageCounts") -> "PageCounts":
        """Returns the sums."""
        return PageCounts(
            self.new + other.new,
            self.updated + other.updated,
            self.unchanged + other.unchanged,
            self.failed + other.failed,
            dict(Counter(self.no_article) + Counter(other.no_article)),
        )


def import_pages(
    store: Store,
    path: str,
    settings: Settings,
    report: Callable[[str], None],
    now: int | None = None,
    progress: Tell | None = None,
) -> PageCounts:
    """Imports the pages of a .warc or .warc.gz file; returns what came of all of it, also where it was interrupted
    before.

    An article is known by its canonical URL, as if its page had been fetched when the file says; one that is stored
    already is left alone unless the file's page is younger. A page is kept raw where one fetched then would be kept
    still. Raises UsageError without fastwarc, AggregatorError (no such file, or no WARC).
    """
    started = int(time.time()) if now is None else now
    with opened(path) as file:
        head = file.read(_HEAD)
        if head and not head.lstrip(b"\r\n").startswith(_STARTS):
            raise AggregatorError(f"{path}: no WARC file; one begins with WARC/, or is gzip")
        file.seek(0)
        size = os.fstat(file.fileno()).st_size
        key = f"warc {blake2b(head, digest_size=12).hexdigest()} {size}"
        run = _Run(store, Path(path).name, settings, started, key, report)
        run.resume()
        asyncio.run(run.run(file, progress or (lambda *_: None), size))
    return run.counts


@dataclass(slots=True)
class _Chunk:
    """Records that follow one another. `place`: where in the file they end."""

    jobs: list[PageJob] = field(default_factory=list)
    counts: PageCounts = field(default_factory=PageCounts)
    records: int = 0
    size: int = 0
    place: int = 0

    @property
    def is_full(self) -> bool:
        return len(self.jobs) >= _CHUNK_PAGES or self.records >= _CHUNK_RECORDS or self.size >= _CHUNK_BYTES


@dataclass(slots=True)
class _Run:
    """One import. `done`: how many records are stored; `key`: what that is noted under."""

    store: Store
    name: str
    settings: Settings
    now: int
    key: str
    report: Callable[[str], None]
    counts: PageCounts = field(default_factory=PageCounts)
    done: int = 0
    memories: dict[str, bytes | None] = field(default_factory=dict)

    def resume(self) -> None:
        """Goes on where an earlier import of this file ended."""
        with self.store.read() as conn:
            noted = meta.get(conn, self.key)
        if noted is not None:
            self.done, counts = orjson.loads(noted)
            self.counts = PageCounts(**counts)

    async def run(self, file: BinaryIO, progress: Tell, size: int) -> None:
        pool = Pool(self.settings.workers)
        try:
            stored: asyncio.Future[None] = asyncio.ensure_future(asyncio.sleep(0))
            for chunk in self._chunks(file):
                found = await self._read(pool, chunk)
                await stored
                progress("file read", chunk.place, size)
                stored = asyncio.ensure_future(asyncio.to_thread(self._store, chunk, found))
                await asyncio.sleep(0)
            await stored
        finally:
            pool.close()
        with self.store.write() as unit:
            meta.drop(unit, self.key)

    def _chunks(self, file: BinaryIO) -> Iterator[_Chunk]:
        chunk = _Chunk()
        for found in islice(warc_file.records(file, self.now), self.done, None):
            chunk.records += 1
            if isinstance(found, ServedPage):
                chunk.jobs.append(PageJob(found, EntryFacts(url=found.url), None, self._keeps(found)))
                chunk.size += len(found.body)
            elif found.broken:
                chunk.counts.failed += 1
                self.report(f"{self.name}: {found.reason}; left out")
            else:
                chunk.counts.none(found.reason)
            if chunk.is_full:
                chunk.place = file.tell()
                yield chunk
                chunk = _Chunk()
        chunk.place = file.tell()
        yield chunk

    def _keeps(self, page: ServedPage) -> bool:
        """Tells whether a raw page that was fetched then would be kept still."""
        kept = self.settings.keep_raw
        return kept is None or self.now - page.fetched_at < kept.total_seconds()

    async def _read(self, pool: Pool, chunk: _Chunk) -> list[tuple[str, list[PageJob], Batch]]:
        """Reads the pages of a chunk; returns the batches, each with its site and its pages."""
        sites: dict[str, list[PageJob]] = {}
        for job in chunk.jobs:
            sites.setdefault(read_pages.memory_key(job.page.url), []).append(job)
        found = await asyncio.gather(*(self._read_site(pool, site, jobs) for site, jobs in sites.items()))
        return [batch for batches in found for batch in batches]

    async def _read_site(self, pool: Pool, site: str, jobs: list[PageJob]) -> list[tuple[str, list[PageJob], Batch]]:
        memory, found = self._memory(site), []
        while jobs:
            batch = read_pages.first_batch(jobs)
            read = await read_pages.read(pool, batch, memory)
            found.append((site, batch, read))
            memory, jobs = read.memory, jobs[len(batch) :]
        self.memories[site] = memory
        while len(self.memories) > _MEMORIES:
            del self.memories[next(iter(self.memories))]
        return found

    def _memory(self, site: str) -> bytes | None:
        if site in self.memories:
            return self.memories.pop(site)  # put back last: the one used longest ago goes first
        with self.store.read() as conn:
            return site_memories.load(conn, site)[0]

    def _store(self, chunk: _Chunk, found: list[tuple[str, list[PageJob], Batch]]) -> None:
        """Stores what a chunk gave, in one transaction, articles in the order of time."""
        counts = chunk.counts
        with self.store.write() as unit:
            rows = list[ArticleRow]()
            for site, jobs, batch in found:
                rows += [
                    row for job, read in zip(jobs, batch.reads, strict=True) if (row := self._row(job, read, counts))
                ]
                if batch.memory is not None and batch.learned:
                    site_memories.save(unit, site, batch.memory, batch.learned, self.now, reset=batch.reset)
            for row in sorted(rows, key=lambda row: row.at):
                _save(unit, row, counts)
            done = self.counts.plus(counts)
            noted = [self.done + chunk.records, asdict(done)]
            meta.put(unit, self.key, orjson.dumps(noted).decode())
        self.done, self.counts = self.done + chunk.records, done

    def _row(self, job: PageJob, read: Read, counts: PageCounts) -> ArticleRow | None:
        """Returns the article of a page; counts why there is none."""
        if read.error is not None:
            self.report(f"{self.name}: {job.page.url}: {read.error}; left out")
            counts.none("could not be read")
        elif read.article is None:
            counts.none("no text on the page")
        elif not read.article.is_article:
            counts.none("no article on the page")
        else:
            return read.article
        return None


def _save(unit: UnitOfWork, row: ArticleRow, counts: PageCounts) -> None:
    known = stored_articles.at_urls(unit, {row.own_url, row.claimed_url or row.own_url})
    stored = [article for i in known.values() if (article := stored_articles.by_id(unit, i)) is not None]
    if any(one.fetched_at >= row.fetched_at for one in stored):
        counts.unchanged += 1
        return
    outcome = save_article.save(unit, row).outcome
    setattr(counts, outcome, getattr(counts, outcome) + 1)
