"""Limits the requests to each site: few at once, and a gap between their starts that grows where it is slow or objects.

Requests are let through in the order in which they came, and may be cancelled at any moment without cost to the others.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from aggregator.net.adaptive_delay import AdaptiveDelay

T = TypeVar("T")
Take = Callable[[str, float], Awaitable[float]]
_SWEEP_AT = 256  # sites
_MAX_REMEMBERED = 65536  # sites


class CoolingDown(Exception):
    """The site asked not to be asked for another `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"for another {seconds:.0f} s")
        self.seconds = seconds


class _Site:
    """The state of a site that is asked now, or was asked within its gap."""

    __slots__ = ("connections", "last_start", "next_start", "users")

    def __init__(self, connections: int) -> None:
        self.connections = asyncio.Semaphore(connections)
        self.next_start = asyncio.Lock()
        self.last_start = float("-inf")
        self.users = 0


class SiteLimiter:
    """Gives out slots for requests. `gap` in seconds, `connections` for each site, `total` for all sites together.

    `clock`: seconds since 1970, by which cooldowns end and delays wear off; gaps go by the event loop's own time.
    `take`: asked before each start with the site and its gap; returns 0, or the seconds for which other processes'
    requests to the site keep this one waiting.
    """

    def __init__(
        self, gap: float, connections: int, total: int, clock: Callable[[], float] = time.time, take: Take | None = None
    ) -> None:
        self._gap = gap
        self._connections = connections
        self._total = asyncio.Semaphore(total)
        self._clock = clock
        self._take = take
        self._sites: dict[str, _Site] = {}
        self._gaps: dict[str, float] = {}
        self._delays: dict[str, AdaptiveDelay] = {}
        self._cooldowns: dict[str, float] = {}
        self._sweep_at = _SWEEP_AT

    def set_gap(self, site: str, seconds: float | None) -> None:
        """Gives a site its own gap (a Crawl-delay), or with None the common one again."""
        self._gaps.pop(site, None)
        if seconds is not None:
            _remember(self._gaps, site, seconds)

    def gap(self, site: str) -> float:
        """Returns the seconds between two starts at a site as they are now."""
        least = self._gaps.get(site, self._gap)
        delay = self._delays.get(site)
        return least if delay is None else delay.gap(least, self._clock())

    def delay(self, site: str) -> AdaptiveDelay | None:
        """Returns what is known of a site's speed."""
        return self._delays.get(site)

    def restore(self, site: str, delay: AdaptiveDelay) -> None:
        """Takes up what is remembered of a site from earlier, or from another process, unless more is known here."""
        known = self._delays.get(site)
        if known is not None and known.asked_at >= delay.asked_at:
            return
        _remember(self._delays, site, delay)
        ago = self._clock() - delay.asked_at
        state = self._site(site)
        state.last_start = max(state.last_start, asyncio.get_running_loop().time() - max(ago, 0.0))

    def record_response(self, site: str, seconds: float, status: int | None) -> None:
        """Records that an answer came after so many seconds; `status` None: none came."""
        delay = self._delays.get(site) or AdaptiveDelay()
        least = self._gaps.get(site, self._gap)
        _remember(self._delays, site, delay.after(seconds, status, least, self._clock()))

    def start_cooldown(self, key: str, seconds: float) -> None:
        """Refuses slots to a site (or to what has this key) for so many seconds, also to requests that wait already."""
        until = self._clock() + seconds
        _remember(self._cooldowns, key, max(until, self._cooldowns.get(key, until)))

    def check(self, *keys: str | None) -> None:
        """Raises CoolingDown while one of these is not to be asked."""
        for key in keys:
            if key in self._cooldowns:
                if (left := self._cooldowns[key] - self._clock()) > 0:
                    raise CoolingDown(left)
                del self._cooldowns[key]

    def cooldown(self, site: str) -> float:
        """Returns the seconds for which a site is not to be asked yet."""
        return max(self._cooldowns[site] - self._clock(), 0.0) if site in self._cooldowns else 0.0

    @asynccontextmanager
    async def slot(
        self, site: str, cooldown_key: str | None = None, starting: Callable[[], Awaitable[None]] | None = None
    ) -> AsyncIterator[None]:
        """Waits until the site may be asked, and holds one of its connections and one of all. Raises CoolingDown, also
        where it is `cooldown_key` that is not to be asked. `starting`: called when it is the request's turn; the gap
        counts from its end."""
        self.check(site, cooldown_key)
        state = self._site(site)
        state.users += 1
        try:
            async with state.connections:
                await self._start(site, state, cooldown_key, starting)
                try:
                    self.check(site, cooldown_key)
                    state.last_start = asyncio.get_running_loop().time()
                    yield
                finally:
                    self._total.release()
        finally:
            state.users -= 1

    async def _start(
        self, site: str, state: _Site, cooldown_key: str | None, starting: Callable[[], Awaitable[None]] | None
    ) -> None:
        """Waits for the site's gap, then for one of all connections, then for what other processes ask for."""
        clock = asyncio.get_running_loop().time
        if self.gap(site) <= 0:
            async with self._connection():
                if starting is not None:
                    await starting()
            return
        async with state.next_start:
            self.check(site, cooldown_key)
            while (wait := state.last_start + self.gap(site) - clock()) > 0:
                await asyncio.sleep(wait)
                self.check(site, cooldown_key)
            async with self._connection():
                if starting is not None:
                    await starting()
                while self._take is not None and (wait := await self._take(site, self.gap(site))) > 0:
                    await asyncio.sleep(wait)
            state.last_start = clock()

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[None]:
        """Takes one of all connections, which is given back where the block fails; else by who asked for the slot."""
        await self._total.acquire()
        try:
            yield
        except BaseException:
            self._total.release()
            raise

    def _site(self, site: str) -> _Site:
        if (state := self._sites.get(site)) is None:
            if len(self._sites) >= self._sweep_at:
                self._sweep()
            state = self._sites[site] = _Site(self._connections)
        return state

    def _sweep(self) -> None:
        """Forgets the sites that nobody asks and whose gap is over; the next sweep is when they have doubled."""
        now = asyncio.get_running_loop().time()
        self._sites = {
            site: state for site, state in self._sites.items() if state.users or state.last_start + self.gap(site) > now
        }
        self._sweep_at = max(_SWEEP_AT, 2 * len(self._sites))


def _remember(memory: dict[str, T], site: str, value: T) -> None:
    """Records a value as the newest; the oldest goes where there are too many."""
    memory.pop(site, None)
    memory[site] = value
    if len(memory) > _MAX_REMEMBERED:
        del memory[next(iter(memory))]
