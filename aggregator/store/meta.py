"""Stores small values of the program itself."""

from sqlalchemy import Connection, delete, select

from aggregator.store.schema import meta
from aggregator.store.sql import insert


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
