"""Workers as processes on one PostgreSQL: together they store what one fetch stores, politely, whatever happens."""

import asyncio
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from aggregator.config.models import Settings
from aggregator.engines import visit_queue
from aggregator.model import Response
from aggregator.pool import Pool
from aggregator.store import engine
from aggregator.store.engine import Store
from aggregator.store.polling import feeds
from aggregator.store.polling.feeds import Subscription
from aggregator.store.work import arrived_pages
from aggregator.visit import opened
from tests.conftest import server_of
from tests.engines.worker_processes import HOSTS, PAGES, ROOT, Workers
from tests.servers import Server


def stored(conn: Connection) -> list[tuple[str, str]]:
    return [(row.url, row.text) for row in conn.execute(text("SELECT url, text FROM articles ORDER BY url"))]


def count(store: Store) -> int:
    with store.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM articles")).scalar_one())


def test_one_without_a_file_takes_all_from_the_database_and_a_lost_database_is_waited_for(
    folder: Path, workers: Workers, archive: Store, postgres: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    fetcher = workers.start(folder)
    workers.until(lambda: count(archive) > 0)
    fetcher.terminate()
    assert fetcher.wait(15) == 0
    workers.start(elsewhere)
    workers.start(elsewhere)
    workers.until(lambda: workers.said().count("running, process") == 3)
    archive.close()
    name = archive.url.rpartition("/")[2].partition("?")[0]
    with server_of(postgres) as conn:
        conn.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false"))
        conn.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"))
        workers.until(lambda: workers.said().count("tried again in") >= 2)
        conn.execute(text(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true"))
    workers.until(lambda: count(archive) == HOSTS * PAGES)
    with archive.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM feeds WHERE retired_at IS NULL")).scalar_one() == HOSTS
    assert "Traceback" not in workers.said()


def test_two_different_files_are_told(folder: Path, workers: Workers, sites: list[Server]) -> None:
    other = folder / "other"
    other.mkdir()
    (other / "feeds.yaml").write_text(f"feeds:\n  - url: {sites[0].url('/rss')}\n")
    workers.start(folder)
    workers.until(lambda: "running" in workers.said())
    workers.start(other)
    workers.until(lambda: "another process has synced other feeds or settings" in workers.said())
    assert workers.said().count("has synced other") == 1


def test_a_daemon_on_postgresql_is_a_worker_and_the_job_of_a_dead_one_is_taken_again(
    folder: Path, workers: Workers, archive: Store, sites: list[Server]
) -> None:
    name = sites[0].origin.removeprefix("http://")
    job = "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, queueing_lock, args, status, worker_id)"
    with archive.write() as conn:
        conn.execute(text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '40 s')"))
        values = f"SELECT 'visits', 'visit', '{name}', '{name}', '{{}}', 'doing', max(id) FROM procrastinate_workers"
        conn.execute(text(f"{job} {values}"))
        lease = f"INSERT INTO sites (site, owner, lease_until) VALUES ('{name}', 'gone', 99999999999)"
        conn.execute(text(lease))
    workers.start(folder, "daemon")
    workers.until(lambda: len(sites[0].seen(f"/a/{PAGES - 1}")) == 1)
    assert f"the worker that had {name} is gone" in workers.said()


def test_who_is_held_to_be_dead_ends_its_visits_when_it_goes_on(folder: Path, workers: Workers, archive: Store) -> None:
    workers.start(folder)
    workers.until(lambda: count(archive) > 0)
    with archive.write() as conn:
        conn.execute(text("DELETE FROM procrastinate_jobs WHERE queue_name = 'visits'"))
        taken = "UPDATE sites SET owner = 'another', lease_until = extract(epoch FROM now()) + 3"
        conn.execute(text(taken))
    workers.until(lambda: "another process has it now" in workers.said())
    workers.until(lambda: count(archive) == HOSTS * PAGES)
    workers.processes[0].terminate()
    assert workers.processes[0].wait(15) == 0
    assert "Traceback" not in workers.said()


def test_an_older_queue_is_told_in_one_line(folder: Path, workers: Workers, archive: Store) -> None:
    with archive.write() as conn:
        conn.execute(text("UPDATE meta SET value = '02.00.00_01.sql' WHERE key = 'job_queue'"))
    assert workers.start(folder).wait(30) == 1
    (line,) = workers.said().splitlines()
    assert "job queue is of an older version; run `aggregator db upgrade`" in line


def test_one_of_an_older_version_ends_when_the_database_is_brought_to_a_newer_one(
    folder: Path, workers: Workers, archive: Store
) -> None:
    old = workers.start(folder)
    workers.until(lambda: count(archive) > 0)
    with archive.write() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert old.wait(40) == 1
    assert workers.said().splitlines()[-1].endswith(f"(schema 9999, ours {engine.HEAD}); update it")


def answers(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


def test_a_pooler_in_between_is_refused_with_the_reason(folder: Path, workers: Workers, postgres_url: str) -> None:
    if shutil.which("pgbouncer") is None:
        pytest.skip("pgbouncer is not installed")
    url = make_url(postgres_url)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with server_of(postgres_url) as conn:
        data = Path(conn.execute(text("SHOW data_directory")).scalar_one())
    settings = tempfile.NamedTemporaryFile("w", prefix="pgbouncer-", suffix=".ini")  # noqa: SIM115
    with settings:
        settings.write(
            f"[databases]\n* = host={url.query['host']} port=5432 user=postgres\n[pgbouncer]\nlisten_addr = 127.0.0.1\n"
            f"listen_port = {port}\nauth_type = any\npool_mode = transaction\nunix_socket_dir =\n"
        )
        settings.flush()
        Path(settings.name).chmod(0o644)
        pooler = subprocess.Popen(["pgbouncer", "-q", "-u", data.owner(), settings.name])
        try:
            workers.url = f"postgresql://postgres@127.0.0.1:{port}/{url.database}"
            workers.until(lambda: answers(port))
            assert workers.start(folder).wait(30) == 1
            search = [sys.executable, "-m", "aggregator", "--database", workers.url, "search", "bridge"]
            assert subprocess.run(search, cwd=ROOT, capture_output=True, check=False).returncode == 0
        finally:
            pooler.terminate()
            pooler.wait()
    assert "a connection pooler is in between" in workers.said()


def test_sqlite_is_no_place_for_workers(folder: Path) -> None:
    workers = Workers(f"sqlite:///{folder}/a.db")
    assert workers.start(folder).wait(30) == 2
    assert "needs PostgreSQL" in workers.said()


def test_no_site_is_visited_while_very_many_pages_wait(
    archive: Store, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(visit_queue, "MAX_ARRIVED", 0)
    with archive.write() as conn:
        feed = Subscription("http://127.0.5.99/rss", "feed", None, None, None, "127.0.5.99", "{}")
        feeds.sync(conn, [feed], 0)
        response = Response("http://127.0.5.98/a", "http://127.0.5.98/a", 200, {}, b"a page")
        arrived_pages.add(conn, "127.0.5.98", [1], 1, response, 0)

    def queues() -> list[str]:
        with archive.read() as conn:
            return list(conn.execute(text("SELECT queue_name FROM procrastinate_jobs ORDER BY id")).scalars())

    async def ticks() -> None:
        async with opened(archive, Settings(workers=1), print, pool=pool) as ctx:
            queue = visit_queue.VisitQueue(ctx)
            for _ in range(2):  # also when the pages have their job
                await asyncio.to_thread(queue._defer_due, [])
                assert queues() == ["extract"]
            await ctx.writer.do(lambda unit: arrived_pages.drop(unit, 1))
            await asyncio.to_thread(queue._defer_due, [])
            assert queues() == ["extract", "visits"]

    asyncio.run(ticks())


def test_pages_are_read_by_others_than_fetched_them(folder: Path, workers: Workers, archive: Store) -> None:
    def arrived() -> int:
        with archive.read() as conn:
            return int(conn.execute(text("SELECT count(*) FROM arrived_pages")).scalar_one())

    workers.start(folder, "worker", "--only", "fetch")
    workers.until(lambda: arrived() == HOSTS * PAGES)
    assert count(archive) == 0
    workers.start(folder, "worker", "--only", "extract")
    workers.until(lambda: count(archive) == HOSTS * PAGES and arrived() == 0)
    with archive.read() as conn:
        assert all(len(words) > 100 for _, words in stored(conn))
    assert "Traceback" not in workers.said()
