"""Reads a batch of one site's pages, in a process of the pool."""

from collections.abc import Sequence

from aggregator.articles.from_page import from_page
from aggregator.articles.read_pages import Batch, PageJob, Read
from aggregator.extraction import pipeline
from aggregator.extraction.apply_selectors import unmatched_selectors
from aggregator.extraction.memory.site_memory import SiteMemory


def read_batch(jobs: Sequence[PageJob], packed: bytes | None) -> Batch:
    """Returns the articles of pages of one site. `packed`: its memory, None if there is none. Runs in the pool."""
    memory, reset = _unpacked(packed)
    pages = [
        pipeline.RawPage(job.page.body, url=job.page.url, selectors=job.selectors, content_type=job.page.content_type)
        for job in jobs
    ]
    found, after = pipeline.read_pages(pages, memory)
    reads = tuple(
        Read(
            from_page(article, job.page, job.facts, keep_raw=job.keep_raw),
            unmatched_selectors(job.page.body, job.page.content_type, job.selectors),
        )
        for article, job in zip(found, jobs, strict=True)
    )
    return Batch(reads, after.packed(), max(0, after.pages - memory.pages), reset)


def _unpacked(packed: bytes | None) -> tuple[SiteMemory, bool]:
    if packed is None:
        return SiteMemory(), False
    try:
        return SiteMemory.unpacked(packed), False
    except Exception:  # whatever is wrong with it: a memory is a help and never a condition
        return SiteMemory(), True
