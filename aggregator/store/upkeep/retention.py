"""Removes the rows of a table that are older than they are kept: one by one, or, where PostgreSQL has partitions of a
month and keeps them for a month or more, the months that are past it as a whole."""

import logging
from datetime import timedelta

from sqlalchemy import Connection, Table, text

from aggregator.errors import StoreError
from aggregator.store import partitions
from aggregator.store.engine import Store
from aggregator.store.partitions import Partition

_A_MONTH = timedelta(days=28)  # what is kept less long goes to the second
_log = logging.getLogger(__name__)


def count(conn: Connection, table: Table, keep: timedelta | None, now: int) -> int:
    """Counts the rows that `drop` would remove."""
    if keep is None:
        return 0
    before = now - int(keep.total_seconds())
    months, others = _outdated(conn, table, keep, before)
    return sum(_count(conn, one.name) for one in months) + sum(
        _count(conn, name, f"{table.info['by_month']} < {before}") for name in others
    )


def drop(store: Store, table: Table, keep: timedelta | None, now: int) -> int:
    """Removes the rows that are older than they are kept (None: for ever); returns how many. A month that can't
    be dropped now, as its table is in use all the time, goes another time."""
    if keep is None:
        return 0
    before, gone = now - int(keep.total_seconds()), 0
    with store.read() as conn:
        months, others = _outdated(conn, table, keep, before)
        rows = {one: _count(conn, one.name) for one in months}
    for one, many in rows.items():
        try:
            partitions.drop(store, one)
            gone += many
        except StoreError as error:
            _log.warning("%s; %s is dropped another time", error, one.name)
    with store.write() as unit:
        for name in others:
            gone += unit.execute(text(f"DELETE FROM {name} WHERE {table.info['by_month']} < {before}")).rowcount
    return gone


def _outdated(conn: Connection, table: Table, keep: timedelta, before: int) -> tuple[list[Partition], list[str]]:
    """Returns the partitions that are past it as a whole, and the tables, or parts of it, whose rows go one by one."""
    parts = partitions.of(conn, table)
    months = [one for one in parts if one.end is not None and one.end <= before]
    by_row = [one.name for one in parts if one not in months and (one.first is None or keep < _A_MONTH)]
    return months, by_row if parts else [table.name]


def _count(conn: Connection, name: str, where: str = "true") -> int:
    return int(conn.execute(text(f"SELECT count(*) FROM {name} WHERE {where}")).scalar_one())
