"""Measures the lines that may be the title of scraped text, and chooses among them."""

from collections.abc import Sequence

import numpy as np

from aggregator.extraction.plain.line_features import Array, Columns, TextLines, likeness, run, run_places, shifted

_LOOKED_THROUGH = 200_000  # characters in which a line is looked for again
_MOST_LOOKED_FOR = 300  # candidates
_NEAR = 8  # lines
_NEARLY = 0.45  # of the odds of the likeliest line
_KICKER, _SHORTEST_HEADLINE = 4, 25  # words; characters
_SHORTEST, _LONGEST = 8, 300  # characters of a line that is looked for within others
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


def without_kicker(title: str) -> str:
    """Returns the title without the words over it, which the page sets apart by its looks and the text by a hyphen."""
    kicker, _, rest = title.partition(" - ")
    is_kicker = 0 < len(kicker.split()) <= _KICKER and len(rest) >= max(_SHORTEST_HEADLINE, len(kicker))
    return rest if is_kicker and " - " not in rest else title


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
        columns[f"value@{offset}"] = shifted(value, offset, -1.0) - value
    columns["best_near_before"] = _best_near(columns["of_best"][::-1])[::-1] - columns["of_best"]
    columns["best_near_after"] = _best_near(columns["of_best"]) - columns["of_best"]
    columns["found"] = _found(of, value)
    columns |= _within_others(of.texts)
    return columns


def choose(likely: Array, numbers: Array, least: float) -> int | None:
    """Returns the title's line among the candidates `numbers`, given how likely each is; None if none reaches
    `least`. What stands right below a line that is nearly as likely is the standfirst of that one."""
    if not len(numbers) or likely.max() < least:
        return None
    odds = likely / np.maximum(1.0 - likely, 1e-6)
    best = int(np.argmax(odds))
    is_below = best > 0 and numbers[best - 1] == numbers[best] - 1 and odds[best - 1] >= _NEARLY * odds[best]
    return int(numbers[best - is_below])


def _largest_before(values: Array) -> Array:
    """Returns the largest value of all lines that came before."""
    found: Array = np.concatenate(([0.0], np.maximum.accumulate(values)))[: len(values)]
    return found


def _best_near(values: Array) -> Array:
    """Returns the largest value among the next _NEAR lines."""
    found: Array = np.max([shifted(values, offset, 0.0) for offset in range(1, _NEAR + 1)], axis=0)
    return found


def _within_others(texts: Sequence[str]) -> Columns:
    """Returns of each line whether a longer one ends (or begins) with it, as the trail to a page ends with its title,
    and whether it ends (or begins) with a shorter one."""
    columns: Columns = {}
    for name, step in (("end", -1), ("start", 1)):
        turned = [text[:_LONGEST].lower()[::step] if len(text) <= _LONGEST else "" for text in texts]
        inner: set[str] = set()
        outer: set[str] = set()
        held: list[str] = []  # each begins with the one before
        for text in sorted(set(turned)):
            while held and not text.startswith(held[-1]):
                held.pop()
            if held:
                inner.add(held[-1])
                outer.add(text)
            if len(text) >= _SHORTEST:
                held.append(text)
        columns[f"is_{name}_of"] = np.array([text in inner for text in turned], np.float64)
        columns[f"has_{name}"] = np.array([text in outer for text in turned], np.float64)
    return columns


def _found(of: TextLines, value: Array) -> Array:
    """Returns how often the lines of some value stand on the page, also as a part of other lines: a title is
    repeated."""
    whole = "\n".join(of.texts)[:_LOOKED_THROUGH]
    found = np.zeros(len(value))
    for number in np.argsort(-value, kind="stable")[:_MOST_LOOKED_FOR]:
        if value[number] > 0:
            found[number] = min(9, whole.count(of.texts[number]))
    return found
