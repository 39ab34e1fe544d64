"""Stores small values of the program itself."""

from sqlalchemy import Connection, delete, select

from aggregator.store.schema import meta
from aggregator.store.sql import insert

HALF_MOVED = "being moved here"  # how far an archive has come that is being moved into this database
SEARCH_FORM, SEARCH_PROGRESS, JOB_QUEUE = "search_form", "search index made to", "job_queue"
OF_THE_DATABASE = (HALF_MOVED, SEARCH_FORM, SEARCH_PROGRESS, JOB_QUEUE)
"""What tells of this database and not of the archive in it."""


def get(conn: Connection, key: str) -> str | None:
    """Returns the value stored under `key`; None if there is none."""
    value: str | None = conn.execute(select(meta.c.value).where(meta.c.key == key)).scalar()
    return value


def put(conn: Connection, key: str, value: str) -> None:
    """Stores `value` under `key`."""
    row = insert(conn, meta).values(key=key, value=value)
    conn.execute(row.on_conflict_do_update(index_elements=["key"], set_={"value": value}))


def drop(conn: Connection, key: str) -> None:
    """Deletes what is stored under `key`."""
    conn.execute(delete(meta).where(meta.c.key == key))
