"""Claims sites with due work and visits them, many at once, until nothing is left that can be had.

Work is claimed by site and never by row: a site with ten thousand waiting pages delays no other, for those
come first that were visited longest ago.
"""

import asyncio
import logging
from collections import deque
from dataclasses import dataclass, field

from sqlalchemy import Connection

from aggregator.errors import StoreError
from aggregator.store import leases, locks
from aggregator.store.leases import DueSite
from aggregator.visit.context import Context
from aggregator.visit.site_visit import learned_delay, visit

LEASE_SECONDS = 300
_RENEW_SECONDS = LEASE_SECONDS / 5
_log = logging.getLogger(__name__)
_LOOK_UP_SECONDS = 5
_AFTER_FAULT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Blocked:
    """Sites with due work that could not be visited: held by another process, or asked to be left alone."""

    held: int = 0
    quiet: int = 0


@dataclass(slots=True)
class _Round:
    """The visits under way, and the sites that were found due and wait for a free place."""

    running: dict[asyncio.Task[None], str] = field(default_factory=dict)
    queue: deque[str] = field(default_factory=deque)
    looked_at: float = float("-inf")
    dead: set[str] = field(default_factory=set)
    blocked: Blocked = Blocked()


async def run_due(ctx: Context) -> Blocked:
    """Visits every site with something due, new ones as they fall due, until none is left but the blocked."""
    round_ = _Round()
    ctx.outage.begin(ctx.net.answers)
    keeper = asyncio.create_task(_keep_leases(ctx, round_))
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
            await _release(ctx, site)
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
        until, dead, at = ctx.now() + LEASE_SECONDS, round_.dead, ctx.now()
        rows = await ctx.writer.do(lambda conn: [leases.claim(conn, s, ctx.owner, until, at, dead) for s in some])  # noqa: B023
        round_.running |= {
            asyncio.create_task(visit(ctx, row), name=row.site): row.site for row in rows if row is not None
        }
        free = ctx.settings.visits - len(round_.running)


async def _look_up(ctx: Context, round_: _Round) -> None:
    """Finds the sites that are due: those that can be had go into the queue, the others are counted."""
    at, mine = ctx.now(), set(round_.running.values())
    names = await ctx.read(leases.owners) - {ctx.owner}
    round_.dead = {name for name in names if locks.is_dead(ctx.store, name)}
    found = await ctx.read(lambda conn: leases.due_sites(conn, at, ctx.scope))
    due = [row for row in found if row.site not in mine and not ctx.outage.rests(row.site, at)]
    quiet = {row.site for row in due if row.quiet_until is not None and row.quiet_until > at}
    held = {row.site for row in due if row.site not in quiet and not _is_free(row, at, round_.dead, ctx.owner)}
    round_.blocked = Blocked(len(held), len(quiet))
    round_.queue = deque(row.site for row in due if row.site not in quiet and row.site not in held)


def _is_free(row: DueSite, at: int, dead: set[str], me: str) -> bool:
    return row.owner is None or row.owner in dead or (row.lease_until or 0) <= at or row.owner == me


async def _keep_leases(ctx: Context, round_: _Round) -> None:
    """Lengthens the leases of the visits under way; one whose lease was lost ends."""
    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        sites, until = list(round_.running.values()), ctx.now() + LEASE_SECONDS

        def renew(conn: Connection, sites: list[str] = sites, until: int = until) -> set[str]:
            return leases.renew(conn, sites, ctx.owner, until)

        try:
            kept = await ctx.writer.do(renew)
        except StoreError as error:  # the visits meet it too, and say so
            _log.debug("leases not renewed: %s", error)
            continue
        for task, site in round_.running.items():
            if site in sites and site not in kept:
                _log.warning("the visit of %s took so long that another process has it now", site)
                task.cancel()


async def _reap(ctx: Context, running: dict[asyncio.Task[None], str]) -> None:
    stop = asyncio.create_task(_stopped(ctx))
    try:
        await asyncio.wait({*running, stop}, timeout=_LOOK_UP_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.cancel()
    for task in [task for task in running if task.done()]:
        site = running.pop(task)
        error = None if task.cancelled() else task.exception()
        if (refused := _refusal(error)) is not None:
            raise refused
        if error is not None:  # a defect of ours: the site rests, the others go on
            _log.error("visit of %s failed: %r", site, error, exc_info=error)
            until = ctx.now() + _AFTER_FAULT_SECONDS
            await ctx.writer.do(lambda conn, site=site, until=until: leases.pause(conn, site, until))  # type: ignore[misc]
        await _release(ctx, site)


def _refusal(error: BaseException | None) -> StoreError | None:
    """Returns the database's error, if that ended a visit, whose requests are a group, and so are their errors."""
    while isinstance(error, BaseExceptionGroup):
        of_store = error.subgroup(StoreError)
        error = of_store.exceptions[0] if of_store else None
    return error if isinstance(error, StoreError) else None


async def _stopped(ctx: Context) -> None:
    await ctx.stopping.wait()


async def _wind_up(running: dict[asyncio.Task[None], str]) -> None:
    """Waits a few seconds, after a stop was asked for, for what is under way to finish."""
    if running:
        await asyncio.wait(running, timeout=6)


async def _release(ctx: Context, site: str) -> None:
    delay, cooling, now = learned_delay(ctx, site), ctx.net.cooldown(site), ctx.now()

    def job(conn: Connection) -> None:
        leases.release(conn, site, ctx.owner, delay)
        if cooling:
            leases.pause(conn, site, now + int(cooling) + 1)

    await ctx.writer.do(job)
