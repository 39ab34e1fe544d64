"""Reads boosted symmetric trees from a data file of the package, and evaluates them for all rows at once.

Every tree asks the same question of all its nodes on a level, so a tree of depth d is d comparisons and one look-up in
a table of 2**d leaves; numpy does that for all trees and rows in a few calls.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import as_file, files
from typing import Any

import numpy as np

Floats = np.ndarray[Any, np.dtype[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Trees:
    """`columns[t * d + level]` is compared with `borders[...]` (greater: the bit is 1); `leaves` is (trees, 2**d)."""

    names: tuple[str, ...]
    columns: np.ndarray[Any, Any]
    borders: np.ndarray[Any, Any]
    leaves: np.ndarray[Any, Any]
    bias: float

    def probabilities(self, rows: Floats) -> Floats:
        """Returns one probability a row of `rows`, whose columns are those of `names`."""
        trees, size = self.leaves.shape
        depth = size.bit_length() - 1
        above = (rows.T[self.columns] > self.borders[:, None]).reshape(trees, depth, len(rows))
        leaf = np.zeros((trees, len(rows)), np.intp)
        for level in range(depth):
            leaf += above[:, level].astype(np.intp) << level
        leaf += (np.arange(trees, dtype=np.intp) * size)[:, None]
        log_odds = self.leaves.ravel()[leaf].sum(axis=0) + self.bias
        result: Floats = 1.0 / (1.0 + np.exp(-np.clip(log_odds, -30.0, 30.0)))
        return result


@lru_cache(maxsize=8)
def trees(name: str) -> Trees:
    """Returns the model in `name`.npz, a file of `aggregator.extraction`: `body/blocks`, `plain/lines`."""
    with as_file(files("aggregator.extraction").joinpath(f"{name}.npz")) as path, np.load(path) as data:
        return Trees(
            tuple(data["names"].tolist()), data["columns"].astype(np.intp), data["borders"].astype(np.float32),
            data["leaves"].astype(np.float32), float(data["bias"]),
        )  # fmt: skip
