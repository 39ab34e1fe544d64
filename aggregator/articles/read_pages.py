"""Reads the articles of pages of one site, in batches, with what is known of the site, in the processes of the pool.

pages + memory -> pool: pipeline.read_pages -> rows of articles + the next memory

This is the only way to extraction for pages that are stored: a visit and a re-extraction go the same.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.articles import pool_jobs
from aggregator.articles.entry_facts import EntryFacts
from aggregator.articles.row import ArticleRow, ServedPage
from aggregator.errors import ExtractionError
from aggregator.extraction.selectors import SelectorMatch, Selectors
from aggregator.pool import Pool
from aggregator.urls import site_of

_log = logging.getLogger(__name__)
MAX_BATCH_PAGES = 16
MAX_BATCH_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class PageJob:
    """A page to be read. `keep_raw`: its bytes are stored with its article."""

    page: ServedPage
    facts: EntryFacts
    selectors: Selectors | None
    keep_raw: bool


@dataclass(frozen=True, slots=True)
class Read:
    """What came of a page: its article, None if it has no text or could not be read (`error` says why).

    `unmatched`: the selectors that match nothing on it.
    """

    article: ArticleRow | None
    unmatched: tuple[SelectorMatch, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of pages, in their order, and the site's memory after them, packed.

    `learned`: how many of them taught it; `reset`: the memory that was given could not be read; `seconds`: of CPU.
    """

    reads: tuple[Read, ...]
    memory: bytes | None
    learned: int = 0
    reset: bool = False
    seconds: float = 0.0


def memory_key(url: str) -> str:
    """Returns the site whose memory a page that came from `url` is read with."""
    return site_of(url)


def first_batch(jobs: Sequence[PageJob]) -> list[PageJob]:
    """Returns as many of the first jobs as may be read together; one at least."""
    batch, size = list(jobs[:1]), len(jobs[0].page.body)
    for job in jobs[1:MAX_BATCH_PAGES]:
        size += len(job.page.body)
        if size > MAX_BATCH_BYTES:
            break
        batch.append(job)
    return batch


async def read(pool: Pool, jobs: Sequence[PageJob], memory: bytes | None) -> Batch:
    """Returns the articles of pages of one site. A page that can't be read fails alone; the others do not."""
    try:
        return await pool.run(pool_jobs.read_batch, jobs, memory)
    except ExtractionError as error:
        if len(jobs) == 1:
            return Batch((Read(None, error=str(error)),), memory)
    except Exception as error:  # a defect of ours must not keep a site's other pages from being stored, for ever
        if len(jobs) == 1:
            _log.error("%s can't be read: %r", jobs[0].page.url, error, exc_info=error)
            return Batch((Read(None, error=f"reading it failed: {error!r}; this is a bug"),), memory)
    return await _one_by_one(pool, jobs, memory)


async def _one_by_one(pool: Pool, jobs: Sequence[PageJob], memory: bytes | None) -> Batch:
    reads: list[Read] = []
    learned, reset, seconds = 0, False, 0.0
    for job in jobs:
        one = await read(pool, [job], memory)
        reads += one.reads
        memory, learned, reset = one.memory, learned + one.learned, reset or one.reset
        seconds += one.seconds
    return Batch(tuple(reads), memory, learned, reset, seconds)
