"""INSERT … ON CONFLICT, which both databases have and SQLAlchemy spells once for each."""

from typing import TYPE_CHECKING

from sqlalchemy import Connection, Table

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite


def insert(conn: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT into `table` that has `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if conn.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # imported when needed: who has SQLite does not pay for it

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
