"""Boosted symmetric trees: trained by CatBoost, written in the form that aggregator.extraction.trees reads.

Deterministic: fixed seed, fixed number of threads.
"""

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from catboost import CatBoostClassifier, Pool

Array = np.ndarray[Any, Any]


def fit(x: Array, y: Array, weights: Array, **settings: Any) -> CatBoostClassifier:
    """A model of the probability of `y` (0 or 1, or a share between)."""
    sizes = {"iterations": 300, "depth": 6, "learning_rate": 0.08, "l2_leaf_reg": 5.0, "border_count": 64}
    quiet = {"verbose": 0, "allow_writing_files": False}
    options = sizes | quiet | {"random_seed": 1, "thread_count": 2, "loss_function": "Logloss"} | settings
    model = CatBoostClassifier(**options)
    model.fit(Pool(x, y, weight=weights))
    return model


def probabilities(model: CatBoostClassifier, x: Array) -> Array:
    """One probability a row."""
    found: Array = model.predict_proba(x)[:, 1]
    return found


def write(model: CatBoostClassifier, names: Sequence[str], path: Path) -> None:
    """The model as the package's data file; columns that no tree asks of are left out."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "model.json"
        model.save_model(str(source), format="json")
        data = json.loads(source.read_text(encoding="utf-8"))
    depth = max(len(tree["splits"] or ()) for tree in data["oblivious_trees"])
    columns, borders, leaves = [], [], []
    for tree in data["oblivious_trees"]:
        splits = tree["splits"] or []
        columns += [split["float_feature_index"] for split in splits] + [0] * (depth - len(splits))
        borders += [split["border"] for split in splits] + [np.inf] * (depth - len(splits))
        leaves.append(tree["leaf_values"] + [0.0] * ((1 << depth) - len(tree["leaf_values"])))
    used = sorted(set(columns))
    place = {column: number for number, column in enumerate(used)}
    np.savez_compressed(
        path,
        names=np.array([names[column] for column in used]),
        columns=np.array([place[c] for c in columns], np.int16),
        borders=np.array(borders, np.float32),
        leaves=np.array(leaves, np.float32) * data["scale_and_bias"][0],
        bias=np.float32(data["scale_and_bias"][1][0]),
    )
