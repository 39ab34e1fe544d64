"""What the first verdicts say of each block's surroundings: the columns that the second model adds to the block's own.

A paragraph among sure paragraphs is one, whatever its names say; a sentence in a box of links is a teaser. The first
model cannot see that, as it judges each block alone.
"""

from typing import Any

import numpy as np

from aggregator.extraction.body.blocks import Page
from aggregator.extraction.body.position import Places, neighbour

Array = np.ndarray[Any, Any]

_REACH = (1, 2, 3, 4)
NAMES = (
    "first", *(f"first_before_{by}" for by in _REACH), *(f"first_after_{by}" for by in _REACH), "near", "wide", "mass_before", "mass_after",
    "kept_share", "in_parent", "in_grand", "in_great", "others_in_parent", "in_group", "others_in_group", "blocks_since_kept", "blocks_until_kept",
    "chars_since_kept", "chars_until_kept", "run_mass", "run_share", "page_mass", "parent_mass_share", "grand_mass_share", "same_branch",
    "best_in_group", "dropped_since_kept",
)  # fmt: skip
_KEPT = 0.5
_FAR_CHARS, _FAR_BLOCKS = 3000.0, 40.0
_RUN_GAP = 6  # dropped blocks that end a run


def surroundings(page: Page, around: Places, chars: Array, first: Array) -> Array:
    """One row a block: columns NAMES. `chars` and `first`: length and first probability of each block (0 if not asked)."""
    mass = chars * first
    total = max(1.0, float(mass.sum()))
    parent = around.parent[around.element]
    grand = around.parent[parent]
    great = around.parent[grand]
    held, held_chars = _within(page, mass), np.maximum(_within(page, chars), 1.0)
    groups = around.groups
    group_mass, group_chars = np.bincount(groups, mass), np.maximum(np.bincount(groups, chars), 1.0)
    group_best = np.zeros(len(group_mass))
    np.maximum.at(group_best, groups, first)
    since_blocks, since_chars, since_dropped = _since_kept(first, chars)
    until_blocks, until_chars, _ = (found[::-1] for found in _since_kept(first[::-1], chars[::-1]))
    run = _runs(first, mass)
    before = mass.cumsum() - mass
    columns = (
        first, *(neighbour(first, -by) for by in _REACH), *(neighbour(first, by) for by in _REACH), _mean(mass, chars, 3), _mean(mass, chars, 10),
        before / total, (mass.sum() - before - mass) / total, np.full(len(first), mass.sum() / max(1.0, float(chars.sum()))),
        (held / held_chars)[parent], (held / held_chars)[grand], (held / held_chars)[great],
        (held[parent] - mass) / np.maximum(held_chars[parent] - chars, 1.0), (group_mass / group_chars)[groups],
        (group_mass[groups] - mass) / np.maximum(group_chars[groups] - chars, 1.0), since_blocks, until_blocks, since_chars, until_chars,
        run, run / total, np.full(len(first), total), held[parent] / total, held[grand] / total, _branch(page, around, mass),
        group_best[groups], since_dropped,
    )  # fmt: skip
    return np.stack(columns, axis=1).astype(np.float32)


def _within(page: Page, values: Array) -> Array:
    running = np.concatenate(([0.0], values.cumsum()))
    first = np.array([element.first for element in page.elements], np.intp)
    last = first + np.array([element.blocks for element in page.elements], np.intp)
    result: Array = running[last] - running[first]
    return result


def _mean(mass: Array, chars: Array, reach: int) -> Array:
    """The mean probability of the neighbours within reach, by length, without the block itself."""
    held, length = np.concatenate(([0.0], mass.cumsum())), np.concatenate(([0.0], chars.cumsum()))
    number = np.arange(len(mass))
    low, high = np.maximum(number - reach, 0), np.minimum(number + reach + 1, len(mass))
    result: Array = (held[high] - held[low] - mass) / np.maximum(length[high] - length[low] - chars, 1.0)
    return result


def _since_kept(first: Array, chars: Array) -> tuple[Array, Array, Array]:
    """Blocks, characters, and chars that are surely dropped, since the last block that was kept."""
    number = np.arange(len(first))
    kept = first >= _KEPT
    last = np.concatenate(([-1], np.maximum.accumulate(np.where(kept, number, -1))[:-1]))
    ends = np.concatenate(([0.0], chars.cumsum()))
    blocks = np.where(last < 0, _FAR_BLOCKS, np.minimum(number - last - 1, _FAR_BLOCKS))
    gap = np.where(last < 0, _FAR_CHARS, np.minimum(ends[:-1] - ends[last + 1], _FAR_CHARS))
    dropped = np.concatenate(([0.0], np.where(first < 0.1, chars, 0.0).cumsum()))
    lost = np.where(last < 0, _FAR_CHARS, np.minimum(dropped[:-1] - dropped[last + 1], _FAR_CHARS))
    return blocks, gap, lost


def _runs(first: Array, mass: Array) -> Array:
    """The mass of the run of kept blocks that each block is in, or nearest after; runs end at a gap of dropped blocks."""
    if not len(first):
        return mass
    number = np.arange(len(first))
    last = np.maximum.accumulate(np.where(first >= _KEPT, number, -_RUN_GAP - 1))
    starts = (first >= _KEPT) & (number - np.concatenate(([-_RUN_GAP - 1], last[:-1])) > _RUN_GAP)
    run = starts.cumsum()
    result: Array = np.bincount(run, mass)[run]
    return result


def _branch(page: Page, around: Places, mass: Array) -> Array:
    """Of each block the share of the page's mass in the smallest element that holds at least half of it and the block."""
    held = _within(page, mass)
    total = max(1.0, float(held[0]) if len(held) else 1.0)
    best = np.flatnonzero(held >= 0.5 * total)
    deepest = page.elements[int(best[-1])] if len(best) else page.root  # the last in document order is the deepest
    depth = np.zeros(len(mass))
    element, level = deepest, 0.0
    path = []
    while element is not None:
        path.append((element, level))
        level += 1.0
        if element.parent is None:
            break
        element = element.parent
    for above, steps in reversed(path):
        depth[above.first : above.first + above.blocks] = steps
    return depth
