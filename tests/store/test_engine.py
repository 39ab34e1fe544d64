"""Opening databases: versions, and what is wrong with them told to people."""

import re
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Index, text

from aggregator.errors import DatabaseBusy, DatabaseNewer, StoreError, UsageError
from aggregator.store import engine, meta, partitions
from aggregator.store.engine import Store
from aggregator.store.schema import metadata

OWN = {"articles_fts", "articles_fts_config", "articles_fts_data", "articles_fts_docsize", "articles_fts_idx"}
OWN |= {"article_search", "alembic_version"}
PARTITION = re.compile(rf"({'|'.join(table.name for table in partitions.TABLES)})_(default|\d{{4}}_\d\d)")


def test_migrations_make_the_tables_of_the_schema(store: Store) -> None:
    def ours(thing: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        of = thing.table.name if isinstance(thing, Index) and thing.table is not None else str(name)
        if PARTITION.fullmatch(of):  # each is as its table is (test_partitioning.py)
            return False
        return not (kind == "table" and (name in OWN or str(name).startswith("procrastinate_")))

    with store.read() as conn:
        context = MigrationContext.configure(conn, opts={"include_object": ours, "compare_type": True})
        found = [
            difference for difference in compare_metadata(context, metadata) if "article_search" not in str(difference)
        ]
    assert found == []


def test_the_version_of_data_changes_with_what_any_process_commits(store: Store) -> None:
    other = engine.open(store.url)
    versions = [store.data_version()]
    for writing in (store, other):
        with writing.read() as conn:
            meta.get(conn, "x")
        versions.append(store.data_version())
        with writing.write() as unit:
            meta.put(unit, "x", str(len(versions)))
        versions.append(store.data_version())
    other.close()
    assert versions[0] == versions[1] != versions[2] == versions[3] != versions[4]
    assert versions[2] != versions[0] != versions[4]


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", engine._migrations())
    assert ScriptDirectory.from_config(config).get_current_head() == engine.HEAD


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    opened = engine.open(url)
    with opened.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    opened.close()
    with pytest.raises(DatabaseNewer, match="newer version"):
        engine.open(url)


def test_an_older_postgresql_is_upgraded_by_command_alone(postgres_url: str) -> None:
    assert engine.upgrade(postgres_url) == engine.HEAD
    opened = engine.open(postgres_url)
    with opened.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    opened.close()
    with pytest.raises(StoreError, match="db upgrade"):
        engine.open(postgres_url)


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"this is not a database at all, is it? " * 100)
    with pytest.raises(StoreError, match="no SQLite database"):
        engine.open(f"sqlite:///{tmp_path}/a.db")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        engine.open(f"sqlite:///{tmp_path}/none/a.db")


@pytest.mark.parametrize("url", ["sqlite://", "mysql://x/y", "nonsense", "sqlite+nothing:///x"])
def test_what_is_no_database_url(url: str) -> None:
    with pytest.raises(UsageError):
        engine.open(url)


def test_postgresql_that_does_not_answer() -> None:
    with pytest.raises(StoreError, match=r"^postgresql://nobody:\*\*\*@127\.0\.0\.1:1/nothing: "):
        engine.open("postgresql://nobody:secret@127.0.0.1:1/nothing")


def test_a_locked_database_says_who_it_waits_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.1)
    opened = engine.open(f"sqlite:///{tmp_path}/a.db")
    other = sqlite3.connect(tmp_path / "a.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseBusy, match="another process"), opened.write():
        pass
    other.execute("ROLLBACK")
    other.close()
    with opened.write():
        pass
    opened.close()


def test_a_full_disk_loses_nothing_that_was_stored(tmp_path: Path) -> None:
    opened = engine.open(f"sqlite:///{tmp_path}/a.db")
    with opened.write() as conn:
        conn.execute(text("INSERT INTO meta VALUES ('kept', 'yes')"))
    with opened.write() as conn:  # the limit is the connection's, so it is set where it is met
        pages = conn.execute(text("PRAGMA page_count")).scalar_one()
        conn.execute(text(f"PRAGMA max_page_count = {pages}"))
    with pytest.raises(StoreError, match="disk is full"), opened.write() as conn:
        conn.execute(text("PRAGMA max_page_count = 1"))
        conn.execute(text("INSERT INTO meta VALUES ('large', zeroblob(10000000))"))
    with opened.read() as conn:
        assert conn.execute(text("SELECT value FROM meta WHERE key = 'kept'")).scalar_one() == "yes"
    opened.close()


def test_a_failed_transaction_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.write() as conn:
        conn.execute(text("INSERT INTO meta VALUES ('a', 'b')"))
        raise RuntimeError
    with store.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM meta WHERE key = 'a'")).scalar_one() == 0


def test_a_new_file_has_larger_pages_and_an_old_one_keeps_its_own(tmp_path: Path) -> None:
    old = sqlite3.connect(tmp_path / "old.db")
    old.executescript("PRAGMA page_size = 4096; PRAGMA journal_mode = WAL; CREATE TABLE one (a); DROP TABLE one")
    old.close()
    for name, size in (("old.db", 4096), ("new.db", 8192)):
        store = engine.open(f"sqlite:///{tmp_path / name}")
        with store.read() as conn:
            assert conn.execute(text("PRAGMA page_size")).scalar() == size
        store.close()


def test_a_start_that_takes_minutes_says_why(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    engine.open(url).close()
    for last, told in ((100, 0), (1_000_000, 1)):
        store = engine.Store(engine._engine(url))
        with store.write() as unit:
            meta.put(unit, meta.SEARCH_PROGRESS, f"0 {last}")
        store.close()
        engine.open(url).close()
        assert ["made anew, for 1000000 articles" in line for line in caplog.messages] == [True] * told
