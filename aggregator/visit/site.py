"""One visit: the polls that are due at a site, then the pages that wait there."""

import asyncio

from aggregator.store import work
from aggregator.urls import normalise
from aggregator.visit.context import Context, PagesFound
from aggregator.visit.pages import Wanted, fetch_page
from aggregator.visit.polling import poll
from aggregator.visit.reader import Reader
from aggregator.visit.robots import Manners

LEASE_SECONDS = 300
PAGES_AT_ONCE = 40  # between two looks at what else is due
PAGES_PER_VISIT = 400  # then the site is given back, so that one large site starves no other
POLLS_PER_VISIT = 1000


async def visit(ctx: Context, site: str) -> None:
    """Does what is due at a site whose lease we hold."""
    manners, reader = Manners(ctx, site), Reader(ctx)
    await _polls(ctx, site, manners, reader)
    await reader.save()
    for _ in range(PAGES_PER_VISIT // PAGES_AT_ONCE):
        until = ctx.now() + LEASE_SECONDS
        if ctx.stopping.is_set() or not await ctx.writer.do(lambda conn: work.renew(conn, site, ctx.owner, until)):  # noqa: B023
            return
        asked = await _pages(ctx, site, manners, reader)
        await reader.save()
        if not asked:
            return


async def _polls(ctx: Context, site: str, manners: Manners, reader: Reader) -> None:
    now = ctx.now()
    due = await ctx.writer.do(lambda conn: work.due_feeds(conn, site, now, ctx.scope, POLLS_PER_VISIT))
    await _each([poll(ctx, row, manners, reader) for row in due])


async def _pages(ctx: Context, site: str, manners: Manners, reader: Reader) -> int:
    now = ctx.now()
    rows = await ctx.writer.do(lambda conn: work.due_entries(conn, site, now, ctx.scope, PAGES_AT_ONCE))
    wanted: dict[str, Wanted] = {}
    for row in rows:  # several feeds may list one page: it is asked for once
        wanted.setdefault(normalise(row.url), Wanted()).rows.append(row)
    if wanted:
        ctx.report(PagesFound(len(wanted)))
    await _each([fetch_page(ctx, item, manners, reader) for item in wanted.values()])
    return len(wanted)


async def _each(jobs: list) -> None:  # type: ignore[type-arg]
    """Runs them together; how many requests there are at once is the network's affair."""
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(job)
