"""Each site its turn: few requests at once, and a gap between their starts.

Who waits is served in the order of asking, and may be cancelled at any moment without costing the others their turn.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_SWEEP_AT = 256
_MAX_GAPS = 65536


class _Site:
    """One site that is asked now, or was asked within its gap."""

    __slots__ = ("last_start", "slots", "turn", "users")

    def __init__(self, connections: int) -> None:
        self.slots = asyncio.Semaphore(connections)
        self.turn = asyncio.Lock()
        self.last_start = float("-inf")
        self.users = 0


class Turns:
    """The turns of all sites. `gap` in seconds, `connections` for each site, `total` for all of them together."""

    def __init__(self, gap: float, connections: int, total: int) -> None:
        self._gap = gap
        self._connections = connections
        self._total = asyncio.Semaphore(total)
        self._sites: dict[str, _Site] = {}
        self._gaps: dict[str, float] = {}
        self._sweep_at = _SWEEP_AT

    def set_gap(self, site: str, seconds: float | None) -> None:
        """Give a site its own gap (a Crawl-delay), or with None the common one again."""
        self._gaps.pop(site, None)
        if seconds is not None:
            self._gaps[site] = seconds
            if len(self._gaps) > _MAX_GAPS:
                del self._gaps[next(iter(self._gaps))]

    @asynccontextmanager
    async def turn(self, key: str) -> AsyncIterator[None]:
        """Wait until the site may be asked, and hold one of its places and one of all places."""
        site = self._site(key)
        site.users += 1
        try:
            async with site.slots:
                await self._start(key, site)
                try:
                    yield
                finally:
                    self._total.release()
        finally:
            site.users -= 1

    async def _start(self, key: str, site: _Site) -> None:
        """Wait for the site's gap, then for a place among all connections, and note the start."""
        clock = asyncio.get_running_loop().time
        if self._gap_of(key) <= 0:
            await self._total.acquire()
        else:
            async with site.turn:
                while (wait := site.last_start + self._gap_of(key) - clock()) > 0:
                    await asyncio.sleep(wait)
                await self._total.acquire()
        site.last_start = clock()

    def _gap_of(self, key: str) -> float:
        return self._gaps.get(key, self._gap)

    def _site(self, key: str) -> _Site:
        if (site := self._sites.get(key)) is None:
            if len(self._sites) >= self._sweep_at:
                self._sweep()
            site = self._sites[key] = _Site(self._connections)
        return site

    def _sweep(self) -> None:
        """Forget the sites that nobody asks and whose gap is over; the next sweep is when they have doubled."""
        now = asyncio.get_running_loop().time()
        self._sites = {
            key: site for key, site in self._sites.items() if site.users or site.last_start + self._gap_of(key) > now
        }
        self._sweep_at = max(_SWEEP_AT, 2 * len(self._sites))
