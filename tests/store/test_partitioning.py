"""A PostgreSQL database of an earlier version gets its partitions while others write, and as a new one has them."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from sqlalchemy import Connection, text

from aggregator.archive.prune import prune
from aggregator.errors import DatabaseBusy
from aggregator.store import engine, indexes, partitions
from aggregator.store.content import save_article
from aggregator.store.engine import Store
from aggregator.store.schema import polls, raw_pages
from aggregator.store.upkeep import maintenance
from tests.conftest import new_database
from tests.store.months import page, until, waits
from tests.store.test_migrations import COUNTED, ROWS

FAR = 4_000_000_000  # the time of a clock that was wrong
POLL = text("INSERT INTO polls (feed_id, at, outcome) VALUES (1, :at, 'changed') RETURNING id")
TIMES = text("SELECT at FROM polls ORDER BY id")


@pytest.fixture
def old(postgres: str) -> Iterator[Store]:
    """A filled database of the version before partitions."""
    with closing(engine.Store(engine._engine(new_database(postgres, "template0")))) as store:
        engine._migrate(store, "0029")
        indexes.complete(store)
        with store.write() as conn:
            for row in ROWS:
                conn.execute(text(row))
            conn.execute(COUNTED[1])
            conn.execute(text("INSERT INTO raw_pages VALUES (1, 'https://a.example/1', NULL, 10, 'x')"))
            conn.execute(text("GRANT SELECT ON polls TO PUBLIC"))
        yield store


def shape(conn: Connection, name: str) -> tuple[set[Any], set[Any]]:
    """The constraints and the indexes of a table or partition, and whether they hold."""
    constraints = text(
        "SELECT contype, pg_get_constraintdef(oid), convalidated FROM pg_constraint WHERE conrelid = to_regclass(:name)"
    )
    indexes = text(
        "SELECT substring(pg_get_indexdef(indexrelid) FROM 'USING.*'), indisunique, indisvalid FROM pg_index"
        " WHERE indrelid = to_regclass(:name)"
    )
    one, other = [{tuple(row) for row in conn.execute(query, {"name": name})} for query in (constraints, indexes)]
    return one, other


def assert_whole(store: Store) -> None:
    """Both tables are partitioned as the schema says, each partition is as its table, and nothing is left over."""
    with store.read() as conn:
        for table, columns in ((polls, "id"), (raw_pages, "article_id")):
            constraints, indexes = shape(conn, table.name)
            primary = f"{columns}, {table.info['by_month']}"
            refers = {polls: ("feed_id", "feeds"), raw_pages: ("article_id", "articles")}[table]
            cascade = f"FOREIGN KEY ({refers[0]}) REFERENCES {refers[1]}(id) ON DELETE CASCADE"
            assert {one[:2] for one in constraints if one[0] in "pfc"} == {
                ("p", f"PRIMARY KEY ({primary})"),
                ("f", cascade),
            }
            listed = {", ".join(column.name for column in one.columns) for one in table.indexes}
            assert indexes == {(f"USING btree ({primary})", True, True)} | {
                (f"USING btree ({one})", False, True) for one in listed
            }
            parts = partitions.of(conn, table)
            assert [one.name for one in parts if one.end is None] == [f"{table.name}_default"]
            for one in parts:
                assert shape(conn, one.name) == (constraints, indexes)
        assert conn.execute(text("SELECT pg_get_serial_sequence('polls', 'id')")).scalar() == "public.polls_id_seq"
        left = (
            "SELECT relname FROM pg_class WHERE relname LIKE '%by\\_month%' OR NOT relispartition AND relname ~ :names"
        )
        names = {"names": "^(polls|raw_pages)_(before|2)[0-9_]*$"}
        assert conn.execute(text(left), names).all() == []


def test_a_new_database_has_months(postgres_url: str) -> None:
    with closing(engine.open(postgres_url)) as store:
        assert_whole(store)
        with store.read() as conn:
            assert [len(partitions.of(conn, table)) for table in partitions.TABLES] == [3, 3]


def test_what_was_there_becomes_the_first_partition(old: Store, caplog: pytest.LogCaptureFixture) -> None:
    with old.write() as conn:
        conn.execute(POLL, {"at": FAR})
    for _ in range(2):
        assert engine.upgrade(old.url) == engine.HEAD
        assert_whole(old)
    assert caplog.messages == ["1 rows of polls had times that are long to come; now they have that of today"]
    with old.write() as conn:
        first, second = conn.execute(TIMES).scalars()
        assert (first, second < FAR) == (20, True)
        assert conn.execute(POLL, {"at": FAR}).scalar() == 3
        lie = conn.execute(text("SELECT tableoid::regclass::text FROM polls ORDER BY id")).scalars().all()
        assert (lie[0], lie[2]) == (lie[1], "polls_default")
        assert lie[0].startswith("polls_before_20")
        assert conn.execute(text("SELECT has_table_privilege('pg_monitor', 'polls', 'SELECT')")).scalar()
        conn.execute(text("DELETE FROM articles"))
        conn.execute(text("DELETE FROM feeds"))
        assert (
            conn.execute(text("SELECT (SELECT count(*) FROM polls) + (SELECT count(*) FROM raw_pages)")).scalar() == 0
        )


@pytest.mark.parametrize("step", range(4))
def test_interrupted_it_goes_on_where_it_was(old: Store, step: int, monkeypatch: pytest.MonkeyPatch) -> None:
    left = iter(range(step))
    change = partitions.change

    def interrupted(*given: Any) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        change(*given)

    monkeypatch.setattr(partitions, "change", interrupted)
    with pytest.raises(KeyboardInterrupt):
        engine.upgrade(old.url)
    monkeypatch.undo()
    with closing(engine.open(old.url)) as store:  # works as it is
        with store.write() as unit:
            save_article.save(unit, page(1_700_000_000))
            unit.execute(POLL, {"at": 30})
        assert list(maintenance.check(store)) == []
        prune(store, 30)
    with old.write() as conn:  # as an index is whose making was interrupted
        broken = "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass('polls_by_month')"
        conn.execute(text(broken))
        if step > 0:  # and what is proven is of a run of long ago
            conn.execute(text("ALTER TABLE raw_pages ADD CONSTRAINT raw_pages_before_2026_01 CHECK (fetched_at < 9e9)"))
    engine.upgrade(old.url)
    assert_whole(old)
    with old.read() as reader:
        assert reader.execute(TIMES).scalars().all() == [20, 30]


def test_others_write_meanwhile(old: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "_PAUSES", (0.05,) * 100)
    with ThreadPoolExecutor(1) as thread, old.write() as writer:
        writer.execute(POLL, {"at": 30})  # which the swap has to wait for
        upgraded = thread.submit(engine.upgrade, old.url)
        until(lambda: waits(old, "CREATE UNIQUE INDEX CONCURRENTLY") or upgraded.done())
        with old.write() as other:
            other.execute(POLL, {"at": 40})
        writer.commit()
        assert upgraded.result() == engine.HEAD
    assert_whole(old)
    with old.write() as conn:
        assert sorted(conn.execute(TIMES).scalars()) == [20, 30, 40]


def test_a_table_in_use_is_told_and_nothing_is_lost(old: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitions, "_PAUSES", (0.01,))
    with old.read() as reader:
        assert reader.execute(TIMES).scalars().all() == [20]
        with pytest.raises(DatabaseBusy, match="a table was in use at each of 2 tries"):
            engine.upgrade(old.url)
    engine.upgrade(old.url)
    assert_whole(old)
