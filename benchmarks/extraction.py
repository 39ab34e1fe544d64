"""How exact and how quick extraction is, beside any installed peer: per set, with 95 % intervals.

usage: python -m benchmarks.extraction [--corpus FILE ...] [--peers trafilatura,readability,newspaper4k,resiliparse]
           [--limit N] [--worst N] [--differences PEER] [--by-language] [--floors | --raise-floors]

Without --corpus the sets of the development corpus are read (benchmarks/corpus.py). A file's name tells its measure:
scrapinghub* 4-gram F1 of the text, others word F1 of lead and text; records that have snippets alone, snippet F1;
those that have a day alone, nothing but that.
Metadata must be exact after NFKC, lower case, words alone. CPU is process time, all extractors in turn on each page.

--floors runs this project alone and fails with a line for each figure that is worse than benchmarks/floors.json has it.
Raising the floors (--raise-floors writes what is better now) is part of every improvement. They are in-sample too: a
model that is better by cross-validation and worse here lowers them, with both figures in its commit.
"""

import argparse
import gc
import json
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

if not __package__:  # run as a file, as .ci/run does
    sys.path[0] = str(Path(__file__).resolve().parents[1])

from benchmarks import corpus
from benchmarks.measures import (
    BESIDES,
    LANGUAGE_PAGES,
    SNIPPETS,
    Array,
    Found,
    Measure,
    interval,
    score,
    set_measure,
    vectors,
    weights,
)  # fmt: skip
from benchmarks.peers import EXTRACTORS, OURS

FLOORS = Path(__file__).with_name("floors.json")
HEADER = """The shipped model was trained on the development sets: on them its scores are in-sample and flatter it.
What to expect of pages it has not seen: python -m benchmarks.train_blocks --cross-validate (splits by site)."""


@dataclass(slots=True)
class Run:
    """One extractor on one set: what it found and the CPU milliseconds it took, page by page."""

    found: list[Found] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Set:
    """A set's name, what it is scored by and how, its pages."""

    name: str
    what: str
    measure: Measure
    records: list[corpus.Record]


def sets(files: list[Path], limit: int | None) -> list[Set]:
    """The sets in these files, or those of the development corpus."""
    files = files or [corpus.folder() / f"{name}-dev.jsonl.xz" for name in (*corpus.SETS, "dates")]
    found = []
    for path in files:
        name = path.name.removesuffix(".xz").removesuffix(".jsonl").removesuffix("-dev")
        records = corpus.read(path, ("text", "with", "without", "date"))
        what, measure = set_measure(name, records)
        asked = [record for record in records if measure.page(record, Found()) is not None]
        found.append(Set(name, what, measure, asked[:limit]))
    return found


def run(pages: Set, names: list[str]) -> dict[str, Run]:
    """All extractors on all pages, in turn on each page and each time another one first."""
    extractors = {name: EXTRACTORS[name]() for name in names}
    for extract in extractors.values():  # models and tables are loaded before anything is timed
        extract(pages.records[0]["html"], None)
    runs = {name: Run() for name in names}
    for number, record in enumerate(pages.records):
        url = str(record.get("url") or "")
        first = number % len(names)
        for name in names[first:] + names[:first]:
            gc.collect(0)
            start = time.process_time()
            try:
                found = extractors[name](record["html"], url if url.startswith("http") else None)
            except Exception as error:  # a peer that fails on a page has found nothing on it
                runs[name].errors[type(error).__name__] += 1
                found = Found()
            runs[name].cpu.append((time.process_time() - start) * 1000)
            runs[name].found.append(found)
    return runs


def figures(pages: Set, found: list[Found]) -> dict[str, float]:
    """The score and all else that the set's truth tells, by name."""
    result = {pages.what: score(pages.measure, vectors(pages.measure, pages.records, found))}
    for name, measure in BESIDES.items():
        rows = vectors(measure, pages.records, found)
        given = name.startswith("with") or any(getattr(one, name) for one in found)  # not all peers tell all
        if given and rows.shape[1] and not (pages.measure is SNIPPETS and name.startswith("with")):
            result[name] = score(measure, rows)
    return result


def report(pages: Set, runs: dict[str, Run]) -> None:
    """One line an extractor, then the differences to each peer."""
    groups = [corpus.group(record) for record in pages.records]
    by_page, by_site = weights([str(n) for n in range(len(groups))]), weights(groups)
    rows = {name: vectors(pages.measure, pages.records, one.found) for name, one in runs.items()}
    print(f"\n{pages.name}: {len(groups)} pages of {len(set(groups))} sites")
    for name, one in runs.items():
        scores = figures(pages, one.found)
        print(
            f"  {name:22} {pages.what} {scores.pop(pages.what):.4f}"
            f"  by page {_span(interval(pages.measure, rows[name], by_page))}"
            f"  by site {_span(interval(pages.measure, rows[name], by_site))}  "
            + " ".join(f"{what} {value:.3f}" for what, value in scores.items())
            + f"  | CPU ms {_times(one.cpu)}"
            + (f"  errors {dict(one.errors)}" if one.errors else "")
        )
    for name in runs:
        if name != OURS:
            gain = score(pages.measure, rows[OURS]) - score(pages.measure, rows[name])
            span = _span(interval(pages.measure, rows[OURS], by_site, rows[name]), signed=True)
            times = sum(runs[name].cpu) / sum(runs[OURS].cpu)
            middle = float(np.median(runs[name].cpu) / np.median(runs[OURS].cpu))
            speed = f"{times:.1f} times its speed (of the medians {middle:.1f})"
            print(f"  to {name}: {pages.what} {gain:+.4f}, by site {span}; {speed}")


def _span(ends: tuple[float, float], signed: bool = False) -> str:
    return f"[{ends[0]:+.4f} {ends[1]:+.4f}]" if signed else f"[{ends[0]:.3f} {ends[1]:.3f}]"


def _times(cpu: list[float]) -> str:
    return f"mean {np.mean(cpu):.2f} median {np.median(cpu):.2f} p99 {np.quantile(cpu, 0.99):.1f}"


def by_language(pages: Set, runs: dict[str, Run]) -> None:
    """The score of each language that has enough pages, for each extractor."""
    languages = np.array([str(record.get("lang")) for record in pages.records])
    names, counts = np.unique(languages, return_counts=True)
    rows = {name: vectors(pages.measure, pages.records, one.found) for name, one in runs.items()}
    for language, count in sorted(zip(names, counts, strict=True), key=lambda pair: -pair[1]):
        if count >= LANGUAGE_PAGES:
            scores = (f"{n} {score(pages.measure, r[languages == language]):.4f}" for n, r in rows.items())
            print(f"  {language} ({count} pages): " + "  ".join(scores))


def page_scores(pages: Set, one: Run) -> Array:
    """The score of each page alone."""
    result: Array = pages.measure.total(vectors(pages.measure, pages.records, one.found))
    return result


def worst(pages: Set, runs: dict[str, Run], count: int) -> None:
    """The pages this project does worst on."""
    scores = page_scores(pages, runs[OURS])
    for number in np.argsort(scores, kind="stable")[:count]:
        print(f"    {scores[number]:.3f} {pages.records[number]['id']} {pages.records[number].get('url')}")


def differences(pages: Set, runs: dict[str, Run], peer: str, count: int) -> None:
    """The pages on which most is lost against a peer, and those on which most is won."""
    ours, theirs = page_scores(pages, runs[OURS]), page_scores(pages, runs[peer])
    order = np.argsort(ours - theirs, kind="stable")
    for title, numbers in (("lost", order[:count]), ("won", order[::-1][:count])):
        print(f"  {title} against {peer} (ours, theirs):")
        for number in numbers:
            record = pages.records[number]
            print(f"    {ours[number]:.3f} {theirs[number]:.3f} {record['id']} {record.get('url')}")


def check_floors(found: dict[str, dict[str, float]], write: bool) -> list[str]:
    """What is worse than its floor, a line each. `write`: floors that are passed are raised in the file."""
    recorded = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {}
    fallen = []
    for name, scores in found.items():
        floors = recorded.setdefault(name, {})
        for what, value in scores.items():
            sign = -1 if what in BESIDES and BESIDES[what].lower_is_better else 1
            floor = floors.get(what)
            if floor is not None and sign * (value - floor) < 0:
                fallen.append(f"{name} {what} is {value:.4f}; its {'floor' if sign > 0 else 'ceiling'} is {floor}")
            elif write:
                floors[what] = sign * float(np.floor(sign * value * 1000) / 1000)
    if write:
        FLOORS.write_text(json.dumps(recorded, indent=2) + "\n", encoding="utf-8")
    return fallen


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", nargs="+", type=Path, default=[], metavar="FILE", help=".jsonl or .jsonl.xz")
    parser.add_argument("--peers", default="", help="comma-separated: " + ", ".join(n for n in EXTRACTORS if n != OURS))
    parser.add_argument("--limit", type=int, help="pages of each set")
    parser.add_argument("--worst", type=int, default=0, metavar="N", help="list the N worst pages of each set")
    parser.add_argument("--differences", metavar="PEER", help="list the pages with the largest differences to a peer")
    parser.add_argument("--by-language", action="store_true")
    parser.add_argument("--floors", action="store_true", help="exit 1 if a figure fell below its floor")
    parser.add_argument("--raise-floors", action="store_true", help="record the figures that are better now")
    options = parser.parse_args()
    asked = sets(options.corpus, options.limit)
    if options.floors or options.raise_floors:
        scores = {pages.name: figures(pages, run(pages, [OURS])[OURS].found) for pages in asked}
        fallen = check_floors(scores, options.raise_floors)
        print("\n".join(fallen) or "all floors hold")
        return bool(fallen)
    print(HEADER)
    peers = dict.fromkeys(name for name in (*options.peers.split(","), options.differences) if name)
    for pages in asked:
        runs = run(pages, [OURS, *peers])
        report(pages, runs)
        if options.by_language:
            by_language(pages, runs)
        if options.worst:
            worst(pages, runs, options.worst)
        if options.differences:
            differences(pages, runs, options.differences, options.worst or 10)
    return 0


if __name__ == "__main__":
    sys.exit(main())
