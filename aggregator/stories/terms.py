"""Weighs what a story is recognised by: the words that its articles open with, and the days that they name."""

from collections import Counter
from collections.abc import Mapping, Sequence, Set

from aggregator.text import fold
from aggregator.times import month_names

OPENING_WORDS = 300  # what comes later is background
TITLE_TIMES = 4  # that each word of the title counts
LEAD_WORDS = 50  # that count twice: what is new is said first
NUMBER_WEIGHT = 2.0  # how much more a number says than another word: two events of one kind differ in their numbers
SMALL_LETTERS = 4  # of a word that most texts have
SMALL_WEIGHT = 0.2  # before anything was read all words are rare, and two texts would be alike in these alone
_SATURATION = 8.0  # a word said so often has half the weight that saying it on and on would give


def _saturated(n: int) -> float:
    return n * (1.0 + _SATURATION) / (n + _SATURATION)


_OFTEN = [_saturated(n) for n in range(64)]
# Of the languages most news is written in, as they stand in dates. Other languages and short forms are left out: they
# are words too (Portuguese "set").
_MONTH_LANGUAGES = "en en-short de fr es pt it nl sv pl ru uk tr".split()
_MONTH = {fold(name): number for name, number in month_names(_MONTH_LANGUAGES).items()}
_DAY = {f"{n}{ending}": n for n in range(1, 32) for ending in ("", "st", "nd", "rd", "th")} | {
    f"0{n}": n for n in range(1, 10)
}
_YEAR = {str(year): year for year in range(1990, 2050)}
FIRST_YEAR = 1990  # smaller times are days: month * 32 + day


def weights(
    opening: list[int], title: list[int], term_of: Mapping[str, int], named: Set[str], small: int
) -> dict[int, float]:
    """Weighs each term of an opening and its title before it is known how common it is.

    `term_of`: the term of each of their words; `named`: the names and numbers of the text, which are never too short;
    `small`: letters of the short words, most of which are in every text.
    """
    said = Counter(opening)
    said.update([*opening[:LEAD_WORDS], *title * TITLE_TIMES])
    weighed = {t: _OFTEN[n] if n < len(_OFTEN) else _saturated(n) for t, n in said.items()}
    digits = {word for word in filter(str.isdigit, term_of) if len(word) > 1}  # a digit alone is anything
    short = {term for word, term in term_of.items() if len(word) <= small}
    for term in short.difference(map(term_of.__getitem__, digits | named & term_of.keys())):
        weighed[term] *= SMALL_WEIGHT
    for term in set(map(term_of.__getitem__, digits)):
        weighed[term] *= NUMBER_WEIGHT
    return weighed


def times(opening: Sequence[str]) -> tuple[int, ...]:
    """Returns the years and the days of the year that the words name: a year as it is, a day as month * 32 + day."""
    said = set(opening)
    found = {_YEAR[word] for word in _YEAR.keys() & said}
    days = said & _DAY.keys()
    for place in [place for place, word in enumerate(opening) if word in days] if days else ():
        near = (*opening[max(0, place - 1) : place], *opening[place + 1 : place + 2])
        month = next((_MONTH[fold(other)] for other in near if fold(other) in _MONTH), None)
        if month is None and place > 1 and opening[place - 1] == "月" and opening[place - 2].isdecimal():
            month = int(opening[place - 2][:2])  # 3月5日
        if month is not None and 1 <= month <= 12:
            found.add(month * 32 + _DAY[opening[place]])
    return tuple(sorted(found))
