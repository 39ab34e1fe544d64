"""Measures the lines that may be the title of scraped text, and chooses among them."""

import numpy as np

from aggregator.extraction.plain.line_features import Array, Columns, TextLines, likeness, run, run_places, shifted

_LOOKED_THROUGH = 200_000  # characters in which a line is looked for again
_MOST_LOOKED_FOR = 300  # candidates
_OWN = tuple(
    "units words ends_stop ends_colon inner_stops commas digits uppers capitals common repeats any_related "
    "any_date any_social any_promo any_label any_comment first_byline signs around_any_date around_repeats "
    "from_start position same_first_word log@1 log@-1 log@2 ends_stop@1 any_date@1 any_date@-1 like_core "
    "question dense log_2 row prose quotes first_related digits@1 repeats@-1 repeats@1 around_like_core".split()
)


def candidates(of: TextLines) -> Array:
    """Returns numbers of the lines that are neither too short nor too long for a title, nor a paragraph."""
    paragraph = (of.units >= 80) & ((of.own["ends_stop"] > 0) & (of.own["question"] == 0) | (of.own["inner_stops"] > 1))
    return np.flatnonzero((of.units >= 12) & (of.units < 260) & ~paragraph)


def title_columns(of: TextLines, lines: Columns, chance: Array) -> Columns:
    """Returns features of every line as a title. `lines`: the columns of line_features.context; `chance`: of being
    body."""
    units = of.units
    body = run(np.minimum(units, 600.0) * (chance - 0.4))
    columns: Columns = {name: lines[name] for name in _OWN} | {"chance": chance}
    columns |= run_places("body", body, units)
    columns["like_body"] = likeness(of, np.where(body, chance, 0.0))
    fit = (units >= 20) & (units < 250) & (columns["body_after"] > 0) & (of.own["ends_stop"] == 0)
    value = np.where(fit, columns["like_body"] * np.minimum(units, 60.0), 0.0)
    best = float(value.max(initial=0.0)) + 1.0
    columns["value"], columns["of_best"] = value, value / best
    columns["best_ahead"] = _largest_before(value[::-1])[::-1] / best
    columns["best_before"] = _largest_before(value) / best
    for offset in (*range(-3, 0), *range(1, 6)):
        columns[f"chance@{offset}"] = shifted(chance, offset, -0.1)
        columns[f"of_best@{offset}"] = shifted(columns["of_best"], offset, -0.1)
    columns["found"] = _found(of, value)
    return columns


def choose(likely: Array, numbers: Array, least: float) -> int | None:
    """Returns the title's line among the candidates `numbers`, given how likely each is; None if none reaches
    `least`."""
    return int(numbers[np.argmax(likely)]) if len(numbers) and likely.max() >= least else None


def _largest_before(values: Array) -> Array:
    """Returns the largest value of all lines that came before."""
    found: Array = np.concatenate(([0.0], np.maximum.accumulate(values)))[: len(values)]
    return found


def _found(of: TextLines, value: Array) -> Array:
    """Returns how often the lines of some value stand on the page, also as a part of other lines: a title is
    repeated."""
    whole = "\n".join(of.texts)[:_LOOKED_THROUGH]
    found = np.zeros(len(value))
    for number in np.argsort(-value, kind="stable")[:_MOST_LOOKED_FOR]:
        if value[number] > 0:
            found[number] = min(9, whole.count(of.texts[number]))
    return found
