"""Reads boosted symmetric trees from a data file of the package, and evaluates them for all rows at once.

Every tree asks the same question of all its nodes on a level, so a tree of depth d is d comparisons and one look-up in
a table of 2**d leaves; numpy does that for all trees and rows in a few calls. Many trees ask the same: each question is
answered once.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Floats = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """Holds a model. Question n: is column `columns[n]` greater than `borders[n]`? `asked[level]` are the questions of
    the trees on that level, of which the answers are the bits of the number of a leaf; `leaves`: those of all trees,
    one tree after the other, `starts`: where each tree's begin."""

    names: tuple[str, ...]
    columns: Array
    borders: Array
    asked: Array
    leaves: Array
    starts: Array
    bias: float

    def probabilities(self, columns: Floats) -> Floats:
        """Returns one probability for each row of numbers, given as `columns`: one line for each of `names`."""
        answers = (columns.take(self.columns, axis=0) > self.borders).view(np.uint8)
        leaf = np.zeros((len(self.starts), columns.shape[1]), np.uint8)
        for questions in self.asked[::-1]:
            leaf += leaf
            leaf |= answers.take(questions, axis=0)
        log_odds = self.leaves.take(leaf + self.starts).sum(axis=0) + self.bias
        result: Floats = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -30.0, 30.0)))
        return result


@lru_cache(maxsize=8)
def trees(name: str) -> Trees:
    """Returns the model in `name`.npz, a file of `aggregator.extraction`: `body/blocks`, `plain/lines`. Its trees have
    at most 256 leaves."""
    with as_file(files("aggregator.extraction").joinpath(f"{name}.npz")) as path, np.load(path) as data:
        pairs = np.stack((data["columns"].astype(np.float64), data["borders"].astype(np.float64)))
        (columns, borders), asked = np.unique(pairs, axis=1, return_inverse=True)
        leaves = data["leaves"].astype(np.float32)
        count, size = leaves.shape
        depth = size.bit_length() - 1
        return Trees(
            tuple(data["names"].tolist()), columns.astype(np.intp), borders.astype(np.float32)[:, None],
            np.ascontiguousarray(asked.reshape(count, depth).T), leaves.ravel(),
            (np.arange(count, dtype=np.intp) * size)[:, None], float(data["bias"]),
        )  # fmt: skip
