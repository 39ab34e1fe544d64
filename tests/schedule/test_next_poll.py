"""schedule: what documents teach, the rhythm, the hints, failures, skipped hours and the user's own interval."""

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from aggregator.model import Hints
from aggregator.schedule import (
    NextPoll,
    PollHistory,
    PollPolicy,
    Rhythm,
    after_failure,
    learn,
    next_poll,
    pack,
    unchanged,
    unpack,
)
from benchmarks import schedule as replays

NOW = datetime(2025, 3, 5, 12, 0, tzinfo=UTC)  # a Wednesday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
POLICY = PollPolicy(min_interval=10 * MINUTE, max_interval=DAY, seed="https://example.org/feed")
SECONDS = int(NOW.timestamp())


def taught(*published: datetime | None, now: datetime = NOW, then: int = 0) -> Rhythm:
    """The rhythm after a first document; `then`: entries of it that a second poll an hour later found for new."""
    times = [None if at is None else int(at.timestamp()) for at in published]
    at = int(now.timestamp())
    if not then:
        return learn(Rhythm(), times, times, None, at)
    first = learn(Rhythm(), times[:-then], times[:-then], None, at - 3600)
    return learn(first, times, times[-then:], at - 3600, at)


def every(gap: timedelta, count: int = 20, until: datetime = NOW) -> list[datetime]:
    """Irregular times about so far apart, the newest one just before `until`."""
    return [until - gap * number + gap * 0.3 * (number % 3) - MINUTE for number in range(count, 0, -1)]


def polled(
    rhythm: Rhythm | None = None, hints: Hints | None = None, policy: PollPolicy = POLICY, now: datetime = NOW
) -> NextPoll:
    return next_poll(PollHistory(rhythm or Rhythm(since=SECONDS)), hints or Hints(), policy, now)


def wait(rhythm: Rhythm | None = None, hints: Hints | None = None, policy: PollPolicy = POLICY) -> timedelta:
    return polled(rhythm, hints, policy).at - NOW


def between(low: timedelta, value: timedelta, high: timedelta) -> bool:
    return low <= value <= high


def plain(*published: datetime) -> Rhythm:
    """The rhythm without any knowledge of hours."""
    return Rhythm(times=tuple(int(at.timestamp()) for at in published), since=SECONDS, window=len(published))


def test_the_interval_grows_with_the_root_of_the_gap() -> None:
    daily, weekly = wait(plain(*every(DAY, 12))), wait(plain(*every(7 * DAY, 12)))
    assert between(6 * HOUR, daily, 9 * HOUR)
    assert between(2 * daily, weekly, 3 * daily)
    assert polled(plain(*every(DAY, 3))).reason.startswith("an entry about every ")


def test_a_new_feed_waits_an_hour_and_longer_while_nothing_comes() -> None:
    assert between(HOUR, wait(), 1.1 * HOUR)
    assert between(3 * HOUR, wait(Rhythm(since=SECONDS - 6 * 3600)), 4.5 * HOUR)
    assert polled().reason.startswith("rhythm not known yet")


def test_the_rhythm_of_a_feed_without_dates_comes_from_its_polls() -> None:
    rhythm = learn(Rhythm(), [None] * 10, [None] * 10, None, SECONDS - 40 * 3600)
    for hours in (30, 20, 10, 0):
        now = SECONDS - hours * 3600
        rhythm = learn(rhythm, [None] * 10, [None], now - 36000, now)
    assert len(rhythm.times) == 4
    assert "an entry about every 11h" in polled(rhythm).reason


def test_a_date_before_the_last_poll_counts_from_that_poll() -> None:
    first = taught(*every(DAY, 5, NOW - 2 * DAY), now=NOW - DAY)
    midnight = int(NOW.replace(hour=0).timestamp())
    last = SECONDS - 3600
    assert learn(first, [midnight], [midnight], last, SECONDS).times[-1] == last


def test_a_silence_slows_down_and_the_ceiling_holds() -> None:
    quick = wait(taught(*every(3 * HOUR)))
    assert wait(taught(*every(3 * HOUR, until=NOW - 3 * DAY))) > 1.5 * quick
    assert between(DAY, wait(plain(*every(40 * DAY, until=NOW - 200 * DAY))), 1.1 * DAY)


def test_not_more_than_once_an_hour_unless_the_window_turns_over() -> None:
    assert between(HOUR, wait(taught(*every(15 * MINUTE, 100))), 1.1 * HOUR)
    assert between(10 * MINUTE, wait(taught(*every(3 * MINUTE, 20))), 22 * MINUTE)


def test_a_pinned_entry_of_long_ago_slows_nothing_down() -> None:
    usual = plain(*every(3 * HOUR))
    assert wait(plain(NOW - 2000 * DAY, NOW - 1990 * DAY, *every(3 * HOUR))) == wait(usual)


def test_a_batch_published_at_once_is_no_fast_feed() -> None:
    assert wait(taught(*[NOW - HOUR] * 20)) >= HOUR


def test_a_fast_burst_of_the_past_bounds_the_wait() -> None:
    burst = [NOW - 3 * DAY - 10 * MINUTE * number for number in range(9, 0, -1)]
    calm = every(71 * HOUR, 10, NOW - 4 * DAY)
    assert wait(taught(*calm, *burst)) < 4 * HOUR < wait(taught(*calm))


def test_a_poll_that_knew_no_entry_shrinks_the_interval_at_once() -> None:
    times = [int(at.timestamp()) for at in every(8 * HOUR, 10)]
    first = learn(Rhythm(), times, times, None, SECONDS - 36000)
    lost = learn(first, times, times, SECONDS - 36000, SECONDS)
    assert lost.lost
    assert between(10 * MINUTE, wait(lost), 11 * MINUTE)
    assert "missed" in polled(lost).reason
    assert not unchanged(lost).lost
    for number in range(1, 5):  # a feed that names its entries anew each time
        at = SECONDS + number * 3600
        lost = learn(lost, times, times, at - 3600, at)
        assert lost.lost == (number < 3)
    assert not first.lost


def test_a_slow_clock_does_not_pass_the_ceiling() -> None:
    rare = taught(*(NOW.replace(hour=8) - 100 * DAY * number for number in range(9, -1, -1)))
    assert polled(rare).at - NOW <= 1.1 * POLICY.max_interval


def test_office_hours_are_learnt() -> None:
    days = [NOW.replace(hour=9) - DAY * number for number in range(30, 0, -1)]
    rhythm = Rhythm()
    for day in days:
        if day.weekday() < 5:
            came = [int((day + HOUR * n + 7 * MINUTE * (n % 4)).timestamp()) for n in range(8)]
            rhythm = learn(rhythm, came * 3, came, came[-1] - 86400 if rhythm.times else None, came[-1])
    evening = next_poll(PollHistory(rhythm), Hints(), POLICY, NOW.replace(day=4, hour=20))
    morning = next_poll(PollHistory(rhythm), Hints(), POLICY, NOW.replace(day=5, hour=10))
    assert morning.at - NOW.replace(hour=10) < 2 * HOUR
    assert evening.at - NOW.replace(day=4, hour=20) > 4 * HOUR
    assert "hours" in morning.reason


def test_a_feed_published_by_a_clock_is_polled_just_after_it() -> None:
    daily = taught(*(NOW.replace(hour=8) - DAY * number for number in range(9, -1, -1)))
    result = polled(daily)
    assert between(timedelta(hours=20), result.at - NOW, timedelta(hours=20, minutes=5))
    assert "clock" in result.reason
    late = next_poll(PollHistory(daily), Hints(), POLICY, NOW.replace(hour=8, minute=10) + DAY)
    assert late.at == NOW.replace(hour=9, minute=10) + DAY  # not there yet: an hour later


@pytest.mark.parametrize("name", ["ttl", "update_period", "max_age", "expires_in"])
def test_hints_are_a_least_time(name: str) -> None:
    asked: dict[str, Any] = {name: 5 * 3600.0}
    result = polled(taught(*every(2 * HOUR)), Hints(**asked))
    assert between(5 * HOUR, result.at - NOW, 5.5 * HOUR)
    assert "asks for 5h" in result.reason


def test_hints_allow_more_than_once_an_hour_and_never_more_than_the_ceiling() -> None:
    busy = taught(*every(3 * MINUTE, 100, NOW - 3 * HOUR), *every(6 * MINUTE, 30))
    assert between(15 * MINUTE, wait(busy, Hints(ttl=900)), 40 * MINUTE)
    assert between(DAY, wait(busy, Hints(max_age=3.2e7)), 1.1 * DAY)


def test_retry_after_is_obeyed_whatever_the_user_set() -> None:
    policy = PollPolicy(10 * MINUTE, DAY, interval=5 * MINUTE)
    assert wait(policy=policy) == 5 * MINUTE
    failed = PollHistory(failures=1, failure="status", status=429)
    result = next_poll(failed, Hints(retry_after=7200), policy, NOW)
    assert result.at - NOW == 2 * HOUR
    assert "Retry-After" in result.reason
    assert wait(hints=Hints(retry_after=1e12)) == 7 * DAY


def test_an_explicit_interval_wins_over_hints_and_skipped_hours() -> None:
    policy = PollPolicy(10 * MINUTE, DAY, interval=30 * MINUTE)
    assert (
        next_poll(PollHistory(failures=2, failure="timeout"), Hints(), policy, NOW).at >= NOW + HOUR
    )  # but not over failures
    assert wait(None, Hints(ttl=1e5, skip_hours=frozenset(range(24))), policy) == 30 * MINUTE


def test_failures_back_off_by_kind_up_to_a_cap() -> None:
    def failed(count: int, kind: str, status: int | None = None) -> timedelta:
        return next_poll(PollHistory(Rhythm(), count, kind, status), Hints(), POLICY, NOW).at - NOW

    assert between(15 * MINUTE, failed(1, "timeout"), 17 * MINUTE)
    assert between(HOUR, failed(3, "timeout"), 1.1 * HOUR)
    assert failed(1, "dns") > failed(1, "timeout")
    assert failed(1, "status", 404) > failed(1, "status", 500)
    assert between(DAY, failed(50, "dns"), 1.1 * DAY)
    assert between(7 * DAY, failed(1, "status", 410), 7.7 * DAY)
    assert between(28 * DAY, failed(9, "status", 410), 31 * DAY)
    again = next_poll(PollHistory(Rhythm(), 2, "status", 404), Hints(), POLICY, NOW)
    assert "2 times in a row (status 404)" in again.reason


def test_skipped_hours_and_days_move_on() -> None:
    hints = Hints(skip_hours=frozenset({13, 14}), skip_days=frozenset({2}))
    result = polled(None, hints)
    assert result.at == datetime(2025, 3, 6, 0, 0, tzinfo=UTC)
    assert "skip" in result.reason
    assert between(HOUR, wait(None, Hints(skip_hours=frozenset(range(24)))), 1.1 * HOUR)


def test_jitter_is_the_feeds_own_and_repeats() -> None:
    seeds = [PollPolicy(10 * MINUTE, DAY, seed=f"https://example.org/{n}") for n in range(50)]
    waits = [wait(policy=policy) for policy in seeds]
    assert waits == [wait(policy=policy) for policy in seeds]
    assert len(set(waits)) > 40
    assert all(between(HOUR, one, 1.1 * HOUR) for one in waits)


seconds = st.integers(SECONDS - 400 * 86400, SECONDS + 86400)
documents = st.lists(st.tuples(st.lists(st.none() | seconds, max_size=30), st.integers(0, 30)), max_size=6)


def learnt(parts: list[tuple[list[int | None], int]]) -> Rhythm:
    rhythm, last = Rhythm(since=SECONDS - 7 * 86400), None
    for number, (listed, fresh) in enumerate(parts):
        now = SECONDS - (len(parts) - 1 - number) * 5000
        rhythm = learn(rhythm, listed, listed[:fresh], last, now)
        last = now
    return rhythm


numbers = st.none() | st.floats(0, 1e12)
all_hints = st.builds(
    Hints, ttl=numbers, update_period=numbers, max_age=numbers, expires_in=numbers, retry_after=numbers
)


@given(documents, all_hints)
@example(parts=[([], 0), ([None] * 7, 7)], hints=Hints(expires_in=94652.0))  # by a clock, and asked for more than a day
def test_never_early_and_between_floor_and_ceiling(parts: list[tuple[list[int | None], int]], hints: Hints) -> None:
    result = wait(learnt(parts), hints)
    asked = max(hints.ttl or 0, hints.update_period or 0, hints.max_age or 0, hints.expires_in or 0)
    retry = min(timedelta(seconds=min(hints.retry_after or 0, 1e9)), 7 * DAY)
    assert result >= max(10 * MINUTE, min(timedelta(seconds=min(asked, 1e9)), DAY), retry) - timedelta(seconds=1)
    assert result <= max(1.1 * DAY, retry)


@given(documents)
def test_a_rhythm_survives_being_kept(parts: list[tuple[list[int | None], int]]) -> None:
    rhythm = learnt(parts)
    assert unpack(orjson.loads(orjson.dumps(pack(rhythm)))) == rhythm
    assert len(rhythm.times) <= 24


@given(
    st.integers(1, 60),
    st.sampled_from(["dns", "timeout", "tls", "feed", "robots", "status", None]),
    st.none() | st.integers(300, 599),
)
def test_each_further_failure_waits_as_long_or_longer(count: int, kind: str | None, status: int | None) -> None:
    now, more = (after_failure(n, kind, status, 10 * MINUTE, DAY)[0] for n in (count, count + 1))
    assert 10 * MINUTE <= now <= more <= 28 * DAY


@pytest.mark.parametrize("kind", ["bursts", "office hours", "daily, by a clock", "weekdays only", "silent for months"])
def test_a_feed_as_it_is_said_to_be(kind: str) -> None:
    track = replays.models()[kind][0]
    score = replays.play(track, replays.ours, 0)
    assert score.avoidable == 0
    assert score.requests <= 24.5  # an hour is the floor
    same = replays.play(track, replays.fixed(86400 / score.requests), 0)
    assert score.delay < {"office hours": 0.6, "daily, by a clock": 0.1}.get(kind, 2.0) * same.delay
