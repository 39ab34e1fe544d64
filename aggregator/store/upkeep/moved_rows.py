"""Reads and writes the rows of tables as both databases take them, for an archive that moves from one to the other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Select,
    Table,
    cast,
    func,
    select,
    tuple_,
)

from aggregator.store.meta import OF_THE_DATABASE
from aggregator.store.schema import articles, meta, metadata, search_languages
from aggregator.store.schema import batches as worker_batches

_ROWS = 1_000  # in memory and in a transaction at a time
_PACKED_ROWS = 200  # of tables that hold pages
Row = tuple[Any, ...]
Key = Sequence[Any]


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of a table that are moved in the order of their keys: all of them, or those of a condition."""

    name: str
    table: Table
    where: ColumnElement[bool] | None = None


def parts() -> list[Part]:
    """Returns all that is moved, what others refer to first. The search index is not among it, nor what its workers are
    to do, and of `meta` no keys that tell of the database alone."""
    found = []
    for table in metadata.sorted_tables:
        if table is articles:  # copies refer to their heads, which are no copies
            found.append(Part("articles", table, articles.c.copy_of.is_(None)))
            found.append(Part("copies", table, articles.c.copy_of.is_not(None)))
        elif table is meta:
            found.append(Part("meta", table, meta.c.key.not_in(OF_THE_DATABASE)))
        elif table not in (worker_batches, search_languages):
            found.append(Part(table.name, table))
    return found


def count(conn: Connection, part: Part) -> int:
    """Counts the rows of a part."""
    query = select(func.count()).select_from(part.table)
    return int(conn.execute(query if part.where is None else query.where(part.where)).scalar_one())


def batches(conn: Connection, part: Part, after: Key | None) -> Iterator[tuple[list[Row], Key]]:
    """Yields the rows after a key, a batch at a time, each with the key of its last row."""
    keys = list(part.table.primary_key)
    query = _query(part, *keys).order_by(*keys)
    if after is not None:
        query = query.where(tuple_(*keys) > tuple(after))
    width = len(part.table.c)
    for rows in _fetched(conn, part, query):
        yield [row[:width] for row in rows], rows[-1][width:]


def summed(conn: Connection, part: Part, upto: Key | None = None) -> tuple[int, int]:
    """Returns how many rows there are, up to a key, and the sum of their 64-bit hashes, which are this process' own."""
    query = _query(part)
    if upto is not None:
        query = query.where(tuple_(*part.table.primary_key) <= tuple(upto))
    many = total = 0
    for rows in _fetched(conn, part, query):
        many += len(rows)
        total += sum(map(hash, rows))
    return many, total


def write(conn: Connection, table: Table, rows: Sequence[Row]) -> None:
    """Writes rows in the transaction of `conn`."""
    driver: Any = conn.connection.driver_connection
    quote = conn.dialect.identifier_preparer.quote
    names = f"{quote(table.name)} ({', '.join([quote(column.name) for column in table.c])})"
    if conn.dialect.name == "sqlite":
        driver.executemany(f"INSERT INTO {names} VALUES ({', '.join('?' * len(table.c))})", rows)
        return
    with driver.cursor() as cursor, cursor.copy(f"COPY {names} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _query(part: Part, *more: ColumnElement[Any]) -> Select[Any]:
    """Selects a part's columns with numbers for truth values, as SQLite has them and PostgreSQL takes them too."""
    columns = [cast(one, Integer) if isinstance(one.type, Boolean) else one for one in part.table.c]
    query = select(*columns, *[one.label(f"key_{at}") for at, one in enumerate(more)])
    return query if part.where is None else query.where(part.where)


def _fetched(conn: Connection, part: Part, query: Select[Any]) -> Iterator[list[Row]]:
    """Yields a query's rows, never more than a batch in memory."""
    packed = any(isinstance(column.type, LargeBinary) for column in part.table.c)
    with conn.execute(query, execution_options={"yield_per": _PACKED_ROWS if packed else _ROWS}) as result:
        for rows in result.partitions():
            yield [tuple(row) for row in rows]
