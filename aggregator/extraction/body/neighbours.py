"""Tells how the first model judged what is around each block: the features that the second model sees beside the
block's own.

A paragraph among sure paragraphs is one, whatever its names say; a sentence in a box of links is a teaser. The first
model cannot see that, as it judges each block alone.
"""

from typing import Any

import numpy as np

from aggregator.extraction.body.blocks import Element, PageTree
from aggregator.extraction.body.position import Columns, PageArrays, neighbour

Array = np.ndarray[Any, Any]

_REACH = (1, 2, 3, 4)  # blocks on either side whose first probability is a column
_KEPT = 0.5
_MAX_CHARS, _MAX_BLOCKS = 3000.0, 40.0
_RUN_GAP = 6  # dropped blocks that end a run


def surroundings(tree: PageArrays, first: Array) -> Columns:
    """Returns the features that say how the first model judged what is around. `first`: its probability of each block
    (0 if it was not asked)."""
    chars, size = tree.chars, tree.size
    mass = chars * first
    total = max(1.0, float(mass.sum()))
    parent = tree.parent[tree.element]
    grand = tree.parent[parent]
    great = tree.parent[grand]
    held, held_chars = tree.sum_within(mass), np.maximum(tree.total_chars, 1.0)
    share = held / held_chars
    groups = tree.groups
    group_mass, group_chars = np.bincount(groups, mass), np.maximum(np.bincount(groups, chars), 1.0)
    group_best = np.zeros(len(group_mass))
    np.maximum.at(group_best, groups, first)
    since_blocks, since_chars, since_dropped = _since_kept(first, chars)
    until_blocks, until_chars, _ = (found[::-1] for found in _since_kept(first[::-1], chars[::-1]))
    run = _runs(first, mass)
    before = mass.cumsum() - mass
    return {
        "first": first,
        **{f"first_before_{by}": neighbour(first, -by) for by in _REACH},
        **{f"first_after_{by}": neighbour(first, by) for by in _REACH},
        "near": _mean(mass, chars, 3),
        "wide": _mean(mass, chars, 10),
        "mass_before": before / total,
        "mass_after": (mass.sum() - before - mass) / total,
        "kept_share": np.full(size, mass.sum() / max(1.0, float(chars.sum()))),
        "in_parent": share[parent],
        "in_grand": share[grand],
        "in_great": share[great],
        "others_in_parent": (held[parent] - mass) / np.maximum(held_chars[parent] - chars, 1.0),
        "in_group": (group_mass / group_chars)[groups],
        "others_in_group": (group_mass[groups] - mass) / np.maximum(group_chars[groups] - chars, 1.0),
        "blocks_since_kept": since_blocks,
        "blocks_until_kept": until_blocks,
        "chars_since_kept": since_chars,
        "chars_until_kept": until_chars,
        "run_mass": run,
        "run_share": run / total,
        "page_mass": np.full(size, total),
        "parent_mass_share": held[parent] / total,
        "grand_mass_share": held[grand] / total,
        "same_branch": _levels_to_mass(tree.page, held),
        "best_in_group": group_best[groups],
        "dropped_since_kept": since_dropped,
    }


def _mean(mass: Array, chars: Array, reach: int) -> Array:
    """Returns the mean probability of the neighbours within reach, by length, without the block itself."""
    held, length = np.concatenate(([0.0], mass.cumsum())), np.concatenate(([0.0], chars.cumsum()))
    number = np.arange(len(mass))
    low, high = np.maximum(number - reach, 0), np.minimum(number + reach + 1, len(mass))
    result: Array = (held[high] - held[low] - mass) / np.maximum(length[high] - length[low] - chars, 1.0)
    return result


def _since_kept(first: Array, chars: Array) -> tuple[Array, Array, Array]:
    """Returns blocks, characters, and chars that are surely dropped, since the last block that was kept."""
    number = np.arange(len(first))
    kept = first >= _KEPT
    last = np.concatenate(([-1], np.maximum.accumulate(np.where(kept, number, -1))[:-1]))
    ends = np.concatenate(([0.0], chars.cumsum()))
    blocks = np.where(last < 0, _MAX_BLOCKS, np.minimum(number - last - 1, _MAX_BLOCKS))
    gap = np.where(last < 0, _MAX_CHARS, np.minimum(ends[:-1] - ends[last + 1], _MAX_CHARS))
    dropped = np.concatenate(([0.0], np.where(first < 0.1, chars, 0.0).cumsum()))
    lost = np.where(last < 0, _MAX_CHARS, np.minimum(dropped[:-1] - dropped[last + 1], _MAX_CHARS))
    return blocks, gap, lost


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
