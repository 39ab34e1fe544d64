"""A feed's own rhythm: learnt from each document, small enough to be kept in the feed's row.

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

HOUR, DAY, WEEK = 3600, 86400, 604800
_MONDAY = 345600  # 1970-01-05 was the first Monday
_KEPT = 24  # times of entries: enough for the rate of the last hours and of the last weeks
_FADES = 4 * WEEK  # after it the counts of hours and days are halved, so that new habits show
_HOURS_FROM, _DAYS_FROM = 2 * DAY, 14 * DAY  # how long a feed must be known before its hours and its weekdays count
_OF_ONE_HOUR = 3  # entries that count: a burst is no habit
_FEW_HOURS, _FEW_DAYS = 8.0, 14.0  # entries: the weight of the guess that all hours (days) are alike
_FEW_DAYS_OF_HOURS = 5.0  # days' entries: the same, for what comes in bursts
_NEAR_SHARE = 1 / 3
_NEAR = 3  # a burst and a silence show in the last few entries
_BEATS, _OFF_BEAT = 6, 0.05  # so many gaps in a row that differ by so little are a clock's
_MOST_OF_WINDOW = 0.75
_LEAST_OF_WINDOW = 4  # entries whose pace says something
_SAFE = 0.7  # of the fastest turnover of a feed's window: the next one may be faster
_BUSIEST = 1.25  # times the mean: what is believed of the hours that a fast turnover is from
_AWAKE = 2 * HOUR  # since its newest entry: such a feed is publishing
_MOST_UNSEEN = 3
_FORGET = 90 * DAY  # a fast turnover is half forgotten after it


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What the documents of a feed taught; times and lengths in whole seconds.

    `times`: when its newest entries came, old to new. `hours`, `days`: entries by hour (UTC) and weekday (0 = Monday),
    old ones fading, counted since `since`. `window`: how many entries the last document listed. `turnover`: the
    shortest time in which most of the window might be replaced, `half`: in which half of it was. `unseen`: documents in a row of which no entry was known before.
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
        """Whether entries may have come and gone between two polls. Not if no document ever has a known one: then its
        entries are named anew each time."""
        return 0 < self.unseen <= _MOST_UNSEEN


def learn(
    rhythm: Rhythm, listed: Sequence[int | None], fresh: Sequence[int | None], last: int | None, now: int
) -> Rhythm:
    """The rhythm after a document that was read `now` and listed entries published at these times (None: unknown),
    of which `fresh` were not known before; `last`: the last poll that worked, None for the first one."""
    came = _came(fresh, last, now)
    most, halves = _turnover(listed, len(fresh), last, now)
    passed = 0 if last is None else now - last
    hours, days = list(rhythm.hours), list(rhythm.days)
    if last is not None and (now - _MONDAY) // _FADES != (last - _MONDAY) // _FADES:
        hours, days = [n // 2 for n in hours], [n // 2 for n in days]
    for at, many in Counter(at // HOUR for at in came).items():
        hours[at % 24] += min(many, _OF_ONE_HOUR)
        days[(at * HOUR - _MONDAY) // DAY % 7] += min(many, _OF_ONE_HOUR)
    return Rhythm(
        times=tuple(sorted((*rhythm.times, *came)))[-_KEPT:],
        hours=tuple(hours),
        days=tuple(days),
        since=rhythm.since if rhythm.since is not None else next(iter(without_outliers(came)), now),
        window=len(listed),
        turnover=_shortest(most, rhythm.turnover, passed),
        half=_shortest(halves, rhythm.half, passed),
        unseen=rhythm.unseen + 1 if last is not None and rhythm.window and 0 < len(listed) == len(fresh) else 0,
    )


def without_outliers(times: Sequence[int]) -> Sequence[int]:
    """The times (old to new) without the few that lie far before all others: of pinned entries and of wrong dates."""
    for number in range(len(times) // 4, 0, -1):
        if times[number] - times[number - 1] > (times[-1] - times[0]) / 2:
            return times[number:]
    return times


def _came(fresh: Sequence[int | None], last: int | None, now: int) -> list[int]:
    """When entries came; those without a date spread over the time since the last poll."""
    if last is None:
        return sorted(min(at, now) for at in fresh if at is not None)
    step = (now - last) / (len(fresh) + 1)
    return sorted(
        min(max(at, last), now) if at is not None else int(last + step * (number + 1))
        for number, at in enumerate(fresh)
    )


def _turnover(listed: Sequence[int | None], fresh: int, last: int | None, now: int) -> tuple[list[int], list[int]]:
    """Seconds in which most of a window might be replaced, by the pace of the fastest quarter of this document or by
    what the poll found; and those in which half of it was."""
    minutes = sorted({min(at, now) // 60 for at in listed if at is not None})  # what came at once, came once
    some, half = max(len(minutes) // 4, _LEAST_OF_WINDOW), max(len(minutes) // 2, _LEAST_OF_WINDOW)
    pace = len(minutes) * _MOST_OF_WINDOW / some
    most = [int(60 * (b - a) * pace) for a, b in zip(minutes, minutes[some:], strict=False)]
    halves = [60 * (b - a) for a, b in zip(minutes, minutes[half:], strict=False)]
    if last is not None and fresh > len(listed) * _MOST_OF_WINDOW:
        most.append(int((now - last) * _MOST_OF_WINDOW))
    return most, halves


def _shortest(found: list[int], kept: int | None, passed: int) -> int | None:
    """The shortest length; the one that was known is half forgotten after a while."""
    if kept is not None:
        found = [*found, int(kept * 2 ** (min(passed, 10 * _FORGET) / _FORGET))]
    return min(found, default=None)


@dataclass(frozen=True)
class Forecast:
    """How many entries a rhythm leads to expect, over time."""

    rhythm: Rhythm
    now: int

    @cached_property
    def hour_weights(self) -> list[float]:
        """The weight of each hour of a day; their mean is 1."""
        counts = self.rhythm.hours
        smooth = [(counts[i - 1] + 2 * counts[i] + counts[(i + 1) % 24]) / 4 for i in range(24)]
        total = sum(smooth)
        guess = _FEW_HOURS + _FEW_DAYS_OF_HOURS * total / max(self._known / DAY, 1.0)
        return [24 * (count + guess / 24) / (total + guess) for count in smooth]

    @cached_property
    def day_weights(self) -> list[float]:
        """The weight of each weekday; their mean is 1."""
        total = sum(self.rhythm.days) + _FEW_DAYS
        return [7 * (count + _FEW_DAYS / 7) / total for count in self.rhythm.days]

    @cached_property
    def _known(self) -> int:
        """Seconds since its entries have been counted."""
        return self.now - (self.rhythm.since if self.rhythm.since is not None else self.now)

    @cached_property
    def knows_hours(self) -> bool:
        """Whether the time of day says anything."""
        return self._known >= _HOURS_FROM

    @cached_property
    def knows_days(self) -> bool:
        """Whether the weekday says anything."""
        return self._known >= _DAYS_FROM

    @cached_property
    def _before_hour(self) -> list[float]:
        return list(accumulate(self.hour_weights, initial=0.0))

    @cached_property
    def _before_day(self) -> list[float]:
        return list(accumulate(self.day_weights, initial=0.0))

    def weight(self, at: int) -> float:
        """How much more than on average is published at this time."""
        hour = self.hour_weights[at // HOUR % 24] if self.knows_hours else 1.0
        return hour * self.day_weights[(at - _MONDAY) // DAY % 7] if self.knows_days else hour

    def passed(self, at: float) -> float:
        """The feed's own time in seconds: it runs at its weight, by night slower than by day."""
        if not self.knows_hours:
            return at
        day, second = divmod(at - _MONDAY, DAY)
        hour, rest = divmod(second, HOUR)
        in_day = self._before_hour[int(hour)] * HOUR + self.hour_weights[int(hour)] * rest
        if not self.knows_days:
            return day * DAY + in_day
        week, weekday = divmod(int(day), 7)
        return week * WEEK + self._before_day[weekday] * DAY + self.day_weights[weekday] * in_day

    @cached_property
    def usual_gap(self) -> float | None:
        """The mean own time between two of its newest entries and now, in seconds; None if unknown."""
        times = without_outliers(self.rhythm.times)
        return self._mean_gap(times[0], len(times) - 1) if times else None

    @cached_property
    def gap(self) -> float | None:
        """The same as it is just now: in a burst or a silence the last few entries say more than those before."""
        usual, times = self.usual_gap, self.rhythm.times
        if usual is None or len(times) <= _NEAR + 1:
            return usual
        latest = self._mean_gap(times[-_NEAR - 1], _NEAR)
        return float(usual ** (1 - _NEAR_SHARE) * latest**_NEAR_SHARE)

    def _mean_gap(self, first: int, entries: int) -> float:
        return max(self.passed(self.now) - self.passed(first), 60.0) / max(entries, 1)

    @cached_property
    def safe_passed(self) -> float:
        """The own time in seconds in which the window can't be replaced, by the fastest turnover known."""
        if self.rhythm.turnover is None:
            return inf
        half = self.rhythm.half or 0 if self.is_fast else 0  # seen, where the pace of a quarter is a guess
        return max(self.rhythm.turnover * _SAFE, half) * (_BUSIEST if self.knows_hours else 1.0)

    @cached_property
    def is_fast(self) -> bool:
        """Whether half of its window was replaced within an hour once, and it is publishing now."""
        half = self.rhythm.half
        return half is not None and half < HOUR and self.now - self.rhythm.times[-1] < _AWAKE

    @cached_property
    def period(self) -> float | None:
        """Seconds between entries, if a clock publishes them."""
        times = self.rhythm.times[-_BEATS - 1 :]
        gaps = [later - earlier for earlier, later in pairwise(times)]
        if len(gaps) < _BEATS or self.now - times[-1] > 2 * max(gaps):
            return None
        usual = median(gaps)
        return usual if usual and all(abs(gap - usual) <= _OFF_BEAT * usual for gap in gaps) else None


def unchanged(rhythm: Rhythm) -> Rhythm:
    """The rhythm after a poll that found the document as it was."""
    return replace(rhythm, unseen=0) if rhythm.unseen else rhythm


def pack(rhythm: Rhythm) -> dict[str, Any]:
    """What JSON keeps of it: times as the first one and the differences."""
    kept = asdict(rhythm)
    kept["times"] = [rhythm.times[0], *(b - a for a, b in pairwise(rhythm.times))] if rhythm.times else []
    return {name: value for name, value in kept.items() if value}


def unpack(kept: dict[str, Any]) -> Rhythm:
    """The rhythm of what `pack` gave, also after JSON, and also by another version of this program."""
    lists: dict[str, Any] = {name: tuple(kept[name]) for name in ("hours", "days") if name in kept}
    values: dict[str, Any] = kept | lists | {"times": tuple(accumulate(kept.get("times", ())))}
    return Rhythm(**{name: values[name] for name in Rhythm.__slots__ if name in values})
