"""Adds indexes to tables that may be large already, and takes them away: in the migration itself on SQLite, where one
process migrates and others wait; on PostgreSQL after all migrations, each while others write."""

from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.schema import CreateIndex

from aggregator.store.schema import metadata

if TYPE_CHECKING:
    from aggregator.store.engine import Store

_REPLACED = {"articles_story": "articles_of_story", "articles_site": "articles_of_site"}
_MADE = text(
    "SELECT c.relname, i.indisvalid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
    " WHERE c.relnamespace = current_schema()::regnamespace"
)


def add(name: str, table: str, columns: list[str], where: str | None = None) -> None:
    """Makes an index in a migration; on PostgreSQL `complete` does."""
    from alembic import op

    if op.get_bind().dialect.name == "sqlite":
        op.create_index(name, table, columns, sqlite_where=None if where is None else text(where))


def replace(name: str, table: str, columns: list[str]) -> None:
    """Makes an index in a migration instead of the one that `_REPLACED` names; on PostgreSQL `complete` does."""
    from alembic import op

    if op.get_bind().dialect.name == "sqlite":
        for old in [old for old, new in _REPLACED.items() if new == name]:
            op.drop_index(old, table)
    add(name, table, columns)


def complete(store: "Store") -> None:
    """Makes the indexes that a PostgreSQL database lacks, and those anew whose making was interrupted; then drops those
    that others replace."""
    with store.read() as conn:
        made = {str(row.relname): bool(row.indisvalid) for row in conn.execute(_MADE)}
    with store.autocommit() as conn:
        for index in [one for table in metadata.sorted_tables for one in table.indexes]:
            if made.get(str(index.name)) is False:
                conn.execute(text(f"DROP INDEX CONCURRENTLY {index.name}"))
            if not made.get(str(index.name)):
                if "where" in index.info:
                    index.dialect_options["postgresql"]["where"] = text(index.info["where"])
                statement = str(CreateIndex(index, if_not_exists=True).compile(dialect=conn.dialect))
                conn.execute(text(statement.replace("CREATE INDEX", "CREATE INDEX CONCURRENTLY", 1)))
        for name in _REPLACED.keys() & made.keys():
            conn.execute(text(f"DROP INDEX CONCURRENTLY IF EXISTS {name}"))
