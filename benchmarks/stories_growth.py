"""What assigning an article costs as the archive grows: made articles through the real code and a real database.

    python -m benchmarks.stories_growth [--articles 1000000] [--days 365] [--words 450] [--seconds 1500] [--database
    URL]

The articles report made events, ten each, in words of Zipf's frequencies, spread evenly over the days. Prints articles
a second, CPU time an article and the median of ten slices at every step of growth, and stops by itself after so many
seconds.
"""

import argparse
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.stories import Database, Doc

STEPS = (1_000, 10_000, 30_000, 100_000, 200_000, 300_000, 500_000, 1_000_000)
SLICE = 1_000  # articles that are measured together
START = 1_700_000_000


def made(articles: int, days: int, words: int, seed: int = 1) -> Iterator[Doc]:
    """Articles in the order of time: one in ten is a copy, the others report an event of that day in their own
    words."""
    chance = np.random.default_rng(seed)
    vocabulary = np.array([_word(n) for n in range(60_000)])
    ranks = np.arange(1, len(vocabulary) + 1)
    odds = np.cumsum((1 / ranks) / (1 / ranks).sum())
    events: list[tuple[list[str], str]] = []
    for key in range(articles):
        if not events or chance.random() < 0.1:
            events.append(([f"{_word(int(n)).capitalize()}{n % 97}" for n in chance.integers(60_000, 10**7, 12)], ""))
            events = events[-200:]
        names, first = events[int(chance.integers(len(events)))]
        if first and chance.random() < 0.1:
            text = first
        else:
            body = vocabulary[np.searchsorted(odds, chance.random(words))].tolist()
            for place in chance.integers(0, words, words // 12):
                body[place] = names[place % len(names)]
            text = " ".join(body)
        if not first:
            events[next(i for i, e in enumerate(events) if e[0] is names)] = (names, text)
        at = START + key * days * 86_400 // articles
        yield {
            "key": str(key),
            "title": " ".join(names[:3]),
            "text": text,
            "at": at,
            "source": f"s{key % 500}.example",
            "lang": "en",
        }


def _word(number: int) -> str:
    letters = ""
    number += 20
    while number:
        number, part = divmod(number, 60)
        letters += "bdfgklmnprst"[part % 12] + "aeiou"[part // 12]
    return letters


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--articles", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--words", type=int, default=450)
    parser.add_argument("--seconds", type=float, default=1_500)
    parser.add_argument("--database", help="SQLAlchemy URL; its tables are dropped; default a new SQLite file")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(args.database or f"sqlite:///{folder}/x.db")
        docs, started = made(args.articles, args.days, args.words), time.monotonic()
        last: list[tuple[float, float]] = []
        for size in range(SLICE, args.articles + 1, SLICE):
            batch = [next(docs) for _ in range(SLICE)]
            cpu, wall = time.process_time(), time.perf_counter()
            for _ in database.run(batch):
                pass
            last = [*last[-9:], (time.process_time() - cpu, time.perf_counter() - wall)]
            stop = time.monotonic() - started > args.seconds
            if size in STEPS or stop:
                bytes_ = sum(file.stat().st_size for file in Path(folder).glob("x.db*")) // size
                spent, took = (median(one[n] for one in last) / SLICE for n in (0, 1))
                print(
                    f"{size:>9,} articles: {1 / took:6.0f}/s, {1000 * spent:.2f} ms CPU, {bytes_:,} bytes/article",
                    flush=True,
                )
            if stop:
                print(f"stopped after {args.seconds:.0f} s")
                break


if __name__ == "__main__":
    main()
