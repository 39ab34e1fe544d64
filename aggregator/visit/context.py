"""What a visit works with: the shell's rooms, the settings, the clock, and who is told of progress."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Literal

from aggregator.config.models import Settings
from aggregator.net import Net, net_settings
from aggregator.pool import Pool
from aggregator.store import locks
from aggregator.store.articles import Outcome
from aggregator.store.engine import Store
from aggregator.store.job_threads import Writer
from aggregator.store.leases import EVERYTHING, Scope

PARSE_SECONDS = 10.0
"""Most time for a feed's parsing. It takes milliseconds; a document that takes so long was made to."""


@dataclass(frozen=True, slots=True)
class Polled:
    """A poll is over. `new`: entries not known before; `reason`: why it failed; `kept`: articles made of entries alone."""

    feed: str
    outcome: Literal["changed", "unchanged", "failed"]
    new: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class PagesFound:
    """So many pages more are to be fetched."""

    count: int


@dataclass(frozen=True, slots=True)
class PageDone:
    """An article was stored (outcome), its page failed or is gone (`reason`), or `reason` says why the text that it
    shows was not stored. `from_feed`: no page was asked for."""

    url: str
    outcome: Outcome | Literal["failed", "gone"]
    copy: bool = False
    reason: str | None = None
    from_feed: bool = False


@dataclass(frozen=True, slots=True)
class StateChanged:
    """A feed's state of health is another one than before (`aggregator.schedule.health`); `advice`: what to do, or empty."""

    feed: str
    before: str
    state: str
    why: str
    advice: str

    def __str__(self) -> str:
        said = f"{self.feed}: now {self.state} (before: {self.before}): {self.why}"
        return f"{said}; what to do: {self.advice}" if self.advice else said


Progress = Polled | PagesFound | PageDone | StateChanged


@dataclass(frozen=True, slots=True)
class Context:
    """All that a visit needs. `owner` is the name of its leases and of the lock that says they are alive.

    `clock`: seconds since 1970, by which everything is due. `warned`: feeds of whose selectors it was said already that they match nothing.
    """

    store: Store
    writer: Writer
    net: Net
    pool: Pool
    settings: Settings
    owner: str
    scope: Scope
    report: Callable[[Progress], None]
    clock: Callable[[], float] = time.time
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    warned: set[str] = field(default_factory=set)

    def now(self) -> int:
        """Seconds since 1970, UTC."""
        return int(self.clock())


@asynccontextmanager
async def opened(
    store: Store,
    settings: Settings,
    report: Callable[[Progress], None],
    scope: Scope = EVERYTHING,
    clock: Callable[[], float] = time.time,
    net: Net | None = None,
    pool: Pool | None = None,
) -> AsyncIterator[Context]:
    """Opens a context; its leases are free at the end. A `net` and a `pool` that are given stay open, as they are the
    caller's; those that are made here are closed."""
    owner = f"owner-{secrets.token_hex(8)}"
    async with AsyncExitStack() as stack:
        stack.enter_context(locks.hold(store, owner))
        writer = Writer(store)
        stack.callback(writer.close)
        if pool is None:
            pool = Pool(settings.workers)
            stack.callback(pool.close)
        if net is None:
            net = await stack.enter_async_context(Net(net_settings(settings), clock))
        yield Context(store, writer, net, pool, settings, owner, scope, report, clock)
