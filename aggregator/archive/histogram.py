"""Counts the matches of a search over time."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from aggregator.archive.search import Search, asking
from aggregator.store.engine import Store
from aggregator.store.searching import search_articles

Unit = Literal["day", "month", "year"]
_MOST_DAYS, _MOST_MONTHS = 62, 60  # that are shown; of a longer time months, of a much longer one years
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Bin:
    """The matches of a day, month or year; `start` is its first day, in UTC."""

    start: date
    articles: int


@dataclass(frozen=True, slots=True)
class Histogram:
    """The matches over time, without gaps: a bin in which nothing matches is there with 0. `is_exact`: False where some
    matches stand for all."""

    unit: Unit
    bins: tuple[Bin, ...]
    is_exact: bool = True


def histogram(store: Store, asked: Search, most: int | None = None) -> Histogram:
    """Counts all that matches, by the time articles are listed by; of words that more than `most` articles have, about
    so many stand for all. Sorting, limit, offset and folding play no part. Raises QueryError, StoreError, UsageError
    for an unknown feed."""
    with asking(store, asked) as (conn, query):
        found, is_exact = search_articles.per_day(conn, query, asked.filters, most)
    days = [(_EPOCH + timedelta(day), number) for day, number in found]
    if not days:
        return Histogram("day", ())
    unit = _unit(days[0][0], days[-1][0])
    counts = Counter[date]()
    for day, number in days:
        counts[_start(day, unit)] += number
    return Histogram(unit, tuple(Bin(start, counts[start]) for start in _starts(counts, unit)), is_exact)


def _unit(first: date, last: date) -> Unit:
    if (last - first).days < _MOST_DAYS:
        return "day"
    return "month" if 12 * (last.year - first.year) + last.month - first.month < _MOST_MONTHS else "year"


def _start(day: date, unit: Unit) -> date:
    return day if unit == "day" else day.replace(day=1) if unit == "month" else day.replace(month=1, day=1)


def _starts(counts: Iterable[date], unit: Unit) -> Iterator[date]:
    """Yields the first days of all bins from the first to the last that counts something."""
    start, last = min(counts), max(counts)
    while start <= last:
        yield start
        start = _start(start + timedelta({"day": 1, "month": 31, "year": 366}[unit]), unit)
