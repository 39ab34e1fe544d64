"""Keeps the tables of the job queue (Procrastinate's, PostgreSQL alone) at the version of the package installed here.

They are made and changed by the statements that the package ships with; which of them ran last is noted in `meta`.
"""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect

from aggregator.errors import StoreError, needing
from aggregator.store import meta
from aggregator.store.sql import serialise


def bring_up(conn: Connection) -> None:
    """Makes the tables, or brings them to the version of the package, in the caller's transaction."""
    serialise(conn, meta.JOB_QUEUE)
    schema, changes = _of_package()
    ran = meta.get(conn, meta.JOB_QUEUE)
    if inspect(conn).has_table("procrastinate_jobs"):
        statements = [file.read_text(encoding="utf-8") for file in changes if ran is not None and file.name > ran]
    else:
        statements = [schema]
    driver: Any = conn.connection.driver_connection
    for statement in statements:
        driver.execute(statement)
    if ran is None or ran < changes[-1].name:
        meta.put(conn, meta.JOB_QUEUE, changes[-1].name)


def refuse_other(conn: Connection, shown: str) -> None:
    """Raises StoreError where the tables are not of the version of the package installed here."""
    ran, newest = meta.get(conn, meta.JOB_QUEUE) or "", _of_package()[1][-1].name
    if ran < newest:
        raise StoreError(f"{shown}: its job queue is of an older version; run `aggregator db upgrade` first")
    if ran > newest:
        raise StoreError(f"{shown}: its job queue is of a newer version; pip install -U 'aggregator[postgres]'")


def _of_package() -> tuple[str, list[Path]]:
    with needing("postgres", "procrastinate", "PostgreSQL"):
        from procrastinate.schema import SchemaManager
    return SchemaManager.get_schema(), sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
