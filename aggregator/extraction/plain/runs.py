"""Finds runs of consecutive lines that read like the article, and measures each.

A page has several: the article itself, often in pieces, then teasers, another article, comments, legal text. Which of
them belong to the article shows in their likeness to the heaviest run and to the title, and in what lies between.
"""

import numpy as np

from aggregator.extraction.plain.line_features import KINDS, Array, Columns, TextLines, likeness

_MAX_UNITS = 600.0  # of a line that count
_MAX_DISTANCE = 60.0  # lines
_MEANS = (
    *"chance like_main like_chosen like_title like_others ends_stop common quotes digits capitals repeats".split(),
    *"like_core since_related since_comment since_promo inner_stops prose".split(),
    *(kind for kind in KINDS if kind.startswith("any_")),
)
_FIRSTS = tuple(
    "units common quotes digits capitals repeats since_related since_comment since_promo any_date any_bio "
    "any_credit any_note any_promo any_you first_related first_note first_credit".split()
)
_BESIDE = tuple(
    "units chance digits capitals repeats ends_colon any_date any_related any_comment any_promo any_social "
    "any_bio any_label first_related".split()
)


def runs(chance: Array) -> Array:
    """Returns rows (first line, line after the last) of the lines more likely the article's than not, in runs."""
    likely = np.concatenate(([False], chance >= 0.5, [False]))
    return np.flatnonzero(likely[1:] != likely[:-1]).reshape(-1, 2)


def run_columns(of: TextLines, lines: Columns, chance: Array, title: int | None, spans: Array) -> Columns:
    """Returns features, one row a run. `lines`: the columns of line_features.context; `title`: the number of the
    title's line."""
    first, after = spans[:, 0], spans[:, 1]
    units = np.minimum(of.units, _MAX_UNITS)
    mass = _sums(units * chance, spans)
    main = int(np.argmax(mass))
    known = lines | _likenesses(of, chance, title, spans, main)
    weight = _sums(units, spans)
    columns = {f"mean_{name}": _sums(known[name] * units, spans) / weight for name in _MEANS}
    columns |= {f"first_{name}": known[name][first] for name in _FIRSTS}
    columns |= {f"before_{name}": np.where(first > 0, known[name][first - 1], -1.0) for name in _BESIDE}
    following = np.minimum(after, len(units) - 1)
    columns |= {f"next_{name}": np.where(after < len(units), known[name][following], -1.0) for name in _BESIDE}
    columns["best_like_title"] = np.maximum.reduceat(np.append(known["like_title"], 0.0), spans.ravel())[::2]
    columns["log_units"] = np.log1p(weight / (after - first))
    columns["log_units_of_main"] = columns["log_units"] - columns["log_units"][main]
    columns["common_of_main"] = columns["mean_common"] - columns["mean_common"][main]
    columns |= _shares(mass, main)
    columns |= _distances(spans, main, title, units, chance)
    return columns


def _sums(values: Array, spans: Array) -> Array:
    total = np.concatenate(([0.0], np.cumsum(values)))
    found: Array = total[spans[:, 1]] - total[spans[:, 0]]
    return found


def _likenesses(of: TextLines, chance: Array, title: int | None, spans: Array, main: int) -> Columns:
    place = np.arange(len(chance))
    only = (place == title).astype(np.float64) if title is not None else np.zeros(len(chance))
    inside = ((place >= spans[main, 0]) & (place < spans[main, 1])).astype(np.float64)
    chosen = (chance >= 0.5).astype(np.float64)
    return {
        "chance": chance,
        "like_title": likeness(of, only),
        "like_main": likeness(of, inside),
        "like_chosen": likeness(of, chosen),
        "like_others": _like_others(of, chosen, spans),
    }


def _like_others(of: TextLines, chosen: Array, spans: Array) -> Array:
    """Returns the share of each line's content words that stand in other runs than its own."""
    size = len(of.texts)
    run = np.searchsorted(spans[:, 0], np.arange(size), side="right")
    keys = run[of.pair_line] * np.intp(len(of.rarity) + 1) + of.pair_word
    _, own = np.unique(keys, return_inverse=True)
    weight = chosen[of.pair_line]
    elsewhere = (
        np.bincount(of.pair_word, weight, minlength=len(of.rarity))[of.pair_word] - np.bincount(own, weight)[own]
    )
    rarity = of.rarity[of.pair_word]
    shared = np.bincount(of.pair_line, rarity * np.clip(elsewhere, 0.0, 1.0), minlength=size)
    every = np.bincount(of.pair_line, rarity, minlength=size)
    found: Array = (shared + 0.1) / (every + 1.0)
    return found


def _shares(mass: Array, main: int) -> Columns:
    whole = mass.sum()
    before = np.cumsum(mass) - mass
    after = whole - before - mass
    place = np.arange(len(mass))
    largest = np.maximum.accumulate(mass)
    return {
        "mass": np.log1p(mass),
        "share": mass / whole,
        "share_before": before / whole,
        "share_after": after / whole,
        "mass_before": np.log1p(before),
        "mass_after": np.log1p(np.maximum(0.0, after)),
        "whole": np.full(len(mass), np.log1p(whole)),
        "main_share": np.full(len(mass), mass[main] / whole),
        "largest_before": np.log1p(np.concatenate(([0.0], largest[:-1]))) - np.log1p(mass),
        "order": place.astype(np.float64),
        "order_from_end": len(mass) - place.astype(np.float64),
        "order_from_main": place.astype(np.float64) - main,
    }


def _distances(spans: Array, main: int, title: int | None, units: Array, chance: Array) -> Columns:
    first, after = spans[:, 0], spans[:, 1]
    size = len(units)
    passed = np.concatenate(([0.0], np.cumsum(units)))
    refused = np.concatenate(([0.0], np.cumsum(units * (1 - chance))))
    previous = np.concatenate(([0], after[:-1]))
    following = np.concatenate((first[1:], [size]))
    behind = passed[first] - passed[after[main]]
    ahead = passed[first[main]] - passed[after]
    from_title = np.full(len(spans), -99.0) if title is None else np.clip(first - title, -_MAX_DISTANCE, _MAX_DISTANCE)
    return {
        "lines": (after - first).astype(np.float64),
        "all_lines": np.full(len(spans), np.log1p(size)),
        "position": first / size,
        "gap_before": np.minimum(_MAX_DISTANCE, first - previous),
        "gap_after": np.minimum(_MAX_DISTANCE, following - after),
        "refused_before": np.log1p(np.maximum(0.0, refused[first] - refused[previous])),
        "refused_after": np.log1p(np.maximum(0.0, refused[following] - refused[after])),
        "from_main": np.clip(
            np.maximum(0, first - after[main]) - np.maximum(0, first[main] - after), -_MAX_DISTANCE, _MAX_DISTANCE
        ),
        "units_from_main": np.log1p(np.maximum(0.0, behind)) - np.log1p(np.maximum(0.0, ahead)),
        "from_title": from_title,
        "main_from_title": np.full(len(spans), from_title[main]),
    }
