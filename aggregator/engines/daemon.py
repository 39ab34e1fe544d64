"""Runs visits for as long as the process lives: APScheduler starts what is due and the maintenance of the database."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from aggregator.alerts.deliver import Outcome, deliver
from aggregator.archive.prune import prune
from aggregator.config.models import Config
from aggregator.engines import systemd
from aggregator.engines.log_progress import log_progress
from aggregator.errors import AggregatorError, UsageError
from aggregator.net.client import Net
from aggregator.pool import Pool
from aggregator.store import engine
from aggregator.store.engine import Store
from aggregator.store.upkeep import maintenance
from aggregator.subscriptions.sync import load, sync
from aggregator.visit import Context, Progress, opened, run_due

_log = logging.getLogger(__name__)
TICK_SECONDS = 5  # between two starts of what is due
GRACE_SECONDS = 9  # for visits under way when the daemon stops


def run(
    config_path: Path | None,
    database_url: str,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], float] = time.time,
    tick: float = TICK_SECONDS,
    net: Net | None = None,
    pool: Pool | None = None,
    report: Callable[[Progress], None] = log_progress,
) -> int:
    """Runs until SIGTERM or SIGINT; returns the exit code. Raises AggregatorError if it can't start.

    `clock`: seconds since 1970, by which everything is due; `tick`: seconds between two starts of what is due.
    `net`, `pool`: used instead of ones of its own (which follow the settings when they change), left open.
    `report`: told of the progress of visits.
    """
    if config_path is None:
        raise UsageError("no feeds.yaml here; make one with `aggregator feeds add URL`, or name one with --config")
    store = engine.open(database_url)
    try:
        config, digest = load(store, config_path, environ)
        sync(store, config, digest, int(clock()))
        asyncio.run(_Daemon(store, config_path, environ, clock, tick, net, pool, report).serve(config))
    finally:
        store.close()
    return 0


class _Daemon:
    """Holds the scheduler, and the context that a changed feeds.yaml replaces."""

    def __init__(
        self,
        store: Store,
        config_path: Path,
        environ: Mapping[str, str],
        clock: Callable[[], float],
        tick: float,
        net: Net | None,
        pool: Pool | None,
        report: Callable[[Progress], None],
    ) -> None:
        self._store = store
        self._config_path = config_path
        self._environ = environ
        self._clock = clock
        self._tick = tick
        self._net = net
        self._pool = pool
        self._report = report
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()
        self._visits: asyncio.Task[None] | None = None  # the latest tick's
        self._deliveries: asyncio.Task[None] | None = None

    async def serve(self, config: Config) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload.set)
        scheduler = AsyncIOScheduler(job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None})
        self._add_maintenance(scheduler)
        scheduler.start()
        _log.info("running: %d feeds, %d pages", len(config.feeds), len(config.articles))
        systemd.notify("READY=1")
        try:
            while not self._stop.is_set():
                config = await self._serve_with(config, scheduler)
        finally:
            systemd.notify("STOPPING=1")
            scheduler.shutdown(wait=False)
        _log.info("stopped")

    async def _serve_with(self, config: Config, scheduler: AsyncIOScheduler) -> Config:
        """Works with one configuration until it is replaced or the daemon stops; returns the next one."""
        opening = opened(self._store, config.settings, self._report, clock=self._clock, net=self._net, pool=self._pool)
        async with opening as ctx:
            tick = scheduler.add_job(
                self._start, "interval", seconds=self._tick, args=[ctx], next_run_time=datetime.now(UTC)
            )
            try:
                return await self._until_changed(config)
            finally:
                tick.remove()
                ctx.stopping.set()
                if under_way := {task for task in (self._visits, self._deliveries) if task is not None}:
                    await asyncio.wait(under_way, timeout=GRACE_SECONDS)  # they finish or release themselves

    async def _start(self, ctx: Context) -> None:
        """Starts what is due, unless visits are under way: they take up by themselves what falls due meanwhile. Alerts
        are delivered beside them."""
        if ctx.stopping.is_set():
            return
        if self._visits is None or self._visits.done():
            self._visits = asyncio.create_task(self._run_due(ctx))
        if self._deliveries is None or self._deliveries.done():
            self._deliveries = asyncio.create_task(self._deliver(ctx))

    async def _run_due(self, ctx: Context) -> None:
        """Visits what is due. A database that refuses for a while (full, locked) does not end the daemon."""
        try:
            await run_due(ctx)
        except AggregatorError as error:
            _log.error("%s; tried again in %d s", error, TICK_SECONDS)
        except Exception as error:  # a defect of ours; the next start may do better
            _log.exception("visits ended: %r", error)
        if (offline := ctx.outage.reason(ctx.net.answers)) is not None and not ctx.outage.told:
            ctx.outage.told = True
            _log.warning("%s; tried again every minute", offline)

    async def _deliver(self, ctx: Context) -> None:
        """Delivers what alerts have to tell; what fails is tried again later."""
        outcome = Outcome()
        try:
            await deliver(self._store, ctx.settings, self._clock, outcome)
        except AggregatorError as error:
            _log.error("alerts: %s; tried again in %d s", error, TICK_SECONDS)
        except Exception as error:  # a defect of ours; the next start may do better
            _log.exception("alerts ended: %r", error)
        for name, reason in outcome.failures:
            _log.warning("alert %s: %s", name, reason)

    async def _until_changed(self, config: Config) -> Config:
        while True:
            stop, again = asyncio.create_task(self._stop.wait()), asyncio.create_task(self._reload.wait())
            await asyncio.wait({stop, again}, return_when=asyncio.FIRST_COMPLETED)
            stop.cancel()
            again.cancel()
            if self._stop.is_set():
                return config
            self._reload.clear()
            fresh = await asyncio.to_thread(self._read_again)
            if fresh is not None:
                return fresh

    def _read_again(self) -> Config | None:
        try:
            config, digest = load(self._store, self._config_path, self._environ)
            done = sync(self._store, config, digest, int(self._clock()))
        except AggregatorError as error:
            _log.error("feeds.yaml was not taken over, the one before stays: %s", error)
            return None
        _log.info("feeds.yaml read: %d added, %d changed, %d retired", done.added, done.changed, done.retired)
        return config

    def _add_maintenance(self, scheduler: AsyncIOScheduler) -> None:
        def every(what: Callable[[], object], name: str, **when: int) -> None:
            scheduler.add_job(_run_in_thread, "interval", args=[what, name], id=name, **when)

        every(lambda: prune(self._store, int(self._clock())), "prune", hours=6)
        every(lambda: maintenance.optimise(self._store), "optimise", hours=24)
        every(lambda: maintenance.checkpoint(self._store), "checkpoint", hours=1)


async def _run_in_thread(what: Callable[[], object], name: str) -> None:
    try:
        await asyncio.to_thread(what)
    except AggregatorError as error:
        _log.error("%s: %s; tried again at its next time", name, error)
