"""Learns a feed's own rhythm from each document, small enough to be kept in the feed's row, and forecasts by it.

An entry counts from when a poll could first have seen it: its publication, but not before the last poll that did not
list it, so that dates without a time of day or before the true one teach nothing wrong.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from itertools import accumulate, pairwise
from math import inf
from statistics import median
from typing import Any

from aggregator.times import DAY, HOUR, WEEK

_FIRST_MONDAY = 4 * DAY  # 1970-01-05
MAX_TIMES = 24  # of entries: enough for the rate of the last hours and of the last weeks
_COUNTS_HALVED_AFTER = 4 * WEEK  # so that new habits show
_HOURS_KNOWN_AFTER, _DAYS_KNOWN_AFTER = 2 * DAY, 14 * DAY  # before, a feed's hours and weekdays say nothing
_MAX_COUNTED_AN_HOUR = 3  # entries: a burst is no habit
_PRIOR_HOURS, _PRIOR_DAYS = 8.0, 14.0  # entries: the weight of the guess that all hours (days) are alike
_PRIOR_HOURS_IN_DAYS = 5.0  # days' entries: the same, for what comes in bursts
_LATEST_ENTRIES, _LATEST_WEIGHT = 3, 1 / 3  # a burst and a silence show in the last few entries
_CLOCK_GAPS, _CLOCK_DEVIATION = 6, 0.05  # so many gaps in a row that differ by so little are a clock's
_TURNOVER_SHARE = 0.75  # of the window
_MIN_PACE_ENTRIES = 4  # whose pace says something
_SAFE_SHARE = 0.7  # of the fastest turnover of a feed's window: the next one may be faster
_MAX_HOUR_WEIGHT = 1.25  # times the mean: what is believed of the hours that a fast turnover is from
_PUBLISHING_FOR = 2 * HOUR  # since its newest entry
_MAX_UNSEEN = 3  # documents
_TURNOVER_HALF_LIFE = 90 * DAY


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Holds what the documents of a feed taught; times and lengths in whole seconds.

    `times`: when its newest entries came, old to new. `hours`, `days`: entries by hour (UTC) and weekday (0 = Monday),
    old ones fading, counted since `since`. `window`: how many entries the last document listed. `turnover`: the
    shortest time in which most of the window might be replaced, `half`: in which half of it was. `unseen`: documents in
    a row of which no entry was known before.
    """

    times: tuple[int, ...] = ()
    hours: tuple[int, ...] = (0,) * 24
    days: tuple[int, ...] = (0,) * 7
    since: int | None = None
    window: int = 0
    turnover: int | None = None
    half: int | None = None
    unseen: int = 0

    @property
    def lost(self) -> bool:
        """Tells whether entries may have come and gone between two polls. Not if no document ever has a known one: then
        its entries are named anew each time."""
        return 0 < self.unseen <= _MAX_UNSEEN


def learn(
    rhythm: Rhythm, listed: Sequence[int | None], fresh: Sequence[int | None], last: int | None, now: int
) -> Rhythm:
    """Returns the rhythm after a document that was read `now` and listed entries published at these times (None:
    unknown), of which `fresh` were not known before; `last`: the last poll that worked, None for the first one."""
    came = _came(fresh, last, now)
    most, halves = _turnover(listed, len(fresh), last, now)
    passed = 0 if last is None else now - last
    hours, days = list(rhythm.hours), list(rhythm.days)
    halved = _COUNTS_HALVED_AFTER
    if last is not None and (now - _FIRST_MONDAY) // halved != (last - _FIRST_MONDAY) // halved:
        hours, days = [n // 2 for n in hours], [n // 2 for n in days]
    for at, count in Counter(at // HOUR for at in came).items():
        hours[at % 24] += min(count, _MAX_COUNTED_AN_HOUR)
        days[(at * HOUR - _FIRST_MONDAY) // DAY % 7] += min(count, _MAX_COUNTED_AN_HOUR)
    return Rhythm(
        times=tuple(sorted((*rhythm.times, *came)))[-MAX_TIMES:],
        hours=tuple(hours),
        days=tuple(days),
        since=rhythm.since if rhythm.since is not None else next(iter(without_outliers(came)), now),
        window=len(listed),
        turnover=_shortest(most, rhythm.turnover, passed),
        half=_shortest(halves, rhythm.half, passed),
        unseen=rhythm.unseen + 1 if last is not None and rhythm.window and 0 < len(listed) == len(fresh) else 0,
    )


def without_outliers(times: Sequence[int]) -> Sequence[int]:
    """Returns times (old to new) without the few that lie far before all others: of pinned entries and wrong dates."""
    for number in range(len(times) // 4, 0, -1):
        if times[number] - times[number - 1] > (times[-1] - times[0]) / 2:
            return times[number:]
    return times


def _came(fresh: Sequence[int | None], last: int | None, now: int) -> list[int]:
    """Returns when entries came; those without a date are spread over the time since the last poll."""
    if last is None:
        return sorted(min(at, now) for at in fresh if at is not None)
    step = (now - last) / (len(fresh) + 1)
    return sorted(
        min(max(at, last), now) if at is not None else int(last + step * (number + 1))
        for number, at in enumerate(fresh)
    )


def _turnover(listed: Sequence[int | None], fresh: int, last: int | None, now: int) -> tuple[list[int], list[int]]:
    """Returns seconds in which most of a window might be replaced, by the pace of the fastest quarter of this document
    or by what the poll found; and those in which half of it was."""
    minutes = sorted({min(at, now) // 60 for at in listed if at is not None})  # what came at once, came once
    some, half = max(len(minutes) // 4, _MIN_PACE_ENTRIES), max(len(minutes) // 2, _MIN_PACE_ENTRIES)
    pace = len(minutes) * _TURNOVER_SHARE / some
    most = [int(60 * (b - a) * pace) for a, b in zip(minutes, minutes[some:], strict=False)]
    halves = [60 * (b - a) for a, b in zip(minutes, minutes[half:], strict=False)]
    if last is not None and fresh > len(listed) * _TURNOVER_SHARE:
        most.append(int((now - last) * _TURNOVER_SHARE))
    return most, halves


def _shortest(found: list[int], kept: int | None, passed: int) -> int | None:
    """Returns the shortest length; the one that was known doubles in a half-life."""
    if kept is not None:
        found = [*found, int(kept * 2 ** (min(passed, 10 * _TURNOVER_HALF_LIFE) / _TURNOVER_HALF_LIFE))]
    return min(found, default=None)


@dataclass(frozen=True)
class Forecast:
    """Works out how many entries a rhythm leads to expect, over time."""

    rhythm: Rhythm
    now: int

    @cached_property
    def hour_weights(self) -> list[float]:
        """Weighs each hour of a day; the mean is 1."""
        counts = self.rhythm.hours
        smooth = [(counts[i - 1] + 2 * counts[i] + counts[(i + 1) % 24]) / 4 for i in range(24)]
        total = sum(smooth)
        guess = _PRIOR_HOURS + _PRIOR_HOURS_IN_DAYS * total / max(self._known / DAY, 1.0)
        return [24 * (count + guess / 24) / (total + guess) for count in smooth]

    @cached_property
    def day_weights(self) -> list[float]:
        """Weighs each weekday; the mean is 1."""
        total = sum(self.rhythm.days) + _PRIOR_DAYS
        return [7 * (count + _PRIOR_DAYS / 7) / total for count in self.rhythm.days]

    @cached_property
    def _known(self) -> int:
        """Counts the seconds since its entries have been counted."""
        return self.now - (self.rhythm.since if self.rhythm.since is not None else self.now)

    @cached_property
    def knows_hours(self) -> bool:
        """Tells whether the time of day says anything."""
        return self._known >= _HOURS_KNOWN_AFTER

    @cached_property
    def knows_days(self) -> bool:
        """Tells whether the weekday says anything."""
        return self._known >= _DAYS_KNOWN_AFTER

    @cached_property
    def _before_hour(self) -> list[float]:
        return list(accumulate(self.hour_weights, initial=0.0))

    @cached_property
    def _before_day(self) -> list[float]:
        return list(accumulate(self.day_weights, initial=0.0))

    def weight(self, at: int) -> float:
        """Tells how much more than on average is published at this time."""
        hour = self.hour_weights[at // HOUR % 24] if self.knows_hours else 1.0
        return hour * self.day_weights[(at - _FIRST_MONDAY) // DAY % 7] if self.knows_days else hour

    def passed(self, at: float) -> float:
        """Returns the feed's own time in seconds: it runs at its weight, by night slower than by day."""
        if not self.knows_hours:
            return at
        day, second = divmod(at - _FIRST_MONDAY, DAY)
        hour, rest = divmod(second, HOUR)
        in_day = self._before_hour[int(hour)] * HOUR + self.hour_weights[int(hour)] * rest
        if not self.knows_days:
            return day * DAY + in_day
        week, weekday = divmod(int(day), 7)
        return week * WEEK + self._before_day[weekday] * DAY + self.day_weights[weekday] * in_day

    @cached_property
    def usual_gap(self) -> float | None:
        """Returns the mean own time between two of its newest entries and now, in seconds; None if unknown."""
        times = without_outliers(self.rhythm.times)
        return self._mean_gap(times[0], len(times) - 1) if times else None

    @cached_property
    def gap(self) -> float | None:
        """Returns the same as it is just now: in a burst or a silence the last few entries say more than the others."""
        usual, times = self.usual_gap, self.rhythm.times
        if usual is None or len(times) <= _LATEST_ENTRIES + 1:
            return usual
        latest = self._mean_gap(times[-_LATEST_ENTRIES - 1], _LATEST_ENTRIES)
        return float(usual ** (1 - _LATEST_WEIGHT) * latest**_LATEST_WEIGHT)

    def _mean_gap(self, first: int, entries: int) -> float:
        return max(self.passed(self.now) - self.passed(first), 60.0) / max(entries, 1)

    @cached_property
    def safe_passed(self) -> float:
        """Returns the own time in seconds in which the window can't be replaced, by the fastest turnover known."""
        if self.rhythm.turnover is None:
            return inf
        half = self.rhythm.half or 0 if self.is_fast else 0  # seen, where the pace of a quarter is a guess
        return max(self.rhythm.turnover * _SAFE_SHARE, half) * (_MAX_HOUR_WEIGHT if self.knows_hours else 1.0)

    @cached_property
    def is_fast(self) -> bool:
        """Tells whether half of its window was replaced within an hour once, and it is publishing now."""
        half = self.rhythm.half
        return half is not None and half < HOUR and self.now - self.rhythm.times[-1] < _PUBLISHING_FOR

    @cached_property
    def period(self) -> float | None:
        """Returns the seconds between entries if a clock publishes them, else None."""
        times = self.rhythm.times[-_CLOCK_GAPS - 1 :]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        if len(gaps) < _CLOCK_GAPS or self.now - times[-1] > 2 * max(gaps):
            return None
        usual = median(gaps)
        return usual if usual and all(abs(gap - usual) <= _CLOCK_DEVIATION * usual for gap in gaps) else None


def unchanged(rhythm: Rhythm) -> Rhythm:
    """Returns the rhythm after a poll that found the document as it was."""
    return replace(rhythm, unseen=0) if rhythm.unseen else rhythm


def pack(rhythm: Rhythm) -> dict[str, Any]:
    """Returns what JSON keeps of it: times as the first one and the differences."""
    kept = asdict(rhythm)
    kept["times"] = [rhythm.times[0], *(b - a for a, b in pairwise(rhythm.times))] if rhythm.times else []
    return {name: value for name, value in kept.items() if value}


def unpack(kept: dict[str, Any]) -> Rhythm:
    """Returns the rhythm of what `pack` gave, also after JSON, and also by another version of this program."""
    values: Any = {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
    values["times"] = tuple(accumulate(kept.get("times", ())))
    return Rhythm(**{name: values[name] for name in Rhythm.__slots__ if name in values})
