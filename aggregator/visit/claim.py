"""Claims sites with due work and visits them, many at once, until nothing is left that can be had.

Work is claimed by site and never by row: a site with ten thousand waiting pages delays no other, for those
come first that were visited longest ago.
"""

import asyncio
from collections import deque
from dataclasses import dataclass, field

from aggregator.store.work import leases
from aggregator.visit import leasing
from aggregator.visit.context import Context
from aggregator.visit.site_visit import visit

_LOOK_UP_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Blocked:
    """Sites with due work that could not be visited: held by another process, or asked to be left alone."""

    held: int = 0
    quiet: int = 0


@dataclass(slots=True)
class _Round:
    """The visits under way, and the sites that were found due and wait for a free place."""

    running: dict[asyncio.Task[bool], str] = field(default_factory=dict)
    queue: deque[str] = field(default_factory=deque)
    looked_at: float = float("-inf")
    dead: set[str] = field(default_factory=set)
    blocked: Blocked = Blocked()


async def run_due(ctx: Context) -> Blocked:
    """Visits every site with something due, new ones as they fall due, until none is left but the blocked."""
    round_ = _Round()
    ctx.outage.begin(ctx.net.answers)
    keeper = asyncio.create_task(leasing.keep(ctx, round_.running))
    try:
        while not ctx.stopping.is_set():
            await _start_some(ctx, round_)
            if not round_.running:
                if ctx.outage.tries_again(ctx.net.answers):
                    continue
                return round_.blocked
            await _reap(ctx, round_.running)
        await _wind_up(round_.running)
    finally:
        keeper.cancel()
        for task in round_.running:
            task.cancel()
        await asyncio.gather(keeper, *round_.running, return_exceptions=True)
        for site in round_.running.values():
            await leasing.release(ctx, site)
    return round_.blocked


async def _start_some(ctx: Context, round_: _Round) -> None:
    """Claims as many sites as there are free places. What is due is looked up when nothing waits, and now and then."""
    free = ctx.settings.visits - len(round_.running)
    clock = asyncio.get_running_loop().time()
    if free > 0 and (not round_.queue or clock - round_.looked_at > _LOOK_UP_SECONDS):
        await _look_up(ctx, round_)
        round_.looked_at = clock
    while free > 0 and round_.queue:
        some = [round_.queue.popleft() for _ in range(min(free, len(round_.queue)))]
        rows = await leasing.claim(ctx, some, round_.dead)
        round_.running |= {asyncio.create_task(visit(ctx, row), name=row.site): row.site for row in rows}
        free = ctx.settings.visits - len(round_.running)


async def _look_up(ctx: Context, round_: _Round) -> None:
    """Finds the sites that are due: those that can be had go into the queue, the others are counted."""
    at, mine = ctx.now(), set(round_.running.values())
    round_.dead = leasing.dead_among(ctx, await ctx.read(leases.owners))
    found = await ctx.read(lambda conn: leases.due_sites(conn, at, ctx.scope))
    due = [row for row in found if row.site not in mine and not ctx.outage.rests(row.site, at)]
    quiet = {row.site for row in due if row.quiet_until is not None and row.quiet_until > at}
    held = {row.site for row in due if row.site not in quiet and not leasing.is_free(row, at, round_.dead, ctx.owner)}
    round_.blocked = Blocked(len(held), len(quiet))
    round_.queue = deque(row.site for row in due if row.site not in quiet and row.site not in held)


async def _reap(ctx: Context, running: dict[asyncio.Task[bool], str]) -> None:
    stop = asyncio.create_task(_stopped(ctx))
    try:
        await asyncio.wait({*running, stop}, timeout=_LOOK_UP_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.cancel()
    for task in [task for task in running if task.done()]:
        site = running.pop(task)
        await leasing.end(ctx, site, task)


async def _stopped(ctx: Context) -> None:
    await ctx.stopping.wait()


async def _wind_up(running: dict[asyncio.Task[bool], str]) -> None:
    """Waits a few seconds, after a stop was asked for, for what is under way to finish."""
    if running:
        await asyncio.wait(running, timeout=6)
