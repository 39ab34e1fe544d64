"""Trains the extractor's models on the development corpus and writes them into aggregator/extraction/.

usage: python -m benchmarks.train_blocks [--cross-validate] [--folds N] [--seeds N] [--write]

Three models of boosted trees: `blocks` (does the block belong to the article's text?), `blocks_again` (the same, seeing
what the first said of the blocks around) and `lead` (is it the standfirst?). Truth comes from aligning the blocks with
the true texts (benchmarks/labels.py). Cross-validation splits by site, over all sets at once, and scores whole pages
through the extractor's own rules; what the second model learns from is always said by first models that never saw the
site. Needs catboost, which the extractor itself does not: pip install -e '.[train]'.
"""

import argparse
import zlib
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import numpy as np

from aggregator.dom import parse
from aggregator.extraction.body.blocks import PageTree, walk
from aggregator.extraction.body.classify import judge, with_surroundings
from aggregator.extraction.body.features import BlockFeatures, StatedFacts, measure
from aggregator.extraction.metadata.collect import metadata
from benchmarks import boosting, corpus
from benchmarks.labels import label

TARGET = Path(__file__).resolve().parents[1] / "aggregator" / "extraction"
FIRST = {"iterations": 250, "depth": 6, "learning_rate": 0.1, "l2_leaf_reg": 8.0, "rsm": 0.4}
SECOND = {"iterations": 250, "depth": 6, "learning_rate": 0.08, "l2_leaf_reg": 8.0, "rsm": 0.4}
LEAD = {"iterations": 120, "depth": 4, "learning_rate": 0.1, "l2_leaf_reg": 8.0, "rsm": 0.4}
INNER = 4  # folds within the training pages, by which the second model's view of the first is made

Array = np.ndarray[Any, Any]


@dataclass(slots=True)
class Example:
    """A page with its truth; `y` and `lead`: shares of the words of each asked block that stand in text and
    standfirst."""

    name: str
    record: corpus.Record
    page: PageTree
    facts: StatedFacts
    features: BlockFeatures
    y: Array
    lead: Array


def load() -> list[Example]:
    """All pages of the development corpus that have a block."""
    found = (_example(name, record) for name in corpus.SETS for record in corpus.pages(name))
    return [example for example in found if example is not None]


def _example(name: str, record: corpus.Record) -> Example | None:
    url = str(record.get("url") or "")
    tree = parse(record["html"])
    stated = metadata(tree, url if url.startswith("http") else None)
    facts = StatedFacts.of(stated)
    page = walk(tree)
    if not page.segments:
        return None
    features = measure(page, facts)
    texts = [segment.text for segment in page.segments]
    summary = record.get("summary") or ""
    leads = np.array(label(texts, "\n".join(summary) if isinstance(summary, list) else summary))
    body = np.array(label(texts, record["text"]))
    return Example(name, record, page, facts, features, body[features.asked], leads[features.asked])


def body_weights(example: Example) -> Array:
    """A block weighs what it matters to its page's F1; standfirsts are the other model's."""
    words = example.features.columns[example.features.names.index("words")]
    true = max(50.0, float(words[example.y >= 0.5].sum()))
    return np.where(example.lead >= 0.5, 0.0, 100 * (words + 4) / (true + 60))


def lead_labels(example: Example) -> tuple[Array, Array]:
    """Label and weight of each block for `lead`: known where the set names its standfirst (Fundus); elsewhere what
    stands in the true text is none, and what stands near the title outside of it is not asked."""
    candidate = example.features.is_lead_candidate
    labels, weights = (example.lead >= 0.5) & candidate, candidate.astype(float)
    if example.name == "fundus":
        return labels, weights * (2.0 if example.record.get("summary") else 0.0)
    return labels, weights * (example.y >= 0.5) * 0.5


def fold_of(example: Example, folds: int, salt: str = "") -> int:
    """Pages of one site are in one fold."""
    return zlib.crc32((salt + corpus.group(example.record)).encode()) % folds


@dataclass(slots=True)
class Models:
    """The three models in the order in which they are used, each of several seeds."""

    first: list[Any]
    second: list[Any]
    lead: list[Any]


def _fit(examples: list[Example], rows: list[Array], model: str, settings: dict[str, Any], seeds: int) -> list[Any]:
    if model == "lead":
        pairs = [lead_labels(example) for example in examples]
    else:
        pairs = [(example.y >= 0.5, body_weights(example)) for example in examples]
    x = np.concatenate(rows)
    y, weights = (np.concatenate(part) for part in zip(*pairs, strict=True))
    used = weights > 0
    return [
        boosting.fit(x[used], y[used].astype(int), weights[used], random_seed=seed + 1, **settings)
        for seed in range(seeds)
    ]


def _said(models: list[Any], rows: Array) -> Array:
    if not len(rows):
        return np.zeros(0)
    return np.mean([boosting.probabilities(model, rows) for model in models], axis=0)


def _second_rows(example: Example, first: Array) -> Array:
    return _second(example, first).columns.T


def _second(example: Example, first: Array) -> BlockFeatures:
    scores = np.full(len(example.page.segments), np.nan)
    scores[example.features.asked] = first
    return with_surroundings(example.features, scores)


def train(examples: list[Example], seeds: int) -> Models:
    """The models of these pages."""
    inner = [fold_of(example, INNER, "inner") for example in examples]
    rows: list[Array] = [np.zeros(0)] * len(examples)
    for fold in range(INNER):
        known = [example for example, number in zip(examples, inner, strict=True) if number != fold]
        models = _fit(known, [example.features.columns.T for example in known], "body", FIRST, 1)
        for place, example in enumerate(examples):
            if inner[place] == fold:
                rows[place] = _second_rows(example, _said(models, example.features.columns.T))
    first = _fit(examples, [example.features.columns.T for example in examples], "body", FIRST, seeds)
    return Models(first, _fit(examples, rows, "body", SECOND, seeds), _fit(examples, rows, "lead", LEAD, seeds))


def apply(models: Models, example: Example) -> tuple[Array, Array]:
    """Scores (NaN: not asked) and leads of all blocks of a page."""
    size, asked, candidate = len(example.page.segments), example.features.asked, example.features.is_lead_candidate
    scores, leads = np.full(size, np.nan), np.zeros(size)
    rows = _second_rows(example, _said(models.first, example.features.columns.T))
    scores[asked] = _said(models.second, rows)
    leads[asked[candidate]] = _said(models.lead, rows[candidate])
    return scores, leads


def cross_validate(examples: list[Example], folds: int, seeds: int) -> list[tuple[Array, Array]]:
    """Scores and leads of every page, said by models that never saw its site."""
    numbers = [fold_of(example, folds) for example in examples]
    found: list[tuple[Array, Array]] = [(np.zeros(0), np.zeros(0))] * len(examples)
    for fold in range(folds):
        models = train([example for example, number in zip(examples, numbers, strict=True) if number != fold], seeds)
        for place, example in enumerate(examples):
            if numbers[place] == fold:
                found[place] = apply(models, example)
        print(f"fold {fold + 1} of {folds}", flush=True)
    return found


def texts_of(example: Example, scores: Array, leads: Array) -> tuple[str, str]:
    """Lead and text of a page as the rules make them of these probabilities."""
    verdicts = judge(example.page, example.facts, scores.tolist(), leads.tolist())
    pairs = list(zip(example.page.segments, verdicts, strict=True))
    return " ".join(s.text for s, v in pairs if v.lead), "\n".join(s.text for s, v in pairs if v.kept)


def report(examples: list[Example], found: list[tuple[Array, Array]], folds: int) -> None:
    """F1 per set as each set counts it (see benchmarks/extraction.py), and its spread over the folds."""
    texts = [texts_of(example, *said) for example, said in zip(examples, found, strict=True)]
    for name in corpus.SETS:
        of_fold: dict[int, list[Any]] = {}
        for example, (lead, text) in zip(examples, texts, strict=True):
            if example.name == name:
                predicted = f"{lead}\n{text}" if name == "fundus" else text
                of_fold.setdefault(fold_of(example, folds), []).append(
                    _measured(name, predicted, example.record["text"])
                )
        total = corpus.shingle_f1 if name == "scrapinghub" else mean
        each = [total(measured) for _, measured in sorted(of_fold.items())]
        everything = total([value for measured in of_fold.values() for value in measured])
        print(
            f"{name:12} F1 {everything:.4f}  folds {' '.join(f'{f:.3f}' for f in each)}  sd {stdev(each):.4f}",
            flush=True,
        )
    leads = [bool(lead) for example, (lead, _) in zip(examples, texts, strict=True) if example.name == "fundus"]
    print(f"leads found on {mean(leads):.2f} of the Fundus pages")


def _measured(name: str, predicted: str, true: str) -> Any:
    if name == "scrapinghub":
        return corpus.shingle_counts(predicted, true)
    return corpus.word_f1(corpus.words(predicted), corpus.words(true))


def export(examples: list[Example]) -> None:
    """Trains on everything and writes the package's data files."""
    models = train(examples, 1)
    first = examples[0].features
    second = _second(examples[0], np.zeros(len(first.asked))).names
    for name, model, names in (
        ("blocks", models.first, first.names),
        ("blocks_again", models.second, second),
        ("lead", models.lead, second),
    ):
        path = TARGET / "body" / f"{name}.npz"
        boosting.write(model[0], names, path)
        print(f"wrote {path.name} ({path.stat().st_size / 1000:.0f} kB)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cross-validate", action="store_true", help="print cross-validated F1")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=1, help="models averaged in cross-validation")
    parser.add_argument("--write", action="store_true", help="train on all pages and write the models")
    options = parser.parse_args()
    examples = load()
    if options.cross_validate:
        report(examples, cross_validate(examples, options.folds, options.seeds), options.folds)
    if options.write:
        export(examples)


if __name__ == "__main__":
    main()
