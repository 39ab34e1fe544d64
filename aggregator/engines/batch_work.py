"""Works off the batches of a command, as jobs of the queue `extract`: in any worker, and in the command itself."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, replace

from aggregator.archive import reextract
from aggregator.archive.reextract import Pairs
from aggregator.articles.read_pages import Batch as ReadBatch
from aggregator.errors import Deadlock, StoreError
from aggregator.search_words import SearchTerms
from aggregator.store.content import kept_pages
from aggregator.store.grouping import rebuild_stories
from aggregator.store.polling import site_memories
from aggregator.store.searching import rebuild_index
from aggregator.store.searching.rebuild_index import Texts
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.store.work import batches
from aggregator.store.work.batches import Batch
from aggregator.visit import Context

REEXTRACT, INDEX, STORIES = "reextract", "search index", "copies and stories"
_PAGES = "pages of "
_SECONDS = 20  # that a job goes on making batches of its own
_log = logging.getLogger(__name__)


def lock_of_pages(site: str) -> str:
    """Returns the lock under which the pages of a site are read: another one than that of its visit."""
    return f"{_PAGES}{site}"


async def work_off(ctx: Context, lock: str) -> bool:
    """Works off the first batch of a lock; tells whether something is left to do under it. Raises StoreError."""
    batch = await ctx.read(lambda conn: batches.first(conn, lock))
    if batch is None:
        return False
    try:
        await _WAYS[batch.kind](ctx, batch)
    except Deadlock as error:
        _log.debug("%s: %s; once more", lock, error)
    except StoreError:
        raise
    except Exception as error:
        if ctx.stopping.is_set():  # the processes of the pool end
            return False
        _log.exception("%s: given up: %r", lock, error)  # a defect of ours: the command must not wait for it for ever
        reason = f"{lock}: {error!r}"
        await ctx.writer.do(lambda unit: batches.give_up(unit, batch, reason))
    return await ctx.read(lambda conn: batches.first(conn, lock)) is not None


async def _reextract(ctx: Context, batch: Batch) -> None:
    """Reads the pages of these articles, all of one site."""
    pages = await ctx.read(lambda conn: kept_pages.of_articles(conn, batch.todo))
    if pages:
        site = batch.lock.removeprefix(_PAGES)
        memory, _ = await ctx.read(lambda conn: site_memories.load(conn, site))

        async def settle(pairs: Pairs, found: ReadBatch | None) -> bool:
            nonlocal batch
            read = {kept.article.id for kept, _ in pairs}
            left = tuple(one for one in batch.todo if one not in read)

            def store(unit: UnitOfWork) -> bool:
                if not batches.hold(unit, batch):
                    return False
                changes = reextract.renew(unit, site, pairs, found, ctx.now())
                batches.settle(unit, batch, left, len(pairs), [asdict(one) for one in changes if one is not None])
                return True

            mine = await ctx.writer.do(store)
            batch = replace(batch, todo=left)
            return mine and not ctx.stopping.is_set()

        await reextract.read(ctx.pool, pages, memory, settle)

    def end(unit: UnitOfWork) -> None:
        if batches.hold(unit, batch):
            batches.settle(unit, batch, (), len(batch.todo))

    if not ctx.stopping.is_set():  # what is left is no longer stored
        await ctx.writer.do(end)


async def _index(ctx: Context, batch: Batch) -> None:
    """Renews the rows of the search index of the articles of a range of ids."""

    def terms(texts: list[Texts]) -> list[SearchTerms]:
        return ctx.pool.submit(rebuild_index.terms, texts).result()

    def renew() -> None:
        with ctx.store.write() as unit:
            if batches.hold(unit, batch):
                done = rebuild_index.renew(unit, batch.todo[0], batch.todo[1], terms)
                batches.settle(unit, batch, (), done)

    await asyncio.to_thread(renew)


async def _stories(ctx: Context, batch: Batch) -> None:
    """Reads articles in the order of time, for what copies and stories are found by."""
    end = time.monotonic() + _SECONDS

    def go_on() -> bool:
        with ctx.store.write() as unit:
            if not batches.hold(unit, batch):
                return False
            done = rebuild_stories.go_on(unit)
            batches.settle(unit, batch, batch.todo if done else (), done)
        return done > 0 and time.monotonic() < end and not ctx.stopping.is_set()

    while await asyncio.to_thread(go_on):
        pass


_WAYS: Mapping[str, Callable[[Context, Batch], Awaitable[None]]] = {
    REEXTRACT: _reextract,
    INDEX: _index,
    STORIES: _stories,
}
