"""The web at size: 50 requests a second of pages, searches and articles, beside a fetch, and how many it can answer.

usage: python -m benchmarks.web --database sqlite:///FILE [--seconds 10] [--during]

The database is one that `python -m benchmarks.search --folder FOLDER` left (FOLDER/a.db), or any other. Asks with
Debian's `hey` (50 clients, each once a second; then as fast as they can) each kind of address in turn, and prints the
wall's time of its answers in milliseconds, what the server used of a CPU for one, and its memory at the end. --during
does so while a fetch of many feeds writes into the same database.
"""

import argparse
import csv
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import aggregator
from benchmarks.search import FEEDS

CLIENTS = 50


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


@contextmanager
def fetching(database: str) -> Iterator[None]:
    """Fetches many feeds into the database, again and again, for as long as it is asked."""
    with tempfile.TemporaryDirectory() as folder:
        site = [sys.executable, "-m", "benchmarks.feed_site", "--feeds", str(FEEDS), "--words", "350"]
        with subprocess.Popen(site, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as serving:
            assert serving.stdout is not None
            port = int(serving.stdout.readline())
            feeds = "".join(f"- {{url: 'http://127.0.0.1:{port}/f/{n}.xml', full_text: never}}\n" for n in range(FEEDS))
            settings = "settings: {allow_private_networks: true, site_gap: 0, site_connections: 8}\n"
            Path(folder, "feeds.yaml").write_text(f"{settings}feeds:\n{feeds}")
            fetch = [sys.executable, "-m", "aggregator", "--config", f"{folder}/feeds.yaml", "--database", database]
            loop = ["sh", "-c", 'while "$@" -q fetch --all; do :; done', "sh", *fetch]
            writing = subprocess.Popen(loop, start_new_session=True)
            try:
                yield
            finally:
                os.killpg(writing.pid, 15)
                writing.wait()
                serving.kill()


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
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--during", action="store_true", help="beside a fetch")
    chosen = parser.parse_args()
    if shutil.which("hey") is None:
        sys.exit("hey is not there: apt-get install hey")
    with fetching(chosen.database) if chosen.during else nullcontext(), server(chosen.database) as (base, pid):
        print(f"{'':22}{'median':>8}{'p95':>8}{'most':>8}{'CPU':>8}{'a second':>10}")
        for name, path in kinds(chosen.database).items():
            used = _used(pid)
            found = ask(base + path, "-q", "1", "-z", f"{chosen.seconds}s")
            used = (_used(pid) - used) * 1000 / len(found)
            started = time.perf_counter()
            most = len(ask(base + path, "-n", "500")) / (time.perf_counter() - started)
            times = (found[len(found) // 2], found[int(len(found) * 0.95)], found[-1], used)
            print(f"{name:22}" + "".join(f"{one:8.1f}" for one in times) + f"{most:10.0f}", flush=True)
        print(f"memory of the server: {_memory(pid)} MB")


if __name__ == "__main__":
    main()
