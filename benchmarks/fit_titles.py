"""Fits the weights by which `aggregator.extraction.metadata.title` chooses among the titles that a page claims.

usage: python -m benchmarks.fit_titles        (prints the score by cross-validation, then the weights)

A conditional logit: of the candidates of a page the one with the highest sum wins; fitted by gradient descent (Adam)
on the pages whose linked data is no news, as news follows a rule of its own. Pages of one site are never split.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from aggregator.dom import parse
from aggregator.extraction.metadata.collect import site_names, title_claims
from aggregator.extraction.metadata.head import read_head
from aggregator.extraction.metadata.jsonld import claims
from aggregator.extraction.metadata.title import candidates, index_form, of_news, properties
from benchmarks.corpus import Record, group, pages

Array = np.ndarray[Any, Any]

_STEPS, _RATE, _DECAY, _FOLDS, _ROUNDS = 300, 0.08, 0.003, 5, 3


@dataclass(frozen=True)
class Choice:
    """One page: a row of properties (`names`) for each candidate, and which of them are right."""

    site: str
    names: tuple[str, ...]
    rows: Array
    right: Array


def main() -> None:
    choices = [choice for name in ("fundus", "wcxb") for record in pages(name) if (choice := _choice(record))]
    scores = [score for seed in range(_ROUNDS) for score in _validated(choices, seed)]
    weights = _fitted(choices)
    print(
        f"{len(choices)} pages; exact by cross-validation {np.mean(scores):.4f}, on all {_score(choices, weights):.4f}"
    )
    print({name: round(float(weight), 2) for name, weight in zip(choices[0].names, weights, strict=True)})


def _choice(record: Record) -> Choice | None:
    """What there is to choose on a page with a true title; None for news and pages that claim nothing."""
    url = record.get("url")
    tree = parse(record["html"])
    head = read_head(tree)
    linked = claims(head.scripts, url)
    sites = {index_form(name) for name in site_names(head, linked, url, tree)} - {""}
    found = candidates(title_claims(head, linked), sites)
    if not record.get("title") or not found or (linked.news and of_news(found)):
        return None
    right = [form == index_form(record["title"]) for form in found]
    rows = properties(found, url)
    return Choice(group(record), tuple(rows[0]), np.array([list(row.values()) for row in rows]), np.array(right))


def _validated(choices: list[Choice], seed: int) -> list[float]:
    sites = sorted({choice.site for choice in choices})
    fold = dict(zip(sites, np.random.default_rng(seed).integers(0, _FOLDS, len(sites)), strict=True))
    found = []
    for number in range(_FOLDS):
        weights = _fitted([choice for choice in choices if fold[choice.site] != number])
        found += [_score([choice], weights) for choice in choices if fold[choice.site] == number]
    return found


def _score(choices: list[Choice], weights: Array) -> float:
    return float(np.mean([choice.right[np.argmax(choice.rows @ weights)] for choice in choices]))


def _fitted(choices: list[Choice]) -> Array:
    known = [choice for choice in choices if choice.right.any() and len(choice.right) > 1]
    page = np.repeat(np.arange(len(known)), [len(choice.right) for choice in known])
    rows = np.concatenate([choice.rows for choice in known])
    right = np.concatenate([choice.right for choice in known]).astype(float)
    weights, first, second = (np.zeros(rows.shape[1]) for _ in range(3))
    for step in range(1, _STEPS + 1):
        power = np.exp(np.clip(rows @ weights, -50, 50))
        share = power / np.bincount(page, power)[page]
        wanted = power * right / np.bincount(page, power * right)[page]
        slope = (share - wanted) @ rows / len(known) + _DECAY * weights
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope * slope
        weights = weights - _RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return weights


if __name__ == "__main__":
    main()
