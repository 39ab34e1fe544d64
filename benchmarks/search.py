"""Search at size: made articles through `aggregator import`, each kind of query asked of us, bare FTS5 and of reader.

usage: python -m benchmarks.search [--articles 100000] [--database URL] [--reader PYTHON] [--folder FOLDER] [--during]

Words are drawn by their frequency in the corpus' pages, else by Zipf's law; 2 % of the articles are near-copies. All
are asked in turn, each kind as often as --queries says or until its share of --seconds is over. On SQLite and of peers
it prints CPU time, on PostgreSQL (an empty database, after `db upgrade`) the wall's: the server is another process.
`cold` is the wall's time of a first query after the system was asked to forget the files. PYTHON is that of an
environment with `reader`. --during asks on while a fetch of many feeds writes. FOLDER keeps what was made.
"""

import argparse
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

import aggregator
from benchmarks import corpus
from benchmarks.feed_site import fetching

START, SPAN = datetime(2023, 1, 1, tzinfo=UTC), timedelta(minutes=1_000_000)
SITES, SHOWN, COLD, FEEDS = 200, 20, 5, 60
_READER = """
import itertools, json, sys, time
from reader import make_reader
r = make_reader(sys.argv[1] + "/reader.db")
if not list(r.get_feeds()):
    r.add_feed("http://a.example/feed")
    for line in open(sys.argv[1] + "/in.jsonl"):
        a = json.loads(line)
        content = [{"value": a["text"], "type": "text/plain"}]
        r.add_entry({"feed_url": "http://a.example/feed", "id": a["url"], "title": a["title"], "content": content})
    r.enable_search(); r.update_search()
print(time.process_time(), flush=True)
for line in sys.stdin:
    t = time.process_time()
    found = list(r.search_entries(json.loads(line), limit=20))
    print((time.process_time() - t) * 1000, flush=True)
"""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of query. `bare`: what is added to the statement of bare FTS5, None if that has no such query."""

    name: str
    query: Callable[[], str]
    options: dict[str, Any] = field(default_factory=dict)
    bare: str | None = "ORDER BY bm25(f)"
    of_reader: bool = False


def frequencies() -> Counter[str]:
    """How often words occur: in the corpus, if it is there, else by Zipf's law."""
    if corpus.folder().is_dir():
        texts = (record["text"] for record in corpus.pages("fundus") if record.get("lang") in ("en", None))
        return Counter(word for text in texts for word in corpus.words(text) if word.isascii() and word.isalpha())
    return Counter({made_word(rank): 10_000_000 // rank for rank in range(1, 30_000)})


def made_word(number: int) -> str:
    """A word of letters that can be spoken, another for each number."""
    letters = ""
    number += 20
    while number:
        number, part = divmod(number, 60)
        letters += "bdfgklmnprst"[part % 12] + "aeiou"[part // 12]
    return letters


def made(
    articles: int, dice: random.Random, words: list[str], weights: list[int], length: tuple[int, int] = (200, 400)
) -> Iterator[dict[str, Any]]:
    """Articles in the order of time. `weights`: of the words, added up; `length`: words of an article, at least and at
    most."""
    last: list[str] = []
    for number in range(articles):
        body = dice.choices(words, cum_weights=weights, k=dice.randint(*length))
        if last and dice.random() < 0.02:
            body = last[: int(len(last) * 0.8)] + body[:20]
        last = body
        parts = (" ".join(body[start : start + 60]).capitalize() + "." for start in range(0, len(body), 60))
        yield {
            "url": f"https://site{number % SITES:03d}.example/{number}",
            "title": " ".join(dice.choices(words, cum_weights=weights, k=8)).capitalize(),
            "text": "\n\n".join(parts),
            "lang": "en",
            "published_at": (START + SPAN * number / articles).isoformat(),
        }


def kinds(rank: list[str], dice: random.Random, articles: int) -> list[Kind]:
    """The kinds of queries; `rank` are the words, the most frequent first."""

    def pick(first: int, last: int) -> str:
        return dice.choice(rank[first:last])

    week = {"since": "2024-06-03", "until": "2024-06-10"}
    first, last = (
        int((datetime.fromisoformat(f"{day}T00:00+00:00") - START) / SPAN * articles) for day in week.values()
    )
    ranked = "ORDER BY bm25(f)"
    return [
        Kind("rare word", lambda: pick(8000, 20000), of_reader=True),
        Kind("3 % word", lambda: pick(150, 300), of_reader=True),
        Kind("common word", lambda: pick(5, 25), of_reader=True),
        Kind("two common words", lambda: f"{pick(5, 60)} {pick(5, 60)}", of_reader=True),
        Kind("OR of 5", lambda: " OR ".join(pick(100, 2000) for _ in range(5)), of_reader=True),
        Kind("phrase", lambda: f'"{pick(0, 20)} {pick(0, 40)}"', of_reader=True),
        Kind("prefix", lambda: pick(100, 2000)[:3] + "*", of_reader=True),
        Kind("by date, common", lambda: pick(5, 25), {"sort": "date"}, "ORDER BY rowid DESC"),
        Kind("a week, common", lambda: pick(5, 25), week, f"AND rowid BETWEEN {first} AND {last} {ranked}"),
        Kind("a site, common", lambda: pick(5, 25), {"site": "site007.example"}, None),
        Kind("a site alone", lambda: "site:site007.example", {}, None),
        Kind("one row a story", lambda: pick(5, 25), {"stories": True}, None),
    ]


@dataclass(slots=True)
class Peers:
    """What the project is compared with."""

    bare: sqlite3.Connection
    reader: "subprocess.Popen[str] | None"

    def ask_bare(self, query: str, order: str) -> float:
        asked = f"SELECT rowid, title FROM f WHERE f MATCH ? {order} LIMIT {SHOWN}"
        return _ms(time.process_time, lambda: self.bare.execute(asked, (query,)).fetchall())

    def ask_reader(self, query: str) -> float:
        assert self.reader is not None
        assert self.reader.stdin is not None
        assert self.reader.stdout is not None
        print(json.dumps(query), file=self.reader.stdin, flush=True)
        return float(self.reader.stdout.readline())


def make(folder: Path, url: str, articles: int, dice: random.Random, count: Counter[str]) -> None:
    """Makes the articles, and fills both databases."""
    words = [word for word, _ in count.most_common(30_000)]
    weights = list(accumulate(count[word] for word in words))
    source, size = folder / "in.jsonl", 0
    bare = sqlite3.connect(folder / "bare.db")
    bare.execute("CREATE VIRTUAL TABLE f USING fts5(title, text)")
    with source.open("w", encoding="utf-8") as file:
        for article in made(articles, dice, words, weights):
            print(json.dumps(article), file=file)
            size += len(article["text"])
            bare.execute("INSERT INTO f VALUES (?, ?)", (article["title"], article["text"]))
    bare.commit()
    bare.close()
    started = time.monotonic()
    subprocess.run([sys.executable, "-m", "aggregator", "--database", url, "-q", "import", str(source)], check=True)
    took = time.monotonic() - started
    ours = sum(_size(path) for path in filter(Path.is_file, folder.glob("a.db*")))
    told = f"; {ours / size:.2f} bytes a byte of text" if ours else ""
    print(f"import {articles / took:.0f} articles a second{told} (bare FTS5 {_size(folder / 'bare.db') / size:.2f})")


@contextmanager
def peers(folder: Path, reader: str | None) -> Iterator[Peers]:
    """Opens them; reader fills its database first."""
    bare, process = sqlite3.connect(folder / "bare.db"), None
    if reader:
        command = [reader, "-c", _READER, str(folder)]
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        print(f"reader took {float(process.stdout.readline()):.0f} s of CPU to store and index the same")
    try:
        yield Peers(bare, process)
    finally:
        bare.close()
        if process is not None:
            process.kill()


def ask(url: str, asked: list[Kind], other: Peers, queries: int, seconds: float) -> None:
    """Asks every kind and prints what it took: median and 95th percentile, and the medians' ratios to the peers'."""
    sqlite = url.startswith("sqlite")
    clock = time.process_time if sqlite else time.perf_counter
    title = "ms, CPU" if sqlite else "ms, wall"
    print(f"{title:20}{'p50':>8}{'p95':>8}{'FTS5':>8}{'ratio':>7}{'reader':>9}{'ratio':>7}")
    with aggregator.open(url) as archive:
        for kind in asked:
            ours, bare, reader = list[float](), list[float](), list[float]()
            end = time.monotonic() + seconds / len(asked)
            archive.search(kind.query(), limit=SHOWN, **kind.options)
            while not ours or (len(ours) < queries and time.monotonic() < end):
                query = kind.query()
                ours.append(_ms(clock, lambda q=query, o=kind.options: archive.search(q, limit=SHOWN, **o)))  # type: ignore[misc]
                if kind.bare is not None:
                    bare.append(other.ask_bare(query, kind.bare))
                if kind.of_reader and other.reader is not None:
                    reader.append(other.ask_reader(query))
            line = f"{kind.name:20}{_at(ours, 0.5):8.1f}{_at(ours, 0.95):8.1f}"
            print(line + _compared(ours, bare, 8) + _compared(ours, reader, 9), flush=True)


def ask_cold(folder: Path, url: str, asked: list[Kind], other: Peers) -> None:
    """Asks with cold caches: the wall's time of the first query of an archive just opened, beside bare FTS5."""
    print(f"{'ms, wall, cold':20}{'p50':>8}{'most':>8}{'FTS5':>8}{'ratio':>7}")
    for kind in asked:
        ours, bare = list[float](), list[float]()
        for _ in range(COLD):
            query = kind.query()
            _forget(folder)
            with aggregator.open(url) as archive:
                ours.append(_ms(time.perf_counter, lambda q=query, a=archive, o=kind.options: a.search(q, **o)))  # type: ignore[misc]
            if kind.bare is not None:
                _forget(folder)
                other.bare.close()
                other.bare = sqlite3.connect(folder / "bare.db")
                started = time.perf_counter()
                other.ask_bare(query, kind.bare)
                bare.append((time.perf_counter() - started) * 1000)
        print(f"{kind.name:20}{_at(ours, 0.5):8.1f}{max(ours):8.1f}{_compared(ours, bare, 8)}", flush=True)


def ask_during(url: str, asked: list[Kind], seconds: float) -> None:
    """Asks in a loop, first alone and then while feeds are fetched into the same database."""
    with aggregator.open(url) as archive:
        alone = _loop(archive, asked, lambda: True, seconds / 4)
        with fetching(url, FEEDS) as writing:
            during = _loop(archive, asked, lambda: writing.poll() is None, seconds)
            writing.wait()
    print(f"{'all kinds in a loop':20}{'queries':>8}{'CPU p95':>9}{'wall p95':>9}")
    for name, found in (("alone", alone), ("while fetching", during)):
        print(f"{name:20}{len(found):8}" + "".join(f"{_at([one[n] for one in found], 0.95):9.1f}" for n in (0, 1)))
    ratios = (_at([one[n] for one in during], 0.95) / _at([one[n] for one in alone], 0.95) for n in (0, 1))
    print("ratio of p95: CPU {:.2f}, wall {:.2f}".format(*ratios))


def _loop(
    archive: "aggregator.Archive", asked: list[Kind], going: Callable[[], bool], seconds: float
) -> list[tuple[float, float]]:
    found, end = list[tuple[float, float]](), time.monotonic() + seconds
    while going() and time.monotonic() < end:
        for kind in asked:
            query, wall = kind.query(), time.perf_counter()
            cpu = _ms(time.process_time, lambda q=query, o=kind.options: archive.search(q, limit=SHOWN, **o))  # type: ignore[misc]
            found.append((cpu, (time.perf_counter() - wall) * 1000))
    return found


def _ms(clock: Callable[[], float], work: Callable[[], object]) -> float:
    started = clock()
    work()
    return (clock() - started) * 1000


def _at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def _compared(ours: list[float], theirs: list[float], width: int) -> str:
    if not theirs:
        return " " * (width + 7)
    return f"{_at(theirs, 0.5):{width}.1f}{_at(ours, 0.5) / _at(theirs, 0.5):7.2f}"


def _forget(folder: Path) -> None:
    """Asks the system to drop what it has read of the databases."""
    for path in filter(Path.is_file, folder.glob("*.db*")):
        with path.open("rb") as file:
            os.fsync(file.fileno())
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _size(path: Path) -> int:
    return path.stat().st_size


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=20, help="of each kind")
    parser.add_argument("--database", help="URL of an empty PostgreSQL database; default: a new SQLite file")
    parser.add_argument("--reader", help="Python of an environment with reader")
    parser.add_argument("--folder", type=Path, help="where files are made and kept; default: a temporary one")
    parser.add_argument("--seconds", type=float, default=600, help="at most, for all queries together")
    parser.add_argument("--during", action="store_true", help="also ask while a fetch writes")
    given = parser.parse_args()
    dice, count = random.Random(11), frequencies()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.folder or Path(temporary)
        folder.mkdir(exist_ok=True)
        url = given.database or f"sqlite:///{folder}/a.db"
        if not (folder / "bare.db").exists():
            make(folder, url, given.articles, dice, count)
        asked = kinds([word for word, _ in count.most_common()], dice, given.articles)
        with peers(folder, given.reader) as other:
            ask(url, asked, other, given.queries, given.seconds)
            if given.database is None:
                ask_cold(folder, url, asked, other)
        if given.during:
            ask_during(url, asked, 60)


if __name__ == "__main__":
    main()
