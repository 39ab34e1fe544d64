"""Turns tables of PostgreSQL into partitioned ones while others write: what is there becomes the first partition, as it
is, by what it is proven to hold. What was interrupted goes on where it was when it is called again."""

import logging
import time
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table, text
from sqlalchemy.schema import CreateIndex

from aggregator.store import partitions

if TYPE_CHECKING:
    from aggregator.store.engine import Store

_log = logging.getLogger(__name__)
_IS_INVALID = text("SELECT NOT indisvalid FROM pg_index WHERE indexrelid = to_regclass(:name)")
_PROOFS = text(
    "SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(:table) AND contype = 'c'"
    " AND conname LIKE :table || '\\_before\\_%'"
)
_REFERENCES = text(
    "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass(:table)"
    " AND contype = 'f'"
)
_SEQUENCE = text("SELECT pg_get_serial_sequence(:table, :column)")
_GRANTS = text(
    "SELECT privilege_type, CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END"
    " FROM pg_class, aclexplode(relacl) WHERE oid = to_regclass(:table) AND grantee <> relowner"
)


def complete(store: "Store") -> None:
    """Partitions the tables of a PostgreSQL database that are whole still, and makes the months that lack. Raises
    DatabaseBusy where one is in use all the time; then what was done stays."""
    now = int(time.time())
    for table in partitions.TABLES:
        with store.read() as conn:
            done = bool(partitions.of(conn, table))
        if not done:
            _partition(store, table, now)
    partitions.make_months(store, now)


def _partition(store: "Store", table: Table, now: int) -> None:
    """Makes a table the first partition of another one of its name, and lets it end after the next month: it takes no
    later rows from the first step on, and where a run was interrupted the last step may be made long after."""
    name, by, end = table.name, table.info["by_month"], partitions.month(now, 2)
    first, index = f"{name}_before_{partitions.label(end)}", f"{name}_by_month"
    keys = ", ".join([*(column.name for column in table.primary_key), by])
    with store.autocommit() as conn:
        if conn.execute(_IS_INVALID, {"name": index}).scalar():
            conn.execute(text(f"DROP INDEX CONCURRENTLY {index}"))
        conn.execute(text(f"CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {index} ON {name} ({keys})"))
    partitions.change(store, partial(_limit, table, first, end))
    with store.autocommit() as conn:
        later = conn.execute(text(f"UPDATE {name} SET {by} = {now} WHERE {by} >= {end}")).rowcount
        if later:
            _log.warning("%d rows of %s had times that are long to come; now they have that of today", later, name)
        conn.execute(text(f"ALTER TABLE {name} VALIDATE CONSTRAINT {first}"))
    partitions.change(store, partial(_swap, table, first, index, keys, end))
    with store.autocommit() as conn:
        conn.execute(text(f"ANALYZE {name}"))


def _limit(table: Table, first: str, end: int, unit: Connection) -> None:
    """Lets a table take no rows from `end` on, and no longer what an earlier, interrupted run let it take."""
    proofs = set(unit.execute(_PROOFS, {"table": table.name}).scalars())
    changes = [f"DROP CONSTRAINT {name}" for name in proofs - {first}]
    if first not in proofs:
        changes.append(f"ADD CONSTRAINT {first} CHECK ({table.info['by_month']} < {end}) NOT VALID")
    if changes:
        unit.execute(text(f"ALTER TABLE {table.name} {', '.join(changes)}"))


def _swap(table: Table, first: str, index: str, keys: str, end: int, unit: Connection) -> None:
    name = table.name
    unit.execute(text(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE"))
    if partitions.of(unit, table):  # another process was quicker
        return
    empty = unit.execute(text(f"SELECT NOT EXISTS (SELECT FROM {name})")).scalar_one()
    references = unit.execute(_REFERENCES, {"table": name}).all()
    grants = unit.execute(_GRANTS, {"table": name}).all()
    key = next(iter(table.primary_key)).name
    sequence = unit.execute(_SEQUENCE, {"table": name, "column": key}).scalar()
    statements = [
        f"ALTER TABLE {name} DROP CONSTRAINT {name}_pkey",
        f"ALTER TABLE {name} ADD CONSTRAINT {first}_pkey PRIMARY KEY USING INDEX {index}",
        *(f"ALTER INDEX {one.name} RENAME TO {one.name}_before" for one in table.indexes),
        f"ALTER TABLE {name} RENAME TO {first}",
        f"CREATE TABLE {name} (LIKE {first} INCLUDING DEFAULTS, PRIMARY KEY ({keys}))"
        f" PARTITION BY RANGE ({table.info['by_month']})",
        *(f"ALTER TABLE {name} ADD CONSTRAINT {one.conname} {one.pg_get_constraintdef}" for one in references),
        *([f"ALTER SEQUENCE {sequence} OWNED BY {name}.{key}"] if sequence else []),
        *(str(CreateIndex(one).compile(dialect=unit.dialect)) for one in table.indexes),
        *(f"GRANT {privilege} ON {name} TO {whom}" for privilege, whom in grants),
        f"CREATE TABLE {name}_default PARTITION OF {name} DEFAULT",
    ]
    if empty:
        statements.append(f"DROP TABLE {first}")
    else:
        statements.append(f"ALTER TABLE {name} ATTACH PARTITION {first} FOR VALUES FROM (MINVALUE) TO ({end})")
        statements.append(f"ALTER TABLE {first} DROP CONSTRAINT {first}")
    for statement in statements:
        unit.execute(text(statement))
