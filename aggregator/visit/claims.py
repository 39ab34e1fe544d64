"""Claiming sites with due work and visiting them, many at once, until nothing is left that can be had."""

import asyncio
import logging
from dataclasses import dataclass

from sqlalchemy import Connection

from aggregator.errors import StoreError
from aggregator.store import locks, work
from aggregator.visit.context import Context
from aggregator.visit.site import LEASE_SECONDS, visit

_log = logging.getLogger(__name__)
_LOOK_AGAIN_SECONDS = 5
_AFTER_FAULT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Blocked:
    """Sites with due work that could not be visited: held by another process, or asked to be left alone."""

    held: int = 0
    quiet: int = 0


async def run_due(ctx: Context) -> Blocked:
    """Visits every site with something due, new ones as they fall due, until none is left but the blocked."""
    running: dict[asyncio.Task[None], str] = {}
    blocked = Blocked()
    try:
        while not ctx.stopping.is_set():
            free = ctx.settings.visits - len(running)
            if free > 0:
                sites, blocked = await _claim(ctx, free, set(running.values()))
                running.update({asyncio.create_task(visit(ctx, site), name=site): site for site in sites})
            if not running:
                return blocked
            await _reap(ctx, running)
        await _wind_up(running)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        for site in running.values():
            await _release(ctx, site)
    return blocked


async def _claim(ctx: Context, limit: int, mine: set[str]) -> tuple[list[str], Blocked]:
    now = ctx.now()
    names = await ctx.writer.do(work.owners) - {ctx.owner}
    dead = {name for name in names if locks.is_dead(ctx.store, name)}

    def claim(conn: Connection) -> tuple[list[str], Blocked]:
        taken: list[str] = []
        held = quiet = 0
        for row in work.due_sites(conn, now, ctx.scope):
            if row.site in mine:
                continue
            if row.quiet_until is not None and row.quiet_until > now:
                quiet += 1
            elif (
                len(taken) < limit and work.claim(conn, row.site, ctx.owner, now + LEASE_SECONDS, now, dead) is not None
            ):
                taken.append(row.site)
            elif len(taken) < limit:
                held += 1
        return taken, Blocked(held, quiet)

    return await ctx.writer.do(claim)


async def _reap(ctx: Context, running: dict[asyncio.Task[None], str]) -> None:
    stop = asyncio.create_task(_stopped(ctx))
    try:
        await asyncio.wait({*running, stop}, timeout=_LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.cancel()
    for task in [task for task in running if task.done()]:
        site = running.pop(task)
        error = task.exception()
        if isinstance(error, StoreError):
            raise error
        if error is not None:  # a defect of ours: the site rests, the others go on
            _log.error("visit of %s failed: %r", site, error, exc_info=error)
            until = ctx.now() + _AFTER_FAULT_SECONDS
            await ctx.writer.do(lambda conn, site=site, until=until: work.quieten(conn, site, until))  # type: ignore[misc]
        await _release(ctx, site)


async def _stopped(ctx: Context) -> None:
    await ctx.stopping.wait()


async def _wind_up(running: dict[asyncio.Task[None], str]) -> None:
    """After a stop was asked for: what is under way may finish for a few seconds."""
    if running:
        await asyncio.wait(running, timeout=6)


async def _release(ctx: Context, site: str) -> None:
    await ctx.writer.do(lambda conn: work.release(conn, site, ctx.owner))
