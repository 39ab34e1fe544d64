"""Keeps what goes by age in partitions of a month (UTC) on PostgreSQL, so that a month is dropped as files are instead
of row by row. What is of no month that there is, as clocks may be wrong, lies in the partition `…_default`.

A table without partitions is whole: as all are on SQLite, and on PostgreSQL until `partitioning` has run.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from time import sleep
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, text

from aggregator.errors import DatabaseBusy, Deadlock, StoreError
from aggregator.store.schema import metadata
from aggregator.store.sql import serialise

if TYPE_CHECKING:
    from aggregator.store.engine import Store

TABLES = [table for table in metadata.sorted_tables if "by_month" in table.info]
"""The tables that are partitioned; `info["by_month"]` is the name of the column with the time."""

_LOCK_MS = 400  # all who come later wait as well; less than `deadlock_timeout`, so that it is this one that gives way
_PAUSES = (0.5, 1.0, 2.0, 4.0)  # seconds between tries
_log = logging.getLogger(__name__)
_PARTITIONS = text(
    r"SELECT c.relname, CAST(substring(bound FROM 'FROM \(''(-?\d+)''\)') AS BIGINT),"
    r" CAST(substring(bound FROM 'TO \(''(-?\d+)''\)') AS BIGINT)"
    " FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid, pg_get_expr(c.relpartbound, c.oid) bound"
    " WHERE i.inhparent = to_regclass(:table) ORDER BY 3"
)


@dataclass(frozen=True, slots=True)
class Partition:
    """A part of a table: the rows from the time `first` (None: from the beginning) to before `end` (None: all that no
    other part takes)."""

    name: str
    first: int | None
    end: int | None


def of(conn: Connection, table: Table) -> list[Partition]:
    """Returns the partitions of a table in their order; none where it is whole."""
    if conn.dialect.name == "sqlite":
        return []
    return [Partition(*row) for row in conn.execute(_PARTITIONS, {"table": table.name})]


def month(at: int, more: int = 0) -> int:
    """Returns when the month of a time begins, or the month so many later."""
    day = datetime.fromtimestamp(at, UTC)
    year, number = divmod(12 * day.year + day.month - 1 + more, 12)
    return int(datetime(year, number + 1, 1, tzinfo=UTC).timestamp())


def label(at: int) -> str:
    """Writes the month of a time as it stands in names."""
    return f"{datetime.fromtimestamp(at, UTC):%Y_%m}"


def make_months(store: "Store", now: int, back: int = 0) -> None:
    """Makes the partitions that lack of the `back` months before this one, of this and of the next. Where that can't be
    done now it is left for the next call."""
    if store.dialect == "sqlite":
        return
    wanted = [month(now, more) for more in range(-back, 2)]
    for table in TABLES:
        with store.read() as conn:
            parts = of(conn, table)
        for first in [one for one in wanted if parts and not _covered(parts, one)]:
            try:
                change(store, partial(_make, table, first))
            except StoreError as error:
                _log.warning("%s; the partition of %s is made another time", error, label(first))


def drop(store: "Store", partition: Partition) -> None:
    """Drops a partition. Raises DatabaseBusy where its table is in use all the time.

    It is not detached first. PostgreSQL would lock what the rows refer to for that, and once more, its readers too, to
    drop what is no partition any longer; and what was killed in between would be left over. To drop a partition locks
    its table alone, and is done or not.
    """
    change(store, lambda unit: unit.execute(text(f"DROP TABLE IF EXISTS {partition.name}")))


def change(store: "Store", what: Callable[[Connection], object]) -> None:
    """Does in a transaction what needs locks on tables, and waits a moment for each at most: tries again a few times.
    Raises DatabaseBusy."""
    for pause in (*_PAUSES, None):
        try:
            with store.write() as unit:
                unit.execute(text(f"SET LOCAL lock_timeout = {_LOCK_MS}"))
                what(unit)
            return
        except (DatabaseBusy, Deadlock) as error:
            if pause is None:
                tries = len(_PAUSES) + 1
                raise DatabaseBusy(f"{store.shown}: a table was in use at each of {tries} tries") from error
            sleep(pause)


def _covered(parts: list[Partition], first: int) -> bool:
    """Tells whether a month, or a part of it, has a partition of its own."""
    end = month(first, 1)
    return any(one.end is not None and first < one.end and (one.first is None or one.first < end) for one in parts)


def _make(table: Table, first: int, unit: Connection) -> None:
    """Makes the partition of a month, with the rows of it that were stored before."""
    serialise(unit, "months")
    parts = of(unit, table)
    if _covered(parts, first):
        return
    name, rest, by = f"{table.name}_{label(first)}", f"{table.name}_default", table.info["by_month"]
    end = month(first, 1)
    for statement in (
        f"LOCK TABLE {rest} IN ACCESS EXCLUSIVE MODE",
        f"CREATE TABLE {name} (LIKE {table.name} INCLUDING DEFAULTS)",
        f"WITH moved AS (DELETE FROM {rest} WHERE {by} >= {first} AND {by} < {end} RETURNING *)"
        f" INSERT INTO {name} SELECT * FROM moved",
        f"ALTER TABLE {table.name} ATTACH PARTITION {name} FOR VALUES FROM ({first}) TO ({end})",
    ):
        unit.execute(text(statement))
