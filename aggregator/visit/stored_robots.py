"""Keeps what a visit's robots policy remembers in rows of the database."""

from aggregator.model import RobotsAnswer
from aggregator.store.work import leases
from aggregator.visit.context import Context


class StoredRobots:
    """Keeps robots.txt, and the pauses that it brings, in the database."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    async def get(self, origin: str) -> RobotsAnswer | None:
        """Returns the answer of an origin that counts; None: it was never asked."""
        return await self._ctx.writer.do(lambda conn: leases.robots_of(conn, origin))

    async def put(self, origin: str, answer: RobotsAnswer) -> None:
        """Stores an answer."""
        await self._ctx.writer.do(lambda conn: leases.remember_robots(conn, origin, answer))

    async def pause(self, site: str, seconds: float) -> None:
        """Stores that a site wants no request for so long."""
        until = self._ctx.now() + int(seconds) + 1
        await self._ctx.writer.do(lambda conn: leases.pause(conn, site, until))
