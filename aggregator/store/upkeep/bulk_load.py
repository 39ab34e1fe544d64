"""Prepares a database for many rows at once: its indexes go before, and come back after, when its sequences are set."""

from sqlalchemy import Connection, func, select, text

from aggregator.store.schema import metadata

_INDEXES = {  # those that no constraint needs
    "sqlite": text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name"),
    "postgresql": text(
        "SELECT i.indexname, i.indexdef FROM pg_indexes i"
        " WHERE i.schemaname = current_schema() AND i.tablename = ANY(:tables)"
        " AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conname = i.indexname) ORDER BY 1"
    ),
}
_SEQUENCE = text("SELECT pg_get_serial_sequence(:table, :column)")


def take_indexes(conn: Connection) -> list[str]:
    """Drops the indexes that no constraint needs; returns the statements that make them."""
    tables = [*metadata.tables, "article_search"]
    named = {} if conn.dialect.name == "sqlite" else {"tables": tables}
    found = conn.execute(_INDEXES[conn.dialect.name], named).all()
    for name, _ in found:
        conn.execute(text(f"DROP INDEX {conn.dialect.identifier_preparer.quote(name)}"))
    return [statement.replace(" ON ONLY ", " ON ", 1) for _, statement in found]  # of partitioned tables for all parts


def set_sequences(conn: Connection) -> None:
    """Lets the next ids of each table begin after its largest; on SQLite they do."""
    if conn.dialect.name == "sqlite":
        return
    for table in metadata.sorted_tables:
        for column in table.primary_key:
            if name := conn.execute(_SEQUENCE, {"table": table.name, "column": column.name}).scalar():
                largest = func.max(column)
                conn.execute(select(func.setval(name, func.coalesce(largest, 1), largest.is_not(None))))
