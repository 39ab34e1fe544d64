"""The daemon under a clock that jumps: its own code, real HTTP, a real database, days in seconds.

The clock stands still while there is work, and moves on to what is due next as soon as there is none.
"""

import logging
import os
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, select

from aggregator.engines import daemon
from aggregator.store import engine
from aggregator.store.engine import Store
from aggregator.store.schema import entries, feeds, refetches, sites
from aggregator.store.work import leases

TICK_SECONDS = 0.005


class Clock:
    """Seconds since 1970 that move only when they are told to."""

    def __init__(self, start: float) -> None:
        self.now = start

    def __call__(self) -> float:
        return self.now


def live(config: Path, url: str, clock: Clock, seconds: float, environ: Mapping[str, str]) -> None:
    """Runs the daemon for so many seconds of `clock`, then stops it as an administrator would (SIGTERM)."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # "maximum number of running instances reached"
    failed: list[BaseException] = []

    def drive() -> None:
        try:
            ready = systemd.recv(100)
        except OSError:
            return  # it did not start, and says why
        try:
            assert ready == b"READY=1"
            _drive(url, clock, clock.now + seconds)
        except BaseException as error:
            failed.append(error)
        os.kill(os.getpid(), signal.SIGTERM)

    with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"{folder}/notify")
        systemd.settimeout(10)
        os.environ["NOTIFY_SOCKET"] = f"{folder}/notify"
        driver = threading.Thread(target=drive)
        driver.start()
        try:
            assert daemon.run(config, url, environ, clock=clock, tick=TICK_SECONDS) == 0
        finally:
            systemd.close()
            driver.join()
            del os.environ["NOTIFY_SOCKET"]
    if failed:
        raise failed[0]


def _drive(url: str, clock: Clock, end: float) -> None:
    store = engine.open(url)
    try:
        patience = time.monotonic() + 60
        while clock.now < end or not _idle(store, int(clock.now)):
            if _idle(store, int(clock.now)):
                with store.read() as conn:
                    clock.now = min(max(next_due(conn), clock.now), end)
                patience = time.monotonic() + 60
            assert time.monotonic() < patience, "the daemon does not finish what is due"
            time.sleep(TICK_SECONDS / 2)
    finally:
        store.close()


def _idle(store: Store, now: int) -> bool:
    with store.read() as conn:
        due = [row for row in leases.due_sites(conn, now, leases.EVERYTHING) if (row.quiet_until or 0) <= now]
        return not due and not leases.owners(conn)


def next_due(conn: Connection) -> float:
    """When something falls due next; far away if nothing will."""
    quiet = dict(conn.execute(select(sites.c.site, sites.c.quiet_until).where(sites.c.quiet_until.is_not(None))).all())
    alive = (
        feeds.c.retired_at.is_(None),
        feeds.c.gone_at.is_(None),
        feeds.c.kind != "hand",
        ~leases.polled_by_another(),
    )
    times = [*conn.execute(select(feeds.c.site, feeds.c.next_poll_at).where(*alive))]
    times += conn.execute(select(entries.c.site, entries.c.next_try_at).where(entries.c.state == "waiting")).all()
    planned = select(refetches.c.site, refetches.c.next_at).where(refetches.c.next_at.is_not(None))
    times += conn.execute(planned).all()
    return min((max(at, quiet.get(site, 0)) for site, at in times), default=float("inf"))
