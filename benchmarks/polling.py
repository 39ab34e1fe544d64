"""Polling alone, ours beside reader (PyPI) with its search updated and newsboat: CPU, wall, memory, database.

usage: python -m benchmarks.polling [--reader PYTHON] [--feeds 100] [--words 350] [--seconds 500]
`aggregator` is run with this Python. PYTHON is that of an environment with `reader` and `sgmllib3k`; newsboat is run
where it is installed. All poll the same site on loopback, first cold (everything new), then warm (everything answers
304), in sequence; no article pages, no gaps. CPU is user + system of every process that a command starts, its start
included; memory is the peak of the sum of their PSS, sampled; the site's own process is in neither.
"""

import argparse
import ctypes
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

import orjson

_SUBREAPER = 36
_SAMPLED_EVERY = 0.1  # seconds
_ADD = "from reader import make_reader\nr = make_reader({db!r})\nfor u in {urls!r}: r.add_feed(u)\n"
_UPDATE = (
    "from reader import make_reader\nr = make_reader({db!r})\nr.update_feeds(scheduled=False, workers=4)\n"
    "r.enable_search()\nr.update_search()\n"
)


@dataclass(frozen=True, slots=True)
class Run:
    """What one command took: seconds of CPU and of the wall, peak memory in bytes, the site's answers by status."""

    cpu: float
    wall: float
    memory: int
    answers: dict[str, int]


@dataclass(frozen=True, slots=True)
class Peer:
    """A program: its command, and the files of its database (glob) with and without its search index."""

    name: str
    command: list[str]
    files: str
    without_search: str


def tree(root: int) -> list[int]:
    """A process and all that descend from it."""
    found, wait = [], [root]
    while wait:
        pid = wait.pop()
        found.append(pid)
        for task in Path(f"/proc/{pid}/task").glob("*/children"):
            try:
                wait += map(int, task.read_text().split())
            except OSError:
                continue
    return found


def pss(pid: int) -> int:
    """Bytes of memory of a process, what it shares with others divided among them; 0 once it has ended."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return 0


def run(command: list[str], port: int, folder: Path, seconds: float) -> Run:
    """Runs a command to its end, and what it left behind. Raises SystemExit if it fails or takes longer."""
    before, began, peak = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic(), 0
    with (folder / "errors").open("w+") as errors:
        env = os.environ | {"NO_COLOR": "1", "HOME": str(folder)}
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, cwd=folder, env=env)
        over = threading.Timer(seconds, process.kill)
        over.start()
        while process.poll() is None:
            peak = max(peak, sum(map(pss, tree(process.pid))))
            time.sleep(_SAMPLED_EVERY)
        wall = time.monotonic() - began
        over.cancel()
        errors.seek(0)
        if process.returncode:
            raise SystemExit(f"{command[0]} failed, or took longer than {seconds:.0f} s: {errors.read()[-300:]}")
    _reap_orphans(20)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(cpu, wall, peak, orjson.loads(urllib.request.urlopen(f"http://127.0.0.1:{port}/counts").read()))


def _reap_orphans(seconds: float) -> None:
    """Waits for what a command left running; its CPU counts. The site is a child too, and stays."""
    mine, end = os.getpid(), time.monotonic() + seconds
    while len(tree(mine)) > 2 and time.monotonic() < end:
        for pid in tree(mine)[1:]:
            try:
                if b"benchmarks.feed_site" not in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.waitpid(pid, os.WNOHANG)
            except OSError:
                continue
        time.sleep(0.02)


def peers(folder: Path, urls: list[str], reader: str | None) -> list[Peer]:
    """The programs, ready to run."""
    settings = "settings:\n  site_gap: 0\n  site_connections: 8\n  allow_private_networks: true\nfeeds:\n"
    (folder / "feeds.yaml").write_text(settings + "".join(f"  - url: {u}\n    full_text: never\n" for u in urls))
    ours = [sys.executable, "-m", "aggregator", "--config", str(folder / "feeds.yaml")]
    ours += ["--database", f"sqlite:///{folder / 'a.db'}", "fetch", "--all"]
    found = [Peer("aggregator", ours, "a.db*", "a.db*")]
    if reader:
        db = str(folder / "r.db")
        subprocess.run(
            [reader, "-c", "import sys; exec(sys.stdin.read())"],
            input=_ADD.format(db=db, urls=urls),
            text=True,
            check=True,
        )
        found.append(Peer("reader", [reader, "-c", _UPDATE.format(db=db)], "r.db*", "r.db"))
    if shutil.which("newsboat"):
        (folder / "urls").write_text("\n".join(urls))
        (folder / "config").write_text("reload-threads 4\n")
        command = ["newsboat", "-C", str(folder / "config"), "-u", str(folder / "urls"), "-c", str(folder / "n.db")]
        found.append(Peer("newsboat", [*command, "-x", "reload"], "n.db*", "n.db*"))
    return found


def size(folder: Path, pattern: str) -> int:
    """Bytes of these files; locks are folders, and none."""
    return sum(file.stat().st_size for file in folder.glob(pattern) if file.is_file())


def stored(folder: Path) -> int:
    """Entries in our database."""
    with sqlite3.connect(folder / "a.db") as db:
        return int(db.execute("SELECT count(*) FROM entries").fetchone()[0])


def compare(folder: Path, port: int, feeds: int, reader: str | None, seconds: float) -> None:
    """Runs all of them one after another and prints what they took."""
    urls = [f"http://127.0.0.1:{port}/f/{number}.xml" for number in range(feeds)]
    all_peers, sizes, end = peers(folder, urls, reader), {}, time.monotonic() + seconds
    for phase in ("cold", "warm"):
        runs = {peer.name: run(peer.command, port, folder, max(end - time.monotonic(), 1)) for peer in all_peers}
        ours = runs["aggregator"]
        for name, took in runs.items():
            line = f"{phase} {name:<10} {took.cpu / feeds * 1000:8.2f} ms CPU a feed  {feeds / took.wall:7.0f} feeds/s"
            line += f"  {took.memory / 1e6:6.0f} MB  answers {took.answers}"
            ratio = f"  {took.cpu / ours.cpu:.2f}x our CPU, {took.wall / ours.wall:.2f}x our wall"
            print(line + (ratio if took is not ours else ""), flush=True)
        sizes[phase] = {peer.name: (size(folder, peer.files), size(folder, peer.without_search)) for peer in all_peers}
    print(f"our entries stored: {stored(folder)}")
    for name, (whole, bare) in sizes["warm"].items():
        print(f"database {name:<10} {whole / 1e6:8.1f} MB, {bare / 1e6:.1f} MB without a search file of its own")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--reader", help="Python of an environment with reader and sgmllib3k")
    parser.add_argument("--feeds", type=int, default=100)
    parser.add_argument("--words", type=int, default=350, help="of each of 20 entries; 350 make 48 KB a feed")
    parser.add_argument("--seconds", type=float, default=500, help="at most, for all runs together")
    given = parser.parse_args()
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)  # orphans of a command become ours, and are counted
    command = [sys.executable, "-m", "benchmarks.feed_site", "--feeds", str(given.feeds), "--words", str(given.words)]
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as site,
    ):
        assert site.stdout is not None
        try:
            compare(Path(folder), int(site.stdout.readline()), given.feeds, given.reader, given.seconds)
        finally:
            site.kill()


if __name__ == "__main__":
    main()
