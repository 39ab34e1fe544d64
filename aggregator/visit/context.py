"""Holds what a visit works with: the adapters, the settings, the clock, and who is told of progress."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection

from aggregator.config.models import Settings
from aggregator.errors import FetchError
from aggregator.net.net_settings import net_settings
from aggregator.pool import Pool
from aggregator.store import locks
from aggregator.store.engine import Store
from aggregator.store.job_threads import Reader, Writer
from aggregator.store.work.leases import EVERYTHING, Scope
from aggregator.store.work.request_gaps import RequestGaps
from aggregator.visit.backlog import PAGES_PER_WORKER, Backlog
from aggregator.visit.outage import Outage
from aggregator.visit.progress import Progress

if TYPE_CHECKING:
    from aggregator.net.client import Net

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Context:
    """All that a visit needs. `owner` is the name of its leases and of the lock that says they are alive.

    `clock`: seconds since 1970, by which everything is due. `warned`: feeds of whose selectors it was
    said already that they match nothing. `held`: the sites that are being visited. `hands_over`: pages are kept for
    another worker to read (`visit.arrived`).
    """

    store: Store
    writer: Writer
    reader: Reader
    net: "Net"
    pool: Pool
    settings: Settings
    owner: str
    scope: Scope
    report: Callable[[Progress], None]
    backlog: Backlog
    clock: Callable[[], float] = time.time
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    warned: set[str] = field(default_factory=set)
    outage: Outage = field(default_factory=Outage)
    held: set[str] = field(default_factory=set)
    hands_over: bool = False

    def now(self) -> int:
        """Returns the seconds since 1970, UTC."""
        return int(self.clock())

    def excuses(self, site: str, error: FetchError) -> bool:
        """Tells whether a failure is left out, because the network may be down: what was due stays so."""
        return self.outage.excuses(site, error, self.net.answers, self.now())

    async def read(self, job: Callable[[Connection], T]) -> T:
        """Returns what `job` reads in a snapshot of the database. It does not wait for the writer."""
        return await self.reader.do(job)


@asynccontextmanager
async def opened(
    store: Store,
    settings: Settings,
    report: Callable[[Progress], None],
    scope: Scope = EVERYTHING,
    clock: Callable[[], float] = time.time,
    net: "Net | None" = None,
    pool: Pool | None = None,
    *,
    hands_over: bool = False,
) -> AsyncIterator[Context]:
    """Opens a context; its leases are free at the end. A `net` and a `pool` that are given stay open, as they are the
    caller's; those that are made here are closed."""
    owner = f"owner-{secrets.token_hex(8)}"
    async with AsyncExitStack() as stack:
        stack.enter_context(locks.hold(store, owner))
        writer, reader = Writer(store), Reader(store)
        stack.callback(writer.close)
        stack.callback(reader.close)
        if pool is None:
            pool = Pool(settings.workers)
            stack.callback(pool.close)
        held = set[str]()
        if net is None:
            from aggregator.net.client import Net  # late: whoever has nothing to visit need not load HTTP

            take = None
            if store.path is None:  # on SQLite one machine asks
                gaps = RequestGaps(store, owner, held)
                stack.callback(gaps.close)
                take = gaps.take
            net = await stack.enter_async_context(Net(net_settings(settings), clock, take=take))
        backlog = Backlog(PAGES_PER_WORKER * pool.size)
        work = Context(store, writer, reader, net, pool, settings, owner, scope, report, backlog, clock, held=held)
        yield replace(work, hands_over=hands_over)
