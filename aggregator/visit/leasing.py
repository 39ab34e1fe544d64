"""Takes, keeps and gives back the leases of sites; what every engine does around a visit."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from typing import TypeVar

from sqlalchemy import Connection

from aggregator.errors import LeaseLost, StoreError
from aggregator.store import locks
from aggregator.store.work import leases
from aggregator.store.work.leases import DueSite, SiteRow
from aggregator.visit.context import Context
from aggregator.visit.site_visit import learned_delay

E = TypeVar("E", bound=Exception)
LEASE_SECONDS = 300
_RENEW_SECONDS = LEASE_SECONDS / 5
_AFTER_FAULT_SECONDS = 300
_log = logging.getLogger(__name__)


async def claim(ctx: Context, sites: Collection[str], dead: Collection[str] = ()) -> list[SiteRow]:
    """Takes the leases of these sites; returns those that could be had. `dead`: owners who are gone."""
    at = ctx.now()

    def job(conn: Connection) -> list[SiteRow | None]:
        return [leases.claim(conn, site, ctx.owner, at + LEASE_SECONDS, at, dead) for site in sites]

    return [row for row in await ctx.writer.do(job) if row is not None]


def dead_among(ctx: Context, owners: Collection[str]) -> set[str]:
    """Returns the owners of leases who are gone."""
    return {name for name in owners if name != ctx.owner and locks.is_dead(ctx.store, name)}


def is_free(row: DueSite, at: int, dead: Collection[str], me: str) -> bool:
    """Tells whether the lease of a site can be had."""
    return row.owner is None or row.owner in dead or (row.lease_until or 0) <= at or row.owner == me


async def keep(ctx: Context, running: Mapping[asyncio.Task[bool], str]) -> None:
    """Lengthens the leases of the visits under way, until it is cancelled; one whose lease was lost ends."""
    while True:
        await asyncio.sleep(_RENEW_SECONDS)
        sites, until = list(running.values()), ctx.now() + LEASE_SECONDS

        def renew(conn: Connection, sites: list[str] = sites, until: int = until) -> set[str]:
            return leases.renew(conn, sites, ctx.owner, until)

        try:
            kept = await ctx.writer.do(renew)
        except StoreError as error:  # the visits meet it too, and say so
            _log.debug("leases not renewed: %s", error)
            continue
        for task, site in running.items():
            if site in sites and site not in kept:
                _log.warning("the visit of %s took so long that another process has it now", site)
                task.cancel()


async def end(ctx: Context, site: str, visit: asyncio.Task[bool]) -> None:
    """Gives a site back whose visit has ended. Raises StoreError, if that was what ended it."""
    error = None if visit.cancelled() else visit.exception()
    if (refused := first(error, StoreError)) is not None:
        raise refused
    if (lost := first(error, LeaseLost)) is not None:
        _log.warning("the visit ended: %s", lost)
    elif error is not None:  # a defect of ours: the site rests, the others go on
        _log.error("visit of %s failed: %r", site, error, exc_info=error)
        until = ctx.now() + _AFTER_FAULT_SECONDS
        await ctx.writer.do(lambda conn: leases.pause(conn, site, until))
    await release(ctx, site)


async def release(ctx: Context, site: str) -> None:
    """Gives a site back, with what was learned of how fast it may be asked."""
    delay, cooling, now = learned_delay(ctx, site), ctx.net.cooldown(site), ctx.now()

    def job(conn: Connection) -> None:
        leases.release(conn, site, ctx.owner, delay)
        if cooling:
            leases.pause(conn, site, now + int(cooling) + 1)

    await ctx.writer.do(job)


def first(error: BaseException | None, kind: type[E]) -> E | None:
    """Returns the error of this kind that ended a visit, whose requests are a group, and so are their errors."""
    while isinstance(error, BaseExceptionGroup):
        of_kind: BaseExceptionGroup[E] | None = error.subgroup(kind)
        error = of_kind.exceptions[0] if of_kind else None
    return error if isinstance(error, kind) else None
