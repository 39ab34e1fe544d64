"""Measures where the bytes of a database are: by table, by site, by month."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, LargeBinary, Select, Text, cast, func, literal_column, select, text

from aggregator.store.schema import articles, bodies, raw_pages, revisions

_FREE = "(free)"
_BY_TABLE = {
    # Of an index its table; of the tables that make up the search index that one.
    "sqlite": text(
        "SELECT CASE WHEN s.name LIKE 'articles_fts%' THEN 'articles_fts' ELSE coalesce(m.tbl_name, s.name) END,"
        " sum(s.pgsize) FROM dbstat s LEFT JOIN sqlite_master m ON m.name = s.name WHERE s.aggregate = TRUE GROUP BY 1"
        f" UNION ALL SELECT '{_FREE}', freelist_count * page_size FROM pragma_freelist_count(), pragma_page_size()"
    ),
    # Of a partition its table, which has no bytes of its own.
    "postgresql": text(
        "SELECT t.relname, sum(pg_total_relation_size(c.oid)) FROM pg_class c"
        " JOIN pg_class t ON t.oid = coalesce(pg_partition_root(c.oid), c.oid)"
        " WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace GROUP BY 1"
    ),
}  # fmt: skip
_MONTH: dict[str, ColumnElement[str]] = {
    "sqlite": literal_column("strftime('%Y-%m', articles.at, 'unixepoch')"),
    "postgresql": literal_column("to_char(to_timestamp(articles.at) AT TIME ZONE 'UTC', 'YYYY-MM')"),
}


@dataclass(frozen=True, slots=True)
class Share:
    """A site or a month: how many articles, and how many bytes of text, raw pages and earlier texts they hold."""

    name: str
    articles: int
    bytes: int


def by_table(conn: Connection) -> dict[str, int]:
    """Returns the bytes of each table with its indexes, largest first. SQLite reads the whole file for that."""
    found = {str(name): int(size) for name, size in conn.execute(_BY_TABLE[conn.dialect.name]) if size}
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))


def by_site_and_month(conn: Connection) -> tuple[list[Share], list[Share]]:
    """Returns the sites, largest first, and the months, newest first. It reads every article."""
    month = _MONTH[conn.dialect.name]
    site = articles.c.site
    many, sizes = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for name, when, count, size in conn.execute(
        select(site, month, func.count(), func.sum(_bytes(conn, *articles.c))).group_by(site, month)
    ):
        many[name, when], sizes[name, when] = int(count), int(size)
    for kept in (bodies, raw_pages, revisions):
        asked: Select[Any] = select(site, month, func.sum(_bytes(conn, *kept.c)))
        joined = asked.select_from(kept).join(articles, articles.c.id == kept.c.article_id).group_by(site, month)
        for name, when, size in conn.execute(joined):
            sizes[name, when] += int(size)
    sites, months = _shares(many, sizes, 0), _shares(many, sizes, 1)
    return sorted(sites, key=lambda one: (-one.bytes, one.name)), sorted(months, key=lambda one: one.name, reverse=True)


def _bytes(conn: Connection, *columns: ColumnElement[object]) -> ColumnElement[int]:
    """Returns the bytes that a row's texts and packed values take; numbers are next to nothing."""
    total: ColumnElement[int] = literal_column("0")
    for column in columns:
        if isinstance(column.type, LargeBinary):
            total = total + func.length(column)
        elif isinstance(column.type, Text):
            size = (
                func.length(cast(column, LargeBinary)) if conn.dialect.name == "sqlite" else func.octet_length(column)
            )
            total = total + func.coalesce(size, 0)
    return total


def _shares(many: Counter[tuple[str, str]], sizes: Counter[tuple[str, str]], part: int) -> list[Share]:
    articles_of, bytes_of = Counter[str](), Counter[str]()
    for key, count in many.items():
        articles_of[key[part]] += count
        bytes_of[key[part]] += sizes[key]
    return [Share(name, count, bytes_of[name]) for name, count in articles_of.items()]
