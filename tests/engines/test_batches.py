"""What a command has the workers of a cluster do: the same as it does alone on SQLite, whoever is killed meanwhile."""

import json
import os
import signal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text, update

from aggregator.engines import fetch
from aggregator.pool import Pool
from aggregator.store import engine
from aggregator.store.engine import Store
from aggregator.store.schema import raw_pages
from aggregator.store.upkeep import maintenance
from aggregator.store.work import batches
from tests.engines.worker_processes import ENVIRON, HOSTS, PAGES, Workers

COUNT = HOSTS * PAGES
DERIVED = ("article_search", "shingles", "fingerprints", "term_frequencies", "story_terms", "centroids")
KINDS = ["reextract", "search index", "copies and stories"]


@pytest.fixture
def filled(folder: Path, archive: Store, pool: Pool) -> Store:
    fill(folder, archive, pool)
    return archive


def fill(folder: Path, store: Store, pool: Pool) -> None:
    environ = {**ENVIRON, "AGGREGATOR_SITE_GAP": "0"}
    summary = fetch.run(fetch.FetchRequest(folder / "feeds.yaml", store.url), environ=environ, pool=pool)
    assert summary.articles_new == COUNT


def spoil(store: Store) -> None:
    """Makes articles what an older extractor might have found, and forgets what it learnt; one page is damaged."""
    with store.write() as conn:
        conn.execute(text("UPDATE articles SET title = 'Menu', authors = NULL, extractor_version = 0"))
        conn.execute(text("DELETE FROM site_memories"))
        first = conn.execute(text("SELECT min(id) FROM articles WHERE url LIKE 'http://127.0.5.1:%'")).scalar()
        conn.execute(update(raw_pages).where(raw_pages.c.article_id == first).values(body=b"no zstd"))


def found(conn: Connection) -> list[tuple[Any, ...]]:
    columns = "url, title, authors, lead, text, published_at, extractor_version"
    return [tuple(row) for row in conn.execute(text(f"SELECT {columns} FROM articles ORDER BY url"))]


def derived(store: Store) -> dict[str, list[str]]:
    with store.read() as conn:
        return {name: sorted(map(str, conn.execute(text(f"SELECT * FROM {name}")))) for name in DERIVED}


def totals(workers: Workers) -> dict[str, int]:
    """What the command that was started last reports."""
    log = workers.logs[-1].read_text()
    return dict(json.loads(log[log.index("{") :])["totals"])


def test_pages_are_read_again_as_on_sqlite_by_the_command_itself(
    folder: Path, filled: Store, workers: Workers, pool: Pool
) -> None:
    alone = engine.open(f"sqlite:///{folder}/one.db")
    fill(folder, alone, pool)
    told = []
    for store in (filled, alone):
        spoil(store)
        workers.url = store.url
        assert workers.start(folder, "reextract", "--json").wait(90) == 0, workers.said()
        told.append(totals(workers))
    assert told[0] == told[1]
    assert (told[0]["changed"], told[0]["failed"]) == (COUNT - 1, 1)
    with filled.read() as conn, alone.read() as other:
        assert found(conn) == found(other)
        memories = "SELECT site, pages FROM site_memories ORDER BY site"
        assert conn.execute(text(memories)).all() == other.execute(text(memories)).all()
        assert batches.asked(conn, "reextract") is None
    alone.close()


def test_derived_data_are_made_anew_by_the_command_itself(folder: Path, filled: Store, workers: Workers) -> None:
    before = derived(filled)
    with filled.write() as conn:
        for name in DERIVED:
            conn.execute(text(f"DELETE FROM {name}"))
        conn.execute(text("INSERT INTO article_search SELECT min(id), 'wrong', 1 FROM articles"))
    assert workers.start(folder, "db", "rebuild").wait(90) == 0, workers.said()
    assert workers.said().splitlines() == [f"{COUNT} articles indexed", f"{COUNT} articles read for copies and stories"]
    assert derived(filled) == before
    assert list(maintenance.check(filled)) == []


@pytest.mark.parametrize("command", [("reextract", "--json"), ("db", "rebuild")], ids=["reextract", "rebuild"])
def test_command_and_worker_are_killed_and_nothing_is_lost_or_told_twice(
    folder: Path, filled: Store, workers: Workers, command: tuple[str, ...]
) -> None:
    before = derived(filled)
    if command[0] == "reextract":
        spoil(filled)
    workers.start(folder, "worker", "--only", "extract")
    workers.until(lambda: "running" in workers.said())
    held = "SELECT id FROM articles WHERE id % 4 = 0 FOR UPDATE"  # so that some of it is done, and nothing ends
    waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with filled.write() as conn:
        conn.execute(text(held))
        workers.start(folder, *command)

        def held_up() -> bool:
            with filled.read() as other:
                return bool(other.execute(text(waits)).scalar())

        workers.until(held_up)
        for process in workers.processes:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    let_a_minute_pass(filled)
    assert workers.start(folder, *command).wait(90) == 0, workers.said()
    assert "goes on with what was begun before" in workers.said()
    if command[0] == "reextract":
        told = totals(workers)
        assert (told["changed"], told["failed"], told["pages"]) == (COUNT - 1, 1, COUNT)
    else:
        assert derived(filled) == before
        assert list(maintenance.check(filled)) == []
    with filled.read() as other:
        assert [batches.asked(other, kind) for kind in KINDS] == [None] * 3
    assert "Traceback" not in workers.said()


def test_workers_go_on_without_the_command(folder: Path, filled: Store, workers: Workers) -> None:
    spoil(filled)
    with filled.write() as conn:
        conn.execute(text("SELECT id FROM articles FOR UPDATE"))
        command = workers.start(folder, "reextract", "--json", "--site", "127.0.5.1:1")
        assert command.wait(30) == 2  # there is none
        command = workers.start(folder, "reextract", "--json")
        workers.until(lambda: _undone(filled) == HOSTS)
        os.killpg(command.pid, signal.SIGKILL)
        command.wait()
    let_a_minute_pass(filled)
    workers.start(folder, "worker", "--only", "extract")
    workers.until(lambda: _undone(filled) == 0)
    with filled.read() as conn:
        assert {row[1] for row in found(conn)} != {"Menu"}


def let_a_minute_pass(store: Store) -> None:
    """Makes it so that the tick of another process takes those that ran to be dead."""
    with store.write() as conn:
        conn.execute(text("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 minute'"))


def _undone(store: Store) -> int:
    with store.read() as conn:
        return batches.progress(conn, KINDS).undone
