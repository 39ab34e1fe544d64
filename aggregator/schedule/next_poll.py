"""Works out when a feed is polled next, from what is known of it and what its server asks for.

In this order: a Retry-After is always obeyed; after failures the time grows with their number and kind; an interval
that the user set wins over everything else; else the feed's own rhythm decides, between a floor and a ceiling, and
never below what the feed or its server names. Skipped hours and days move the time on, never back.

By its rhythm a feed is polled when enough is expected to wait for it. With a cost for each poll and one for the time
that entries wait, the best interval at a steady rate is the square root of (2 x cost / rate): polling in proportion to
the rate would spend nearly all requests on the busiest feeds and find the others' entries no sooner than polling all
alike (Cho and Garcia-Molina, Effective page refresh policies for web crawlers, 2003). Where the rate changes with hour
and weekday, the same balance says: poll when what waits outweighs what would come in a like time from then on.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import ceil, sqrt

from aggregator.model import Hints
from aggregator.schedule.backoff import after_failure
from aggregator.schedule.rhythm import Forecast, Rhythm
from aggregator.text import hash64
from aggregator.times import HOUR, MAX_RETRY_AFTER, humanize

FLOOR = timedelta(hours=1)  # the strictest publishers ask that nobody comes more than once in an hour
_POLL_COST = 1.0  # hours that one entry may wait: what one poll costs, in terms of what it saves
_UNKNOWN_GAP = 0.5  # hours: the first guess of a new feed's gap, which grows while nothing comes
_MIN_SHARE = 0.5  # hours and weekdays bring a poll forward to this share of the usual interval at most
_STEP_SECONDS, _STEP_SHARE = 60.0, 1 / 8  # how finely waits are tried: by the larger of the two
_AFTER_CLOCK = 120  # seconds after the time of a feed that is published by a clock
_LATE_SHARE = 0.25  # of a period: so late a poll still comes at once, rather than a period later
_JITTER = 0.1  # at most this share later, so that feeds of one rhythm spread out


@dataclass(frozen=True, slots=True)
class PollHistory:
    """Holds what is known of a feed: its rhythm, and the failures since the last success (how many, the latest's kind
    and HTTP status)."""

    rhythm: Rhythm = field(default_factory=Rhythm)
    failures: int = 0
    failure: str | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True)
class PollPolicy:
    """Holds what the user wants. `interval` replaces the rhythm; `seed` (the feed's URL) makes the jitter its own."""

    min_interval: timedelta
    max_interval: timedelta
    interval: timedelta | None = None
    seed: str = ""


@dataclass(frozen=True, slots=True)
class NextPoll:
    """Says when to poll next, and why in plain words."""

    at: datetime
    reason: str


def next_poll(history: PollHistory, hints: Hints, policy: PollPolicy, now: datetime) -> NextPoll:
    """Returns the time of the next poll, after one that ended `now` (aware)."""
    wait, reason = _wait(history, hints, policy, now)
    if hints.retry_after:
        asked = timedelta(seconds=min(hints.retry_after, MAX_RETRY_AFTER))
        if asked >= wait:
            return NextPoll(now + asked, f"its server asks to wait {humanize(asked)} (Retry-After)")
    at = now + wait
    if policy.interval is not None:
        return NextPoll(at, reason)
    allowed = _outside_skipped(at, hints)
    if allowed != at:
        reason += "; moved on past hours or days the feed asks to skip"
    return NextPoll(allowed, reason)


def _wait(history: PollHistory, hints: Hints, policy: PollPolicy, now: datetime) -> tuple[timedelta, str]:
    if history.failures:
        least = policy.interval or policy.min_interval
        wait, reason = after_failure(history.failures, history.failure, history.status, least, policy.max_interval)
        return wait * (1 + _JITTER * _share(policy.seed, now)), reason
    if policy.interval is not None:
        return policy.interval, f"every {humanize(policy.interval)}, as set in the configuration"
    forecast = Forecast(history.rhythm, int(now.timestamp()))
    wait, reason, least = _by_rhythm(forecast, hints, policy)
    by_clock = _to_clock(forecast, least, wait)
    if by_clock is not None and by_clock <= policy.max_interval + timedelta(hours=1):
        return by_clock, f"published by a clock, every {humanize(forecast.period or 0)}"
    return wait * (1 + _JITTER * _share(policy.seed, now)), reason


def _by_rhythm(forecast: Forecast, hints: Hints, policy: PollPolicy) -> tuple[timedelta, str, timedelta]:
    """Returns the wait, why, and the least wait that the bounds and hints allow."""
    asked, who = _asked(hints)
    floor = _floor(forecast, policy, asked)
    most = policy.max_interval
    least = min(max(floor, asked), most)
    wait, reason = _wanted(forecast, least, most)
    if forecast.rhythm.lost:
        wait, reason = policy.min_interval, "no entry of the last document was known before, some may have been missed"
    elif not forecast.knows_hours and wait.total_seconds() > forecast.safe_passed:
        wait, reason = timedelta(seconds=forecast.safe_passed), _may_change(forecast)
    if wait < floor:
        wait, reason = floor, f"{reason}; not more often than every {humanize(floor)}"
    if wait < asked:
        wait, reason = asked, f"{reason}; {who} asks for {humanize(asked)} between polls"
    if wait > most:
        wait, reason = most, f"{reason}; at least every {humanize(most)}"
    return wait, reason, least


def _wanted(forecast: Forecast, least: timedelta, most: timedelta) -> tuple[timedelta, str]:
    """Returns when enough waits, by the rhythm alone; between `least` and `most` where the time of day decides."""
    gap = forecast.gap
    if gap is None:
        known = forecast.now - (forecast.rhythm.since if forecast.rhythm.since is not None else forecast.now)
        steady = sqrt(2 * _POLL_COST * (known / HOUR + _UNKNOWN_GAP))
        return timedelta(hours=steady), "rhythm not known yet"
    reason = f"an entry about every {humanize(gap)}"
    steady = sqrt(2 * _POLL_COST * gap / HOUR)
    if not forecast.knows_hours:
        return timedelta(hours=steady), reason
    usual = min(steady * HOUR, most.total_seconds())
    wait, is_full = _balanced(forecast, HOUR / gap, least.total_seconds(), usual, most.total_seconds())
    hours = f"{reason}, at the hours it usually publishes"
    return timedelta(seconds=wait), f"{hours}; {_may_change(forecast)}" if is_full else hours


def _may_change(forecast: Forecast) -> str:
    return f"most of its {forecast.rhythm.window} entries may change within {humanize(forecast.rhythm.turnover or 0)}"


def _balanced(forecast: Forecast, rate: float, least: float, usual: float, most: float) -> tuple[float, bool]:
    """Returns the first wait (seconds) after which more waits than would come in a like time, or its window might be
    full, and whether it is the latter alone; `rate` in entries an hour, `usual`: the wait if all hours were alike."""
    start, full = forecast.passed(forecast.now), forecast.safe_passed
    wait = least
    while wait < most:
        own = forecast.passed(forecast.now + wait) - start
        coming = rate * forecast.weight(int(forecast.now + wait))
        enough = rate * own / HOUR >= min(sqrt(2 * _POLL_COST * coming), coming * most / HOUR)
        due = enough and wait >= usual * _MIN_SHARE
        if own >= full or due:
            return wait, not due
        wait += max(_STEP_SECONDS, wait * _STEP_SHARE)
    return most, False


def _to_clock(forecast: Forecast, least: timedelta, wait: timedelta) -> timedelta | None:
    """Returns the wait until just after a time of a feed that is published by a clock: the last one before `wait`, or
    the first whose entry is not known yet; not before `least`, but at once then if one is just past. None if there is
    no clock."""
    period = forecast.period
    if period is None:
        return None
    first, last = least.total_seconds(), forecast.rhythm.times[-1] + _AFTER_CLOCK - forecast.now
    number = max(1, int((wait.total_seconds() - last) / period), ceil((first - period * _LATE_SHARE - last) / period))
    return timedelta(seconds=max(last + number * period, first))


def _floor(forecast: Forecast, policy: PollPolicy, asked: timedelta) -> timedelta:
    """Returns an hour, unless the server's own hints allow more or half of the feed's window turns over within it."""
    if forecast.rhythm.lost or forecast.is_fast:
        return policy.min_interval
    return max(policy.min_interval, min(FLOOR, asked) if asked else FLOOR)


def _asked(hints: Hints) -> tuple[timedelta, str]:
    """Returns the longest time between polls that the feed or its server names, and which of them names it."""
    named = {
        "the feed's ttl": hints.ttl,
        "the feed's update period": hints.update_period,
        "its server's max-age": hints.max_age,
        "its server's Expires": hints.expires_in,
    }
    who, seconds = max(((who, value or 0.0) for who, value in named.items()), key=lambda pair: pair[1])
    return timedelta(seconds=min(max(seconds, 0.0), 1e9)), who


def _outside_skipped(at: datetime, hints: Hints) -> datetime:
    """Returns the first time from `at` on that is in no skipped hour or day; `at` itself if all of them are skipped."""
    moved = at.astimezone(UTC)
    for _ in range(24 * 8):
        if moved.hour not in hints.skip_hours and moved.weekday() not in hints.skip_days:
            return at if moved == at else moved
        moved = moved.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return at


def _share(seed: str, now: datetime) -> float:
    """Returns a number in [0, 1) that looks random and is the same for the same feed and time."""
    return (hash64(f"{seed} {int(now.timestamp())}") % 10_000) / 10_000
