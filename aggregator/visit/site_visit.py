"""One visit: the polls that are due at a site, then the pages that wait there, then known pages that are looked at again."""

import asyncio
from typing import Any

from sqlalchemy import Row

from aggregator.net.adaptive_delay import AdaptiveDelay
from aggregator.store import leases
from aggregator.urls import normalise
from aggregator.visit.context import Context, PagesFound
from aggregator.visit.page import Wanted, fetch_page
from aggregator.visit.page_reader import Reader
from aggregator.visit.poll import poll
from aggregator.visit.refetch import due_pages, fetch_again
from aggregator.visit.robots_policy import Manners

PAGES_AT_ONCE = 40  # between two looks at what else is due
AGAIN_AT_ONCE = 8
PAGES_PER_VISIT = 400  # then the site is given back, so that one large site starves no other
SECONDS_PER_VISIT = 600
POLLS_PER_VISIT = 1000
POLLS_AT_ONCE = 4  # to each connection of a site: while some are asked for, others are parsed and stored
_LOOK_AGAIN_SECONDS = 5


async def visit(ctx: Context, held: Row[Any]) -> None:
    """Does what is due at a site whose lease we hold. `held`: its row of `sites`."""
    site = str(held.site)
    if held.asked_at is not None:
        ctx.net.restore(site, AdaptiveDelay(held.latency or 0.0, held.slowed or 0.0, float(held.asked_at)))
    manners, reader = Manners(ctx, site), Reader(ctx)
    end = asyncio.get_running_loop().time() + SECONDS_PER_VISIT
    for _ in range(PAGES_PER_VISIT // PAGES_AT_ONCE):
        await _polls(ctx, site, manners, reader)
        asked = not ctx.stopping.is_set() and (
            await _pages(ctx, site, manners, reader) or await _known_pages(ctx, site, manners, reader)
        )
        await reader.save()
        if not asked or ctx.net.cooldown(site) or asyncio.get_running_loop().time() > end:
            return


def pace(ctx: Context, site: str) -> dict[str, Any]:
    """What a visit learnt of how fast its site may be asked, as columns of `sites`."""
    known = ctx.net.delay(site)
    if known is None:
        return {}
    learnt = {"latency": round(known.latency, 3), "slowed": round(known.slowed, 3)}
    return learnt | {"gap": round(ctx.net.gap(site), 3), "asked_at": int(known.asked_at)}


async def _polls(ctx: Context, site: str, manners: Manners, reader: Reader) -> None:
    """Polls what is due, and what falls due while a slow server keeps some of the polls waiting."""
    under_way: dict[int, asyncio.Task[None]] = {}
    places = asyncio.Semaphore(POLLS_AT_ONCE * ctx.settings.site_connections)

    async def in_turn(row: Row[Any]) -> None:
        async with places:  # a document is held from its arrival until it is stored
            await poll(ctx, row, manners, reader)

    async with asyncio.TaskGroup() as group:
        while True:
            now = ctx.now()
            due = await ctx.writer.do(lambda conn: leases.due_feeds(conn, site, now, ctx.scope, POLLS_PER_VISIT))  # noqa: B023
            for row in due:
                if row.id not in under_way:
                    under_way[row.id] = group.create_task(in_turn(row))
            if not under_way:
                return
            _, waiting = await asyncio.wait(under_way.values(), timeout=_LOOK_AGAIN_SECONDS)
            if not waiting:
                return
            under_way = {feed: task for feed, task in under_way.items() if task in waiting}


async def _pages(ctx: Context, site: str, manners: Manners, reader: Reader) -> int:
    now = ctx.now()
    rows = await ctx.writer.do(lambda conn: leases.due_entries(conn, site, now, ctx.scope, PAGES_AT_ONCE))
    wanted: dict[str, Wanted] = {}
    for row in rows:  # several feeds may list one page: it is asked for once
        wanted.setdefault(normalise(row.url), Wanted()).rows.append(row)
    if wanted:
        ctx.report(PagesFound(len(wanted)))
    await _each([fetch_page(ctx, item, manners, reader) for item in wanted.values()])
    return len(wanted)


async def _known_pages(ctx: Context, site: str, manners: Manners, reader: Reader) -> int:
    """Pages of stored articles, few at a time: before the next ones, news is looked for."""
    due = await due_pages(ctx, site, AGAIN_AT_ONCE)
    if due:
        ctx.report(PagesFound(len(due)))
    await _each([fetch_again(ctx, item, manners, reader) for item in due])
    return len(due)


async def _each(jobs: list) -> None:  # type: ignore[type-arg]
    """Runs them together; how many requests there are at once is the network's affair."""
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(job)
