"""An archive that moves to the other kind of database is the same there: rows, answers, what comes next."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Float, Integer, LargeBinary, Text, inspect, select, text
from typer.testing import CliRunner

import aggregator
from aggregator.archive.import_articles import import_file
from aggregator.cli.app import build
from aggregator.errors import StoreError, UsageError
from aggregator.store import engine, locks, meta
from aggregator.store.engine import Store
from aggregator.store.schema import articles, batches, metadata, search_languages, stories
from aggregator.store.searching import rebuild_index
from aggregator.store.upkeep import maintenance, move_archive, moved_rows
from tests.conftest import new_database

NEWS = [
    {
        "url": f"https://{site}.org/{town}",
        "title": f"Bridge of {town} closes",
        "text": f"The council of {town} voted on Tuesday to close the bridge over the river for {day} years. The "
        f"mayor said that {day}00 jobs in {town} depend on it, and that traffic will go by the old road. {extra}",
        "published_at": f"2024-05-0{day}T10:00:00Z",
        "lang": "en",
    }
    for day, town in enumerate("Alm Berg Carlow Łódź".split(), 1)
    for site, extra in (("a", ""), ("b", "Residents fear noise at night."), ("c", "So does the minister."))
]
ROWS = 3  # put into each table that importing leaves empty


@pytest.fixture
def source(store: Store, tmp_path: Path) -> Store:
    """An archive with rows in every table."""
    path = tmp_path / "news.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in NEWS))
    assert import_file(store, str(path), print, 1_720_000_000).ok
    with store.write() as unit:
        for table in metadata.sorted_tables:
            if unit.execute(select(table).limit(1)).first() is None:
                unit.execute(table.insert(), [row_of(table, n) for n in range(1, ROWS + 1)])
        meta.put(unit, "mute", "[]")
        # A head that is younger than its copy, as it is where heads move.
        unit.execute(articles.update().values(copy_of=None))
        unit.execute(articles.update().where(articles.c.id == 1).values(copy_of=12, story_id=1))
        unit.execute(articles.update().where(articles.c.id == 12).values(story_id=1))
    return store


def row_of(table: Any, n: int) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for column in table.c:
        if column.primary_key and isinstance(column.type, Text):
            made[column.name] = ("ä", "Z", "a")[n - 1]  # of which each database has an order of its own
        elif column.nullable and n == ROWS:
            made[column.name] = None
        elif isinstance(column.type, Text):
            made[column.name] = "{}" if column.name == "options" else f'{column.name} {n}, "Łódź"\t\\N\n😀'
        elif isinstance(column.type, Boolean):
            made[column.name] = n == 1
        elif isinstance(column.type, LargeBinary):
            made[column.name] = bytes(range(256)) * n
        elif isinstance(column.type, Float):
            made[column.name] = 0.1 * n
        elif isinstance(column.type, Integer) and column.name.endswith("hash"):
            made[column.name] = -(2**63) + n
        else:
            made[column.name] = n
    return made


@pytest.fixture
def target_url(store: Store, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of the other kind than `store`."""
    if store.dialect == "postgresql":
        return f"sqlite:///{tmp_path / 'moved.db'}"
    return new_database(request.getfixturevalue("postgres"), "template0")


def contents(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    """All rows that move, in an order that does not depend on the database."""
    with store.read() as conn:
        found = {
            table.name: sorted([tuple(row) for row in conn.execute(select(table))], key=repr)
            for table in metadata.sorted_tables
            if table is not batches  # what the workers of that database are to do
        }
    found["meta"] = [row for row in found["meta"] if row[0] not in meta.OF_THE_DATABASE]
    return found


def answers(url: str) -> list[Any]:
    with aggregator.open(url) as archive:
        queries = ("bridge", "lodz", '"old road"', "bridges -minister", "title:berg", "site:a.org council")
        hits = [sorted(hit.article.id for hit in archive.search(query, exact=True)) for query in queries]
        dated = [hit.article.to_dict() for hit in archive.search("", sort="date")]
        return [hits, dated, archive.story_rows(limit=100), archive.story(1)]


def test_there_and_back_all_is_the_same(source: Store, target_url: str, tmp_path: Path, postgres: str) -> None:
    before = contents(source)
    assert all(before.values())
    told = []
    moved = move_archive.move(source, target_url, lambda *said: told.append(said))
    assert moved.rows == sum(len(rows) for name, rows in before.items() if name != search_languages.name)
    assert (moved.articles, moved.differences, moved.written_to) == (len(NEWS), (), False)
    assert {what for what, done, total in told if done == total} == {what for what, _, _ in told}
    back_url = f"sqlite:///{tmp_path / 'back.db'}" if source.path else new_database(postgres, "template0")
    with closing(engine.open(target_url)) as there:
        assert contents(there) == before
        assert list(maintenance.check(there)) == list(maintenance.check(source))
        move_archive.move(there, back_url)
    with closing(engine.open(back_url)) as back:
        assert contents(back) == before
    asked = answers(source.url)
    assert all(asked[0])
    assert answers(target_url) == answers(back_url) == asked


def test_what_is_stored_next_gets_the_next_id(source: Store, target_url: str, tmp_path: Path) -> None:
    move_archive.move(source, target_url)
    path = tmp_path / "more.jsonl"
    path.write_text(json.dumps({"url": "https://d.org/1", "title": "Rain", "text": "Rain fell on the hills."}))
    with closing(engine.open(target_url)) as there:
        with there.read() as conn:
            most = conn.execute(text("SELECT max(id) FROM stories")).scalar_one()
        assert import_file(there, str(path), print).ok
        with there.read() as conn:
            assert conn.execute(text("SELECT id, story_id FROM articles WHERE site = 'd.org'")).one() == (13, most + 1)
        with there.write() as unit:
            poll = text("INSERT INTO polls (feed_id, at, outcome) VALUES (1, 1, 'changed') RETURNING id")
            assert unit.execute(poll).scalar() == ROWS + 1


def index_names(store: Store) -> set[str]:
    """The indexes that both databases have."""
    with store.read() as conn:
        found = {one["name"] for table in metadata.tables for one in inspect(conn).get_indexes(table)}
        if store.dialect == "postgresql":
            found |= {one["name"] for one in inspect(conn).get_indexes("article_search")} - {"article_search_gin"}
            assert len(inspect(conn).get_indexes("article_search")) == 1
            assert conn.execute(text("SELECT count(*) FROM pg_index WHERE NOT indisvalid")).scalar() == 0
    return {str(name) for name in found if not str(name).endswith("_key")}


def stop_after(steps: int) -> Callable[..., None]:
    left = iter(range(steps))

    def tell(*_: object) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    return tell


def test_stopped_again_and_again_it_goes_on(source: Store, target_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moved_rows, "_ROWS", 40)
    monkeypatch.setattr(moved_rows, "_PACKED_ROWS", 5)
    monkeypatch.setattr(rebuild_index, "_BATCH", 5)
    stopped, moved = 0, None
    while moved is None:
        try:
            moved = move_archive.move(source, target_url, stop_after(9 * stopped))
        except KeyboardInterrupt:
            stopped += 1
            for use in (engine.open, engine.upgrade):
                with pytest.raises(StoreError, match="is being moved here; wait, or run"):
                    use(target_url)
    assert stopped > 3
    with closing(engine.open(target_url)) as there:
        assert contents(there) == contents(source)
        assert index_names(there) == index_names(source)
        assert list(maintenance.check(there)) == list(maintenance.check(source))
    assert answers(target_url) == answers(source.url)


def test_killed_it_goes_on(source: Store, target_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "aggregator", "--database", source.url, "db", "migrate-to", target_url]
    here = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    for seconds in (0.1, 0.4):
        running = subprocess.Popen(command, cwd=tmp_path, env=here, stdout=subprocess.DEVNULL)
        while not begun(target_url) and running.poll() is None:
            time.sleep(0.02)
        time.sleep(seconds)
        running.send_signal(signal.SIGKILL)
        running.wait()
    done = subprocess.run(command, cwd=tmp_path, env=here, capture_output=True, text=True, check=False)
    assert (done.returncode, "rows moved and compared" in done.stdout) == (0, True) or "holds an archive" in done.stderr
    with closing(engine.open(target_url)) as there:
        assert contents(there) == contents(source)
        assert index_names(there) == index_names(source)


def begun(url: str) -> bool:
    try:
        with closing(engine.open(url)):
            return False
    except StoreError as error:
        return "is being moved here" in str(error)


def test_an_archive_that_changed_while_its_move_stood_still(source: Store, target_url: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        move_archive.move(source, target_url, stop_after(12))
    with source.write() as unit:
        unit.execute(stories.update().where(stories.c.id == 2).values(last_at=5))
    with pytest.raises(StoreError, match="empty it and move again"):
        move_archive.move(source, target_url)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_stored_meanwhile_is_told(source: Store, target_url: str) -> None:
    def tell(what: str, done: int, total: int | None) -> None:
        if (what, done) == ("tables compared", 1):
            with source.write() as unit:
                unit.execute(stories.update().where(stories.c.id == 2).values(last_at=5))

    assert move_archive.move(source, target_url, tell).written_to


_FUNCTION = "CREATE FUNCTION {}() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {} END'"
_TRIGGER = "CREATE TRIGGER {0} BEFORE INSERT ON {1} FOR EACH ROW EXECUTE FUNCTION {0}()"
TRIGGERS = {
    "sqlite": (
        "CREATE TRIGGER worse AFTER INSERT ON bodies BEGIN UPDATE bodies SET html = x'00'; END",
        "CREATE TRIGGER fewer AFTER INSERT ON robots WHEN NEW.status = 1 BEGIN DELETE FROM robots; END",
    ),
    "postgresql": (
        *(_FUNCTION.format("worse", "NEW.html = ''x''; RETURN NEW;"), _TRIGGER.format("worse", "bodies")),
        *(_FUNCTION.format("fewer", "RETURN NULL;"), _TRIGGER.format("fewer", "robots")),
    ),
}


def test_what_arrives_otherwise_is_told(source: Store, target_url: str) -> None:
    engine.upgrade(target_url)
    with closing(engine.open(target_url)) as there, there.write() as unit:
        for statement in TRIGGERS[there.dialect]:
            unit.execute(text(statement))
    done = CliRunner().invoke(build(), ["--database", source.url, "db", "migrate-to", target_url])
    assert (done.exit_code, len(done.stdout.splitlines())) == (1, 2)
    assert {line.partition(":")[0] for line in done.stdout.splitlines()} == {"bodies", "robots"}
    assert "empty it and move again" in done.stderr
    with pytest.raises(StoreError, match="is being moved here"):
        engine.open(target_url)


def test_what_is_no_target(source: Store, target_url: str, request: pytest.FixtureRequest) -> None:
    with pytest.raises(UsageError, match="the database itself"):
        move_archive.move(source, source.url)
    move_archive.move(source, target_url)
    with pytest.raises(UsageError, match="holds an archive already"):
        move_archive.move(source, target_url)
    with closing(engine.open(target_url)) as there, there.write() as unit:
        unit.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(UsageError, match="holds an archive of another version"):
        move_archive.move(source, target_url)
    with closing(engine.Store(engine._engine(target_url))) as there, there.write() as unit:
        unit.execute(text("DROP TABLE alembic_version"))
    with pytest.raises(UsageError, match="holds tables of another program"):
        move_archive.move(source, target_url)


@pytest.mark.parametrize("lock", ["fetch", "owner-0123456789abcdef"])
def test_an_archive_that_is_at_work_is_not_moved(source: Store, target_url: str, lock: str) -> None:
    refused = pytest.raises(StoreError, match="a daemon, a worker or a fetch runs on it; stop it first")
    with closing(engine.open(source.url)) as other, locks.hold(other, lock), refused:
        move_archive.move(source, target_url)
