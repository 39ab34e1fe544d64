"""Tells how the first model judged what is around each block: the features that the second model sees beside the
block's own.

A paragraph among sure paragraphs is one, whatever its names say; a sentence in a box of links is a teaser. The first
model cannot see that, as it judges each block alone.
"""

from typing import Any

import numpy as np

from aggregator.extraction.body.blocks import Element, PageTree
from aggregator.extraction.body.position import Columns, PageArrays, running, windows

Array = np.ndarray[Any, Any]

_REACH = 4  # blocks on either side whose first probability is a column
_KEPT, _DROPPED = 0.5, 0.1
_MAX_CHARS, _MAX_BLOCKS = 3000.0, 40.0
_RUN_GAP = 6  # dropped blocks that end a run


def surroundings(tree: PageArrays, first: Array) -> Columns:
    """Returns the features that say how the first model judged what is around. `first`: its probability of each block
    (0 if it was not asked)."""
    chars, size = tree.chars, tree.size
    mass = chars * first
    sums = running((mass, np.where(first < _DROPPED, chars, 0.0)))
    page_mass, page_chars = float(sums[0, -1]), float(tree.sums[0, -1])
    total = max(1.0, page_mass)
    held, held_chars = tree.within(sums[0]), np.maximum(tree.totals[0], 1.0)
    parent, grand, great = tree.up
    share = held / held_chars
    groups = tree.groups
    group_mass, group_chars = np.bincount(groups, mass), np.maximum(np.bincount(groups, chars), 1.0)
    group_best = np.zeros(len(group_mass))
    np.maximum.at(group_best, groups, first)
    run = _runs(first, mass)
    before = sums[0, :-1]
    padded = np.zeros(size + 2 * _REACH)
    padded[_REACH : _REACH + size] = first
    return {
        "first": first,
        **{f"first_before_{by}": padded[_REACH - by : _REACH - by + size] for by in range(1, _REACH + 1)},
        **{f"first_after_{by}": padded[_REACH + by : _REACH + by + size] for by in range(1, _REACH + 1)},
        "near": _mean(tree, mass, sums, 3),
        "wide": _mean(tree, mass, sums, 10),
        "mass_before": before / total,
        "mass_after": (page_mass - before - mass) / total,
        "kept_share": np.full(size, page_mass / max(1.0, page_chars)),
        "in_parent": share[parent],
        "in_grand": share[grand],
        "in_great": share[great],
        "others_in_parent": (held[parent] - mass) / np.maximum(held_chars[parent] - chars, 1.0),
        "in_group": (group_mass / group_chars)[groups],
        "others_in_group": (group_mass[groups] - mass) / np.maximum(group_chars[groups] - chars, 1.0),
        **_to_kept(first, tree.sums[0], sums[1]),
        "run_mass": run,
        "run_share": run / total,
        "page_mass": np.full(size, total),
        "parent_mass_share": held[parent] / total,
        "grand_mass_share": held[grand] / total,
        "same_branch": _levels_to_mass(tree.page, held),
        "best_in_group": group_best[groups],
    }


def _mean(tree: PageArrays, mass: Array, sums: Array, reach: int) -> Array:
    """Returns the mean probability of the neighbours within reach, by length, without the block itself. `sums`: running
    sums, the first of mass."""
    result: Array = (windows(sums[0], reach) - mass) / np.maximum(windows(tree.sums[0], reach) - tree.chars, 1.0)
    return result


def _to_kept(first: Array, sums: Array, dropped: Array) -> Columns:
    """Returns blocks and characters back to the last block before each that was kept, and on to the next after it.
    `sums`, `dropped`: running sums of all characters, and of those that are surely dropped."""
    size = len(first)
    number = np.arange(size)
    kept = first >= _KEPT
    last, following = np.full(size + 1, -1), np.full(size + 1, size)
    np.maximum.accumulate(np.where(kept, number, -1), out=last[1:])
    np.minimum.accumulate(np.where(kept, number, size)[::-1], out=following[-2::-1])
    last, following = last[:-1], following[1:]
    none_before, none_after = last < 0, following == size
    since, until = number - last - 1, following - number - 1
    chars_since, chars_until = sums[:-1] - sums[last + 1], sums[following] - sums[1:]
    dropped_since = dropped[:-1] - dropped[last + 1]
    return {
        "blocks_since_kept": np.where(none_before, _MAX_BLOCKS, np.minimum(since, _MAX_BLOCKS)),
        "blocks_until_kept": np.where(none_after, _MAX_BLOCKS, np.minimum(until, _MAX_BLOCKS)),
        "chars_since_kept": np.where(none_before, _MAX_CHARS, np.minimum(chars_since, _MAX_CHARS)),
        "chars_until_kept": np.where(none_after, _MAX_CHARS, np.minimum(chars_until, _MAX_CHARS)),
        "dropped_since_kept": np.where(none_before, _MAX_CHARS, np.minimum(dropped_since, _MAX_CHARS)),
    }


def _runs(first: Array, mass: Array) -> Array:
    """Returns the mass of the run of kept blocks that each block is in, or nearest after; runs end at a gap of dropped
    blocks."""
    number = np.arange(len(first))
    last = np.maximum.accumulate(np.where(first >= _KEPT, number, -_RUN_GAP - 1))
    starts = (first >= _KEPT) & (number - np.concatenate(([-_RUN_GAP - 1], last[:-1])) > _RUN_GAP)
    run = starts.cumsum()
    result: Array = np.bincount(run, mass)[run]
    return result


def _levels_to_mass(page: PageTree, held: Array) -> Array:
    """Returns how many levels above the deepest element that holds half of the page's mass one must go to reach each
    block.

    `held`: the mass within each element.
    """
    best = np.flatnonzero(held >= 0.5 * max(1.0, float(held[0])))
    element: Element | None = page.elements[int(best[-1])] if len(best) else page.root  # the last is the deepest
    above: list[Element] = []
    while element is not None:
        above.append(element)
        element = element.parent
    levels = np.zeros(len(page.segments))
    for level in range(len(above) - 1, -1, -1):
        levels[above[level].first : above[level].first + above[level].blocks] = level
    return levels
