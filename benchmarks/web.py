"""The web at size: 50 requests a second of pages, searches and articles, beside a fetch, and how many it can answer.

usage: python -m benchmarks.web --database sqlite:///FILE [--seconds 20] [--during]

The database is one that `python -m benchmarks.search --folder FOLDER` left (FOLDER/a.db), or any other. Asks with
Debian's `hey` (50 clients, all at once each second; then as fast as they can) each kind of address in turn, and prints
the wall's time of its answers in milliseconds, the CPU that the server used for one, and its memory after them; `alone`
is the CPU of an answer that nobody has asked for before. --during does so while a fetch of many feeds writes new
articles into the same database, of which a copy is better named.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import httpx

import aggregator
from benchmarks.feed_site import fetching

CLIENTS = 50
FEEDS = 1000  # of 20 articles: a fetch that outlasts the questions
ALONE = 20  # answers that were not there yet


def kinds(database: str) -> dict[str, str]:
    """Returns an address of each kind."""
    with aggregator.open(database) as archive:
        article = archive.search(sort="date", limit=1).hits[0].article
        words = [word for word in article.text.split() if word.isalpha() and len(word) > 3]
    rare, common = words[-1], words[0]
    return {
        "front page": "/",
        "page of an article": f"/article/{article.id}",
        "page of a search": f"/search?q={rare}",
        "API: an article": f"/api/v1/articles/{article.id}",
        "API: a search": f"/api/v1/articles?q={common}+{rare}",
        "API: the newest": "/api/v1/articles?sort=date",
        "feed out": f"/out/search.rss?q={rare}&limit=20",
    }


@contextmanager
def server(database: str) -> "Iterator[tuple[str, int]]":
    """Serves the database; gives its address and the process' id."""
    command = [sys.executable, "-m", "aggregator", "--database", database, "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()[-1].rstrip("/"), process.pid
        process.terminate()


def ask(url: str, *options: str) -> list[float]:
    """Returns the milliseconds of each answer that `hey` got; all must be good."""
    command = ["hey", "-o", "csv", "-c", str(CLIENTS), *options, url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = list(csv.DictReader(done.stdout.splitlines()))
    statuses = {row["status-code"] for row in rows}
    if statuses != {"200"}:
        sys.exit(f"{url}: answered {statuses or done.stderr}")
    return sorted(float(row["response-time"]) * 1000 for row in rows)


def _used(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) // 1024


def main() -> None:
    """Asks and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--database", required=True)
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--during", action="store_true", help="beside a fetch")
    chosen = parser.parse_args()
    if shutil.which("hey") is None:
        sys.exit("hey is not there: apt-get install hey")
    with (
        fetching(chosen.database, FEEDS) if chosen.during else nullcontext() as writing,
        server(chosen.database) as (base, pid),
        httpx.Client(base_url=base, timeout=60) as client,
    ):
        columns = ("median", "p95", "p99", "CPU", "alone", "a second", "MB")
        print(f"{'':22}" + "".join(f"{name:>9}" for name in columns))
        for name, path in kinds(chosen.database).items():
            used = _used(pid)
            for number in range(ALONE):
                client.get(f"{path}{'&' if '?' in path else '?'}_={number}").raise_for_status()
            alone = (_used(pid) - used) * 1000 / ALONE
            used = _used(pid)
            found = ask(base + path, "-q", "1", "-z", f"{chosen.seconds}s")
            used = (_used(pid) - used) * 1000 / len(found)
            started = time.perf_counter()
            most = len(ask(base + path, "-n", "1000")) / (time.perf_counter() - started)
            times = [found[int(len(found) * share)] for share in (0.5, 0.95, 0.99)]
            figures = "".join(f"{one:9.1f}" for one in (*times, used, alone))
            print(f"{name:22}{figures}{most:9.0f}{_memory(pid):9}", flush=True)
        if writing is not None and writing.poll() is not None:
            print("the fetch ended before the questions did")


if __name__ == "__main__":
    main()
