"""Each site its turn: few requests at once, and a gap between their starts, longer where the site is slow or pushes back.

Who waits is served in the order of asking, and may be cancelled at any moment without costing the others their turn.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from aggregator.net.adaptive_delay import Pace

T = TypeVar("T")
_SWEEP_AT = 256
_MAX_REMEMBERED = 65536


class Cooling(Exception):
    """The site asked to be left alone for another `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"for another {seconds:.0f} s")
        self.seconds = seconds


class _Site:
    """One site that is asked now, or was asked within its gap."""

    __slots__ = ("last_start", "slots", "turn", "users")

    def __init__(self, connections: int) -> None:
        self.slots = asyncio.Semaphore(connections)
        self.turn = asyncio.Lock()
        self.last_start = float("-inf")
        self.users = 0


class Turns:
    """The turns of all sites. `gap` in seconds, `connections` for each site, `total` for all of them together.

    `clock`: seconds since 1970, by which cool-downs end and paces wear off; gaps go by the event loop's own time.
    """

    def __init__(self, gap: float, connections: int, total: int, clock: Callable[[], float] = time.time) -> None:
        self._gap = gap
        self._connections = connections
        self._total = asyncio.Semaphore(total)
        self._clock = clock
        self._sites: dict[str, _Site] = {}
        self._gaps: dict[str, float] = {}
        self._paces: dict[str, Pace] = {}
        self._quiet: dict[str, float] = {}
        self._sweep_at = _SWEEP_AT

    def set_gap(self, site: str, seconds: float | None) -> None:
        """Give a site its own gap (a Crawl-delay), or with None the common one again."""
        self._gaps.pop(site, None)
        if seconds is not None:
            _remember(self._gaps, site, seconds)

    def gap(self, site: str) -> float:
        """Seconds between two starts at a site as they are now."""
        least = self._gaps.get(site, self._gap)
        pace = self._paces.get(site)
        return least if pace is None else pace.gap(least, self._clock())

    def pace(self, site: str) -> Pace | None:
        """What the site has taught."""
        return self._paces.get(site)

    def resume(self, site: str, pace: Pace) -> None:
        """Take up what is remembered of a site from earlier, or from another process, unless more is known here."""
        known = self._paces.get(site)
        if known is not None and known.asked_at >= pace.asked_at:
            return
        _remember(self._paces, site, pace)
        ago = self._clock() - pace.asked_at
        place = self._site(site)
        place.last_start = max(place.last_start, asyncio.get_running_loop().time() - max(ago, 0.0))

    def learn(self, site: str, seconds: float, status: int | None) -> None:
        """An answer came after so many seconds; `status` None: none came."""
        pace = self._paces.get(site) or Pace()
        least = self._gaps.get(site, self._gap)
        _remember(self._paces, site, pace.after(seconds, status, least, self._clock()))

    def cool(self, site: str, seconds: float) -> None:
        """Nobody asks the site (or what goes by this word) for so many seconds: who waits is sent away too."""
        until = self._clock() + seconds
        _remember(self._quiet, site, max(until, self._quiet.get(site, until)))

    def check(self, *keys: str | None) -> None:
        """Raises Cooling while any of these is to be left alone."""
        for key in keys:
            if key in self._quiet:
                if (left := self._quiet[key] - self._clock()) > 0:
                    raise Cooling(left)
                del self._quiet[key]

    def cooling(self, site: str) -> float:
        """Seconds for which the site is still to be left alone."""
        return max(self._quiet[site] - self._clock(), 0.0) if site in self._quiet else 0.0

    @asynccontextmanager
    async def turn(self, key: str, word: str | None = None) -> AsyncIterator[None]:
        """Wait until the site may be asked, and hold one of its places and one of all places. Raises Cooling, also
        where it is `word` that is to be left alone."""
        self.check(key, word)
        site = self._site(key)
        site.users += 1
        try:
            async with site.slots:
                await self._start(key, site, word)
                try:
                    self.check(key, word)
                    site.last_start = asyncio.get_running_loop().time()
                    yield
                finally:
                    self._total.release()
        finally:
            site.users -= 1

    async def _start(self, key: str, site: _Site, word: str | None) -> None:
        """Wait for the site's gap, then for a place among all connections."""
        clock = asyncio.get_running_loop().time
        if self.gap(key) <= 0:
            await self._total.acquire()
            return
        async with site.turn:
            self.check(key, word)
            while (wait := site.last_start + self.gap(key) - clock()) > 0:
                await asyncio.sleep(wait)
                self.check(key, word)
            await self._total.acquire()
            site.last_start = clock()

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
            key: site for key, site in self._sites.items() if site.users or site.last_start + self.gap(key) > now
        }
        self._sweep_at = max(_SWEEP_AT, 2 * len(self._sites))


def _remember(memory: dict[str, T], site: str, value: T) -> None:
    """Notes a value as the newest; the oldest goes where there are too many."""
    memory.pop(site, None)
    memory[site] = value
    if len(memory) > _MAX_REMEMBERED:
        del memory[next(iter(memory))]
