"""Running the statements of the busiest paths, several to an article.

On SQLite a statement takes microseconds and what SQLAlchemy does around it ten times as long; there they go to the
driver. Its errors are translated by `Store` like all others.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, TextClause


def run(conn: Connection, statement: TextClause, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """The rows that a statement gives, in the transaction of `conn`: tuples, empty if it gives none.

    `values` are those of the statement's parameters, as the driver takes them (no lists, no types of ours).
    """
    if conn.dialect.name == "sqlite":
        rows: Sequence[Sequence[Any]] = conn.connection.driver_connection.execute(statement.text, values).fetchall()  # type: ignore[union-attr]
        return rows
    result = conn.execute(statement, values)
    return result.all() if result.returns_rows else ()


def run_each(conn: Connection, statement: TextClause, rows: Sequence[Mapping[str, Any]]) -> None:
    """Runs a statement that gives no rows once for each of these values."""
    if conn.dialect.name == "sqlite":
        conn.connection.driver_connection.executemany(statement.text, rows)  # type: ignore[union-attr]
    else:
        conn.execute(statement, rows)
