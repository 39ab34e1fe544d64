"""Says how statements are written and run here. There are three ways, from the plainest to the quickest:

- SQLAlchemy's expressions (`select(…).where(…)`), wherever a statement is put together from parts or runs seldom.
- `text(…)`, a constant at the top of its module, where the same statement runs often (an expression costs as much to
  put together as to run) or where the two databases differ: then a mapping of dialect to statement.
- The driver, by `run` and its like, for the constants that run several times an article: on SQLite a statement takes
  microseconds and what SQLAlchemy does around it ten times as long. `Store` translates its errors like all others.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import orjson
from sqlalchemy import ARRAY, BigInteger, Connection, Select, Table, TextClause, cast, func, select, text

from aggregator.text import hash64

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql, sqlite

T = TypeVar("T")
Values = dict[str, Any]
"""Values of columns or parameters by name, as the driver takes them: what type each has, the table says."""

_LOCK = text("SELECT pg_advisory_xact_lock(:key)")
_SERIALISED = "serialised"  # the transaction of a connection, and what it serialises
_MAX_PARAMETERS = 900  # of a statement; SQLite takes no more than 999 everywhere


def run(conn: Connection, statement: TextClause, values: Mapping[str, Any]) -> Sequence[Sequence[Any]]:
    """Runs a statement in the transaction of `conn` and returns its rows: tuples, none if it gives none.

    `values` are those of the statement's parameters: no lists, no types of ours.
    """
    if conn.dialect.name == "sqlite":
        rows: Sequence[Sequence[Any]] = conn.connection.driver_connection.execute(statement.text, values).fetchall()  # type: ignore[union-attr]
        return rows
    result = conn.execute(statement, values)
    return result.all() if result.returns_rows else ()


def run_each(conn: Connection, statement: TextClause, rows: Iterable[Mapping[str, Any]]) -> None:
    """Runs a statement that gives no rows once for each of these values, which need not all be in memory on SQLite."""
    if conn.dialect.name == "sqlite":
        conn.connection.driver_connection.executemany(statement.text, rows)  # type: ignore[union-attr]
    else:
        conn.execute(statement, list(rows))


def run_list(
    conn: Connection, statements: Mapping[str, TextClause], name: str, listed: Sequence[int | str], **values: object
) -> Sequence[Sequence[Any]]:
    """Runs the statement of the dialect, whose parameter `name` is a list: JSON on SQLite, an array on PostgreSQL."""
    dialect = conn.dialect.name
    given = orjson.dumps(listed).decode() if dialect == "sqlite" else list(listed)
    return run(conn, statements[dialect], {name: given, **values})


def tuples(conn: Connection, query: Select[Any]) -> list[Any]:
    """Returns a query's rows as the driver has them, for thousands of numbers: rows of SQLAlchemy take longer than the
    query."""
    with conn.execute(query) as result:
        return list(result.cursor.fetchall())


def listed(conn: Connection, numbers: Sequence[int]) -> Select[int]:
    """Returns numbers as a query that gives them, of any length: for `column.in_(…)`."""
    if conn.dialect.name == "sqlite":
        return select(func.json_each(orjson.dumps(list(numbers)).decode()).table_valued("value").c.value)
    return select(func.unnest(cast(list(numbers), ARRAY(BigInteger))))


def serialise(conn: Connection, what: str) -> None:
    """Keeps other transactions that serialise the same waiting until this one ends: on PostgreSQL one at a time goes
    on, as on SQLite the one writer does. A transaction asks the server once."""
    if conn.dialect.name != "postgresql":
        return
    transaction = conn.get_transaction()
    of, held = conn.info.get(_SERIALISED, (None, frozenset()))
    if of is transaction and what in held:
        return
    conn.execute(_LOCK, {"key": hash64("aggregator transaction " + what)})
    if not conn.in_nested_transaction():  # a savepoint that is gone back to gives the lock back
        conn.info[_SERIALISED] = (transaction, {what} | (held if of is transaction else set()))


def portions(values: Collection[T]) -> Iterator[list[T]]:
    """Yields the values in lists that one statement can name."""
    some = list(values)
    return (some[start : start + _MAX_PARAMETERS] for start in range(0, len(some), _MAX_PARAMETERS))


def insert(conn: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """Returns an INSERT that has `on_conflict_do_nothing` and `on_conflict_do_update`: both databases have these, and
    SQLAlchemy spells them once for each."""
    if conn.dialect.name == "postgresql":
        from sqlalchemy.dialects import postgresql  # imported when needed: who has SQLite does not pay for it

        return postgresql.insert(table)
    from sqlalchemy.dialects import sqlite

    return sqlite.insert(table)
