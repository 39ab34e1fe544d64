"""What an archive costs as it grows: made articles by `aggregator import`, step by step, and asked after each step.

usage: python -m benchmarks.growth [--articles 1000000] [--step 100000] [--words 300] [--seconds 7200] [--folder FOLDER]

The articles are those of `benchmarks.search`, spread over two years, a third shorter or longer than --words. After each
step it prints articles a second, milliseconds of CPU an article (all processes), bytes an article, and the 95th
percentile of the CPU time of each kind of query. Ends after so many seconds. FOLDER keeps what was made.
"""

import argparse
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from itertools import accumulate, islice
from pathlib import Path

import aggregator
from benchmarks.search import SHOWN, Kind, frequencies, kinds, made


def grow(folder: Path, articles: int, step: int, words: int, seconds: float) -> None:
    """Imports and asks until the archive is as large as wished, or the time is over."""
    dice, count = random.Random(11), frequencies()
    rank = [word for word, _ in count.most_common(30_000)]
    lines = made(articles, dice, rank, list(accumulate(count[word] for word in rank)), (words * 2 // 3, words * 4 // 3))
    asked, source, url = kinds(rank, random.Random(5), articles), folder / "in.jsonl", f"sqlite:///{folder}/a.db"
    print(
        f"{'articles':>9}{'a second':>9}{'ms CPU':>8}{'bytes':>7}  p95 of CPU, ms: {', '.join(k.name for k in asked)}"
    )
    started = time.monotonic()
    for size in range(step, articles + 1, step):
        with source.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(line) + "\n" for line in islice(lines, step))
        spent, took = import_file(source, url)
        each = sum(path.stat().st_size for path in folder.glob("a.db*") if path.is_file()) // size
        told = f"{size:9,}{step / took:9.0f}{1000 * spent / step:8.2f}{each:7,}"
        print(told, *(f"{one:.0f}" for one in ask(url, asked)), flush=True)
        if time.monotonic() - started > seconds:
            print(f"stopped after {seconds:.0f} s")
            break


def import_file(source: Path, url: str) -> tuple[float, float]:
    """Imports a file; returns the seconds of CPU that took, of all processes, and the seconds that passed."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run([sys.executable, "-m", "aggregator", "--database", url, "-q", "import", str(source)], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, time.monotonic() - started


def ask(url: str, asked: list[Kind], queries: int = 20) -> list[float]:
    """Returns the 95th percentile of the milliseconds of CPU that the queries of each kind take."""
    found = []
    with aggregator.open(url) as archive:
        for kind in asked:
            taken = []
            for query in [kind.query() for _ in range(queries + 1)]:
                before = time.process_time()
                archive.search(query, limit=SHOWN, **kind.options)
                taken.append(1000 * (time.process_time() - before))
            found.append(sorted(taken[1:])[int(queries * 0.95) - 1])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--step", type=int, default=100_000)
    parser.add_argument("--words", type=int, default=300)
    parser.add_argument("--seconds", type=float, default=7_200)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        grow(given.folder or Path(temporary), given.articles, given.step, given.words, given.seconds)


if __name__ == "__main__":
    main()
