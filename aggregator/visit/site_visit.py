"""Makes one visit: the polls that are due at a site, the pages that wait there, known pages to be fetched again."""

import asyncio
import secrets
from collections.abc import Coroutine
from typing import Any

from aggregator.net.adaptive_delay import AdaptiveDelay
from aggregator.net.robots_policy import RobotsPolicy
from aggregator.store.polling.entries import ListedPage
from aggregator.store.polling.feeds import FeedRow
from aggregator.store.work import leases
from aggregator.store.work.leases import SiteDelay, SiteRow
from aggregator.tracing import visit_id
from aggregator.urls import normalise
from aggregator.visit.context import Context
from aggregator.visit.page import fetch_page
from aggregator.visit.page_reader import PageReader
from aggregator.visit.poll import poll
from aggregator.visit.progress import PagesFound
from aggregator.visit.refetch import due_pages, refetch
from aggregator.visit.requests import Requests
from aggregator.visit.stored_robots import StoredRobots

PAGES_AT_ONCE = 40  # then what else is due is looked up
REFETCHES_AT_ONCE = 8
PAGES_PER_VISIT = 400  # then the site is given back, so that one large site starves no other
SECONDS_PER_VISIT = 600
POLLS_PER_VISIT = 1000
POLLS_PER_CONNECTION = 4  # while some are asked for, others are parsed and stored
_LOOK_UP_SECONDS = 5.0


async def visit(ctx: Context, held: SiteRow) -> bool:
    """Does what is due at a site whose lease we hold; tells whether it ended with more to do, as others wait."""
    visit_id.set(secrets.token_hex(6))
    site, delay = held.site, held.delay
    if delay.asked_at is not None:
        ctx.net.restore(site, AdaptiveDelay(delay.latency or 0.0, delay.slowed or 0.0, float(delay.asked_at)))
    requests, reader = Requests(ctx, RobotsPolicy(ctx.net, StoredRobots(ctx), ctx.clock, site)), PageReader(ctx)
    end = asyncio.get_running_loop().time() + SECONDS_PER_VISIT
    ctx.held.add(site)
    try:
        return await _until(ctx, site, requests, reader, end)
    finally:
        ctx.held.discard(site)


async def _until(ctx: Context, site: str, requests: Requests, reader: PageReader, end: float) -> bool:
    """Does what is due at a site until `end` (seconds of the event loop); tells whether more is to be done."""
    for _ in range(PAGES_PER_VISIT // PAGES_AT_ONCE):
        await _polls(ctx, site, requests, reader)
        asked = not (ctx.stopping.is_set() or ctx.outage.rests(site, ctx.now())) and (
            await _pages(ctx, site, requests, reader) or await _refetches(ctx, site, requests, reader)
        )
        await reader.save()
        rests = ctx.outage.rests(site, ctx.now()) or ctx.net.cooldown(site)
        if not asked or rests:
            return False
        if asyncio.get_running_loop().time() > end:
            break
    return True


def learned_delay(ctx: Context, site: str) -> SiteDelay | None:
    """Returns what a visit learned of how fast its site may be asked; None if it asked for nothing."""
    known = ctx.net.delay(site)
    if known is None:
        return None
    return SiteDelay(round(known.latency, 3), round(known.slowed, 3), round(ctx.net.gap(site), 3), int(known.asked_at))


async def _polls(ctx: Context, site: str, requests: Requests, reader: PageReader) -> None:
    """Polls what is due, and what falls due while a slow server keeps some of the polls waiting."""
    under_way: dict[int, asyncio.Task[None]] = {}
    slots = asyncio.Semaphore(POLLS_PER_CONNECTION * ctx.settings.site_connections)

    async def one(feed: FeedRow) -> None:
        async with slots:  # a document is held from its arrival until it is stored
            await poll(ctx, feed, requests, reader)

    async with asyncio.TaskGroup() as group:
        while True:
            now = ctx.now()
            due = await ctx.read(lambda conn: leases.due_feeds(conn, site, now, ctx.scope, POLLS_PER_VISIT))  # noqa: B023
            for feed in due:
                if feed.id not in under_way:
                    under_way[feed.id] = group.create_task(one(feed))
            if not under_way:
                return
            _, waiting = await asyncio.wait(under_way.values(), timeout=_LOOK_UP_SECONDS)
            if not waiting:
                return
            under_way = {feed_id: task for feed_id, task in under_way.items() if task in waiting}


async def _pages(ctx: Context, site: str, requests: Requests, reader: PageReader) -> int:
    now = ctx.now()
    due = await ctx.read(lambda conn: leases.due_entries(conn, site, now, ctx.scope, PAGES_AT_ONCE))
    wanted: dict[str, list[ListedPage]] = {}
    for page in due:  # several feeds may list one page: it is asked for once
        wanted.setdefault(normalise(page.url), []).append(page)
    return await _together(ctx, [fetch_page(ctx, pages, requests, reader) for pages in wanted.values()])


async def _refetches(ctx: Context, site: str, requests: Requests, reader: PageReader) -> int:
    """Fetches pages of stored articles again, few at a time: before the next ones, what is new comes first."""
    due = await due_pages(ctx, site, REFETCHES_AT_ONCE)
    return await _together(ctx, [refetch(ctx, one, requests, reader) for one in due])


async def _together(ctx: Context, jobs: list[Coroutine[Any, Any, None]]) -> int:
    """Runs jobs of a page each together, for the network limits the requests at once; returns how many there were."""
    if jobs:
        ctx.report(PagesFound(len(jobs)))
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(job)
    return len(jobs)
