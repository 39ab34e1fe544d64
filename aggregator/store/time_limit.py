"""Ends a search that takes too long, so that no query holds a terminal, a page or a model for minutes."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError

from aggregator.errors import SearchTooLong, UsageError
from aggregator.store import meta
from aggregator.times import format_duration

_KEY = "search_timeout"
_VARIABLE = "AGGREGATOR_SEARCH_TIMEOUT"
_DEFAULT = timedelta(seconds=10)
_STEPS = 10_000  # of SQLite's virtual machine between two looks at the clock: about a millisecond
_NOTICEABLE = 0.2  # seconds
_CANCELLED = "57014"  # PostgreSQL's query_canceled


def put(conn: Connection, limit: timedelta) -> None:
    """Stores how long a search may take from now on."""
    meta.put(conn, _KEY, str(limit.total_seconds()))


@contextmanager
def limited(conn: Connection) -> Iterator[None]:
    """Lets what is asked inside take as long as the setting `search_timeout` allows, all statements together. Raises
    SearchTooLong."""
    limit = _limit(conn)
    end = monotonic() + limit.total_seconds()
    driver = conn.connection.driver_connection
    lasting = _sqlite(driver, end) if isinstance(driver, sqlite3.Connection) else _postgresql(conn, end)
    try:
        with lasting:
            yield
    except (DBAPIError, sqlite3.Error) as error:
        if not _is_interruption(error.orig if isinstance(error, DBAPIError) else error):
            raise
        raise SearchTooLong(
            f"the search took longer than {format_duration(limit)}: narrow it, with --since, --site or rarer words, or "
            f"allow more by search_timeout ({_VARIABLE}=1m)"
        ) from error


@contextmanager
def _sqlite(driver: sqlite3.Connection, end: float) -> Iterator[None]:
    driver.set_progress_handler(lambda: monotonic() > end, _STEPS)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


@contextmanager
def _postgresql(conn: Connection, end: float) -> Iterator[None]:
    """Lets each statement take what the ones before it left. It is told so when that is noticeably less: most searches
    are over before."""
    told = 0.0

    def tell(_conn: Connection, cursor: Any, *_: object) -> None:
        nonlocal told
        now = monotonic()
        if now - told > _NOTICEABLE:
            told = now  # to the transaction's end
            cursor.connection.execute(f"SET LOCAL statement_timeout = {max(1, round((end - now) * 1000))}")

    event.listen(conn, "before_cursor_execute", tell)
    try:
        yield
    finally:
        event.remove(conn, "before_cursor_execute", tell)


def _limit(conn: Connection) -> timedelta:
    if given := os.environ.get(_VARIABLE):
        from aggregator.config.values import parse_duration  # imported when needed: it loads pydantic

        try:
            return parse_duration(given) or _DEFAULT
        except ValueError as error:
            raise UsageError(f"{_VARIABLE}: {given!r} {error}") from error
    kept = meta.get(conn, _KEY)
    return timedelta(seconds=float(kept)) if kept else _DEFAULT


def _is_interruption(error: BaseException | None) -> bool:
    return str(error) == "interrupted" or getattr(error, "sqlstate", None) == _CANCELLED
