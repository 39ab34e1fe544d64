"""schedule.next_poll: the rhythm, the hints, failures, skipped hours and the user's own interval."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.model import Hints
from aggregator.schedule import History, NextPoll, Policy, Poll, next_poll

NOW = datetime(2025, 3, 5, 12, 0, tzinfo=UTC)  # a Wednesday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
POLICY = Policy(min_interval=10 * MINUTE, max_interval=DAY, seed="https://example.org/feed")


def every(gap: timedelta, count: int = 20, until: datetime = NOW) -> tuple[datetime, ...]:
    return tuple(until - gap * number for number in range(1, count + 1))


def polled(history: History, hints: Hints | None = None, policy: Policy = POLICY) -> NextPoll:
    return next_poll(history, hints or Hints(), policy, NOW)


def wait(history: History, hints: Hints | None = None, policy: Policy = POLICY) -> timedelta:
    return polled(history, hints, policy).at - NOW


def between(low: timedelta, value: timedelta, high: timedelta) -> bool:
    return low <= value <= high


def test_a_feed_is_polled_at_twice_its_rhythm() -> None:
    result = polled(History(published=every(8 * HOUR)))
    assert between(4 * HOUR, result.at - NOW, 4 * HOUR * 1.1)
    assert result.reason == "an entry about every 8h"


def test_a_new_feed_waits_an_hour_and_longer_while_nothing_comes() -> None:
    assert between(HOUR, wait(History()), 1.1 * HOUR)
    polls = tuple(Poll(NOW - HOUR * n, 10, 0) for n in (4, 3, 2))
    assert between(4 * HOUR, wait(History(polls=polls)), 4.4 * HOUR)


def test_the_rhythm_of_a_feed_without_dates_comes_from_its_polls() -> None:
    polls = tuple(Poll(NOW - HOUR * n, 10, 10 if n == 40 else 1) for n in range(40, 0, -10))
    assert polled(History(polls=polls)).reason == "an entry about every 10h"


def test_a_silence_slows_down_and_the_ceiling_holds() -> None:
    silent = History(published=every(HOUR, until=NOW - 2 * DAY))
    assert wait(silent) > 5 * HOUR
    assert between(DAY, wait(History(published=every(HOUR, until=NOW - 100 * DAY))), 1.1 * DAY)


def test_not_more_than_once_an_hour_unless_the_window_turns_over() -> None:
    slow = History(published=every(10 * MINUTE), polls=(Poll(NOW, 100, 5),))
    fast = History(published=every(MINUTE), polls=(Poll(NOW, 20, 5),))
    assert between(HOUR, wait(slow), 1.1 * HOUR)
    assert between(10 * MINUTE, wait(fast), 11 * MINUTE)


def test_a_poll_that_knew_no_entry_shrinks_the_interval_at_once() -> None:
    history = History(published=every(8 * HOUR), polls=(Poll(NOW - DAY, 10, 10), Poll(NOW, 10, 10)))
    assert between(10 * MINUTE, wait(history), 11 * MINUTE)
    assert "missed" in polled(history).reason


@pytest.mark.parametrize("name", ["ttl", "update_period", "max_age", "expires_in"])
def test_hints_are_a_least_time(name: str) -> None:
    result = polled(History(published=every(2 * HOUR)), Hints(**{name: 5 * 3600.0}))
    assert between(5 * HOUR, result.at - NOW, 5.5 * HOUR)
    assert "asks for 5h" in result.reason


def test_hints_allow_more_than_once_an_hour_and_never_more_than_the_ceiling() -> None:
    busy = History(published=every(20 * MINUTE), polls=(Poll(NOW, 100, 5),))
    assert between(15 * MINUTE, wait(busy, Hints(ttl=900)), 16.5 * MINUTE)
    assert between(DAY, wait(busy, Hints(max_age=3.2e7)), 1.1 * DAY)
    assert between(HOUR, wait(busy, Hints(max_age=0)), 1.1 * HOUR)


def test_retry_after_is_obeyed_whatever_the_user_set() -> None:
    policy = Policy(10 * MINUTE, DAY, interval=5 * MINUTE)
    assert wait(History(), policy=policy) == 5 * MINUTE
    result = polled(History(failures=1, failure="status", status=429), Hints(retry_after=7200), policy)
    assert result.at - NOW == 2 * HOUR
    assert "Retry-After" in result.reason
    assert wait(History(), Hints(retry_after=1e12)) == 30 * DAY


def test_an_explicit_interval_wins_over_hints_and_skipped_hours() -> None:
    policy = Policy(10 * MINUTE, DAY, interval=30 * MINUTE)
    assert wait(History(), Hints(ttl=1e5, skip_hours=frozenset(range(24))), policy) == 30 * MINUTE


def test_failures_back_off_by_kind_up_to_a_cap() -> None:
    def failed(count: int, kind: str, status: int | None = None) -> timedelta:
        return wait(History(failures=count, failure=kind, status=status))

    assert between(15 * MINUTE, failed(1, "timeout"), 17 * MINUTE)
    assert between(HOUR, failed(3, "timeout"), 1.1 * HOUR)
    assert failed(1, "dns") > failed(1, "timeout")
    assert failed(1, "status", 404) > failed(1, "status", 500)
    assert between(DAY, failed(50, "dns"), 1.1 * DAY)
    assert between(7 * DAY, failed(1, "status", 410), 7.7 * DAY)
    assert "2 times in a row (status 404)" in polled(History(failures=2, failure="status", status=404)).reason


def test_skipped_hours_and_days_move_on() -> None:
    hints = Hints(skip_hours=frozenset({13, 14}), skip_days=frozenset({2}))
    result = polled(History(), hints)
    assert result.at == datetime(2025, 3, 6, 0, 0, tzinfo=UTC)
    assert "skip" in result.reason
    everything = Hints(skip_hours=frozenset(range(24)))
    assert between(HOUR, wait(History(), everything), 1.1 * HOUR)


def test_jitter_is_the_feeds_own_and_repeats() -> None:
    seeds = [Policy(10 * MINUTE, DAY, seed=f"https://example.org/{n}") for n in range(50)]
    waits = [wait(History(), policy=policy) for policy in seeds]
    assert waits == [wait(History(), policy=policy) for policy in seeds]
    assert len(set(waits)) > 40
    assert all(between(HOUR, one, 1.1 * HOUR) for one in waits)


def test_dates_in_the_future_and_all_at_once_do_no_harm() -> None:
    assert wait(History(published=(NOW + DAY, NOW + 2 * DAY))) >= HOUR
    assert wait(History(published=(NOW,) * 20)) >= HOUR
