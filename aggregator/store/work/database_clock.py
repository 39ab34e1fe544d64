"""Reads the clock of PostgreSQL, which decides for all workers what is due and when a lease ends."""

import time

from sqlalchemy import text

from aggregator.store.engine import Store

_NOW = text("SELECT extract(epoch FROM clock_timestamp())")


class DatabaseClock:
    """Goes on from the time that the database told last: `clock()` is its seconds since 1970. A machine whose own
    clock is wrong, or is set meanwhile, keeps to it all the same."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._ahead = 0.0  # of this machine's monotonic time
        self.set()

    def __call__(self) -> float:
        return self._ahead + time.monotonic()

    def set(self) -> None:
        """Asks the database for its time. Raises StoreError."""
        with self._store.read() as conn:
            before = time.monotonic()
            told = float(conn.execute(_NOW).scalar_one())
            self._ahead = told - (before + time.monotonic()) / 2
