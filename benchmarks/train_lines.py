"""Trains the models of plain text on the development corpus and writes aggregator/extraction/plain/*.npz.

usage: python -m benchmarks.train_lines [--cross-validate] [--folds N] [--write]

The pages of all sets are dumped without their markup, every visible line in its order; truth comes from aligning the
lines with the true texts (benchmarks/labels.py). Three models of boosted trees: `lines` (does the line belong to the
article?), `title` (is it the title?), `runs` (does a run of likely lines belong to the article?). The later two learn
from verdicts of line models that never saw the page's site. Cross-validation splits by site over all sets at once.
Deterministic: fixed seeds, fixed number of threads. Needs CatBoost, which the extractor itself does not.
"""

import argparse
import re
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np

from aggregator.dom import parse
from aggregator.extraction.plain import line_features, line_title, runs
from aggregator.extraction.plain.scraped_text import LEAST_TITLE, assembled
from benchmarks import boosting, corpus
from benchmarks.labels import label

TARGET = Path(__file__).resolve().parents[1] / "aggregator" / "extraction"
LINES = {"iterations": 500, "depth": 5, "learning_rate": 0.05, "border_count": 32, "rsm": 0.2}
TITLE = {"iterations": 200, "depth": 4, "learning_rate": 0.08, "border_count": 32, "rsm": 0.4}
RUNS = {"iterations": 250, "depth": 5, "learning_rate": 0.05, "border_count": 64}
NEWS = 3.0  # weight of a Fundus page: its truth is made by hand-written parsers, and holds the standfirst
HEADLINES = {"fundus": 2.0, "newsdataset": 1.5}  # weights of the titles of news
EXCERPT = 3.0  # times the truth: a page with so much prose beside it teaches no lines, its truth may be an excerpt
SHORT = 40  # units: of the shorter lines outside of the article one in four is trained on
MAYBE_LEAD = 15  # lines before the article that other sets may leave out of their truth
BREAKS = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote br dd div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
        "header hr li main"
        " nav ol p pre section table td th tr ul button option label",
    )
)

Array = np.ndarray[Any, Any]


@dataclass(slots=True, eq=False)
class Example:
    """A page as lines, with its truth. `trained`: False for pages made of others, which are only learnt from."""

    name: str
    record: corpus.Record
    texts: list[str]
    page: line_features.TextLines
    lines: line_features.Columns
    y: Array
    is_title: Array
    weights: Array
    scored: bool


def visible_lines(html: str) -> list[str]:
    """Every visible line of a page, a line ending where a block begins or ends."""
    tree = parse(html)
    for node in tree.css("script,style,noscript,template,svg,iframe"):
        node.decompose()
    lines: list[str] = []
    pieces: list[str] = []

    def flush() -> None:
        lines.append(re.sub(r"\s+", " ", "".join(pieces)).strip())
        pieces.clear()

    stack: list[tuple[Any, bool]] = [(tree.body, False)] if tree.body else []
    while stack:
        node, left = stack.pop()
        if node.tag == "-text":
            pieces.append(node.text(deep=False) or "")
            continue
        if node.tag in BREAKS:
            flush()
        if not left:
            stack.append((node, True))
            stack += [(child, False) for child in reversed(list(node.iter(include_text=True)))]
    flush()
    return [line for line in lines if line]


def load() -> list[Example]:
    """All pages of the development corpus, and of each a short one: its article with few lines around it."""
    examples = []
    for name in corpus.SETS:
        for record in corpus.pages(name):
            texts = visible_lines(record["html"])[:4000]
            if not texts:
                continue
            y = np.array(label(texts, record["text"])) >= 0.5
            examples.append(_example(name, record, texts, y, True))
            cut = _cut(y, zlib.crc32(str(record["id"]).encode()))
            if cut:
                examples.append(_example(name, record, texts[cut], y[cut], False))
    return examples


def _cut(y: Array, seed: int) -> slice | None:
    """The article, or its beginning, with up to eleven lines before it and after it."""
    true = np.flatnonzero(y)
    if len(true) < 3:
        return None
    before, after, part = seed % 12, seed // 12 % 12, seed // 144 % 3
    last = int(true[min(len(true) - 1, 3 + part * 3)]) if part < 2 else int(true[-1])
    return slice(max(0, int(true[0]) - before), last + 1 + (after if part == 2 else 0))


def _example(name: str, record: corpus.Record, texts: list[str], y: Array, scored: bool) -> Example:
    page = line_features.page(texts)
    title = corpus.words(record.get("title"))
    is_title = np.array([bool(title) and corpus.words(text) == title for text in texts])
    count = np.array([len(corpus.words(text)) for text in texts])
    weights = 100.0 * (count + 4) / (max(50.0, float(count[y].sum())) + 60) * (NEWS if name == "fundus" else 1.0)
    if name != "fundus" and y.any():
        first = int(np.flatnonzero(y)[0])
        weights[max(0, first - MAYBE_LEAD) : first][page.units[max(0, first - MAYBE_LEAD) : first] >= 60] = 0.0
    prose = np.where(page.own["prose"] > 0, np.minimum(page.units, 600.0), 0.0)
    if prose[~y].sum() > EXCERPT * prose[y].sum():
        weights[:] = 0.0
    return Example(
        name, record, texts, page, line_features.context(page), y, is_title, weights * (1.0 if scored else 0.3), scored
    )


@dataclass(slots=True, eq=False)
class Task:
    """Rows, labels and weights of one model, a list element an example."""

    names: tuple[str, ...]
    rows: list[Array]
    y: list[Array]
    weights: list[Array]

    def fit(self, chosen: Iterable[int], settings: dict[str, Any]) -> Any:
        """A model of the chosen examples."""
        x, y, weights = (np.concatenate([part[i] for i in chosen]) for part in (self.rows, self.y, self.weights))
        used = weights > 0
        return boosting.fit(x[used], y[used].astype(int), weights[used], **settings)

    def across(self, folds: Array, settings: dict[str, Any]) -> list[Array]:
        """Probabilities of every row by a model that never saw its fold."""
        found: list[Array] = [np.zeros(0)] * len(self.rows)
        for fold in sorted(set(folds.tolist())):
            model = self.fit(np.flatnonzero(folds != fold), settings)
            for i in np.flatnonzero(folds == fold):
                found[i] = boosting.probabilities(model, self.rows[i]) if len(self.rows[i]) else np.zeros(0)
        return found


def lines_task(examples: list[Example]) -> Task:
    """Is the line the article's? Of the many short lines that are not, a part stands for all."""
    names = tuple(examples[0].lines)
    random = np.random.default_rng(1)
    weights = []
    for example in examples:
        thinned = example.weights.copy()
        if example.name != "fundus":
            short = (example.page.units < SHORT) & ~example.y
            thinned[short] *= np.where(random.random(int(short.sum())) < 0.25, 4.0, 0.0)
        weights.append(thinned)
    return Task(names, [line_features.matrix(e.lines, names) for e in examples], [e.y for e in examples], weights)


def title_task(examples: list[Example], chances: list[Array]) -> tuple[Task, list[Array]]:
    """Is the line the title? Also the numbers of the lines asked about."""
    names: tuple[str, ...] = ()
    rows, y, weights, asked = [], [], [], []
    for example, chance in zip(examples, chances, strict=True):
        columns = line_title.title_columns(example.page, example.lines, chance)
        names = names or tuple(columns)
        numbers = line_title.candidates(example.page)
        true = example.is_title[numbers]
        share = np.where(true, 1.0 / max(1, int(true.sum())), 0.05) * HEADLINES.get(example.name, 1.0)
        rows.append(line_features.matrix(columns, names)[numbers])
        y.append(true)
        weights.append(share if true.any() else share * 0.0)
        asked.append(numbers)
    return Task(names, rows, y, weights), asked


def runs_task(examples: list[Example], chances: list[Array], titles: list[int | None]) -> tuple[Task, list[Array]]:
    """Is the run a part of the article? Also the runs."""
    names: tuple[str, ...] = ()
    rows, y, weights, spans = [], [], [], []
    for example, chance, title in zip(examples, chances, titles, strict=True):
        found = runs.runs(chance)
        spans.append(found)
        if len(found):
            columns = runs.run_columns(example.page, example.lines, chance, title, found)
            names = names or tuple(columns)
        gain = np.concatenate(([0.0], np.cumsum(example.weights * (2.0 * example.y - 1.0))))
        gains = gain[found[:, 1]] - gain[found[:, 0]]
        rows.append(line_features.matrix(columns, names) if len(found) else np.zeros((0, len(names)), np.float32))
        y.append(gains > 0)
        weights.append(np.abs(gains))
    width = len(names)
    return Task(names, [r if len(r) else np.zeros((0, width), np.float32) for r in rows], y, weights), spans


def chosen_titles(likely: list[Array], asked: list[Array]) -> list[int | None]:
    """The title's line of every example."""
    return [line_title.choose(p, numbers, LEAST_TITLE) for p, numbers in zip(likely, asked, strict=True)]


def folds_of(examples: list[Example], folds: int) -> Array:
    """Pages of one site are in one fold."""
    return np.array([zlib.crc32(corpus.group(example.record).encode()) % folds for example in examples])


def train(examples: list[Example], folds: Array, write: bool) -> None:
    """Cross-validates the three models one after the other, prints the measures, and writes models of everything."""
    lines = lines_task(examples)
    chances = lines.across(folds, LINES)
    title, asked = title_task(examples, chances)
    titles = chosen_titles(title.across(folds, TITLE), asked)
    task, spans = runs_task(examples, chances, titles)
    likely = task.across(folds, RUNS)
    report(examples, folds, titles, [_runs_lines(s, s[:, 0] >= 0) for s in spans], "lines alone")
    parts = zip(examples, chances, spans, likely, titles, strict=True)
    kept = [assembled(e.page, c, s[p >= 0.5], t) for e, c, s, p, t in parts]
    report(examples, folds, titles, kept, "with runs")
    if write:
        for name, one, settings in (("lines", lines, LINES), ("title", title, TITLE), ("runs", task, RUNS)):
            path = TARGET / "plain" / f"{name}.npz"
            boosting.write(one.fit(range(len(examples)), settings), one.names, path)
            print(f"wrote {path} ({path.stat().st_size / 1000:.0f} kB)")


def _runs_lines(spans: Array, chosen: Array) -> list[int]:
    return [number for first, after in spans[chosen].tolist() for number in range(first, after)]


def report(examples: list[Example], folds: Array, titles: list[int | None], kept: list[list[int]], what: str) -> None:
    """Word F1 per set with its spread over the folds, per language, and the share of titles found."""
    print(what)
    langs: dict[str, list[float]] = {}
    for name in corpus.SETS:
        of_fold: dict[int, list[float]] = {}
        found = []
        for example, fold, title, numbers in zip(examples, folds.tolist(), titles, kept, strict=True):
            if example.name != name or not example.scored:
                continue
            predicted = corpus.words("\n".join(example.texts[number] for number in numbers))
            f1 = corpus.word_f1(predicted, corpus.words(example.record["text"]))
            of_fold.setdefault(fold, []).append(f1)
            if example.record.get("title"):
                found.append(title is not None and bool(example.is_title[title]))
            if name == "fundus":
                langs.setdefault(str(example.record.get("lang")), []).append(f1)
        each = [mean(values) for _, values in sorted(of_fold.items())]
        every = mean(value for values in of_fold.values() for value in values)
        shown = f"  title {mean(found):.3f}" if found else ""
        print(f"  {name:12} F1 {every:.4f}  folds {' '.join(f'{f:.3f}' for f in each)}  sd {stdev(each):.4f}{shown}")
    print("  fundus:", ", ".join(f"{lang} {mean(v):.3f} ({len(v)})" for lang, v in sorted(langs.items())), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cross-validate", action="store_true", help="print cross-validated F1")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="train on all pages and write the models")
    options = parser.parse_args()
    if options.cross_validate or options.write:
        examples = load()
        train(examples, folds_of(examples, options.folds), options.write)


if __name__ == "__main__":
    main()
