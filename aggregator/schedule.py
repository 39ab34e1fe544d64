"""When a feed is polled next: pure, from what is known of it and what its server asks for.

In this order: a Retry-After is always obeyed; an interval that the user set wins over everything else; after
failures the time grows with their number and kind; else the feed's own rhythm decides, between a floor and a
ceiling, and never below what the feed or its server names. Skipped hours and days move the time on, never back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from aggregator.config.values import format_duration
from aggregator.model import Hints
from aggregator.text import hash64

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
FLOOR = HOUR  # the strictest publishers ask that nobody comes more than once in an hour
_RECENT = 20  # entries that tell a rhythm: enough for a day of a busy feed, and a change shows soon
_POLLS_PER_ENTRY = 2.0  # polling at twice the rhythm finds an entry after a quarter of its gap on average
_SILENCE = 4.0  # a silence of this many gaps counts as a new, slower rhythm
_JITTER = 0.1  # at most this share later, so that feeds of one rhythm spread out
_LONGEST_RETRY = timedelta(days=30)  # a Retry-After beyond it is a mistake

# First wait after a failure, doubled with each further one; what heals by itself is tried again sooner.
_FIRST_WAIT = {
    "dns": HOUR,
    "connect": 15 * MINUTE,
    "timeout": 15 * MINUTE,
    "protocol": 30 * MINUTE,
    "too_large": 6 * HOUR,
    "tls": 6 * HOUR,
    "refused": DAY,
    "robots": DAY,
    "redirects": 6 * HOUR,
    "feed": HOUR,
}
_FIRST_WAIT_STATUS = {401: 6 * HOUR, 403: 6 * HOUR, 404: 6 * HOUR, 410: 7 * DAY, 429: HOUR, 451: DAY, 503: HOUR}
_LONGEST_WAIT = {404: 7 * DAY, 410: 7 * DAY}


@dataclass(frozen=True, slots=True)
class Poll:
    """One successful poll: when, how many entries it listed (0 for a 304), how many of them were new."""

    at: datetime
    listed: int
    new: int


@dataclass(frozen=True, slots=True)
class History:
    """What is known of a feed: publication times of its recent entries in any order, its recent successful polls
    from old to new, and the failures since the last success (how many, and the kind and status of the latest)."""

    published: tuple[datetime, ...] = ()
    polls: tuple[Poll, ...] = ()
    failures: int = 0
    failure: str | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """What the user wants. `interval` replaces the rhythm; `seed` (the feed's URL) makes the jitter its own."""

    min_interval: timedelta
    max_interval: timedelta
    interval: timedelta | None = None
    seed: str = ""


@dataclass(frozen=True, slots=True)
class NextPoll:
    """When to poll next, and why in plain words."""

    at: datetime
    reason: str


def next_poll(history: History, hints: Hints, policy: Policy, now: datetime) -> NextPoll:
    """The time of the next poll, after one that ended `now` (aware)."""
    wait, reason = _wait(history, hints, policy, now)
    if hints.retry_after:
        asked = min(timedelta(seconds=min(hints.retry_after, 1e9)), _LONGEST_RETRY)
        if asked >= wait:
            return NextPoll(now + asked, f"its server asks to wait {_spoken(asked)} (Retry-After)")
    at = now + wait
    if policy.interval is not None:
        return NextPoll(at, reason)
    allowed = _outside_skipped(at, hints)
    if allowed != at:
        reason += "; moved on past hours or days the feed asks to skip"
    return NextPoll(allowed, reason)


def _wait(history: History, hints: Hints, policy: Policy, now: datetime) -> tuple[timedelta, str]:
    if policy.interval is not None:
        return policy.interval, f"every {_spoken(policy.interval)}, as set in the configuration"
    if history.failures:
        wait, reason = _after_failure(history, policy)
    else:
        wait, reason = _by_rhythm(history, hints, policy, now)
    return wait * (1 + _JITTER * _share(policy.seed, now)), reason


def _after_failure(history: History, policy: Policy) -> tuple[timedelta, str]:
    first, longest = _FIRST_WAIT.get(history.failure or "", HOUR), max(policy.max_interval, DAY)
    if history.status is not None:
        first = _FIRST_WAIT_STATUS.get(history.status, HOUR)
        longest = max(longest, _LONGEST_WAIT.get(history.status, longest))
    wait = min(max(first, policy.min_interval) * 2 ** min(history.failures - 1, 20), longest)
    what = f"status {history.status}" if history.status is not None else f"{history.failure or 'unknown'} error"
    times = "once" if history.failures == 1 else f"{history.failures} times in a row"
    return wait, f"failed {times} ({what}): tried again after {_spoken(wait)}"


def _by_rhythm(history: History, hints: Hints, policy: Policy, now: datetime) -> tuple[timedelta, str]:
    asked, who = _asked(hints)
    gap = _gap(history, now)
    floor = _floor(history, policy, gap, asked)
    if _lost_sight(history):
        wait, reason = policy.min_interval, "no entry of the last poll was known before, some may have been missed"
    elif gap is None:
        quiet = _quiet_polls(history.polls)
        wait = floor * 2 ** min(quiet, 20)
        reason = f"rhythm not known yet, {quiet} polls without news" if quiet else "rhythm not known yet"
    else:
        wait, reason = gap / _POLLS_PER_ENTRY, f"an entry about every {_spoken(gap)}"
    if wait < floor:
        wait, reason = floor, f"{reason}; not more often than every {_spoken(floor)}"
    if wait < asked:
        wait, reason = asked, f"{reason}; {who} asks for {_spoken(asked)} between polls"
    if wait > policy.max_interval:
        wait, reason = policy.max_interval, f"{reason}; at least every {_spoken(policy.max_interval)}"
    return wait, reason


def _gap(history: History, now: datetime) -> timedelta | None:
    """The feed's usual time between two entries, longer when it has been silent; None if nothing tells."""
    times = sorted({time for time in history.published if time <= now})[-_RECENT:]
    if len(times) >= 2:
        usual = (times[-1] - times[0]) / (len(times) - 1)
        return max(usual, (now - times[-1]) / _SILENCE)
    return _gap_by_polls(history.polls)


def _gap_by_polls(polls: Sequence[Poll]) -> timedelta | None:
    """The same from the number of new entries a poll, for feeds without dates. The first poll tells nothing."""
    new = sum(poll.new for poll in polls[1:])
    return (polls[-1].at - polls[0].at) / new if new else None


def _quiet_polls(polls: Sequence[Poll]) -> int:
    return sum(1 for poll in polls[1:] if not poll.new)


def _lost_sight(history: History) -> bool:
    """True if the last of several polls listed entries and none of them was known: others came and went unseen."""
    last = history.polls[-1] if len(history.polls) > 1 else None
    return last is not None and 0 < last.listed == last.new


def _floor(history: History, policy: Policy, gap: timedelta | None, asked: timedelta) -> timedelta:
    """An hour, unless the server's own hints allow more or half of the feed's window turns over within it."""
    window = max((poll.listed for poll in history.polls), default=0)
    fast = gap is not None and window > 0 and gap * window / 2 < FLOOR
    if fast or _lost_sight(history):
        return policy.min_interval
    return max(policy.min_interval, min(FLOOR, asked) if asked else FLOOR)


def _asked(hints: Hints) -> tuple[timedelta, str]:
    """The longest time between polls that the feed or its server names, and which of them names it."""
    named = {
        "the feed's ttl": hints.ttl,
        "the feed's update period": hints.update_period,
        "its server's max-age": hints.max_age,
        "its server's Expires": hints.expires_in,
    }
    who, seconds = max(((who, value or 0.0) for who, value in named.items()), key=lambda pair: pair[1])
    return timedelta(seconds=min(max(seconds, 0.0), 1e9)), who


def _outside_skipped(at: datetime, hints: Hints) -> datetime:
    """The first time from `at` on that is in no skipped hour or day; `at` itself if all of them are skipped."""
    moved = at.astimezone(UTC)
    for _ in range(24 * 8):
        if moved.hour not in hints.skip_hours and moved.weekday() not in hints.skip_days:
            return at if moved == at else moved
        moved = moved.replace(minute=0, second=0, microsecond=0) + HOUR
    return at


def _share(seed: str, now: datetime) -> float:
    """A number in [0, 1) that looks random and is the same for the same feed and time."""
    return (hash64(f"{seed} {int(now.timestamp())}") % 10_000) / 10_000


def _spoken(length: timedelta) -> str:
    """A length of time in one or two units: `40m`, `3h12m`, `2d4h`."""
    unit = 1 if length < 10 * MINUTE else 60 if length < DAY else 3600
    return format_duration(timedelta(seconds=round(length.total_seconds() / unit) * unit))
