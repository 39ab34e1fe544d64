"""Works out what a poll means for its feed: its rhythm, the time of the next poll, its state of health. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import pairwise
from math import ceil

from aggregator.config.models import Settings
from aggregator.model import Entry, FeedDocument, Hints, Response
from aggregator.schedule import health
from aggregator.schedule.next_poll import PollHistory, PollPolicy, next_poll
from aggregator.schedule.rhythm import Rhythm, learn, unchanged, without_outliers
from aggregator.store.polling.feeds import FeedRow, Poll
from aggregator.visit.progress import StateChanged

_UNBOUNDED_FORMATS = ("sitemap", "news-sitemap", "sitemap-index")
_LATENCY_SHARE = 0.3  # of the latest answer in the mean time to answer


@dataclass(frozen=True, slots=True)
class PollResult:
    """A poll that is over: its line in the log, and its feed with all that the answer changed of it.

    `hints`: what the feed or its server asks for; `response`: None if there was none; `rhythm`: what the document
    taught, None if there was none.
    """

    poll: Poll
    feed: FeedRow
    hints: Hints = field(default_factory=Hints)
    response: Response | None = None
    rhythm: Rhythm | None = None


@dataclass(frozen=True, slots=True)
class Planned:
    """The feed with its next poll and its health, and its change of state if there is one to tell."""

    feed: FeedRow
    change: StateChanged | None


def updated_rhythm(feed: FeedRow, document: FeedDocument, fresh: Sequence[Entry], now: int) -> Rhythm:
    """Returns the rhythm after a document, of whose entries `fresh` were not known."""
    listed = [_seconds(entry) for entry in document.entries]
    if feed.rhythm is None:
        return learn(Rhythm(), listed, listed, None, now)
    rhythm = learn(feed.rhythm, listed, [_seconds(entry) for entry in fresh], feed.last_success_at, now)
    if document.format in _UNBOUNDED_FORMATS:  # nothing leaves it because something comes
        return replace(rhythm, unseen=0, turnover=None, half=None)
    return rhythm


def gap_reason(feed: FeedRow, listed: int) -> str:
    """Returns what is said of a document of which no entry was known."""
    since = datetime.fromtimestamp(feed.last_success_at or 0, UTC).strftime("%Y-%m-%d %H:%M")
    return f"none of its {listed} entries was known: some that came after {since} UTC may have been missed"


def planned(before: FeedRow, result: PollResult, settings: Settings, now: int) -> Planned:
    """Returns what follows from a poll that ended `now`; `before`: its feed as it was."""
    feed, poll = result.feed, result.poll
    failed = feed.failures > 0
    rhythm = result.rhythm or (before.rhythm if failed else unchanged(before.rhythm or Rhythm(since=now))) or Rhythm()
    policy = PollPolicy(settings.min_interval, settings.max_interval, feed.options.interval, seed=feed.url)
    history = PollHistory(rhythm, feed.failures, poll.kind, poll.status if failed else None)
    plan = next_poll(history, result.hints, policy, datetime.fromtimestamp(now, UTC))
    feed = replace(
        feed,
        next_poll_at=ceil(plan.at.timestamp()),
        next_poll_reason=plan.reason,
        last_poll_at=now,
        last_poll_due_at=before.next_poll_at,
        last_poll_reason=before.next_poll_reason,
        rhythm=feed.rhythm if failed else rhythm,
        last_success_at=feed.last_success_at if failed else now,
        latency=feed.latency if failed else _latency(before.latency, result.response),
    )
    return _with_health(before, feed, poll, rhythm, now)


def _with_health(before: FeedRow, feed: FeedRow, poll: Poll, rhythm: Rhythm, now: int) -> Planned:
    verdict = health.judge(_facts(before, feed, poll, rhythm), before.health, now)
    if verdict.state == before.health:
        return Planned(feed if verdict.why == feed.health_why else replace(feed, health_why=verdict.why), None)
    feed = replace(feed, health=verdict.state, health_why=verdict.why, health_since=now)
    if before.health in (None, "new") and verdict.state in ("new", "healthy"):  # nothing to tell
        return Planned(feed, None)
    advice = health.advice(verdict.state, feed.url)
    return Planned(feed, StateChanged(feed.url, before.health or "new", verdict.state, verdict.why, advice))


def _facts(before: FeedRow, feed: FeedRow, poll: Poll, rhythm: Rhythm) -> health.FeedFacts:
    times = without_outliers(rhythm.times)
    return health.FeedFacts(
        url=feed.url,
        failures=feed.failures,
        kind=poll.kind,
        status=poll.status,
        reason=poll.reason,
        worked_at=before.last_success_at,
        added_at=feed.added_at,
        latency=feed.latency,
        moved_to=feed.moved_to or feed.moving_to,
        gaps=tuple(later - earlier for earlier, later in pairwise(times)),
        newest_at=times[-1] if times else None,
        problem=None if feed.failures else feed.last_error,
    )


def _latency(before: float | None, response: Response | None) -> float | None:
    if response is None or before is None:
        return before if response is None else round(response.elapsed, 3)
    return round(before + _LATENCY_SHARE * (response.elapsed - before), 3)


def _seconds(entry: Entry) -> int | None:
    when = entry.published_at or entry.updated_at
    return int(when.timestamp()) if when else None
