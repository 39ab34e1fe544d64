"""Runs visits beside any number of other workers, on PostgreSQL; what they share is the database alone."""

import asyncio
import logging
import os
import random
import signal
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from aggregator.config.models import Config
from aggregator.engines import systemd
from aggregator.engines.log_progress import log_progress
from aggregator.engines.part import Part
from aggregator.engines.visit_queue import Offline, VisitQueue, quieten
from aggregator.errors import AggregatorError, DatabaseNewer, StoreError
from aggregator.store import engine, locks
from aggregator.store.engine import Store
from aggregator.store.work import job_queue
from aggregator.store.work.database_clock import DatabaseClock
from aggregator.subscriptions.sync import digest_of_synced, is_synced, load, shared_settings, sync
from aggregator.visit import Progress, opened

_log = logging.getLogger(__name__)
_WATCH_SECONDS = 5  # between two looks at what other processes changed
_BACKOFF = (1, 2, 5, 10, 20, 30)  # seconds, where the database can't be reached
_OFFLINE_SECONDS = 60
_LONG_ENOUGH = 60  # seconds that a session lasted: the next failure is a first one again


def run(
    config_path: Path | None,
    database_url: str,
    environ: Mapping[str, str] = os.environ,
    report: Callable[[Progress], None] = log_progress,
    part: Part = Part.ALL,
) -> int:
    """Runs until SIGTERM or SIGINT; returns the exit code. Raises AggregatorError if it can't start.

    `report`: told of the progress of visits; `part`: of the work, that this one does.

    A feeds.yaml is synced, and again at SIGHUP; without one, subscriptions and settings are those of the database.
    """
    store = engine.open(database_url)
    try:
        with store.read() as conn:
            job_queue.refuse_other(conn, store.shown)
        with locks.hold(store, f"worker-{os.getpid()}"):  # raises where locks can't be held
            pass
        quieten()
        worker = _Worker(store, config_path, environ, report, part)
        worker.sync()
        asyncio.run(worker.serve())
    finally:
        store.close()
    return 0


class _Worker:
    """Runs one session after another: each with one context, until the settings change or the database is lost."""

    def __init__(
        self,
        store: Store,
        config_path: Path | None,
        environ: Mapping[str, str],
        report: Callable[[Progress], None],
        part: Part,
    ) -> None:
        self._store, self._part = store, part
        self._config_path = config_path
        self._environ = environ
        self._report = report
        self._clock = DatabaseClock(store)
        self._config: Config | None = None  # of the file that was synced here
        self._digest = ""  # of what was synced last, here or elsewhere
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()

    def sync(self) -> None:
        """Makes the database say what feeds.yaml says, if there is one here. Raises AggregatorError."""
        if self._config_path is not None:
            self._config, digest = load(self._store, self._config_path, self._environ)
            done = sync(self._store, self._config, digest, int(self._clock()))
            _log.info("feeds.yaml read: %d added, %d changed, %d retired", done.added, done.changed, done.retired)
        self._digest = digest_of_synced(self._store)

    async def serve(self) -> None:
        """Works until a signal says to stop."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload.set)
        _log.info("running, process %d", os.getpid())
        systemd.notify("READY=1")
        failures = 0
        while not self._stop.is_set():
            began, wait = time.monotonic(), 0.0
            try:
                await self._session()
            except Offline as error:
                wait = _OFFLINE_SECONDS
                _log.warning("%s; tried again in %d s", error, wait)
            except DatabaseNewer:
                raise
            except StoreError as error:
                failures = 0 if time.monotonic() - began > _LONG_ENOUGH else failures
                wait = _BACKOFF[min(failures, len(_BACKOFF) - 1)]
                failures += 1
                _log.error("%s; tried again in %d s", error, wait)
            await self._pause(wait * random.uniform(0.75, 1.25))  # so that not all workers come back at once
        systemd.notify("STOPPING=1")
        _log.info("stopped")

    async def _session(self) -> None:
        await asyncio.to_thread(self._clock.set)
        await asyncio.to_thread(self._store.refuse_newer)
        settings = await asyncio.to_thread(shared_settings, self._store, self._environ)
        hands_over = self._part is Part.FETCH
        async with opened(self._store, settings, self._report, clock=self._clock, hands_over=hands_over) as ctx:
            queue = VisitQueue(ctx, self._part)
            watch = asyncio.create_task(self._watch(queue))
            try:
                await queue.run(self._stop)
            finally:
                watch.cancel()

    async def _watch(self, queue: VisitQueue) -> None:
        """Ends the session where the settings are others now, read here or by another process."""
        while True:
            try:
                async with asyncio.timeout(_WATCH_SECONDS):
                    await self._reload.wait()
            except TimeoutError:
                pass
            try:
                if await asyncio.to_thread(self._changed):
                    queue.end()
            except DatabaseNewer as error:  # other workers are of that version already
                queue.end(error)
                return
            except StoreError as error:  # the queue meets it too, and says so
                _log.debug("not looked for changes: %s", error)

    def _changed(self) -> bool:
        before = self._digest
        if self._reload.is_set():
            self._reload.clear()
            try:
                self.sync()
            except StoreError:
                raise
            except AggregatorError as error:
                _log.error("feeds.yaml was not taken over, the one before stays: %s", error)
        self._clock.set()
        self._store.refuse_newer()
        digest = digest_of_synced(self._store)
        if digest != self._digest and self._config is not None and not is_synced(self._store, self._config):
            _log.warning(
                "%s: another process has synced other feeds or settings, and the last one counts; give all workers the"
                " same file and variables, or one of them alone",
                self._config_path,
            )
        self._digest = digest
        return digest != before

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            pass
