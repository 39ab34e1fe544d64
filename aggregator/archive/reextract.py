"""Reads the kept raw pages again with today's extractor.

raw pages, in the order of ids -> a site's in batches, with its memory -> pool -> articles that differ -> store

A batch is a transaction, so what was done stays done however the run ends. The publisher's page did not change, so no
revision is made. A page in which no article is found any more, or that can't be read, leaves its article as it was.
On PostgreSQL the workers of the cluster share the sites (`engines.batch_work`).
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection

from aggregator.archive.search import Search, refuse_unknown_feed, refuse_unknown_site
from aggregator.articles import read_pages
from aggregator.articles.read_pages import Batch, Read
from aggregator.articles.row import ArticleRow
from aggregator.config import feed_options
from aggregator.config.models import Config, Feed, Page
from aggregator.pool import Pool
from aggregator.store.content import kept_pages, raw_pages, save_article
from aggregator.store.content.kept_pages import Kept
from aggregator.store.content.stored_articles import StoredArticle
from aggregator.store.engine import Store
from aggregator.store.polling import site_memories
from aggregator.store.searching.search_sql import Filters
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.text import index_form

ARTICLES_AT_ONCE = 64  # read from the database
_MAX_TRIAL_MEMORIES = 200  # held in a trial run, which stores none

Outcome = Literal["changed", "no_article", "failed"]
Pairs = Sequence[tuple[Kept, Read]]
Settle = Callable[[Pairs, Batch | None], Awaitable[bool]]
"""Stores what a batch of pages gave; tells whether to go on. None: of pages that are damaged."""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of an article. `fields`: those that changed; words of lead and text added and removed.

    no_article: none is found any more on its page; failed: its page can't be read (`error`). It is then as it was.
    """

    id: int
    title: str | None
    url: str
    outcome: Outcome
    old_version: int
    new_version: int | None
    words_added: int = 0
    words_removed: int = 0
    fields: tuple[str, ...] = ()
    error: str | None = None


@dataclass(slots=True)
class Totals:
    """How many articles: with a raw page (`pages`) and without; what came of those that were read so far."""

    pages: int = 0
    without_raw_page: int = 0
    unchanged: int = 0
    changed: int = 0
    no_article: int = 0
    failed: int = 0

    @property
    def done(self) -> int:
        """Returns how many were read so far."""
        return self.unchanged + self.changed + self.no_article + self.failed

    def add(self, change: Change | None) -> None:
        """Counts an article that was read; None: it is as it was."""
        if change is None:
            self.unchanged += 1
        else:
            setattr(self, change.outcome, getattr(self, change.outcome) + 1)

    @property
    def exit_code(self) -> int:
        """Returns 1 when every page failed, else 0."""
        return int(self.failed > 0 and self.failed == self.done)


@dataclass(slots=True)
class Reextraction:
    """One run. `report` is told of every article that is not as it was, and `progress` after every batch."""

    store: Store
    config: Config
    asked: Search
    dry_run: bool
    now: int
    report: Callable[[Change], None]
    progress: Callable[[Totals], None]
    totals: Totals

    def run(self) -> None:
        """Reads all pages that are asked for; interrupted, it keeps what was done. Raises UsageError (unknown feed or
        site), StoreError."""
        asyncio.run(self._run())

    async def _run(self) -> None:
        with self.store.read() as conn:
            refuse_unknown_feed(conn, self.asked.feed)
            refuse_unknown_site(conn, self.asked.site)
            self.totals.pages, self.totals.without_raw_page = raw_pages.counts(conn, self.asked.filters)
        work = _Work(self, Pool(self.config.settings.workers))
        last = -1
        try:
            while chunk := self._next(last):
                last = chunk[-1].article.id
                await asyncio.gather(*(work.read(site, pages) for site, pages in _by_site(chunk).items()))
        finally:
            work.pool.close()

    def _next(self, last: int) -> list[Kept]:
        with self.store.read() as conn:
            subscribed: list[Feed | Page] = [*self.config.feeds, *self.config.articles]
            own = {item.url: feed_options.of(item) for item in subscribed}
            return kept_pages.after(conn, self.asked.filters, last, ARTICLES_AT_ONCE, own)


class _Work:
    """Reads batches, each with the memory that the site's one before left, and stores what they give."""

    def __init__(self, run: Reextraction, pool: Pool) -> None:
        self.pool = pool
        self._run = run
        self._tried: dict[str, bytes] = {}  # memories of a trial run

    async def read(self, site: str, pages: list[Kept]) -> None:
        """Reads the pages of one site."""

        async def settle(pairs: Pairs, found: Batch | None) -> bool:
            self._settle(site, pairs, found)
            return True

        await read(self.pool, pages, self._memory(site), settle)

    def _memory(self, site: str) -> bytes | None:
        if site in self._tried:
            return self._tried[site]
        with self._run.store.read() as conn:
            return site_memories.load(conn, site)[0]

    def _settle(self, site: str, pairs: Pairs, found: Batch | None) -> None:
        """Stores what a batch gave, in one transaction, then tells of it."""
        run = self._run
        if run.dry_run:
            with run.store.read() as conn:
                done = [_compared(conn, kept, one) for kept, one in pairs]
            if found is not None and found.memory is not None:
                self._try(site, found.memory)
        else:
            with run.store.write() as unit:
                done = renew(unit, site, pairs, found, run.now)
        for change in done:
            run.totals.add(change)
            if change is not None:
                run.report(change)
        run.progress(run.totals)

    def _try(self, site: str, memory: bytes) -> None:
        self._tried.pop(site, None)
        self._tried[site] = memory
        while len(self._tried) > _MAX_TRIAL_MEMORIES:
            del self._tried[next(iter(self._tried))]


async def read(pool: Pool, pages: Sequence[Kept], memory: bytes | None, settle: Settle) -> None:
    """Reads pages of one site, one batch after another, each with the memory that the one before left, until `settle`
    says to end."""
    damaged = [(kept, Read(None, error="the raw page is damaged")) for kept in pages if kept.job is None]
    if damaged and not await settle(damaged, None):
        return
    jobs = [(kept, kept.job) for kept in pages if kept.job is not None]
    while jobs:
        batch = read_pages.first_batch([job for _, job in jobs])
        found = await read_pages.read(pool, batch, memory)
        if not await settle(list(zip((kept for kept, _ in jobs), found.reads, strict=False)), found):
            return
        memory, jobs = found.memory, jobs[len(batch) :]


def renew(unit: UnitOfWork, site: str, pairs: Pairs, found: Batch | None, now: int) -> list[Change | None]:
    """Stores what a batch of pages of a site gave, with what it taught; returns what became of each article, None of
    those that are as they were."""
    done = [_renewed(unit, kept, one) for kept, one in pairs]
    if found is not None and found.memory is not None and found.learned:
        site_memories.save(unit, site, found.memory, found.learned, now, reset=found.reset)
    return done


def by_site(conn: Connection, filters: Filters) -> Iterator[tuple[str, list[int]]]:
    """Yields the articles whose raw pages are asked for: sites, each with some of its articles, in the order in which
    they are to be read."""
    waiting: dict[str, list[int]] = {}
    for article_id, url in raw_pages.urls(conn, filters):
        site = read_pages.memory_key(url)
        some = waiting.setdefault(site, [])
        some.append(article_id)
        if len(some) == ARTICLES_AT_ONCE:
            yield site, waiting.pop(site)
    yield from waiting.items()


def _renewed(unit: UnitOfWork, kept: Kept, read: Read) -> Change | None:
    new = kept.better(read)
    if new is None:
        return _left(kept, read)
    done = kept_pages.renew(unit, kept, new)
    return None if done is None else _change(done[0], new, done[1])


def _compared(conn: Connection, kept: Kept, read: Read) -> Change | None:
    new = kept.better(read)
    if new is None:
        return _left(kept, read)
    return _change(kept.article, new, save_article.changed_fields(conn, kept.article, new))


def _left(kept: Kept, read: Read) -> Change:
    stored, version = kept.article, read.article.extractor_version if read.article else None
    outcome: Outcome = "no_article" if read.error is None else "failed"
    before = (stored.id, stored.title, stored.url, outcome, stored.extractor_version)
    return Change(*before, version, error=read.error)


def _change(stored: StoredArticle, new: ArticleRow, fields: tuple[str, ...]) -> Change | None:
    if not fields:
        return None
    before, after = _words(stored.lead, stored.text), _words(new.lead, new.text)
    return Change(
        id=stored.id,
        title=new.title,
        url=stored.url,
        outcome="changed",
        old_version=stored.extractor_version,
        new_version=new.extractor_version,
        words_added=(after - before).total(),
        words_removed=(before - after).total(),
        fields=fields,
    )


def _words(*parts: str | None) -> Counter[str]:
    return Counter(index_form(" ".join(part for part in parts if part)).split())


def _by_site(chunk: list[Kept]) -> dict[str, list[Kept]]:
    found: dict[str, list[Kept]] = {}
    for kept in chunk:
        found.setdefault(read_pages.memory_key(kept.page.url), []).append(kept)
    return found
