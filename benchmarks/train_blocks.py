"""Trains the extractor's models on the development corpus and writes aggregator/extraction/blocks.json.

usage: python -m benchmarks.train_blocks [--cross-validate] [--folds N] [--write]

Two models of boosted trees: `body` (does the block belong to the article's text?) and `lead` (is it the standfirst?).
Truth comes from aligning the blocks with the true texts (benchmarks/labels.py). Cross-validation splits by site, over
all sets at once, and scores whole pages through the extractor's own rules. Deterministic: fixed seeds, one thread.
Needs lightgbm and numpy, which the extractor itself does not.
"""

import argparse
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import lightgbm as lgb
import numpy as np

from aggregator.dom import parse
from aggregator.extraction.decide import judge
from aggregator.extraction.features import MASKS, NUMBERS, Facts, Row, lead_candidate, rows
from aggregator.extraction.metadata import metadata
from aggregator.extraction.walk import Page, walk
from benchmarks import corpus
from benchmarks.labels import label

TARGET = Path(__file__).resolve().parents[1] / "aggregator" / "extraction" / "blocks.json"
NAMES = [*NUMBERS, *(f"{mask}:{bit}" for mask, bits in MASKS for bit in bits)]
COMMON = {
    "objective": "binary", "learning_rate": 0.1, "max_bin": 63, "lambda_l2": 5.0, "bagging_fraction": 0.8, "bagging_freq": 1,
    "feature_fraction": 0.3, "verbose": -1, "num_threads": 1, "seed": 1, "deterministic": True, "force_row_wise": True,
}  # fmt: skip
BODY = COMMON | {"num_leaves": 10, "min_data_in_leaf": 40}
LEAD = COMMON | {"num_leaves": 8, "min_data_in_leaf": 10}
ROUNDS = {"body": 150, "lead": 60}
KEPT_FEATURES = {"body": 130, "lead": 60}  # the rest carries under one per cent of the gain
_WINDOW_BEFORE_BODY = 15  # blocks after the title that may be a standfirst the set leaves out of its truth

Array = np.ndarray[Any, Any]


@dataclass(slots=True)
class Example:
    """A page with its truth. `asked`: numbers of the blocks that have a row; `x`, `y`, `lead` follow them."""

    name: str
    record: corpus.Record
    page: Page
    facts: Facts
    asked: Array
    x: Array
    y: Array
    lead: Array
    candidate: Array


def load() -> list[Example]:
    """All pages of the development corpus."""
    return [_example(name, record) for name in corpus.SETS for record in corpus.pages(name)]


def _example(name: str, record: corpus.Record) -> Example:
    url = str(record.get("url") or "")
    tree = parse(record["html"])
    stated = metadata(tree, url if url.startswith("http") else None)
    facts = Facts(stated.title, stated.description, stated.article_body)
    page = walk(tree.body)
    table = rows(page, facts)
    texts = [segment.text for segment in page.segments]
    asked = [number for number, row in enumerate(table) if row is not None]
    summary = record.get("summary") or ""
    leads = label(texts, "\n".join(summary) if isinstance(summary, list) else summary)
    body = label(texts, record["text"])
    return Example(
        name, record, page, facts, np.array(asked, dtype=int), _matrix([row for row in table if row is not None]),
        np.array([body[number] for number in asked]), np.array([leads[number] for number in asked]),
        np.array([lead_candidate(table[number] or ()) for number in asked], dtype=bool),
    )  # fmt: skip


def _matrix(table: list[Row]) -> Array:
    """Numbers as they are, masks as one column a bit."""
    if not table:
        return np.zeros((0, len(NAMES)), np.float32)
    whole = np.array(table, dtype=np.float64)
    columns = [whole[:, : len(NUMBERS)]]
    for place, (_, bits) in enumerate(MASKS, start=len(NUMBERS)):
        mask = whole[:, place].astype(np.int64)
        columns.append((mask[:, None] >> np.arange(len(bits))) & 1)
    return np.hstack(columns).astype(np.float32)


def body_weights(example: Example) -> Array:
    """A block weighs what it matters to its page's F1; standfirsts are the other model's."""
    words = example.x[:, NUMBERS.index("words")]
    true = max(50.0, float(words[example.y >= 0.5].sum()))
    weights = 100 * (words + 4) / (true + 60)
    return np.where(example.lead >= 0.5, 0.0, weights)


def lead_labels(example: Example) -> tuple[Array, Array]:
    """Label and weight of each block for `lead`: known where the set names its standfirst (Fundus); elsewhere what
    stands in the true text is none, and what stands near the title outside of it is not asked."""
    labels = (example.lead >= 0.5) & example.candidate
    weights = example.candidate.astype(float)
    if example.name == "fundus":
        return labels, weights * (2.0 if example.record.get("summary") else 0.0)
    return labels, weights * (example.y >= 0.5) * 0.5


@dataclass(slots=True)
class Stack:
    """All examples' rows on top of each other."""

    x: Array
    y: Array
    weights: Array
    fold: Array

    @classmethod
    def of(cls, examples: list[Example], folds: list[int], model: str) -> "Stack":
        """The rows with labels and weights for one of the two models."""
        if model == "body":
            y = [example.y >= 0.5 for example in examples]
            weights = [body_weights(example) for example in examples]
        else:
            y, weights = map(list, zip(*map(lead_labels, examples), strict=True))
        fold = [np.full(len(example.asked), number) for example, number in zip(examples, folds, strict=True)]
        return cls(*map(np.concatenate, ([e.x for e in examples], y, weights, fold)))


def fold_of(example: Example, folds: int) -> int:
    """Pages of one site are in one fold."""
    return zlib.crc32(corpus.group(example.record).encode()) % folds


def fit(stack: Stack, model: str, chosen: Array, columns: list[int]) -> lgb.Booster:
    """A model of the chosen rows on the given columns."""
    chosen = chosen & (stack.weights > 0)
    data = lgb.Dataset(stack.x[chosen][:, columns], stack.y[chosen].astype(int), weight=stack.weights[chosen])
    return lgb.train(BODY if model == "body" else LEAD, data, ROUNDS[model])


def best_columns(stack: Stack, model: str, chosen: Array) -> list[int]:
    """The columns that carry the gain of a first model."""
    gain = fit(stack, model, chosen, list(range(len(NAMES)))).feature_importance("gain")
    return sorted(int(column) for column in np.argsort(-gain)[: KEPT_FEATURES[model]] if gain[column] > 0)


def cross_validate(examples: list[Example], folds: int) -> None:
    """Prints F1 per set and its spread over the folds, every page judged by models that never saw its site."""
    numbers = [fold_of(example, folds) for example in examples]
    chances: dict[str, Array] = {}
    for model in ("body", "lead"):
        stack = Stack.of(examples, numbers, model)
        chances[model] = np.zeros(len(stack.y))
        for fold in range(folds):
            train = stack.fold != fold
            columns = best_columns(stack, model, train)
            booster = fit(stack, model, train, columns)
            chances[model][~train] = booster.predict(stack.x[~train][:, columns], num_threads=1)
    ends = np.cumsum([len(example.asked) for example in examples])
    texts = [
        _texts(example, *(chances[model][end - len(example.asked) : end] for model in ("body", "lead")))
        for example, end in zip(examples, ends, strict=True)
    ]
    report(examples, texts, numbers)


def _texts(example: Example, body: Array, lead: Array) -> tuple[str, str]:
    """Lead and text of a page as the rules make them of these probabilities."""
    scores: list[float | None] = [None] * len(example.page.segments)
    leads = [0.0] * len(scores)
    for place, number in enumerate(example.asked):
        scores[number] = float(body[place])
        leads[number] = float(lead[place]) if example.candidate[place] else 0.0
    verdicts = judge(example.page, example.facts, scores, leads)
    pairs = list(zip(example.page.segments, verdicts, strict=True))
    return " ".join(s.text for s, v in pairs if v.lead), "\n".join(s.text for s, v in pairs if v.kept)


def report(examples: list[Example], texts: list[tuple[str, str]], folds: list[int]) -> None:
    """F1 per set as each set counts it (see benchmarks/extraction.py)."""
    for name in corpus.SETS:
        of_fold: dict[int, list[Any]] = {}
        for example, (lead, text), fold in zip(examples, texts, folds, strict=True):
            if example.name == name:
                predicted = f"{lead}\n{text}" if name == "fundus" else text
                of_fold.setdefault(fold, []).append(_measured(name, predicted, example.record["text"]))
        total = corpus.shingle_f1 if name == "scrapinghub" else mean
        each = [total(found) for _, found in sorted(of_fold.items())]
        everything = total([value for found in of_fold.values() for value in found])
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
    """Trains on everything and writes the package's data file."""
    models = {}
    for model in ("body", "lead"):
        stack = Stack.of(examples, [0] * len(examples), model)
        everything = np.ones(len(stack.y), dtype=bool)
        columns = best_columns(stack, model, everything)
        booster = fit(stack, model, everything, columns)
        trees = [_tree(tree["tree_structure"]) for tree in booster.dump_model()["tree_info"]]
        models[model] = {"features": [NAMES[column] for column in columns], "trees": trees}
    TARGET.write_text(json.dumps({"models": models}, separators=(",", ":")) + "\n", encoding="utf-8")
    print(f"wrote {TARGET} ({TARGET.stat().st_size / 1000:.0f} kB)")


def _tree(node: dict[str, Any]) -> Any:
    if "leaf_value" in node:
        return round(node["leaf_value"], 4)
    return [
        node["split_feature"],
        float(f"{node['threshold']:.6g}"),
        _tree(node["left_child"]),
        _tree(node["right_child"]),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cross-validate", action="store_true", help="print cross-validated F1")
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--write", action="store_true", help="train on all pages and write the model")
    options = parser.parse_args()
    examples = load()
    if options.cross_validate:
        cross_validate(examples, options.folds)
    if options.write:
        export(examples)


if __name__ == "__main__":
    main()
