"""Fits the weights of a choice among a page's candidates: a conditional logit.

Of the candidates of a page the one with the highest sum wins; fitted by gradient descent (Adam). Pages of one site are
never split between the pages that are learnt from and those that are scored.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]

_RATE, _DECAY, _FOLDS, _ROUNDS = 0.08, 0.003, 5, 3


@dataclass(frozen=True)
class Choice:
    """One page: what each candidate has, which of them are right, and how much the page counts."""

    name: str  # of its data set
    site: str
    rows: Sequence[Mapping[str, float]]
    right: Array
    weight: float = 1.0


def validated(choices: Sequence[Choice]) -> dict[str, float]:
    """Returns the share of right choices by cross-validation, for each data set."""
    scores: dict[str, list[bool]] = {}
    for seed in range(_ROUNDS):
        sites = sorted({choice.site for choice in choices})
        fold = dict(zip(sites, np.random.default_rng(seed).integers(0, _FOLDS, len(sites)), strict=True))
        for number in range(_FOLDS):
            weights = fitted([choice for choice in choices if fold[choice.site] != number])
            for choice in choices:
                if fold[choice.site] == number:
                    scores.setdefault(choice.name, []).append(is_right(choice, weights))
    return {name: float(np.mean(found)) for name, found in scores.items()}


def is_right(choice: Choice, weights: Mapping[str, float]) -> bool:
    """Returns True if the weights choose a right candidate of a page."""
    sums = [sum(weights.get(name, 0.0) * value for name, value in row.items()) for row in choice.rows]
    return bool(sums) and bool(choice.right[int(np.argmax(sums))])


def fitted(choices: Sequence[Choice], *, steps: int = 300) -> dict[str, float]:
    """Returns the weights that choose best, by name."""
    known = [choice for choice in choices if choice.right.any() and len(choice.right) > 1]
    names = sorted({name for choice in known for row in choice.rows for name in row})
    page = np.repeat(np.arange(len(known)), [len(choice.right) for choice in known])
    rows = np.array([[row.get(name, 0.0) for name in names] for choice in known for row in choice.rows])
    right = np.concatenate([choice.right for choice in known]).astype(float)
    share_of_page = np.array([choice.weight for choice in known])
    counts = (share_of_page / share_of_page.sum())[page]
    weights, first, second = (np.zeros(rows.shape[1]) for _ in range(3))
    for step in range(1, steps + 1):
        power = np.exp(np.clip(rows @ weights, -50, 50))
        share = power / np.bincount(page, power)[page]
        wanted = power * right / np.bincount(page, power * right)[page]
        slope = ((share - wanted) * counts) @ rows + _DECAY * weights
        first, second = 0.9 * first + 0.1 * slope, 0.99 * second + 0.01 * slope * slope
        weights = weights - _RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
    return {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)}
