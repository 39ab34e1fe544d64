"""What a poll means for its feed: its rhythm, the time of the next poll, its state of health."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import ceil
from typing import Any

import orjson
from sqlalchemy import Row

from aggregator.config.models import Settings
from aggregator.config.values import parse_duration
from aggregator.model import Entry, FeedDocument, Hints, Response
from aggregator.schedule import (
    PollHistory,
    PollPolicy,
    Rhythm,
    health,
    learn,
    next_poll,
    pack,
    unchanged,
    unpack,
    without_outliers,
)
from aggregator.visit.context import StateChanged

_UNBOUNDED = ("sitemap", "news-sitemap", "sitemap-index")
_OF_LATEST = 0.3  # the share of the latest answer in the mean time to answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """A poll that is over: its row of `polls`, what it changes of its feed's row, what the server asks for, and the
    answer (None if there was none)."""

    poll: dict[str, Any]
    state: dict[str, Any]
    hints: Hints
    response: Response | None = None


@dataclass(frozen=True, slots=True)
class After:
    """Columns of the feed's row, and its change of state if there is one."""

    columns: dict[str, Any]
    change: StateChanged | None


def kept_rhythm(row: Row[Any]) -> Rhythm | None:
    """What the feed's polls taught so far; None before its first document."""
    return unpack(orjson.loads(row.rhythm)) if row.rhythm else None


def taught(row: Row[Any], document: FeedDocument, fresh: Sequence[Entry], now: int) -> Rhythm:
    """The rhythm after a document, of whose entries `fresh` were not known."""
    kept = kept_rhythm(row)
    listed = [_seconds(entry) for entry in document.entries]
    if kept is None:
        return learn(Rhythm(), listed, listed, None, now)
    rhythm = learn(kept, listed, [_seconds(entry) for entry in fresh], row.last_success_at, now)
    if document.format in _UNBOUNDED:  # nothing leaves it because something comes
        return replace(rhythm, unseen=0, turnover=None, half=None)
    return rhythm


def gap_reason(row: Row[Any], listed: int) -> str:
    """What is said of a document of which no entry was known."""
    since = datetime.fromtimestamp(row.last_success_at, UTC).strftime("%Y-%m-%d %H:%M")
    return f"none of its {listed} entries was known: some that came after {since} UTC may have been missed"


def after(
    row: Row[Any], options: dict[str, Any], settings: Settings, outcome: Outcome, rhythm: Rhythm | None, now: int
) -> After:
    """What follows from a poll that ended `now`; `rhythm`: what its document taught, None if there was none."""
    failures = int(outcome.state.get("failures", 0))
    kept = kept_rhythm(row)
    known = rhythm or (kept if failures else unchanged(kept or Rhythm(since=now))) or Rhythm()
    status = outcome.poll.get("status") if failures else None
    policy = PollPolicy(settings.min_interval, settings.max_interval, _interval(row, options), seed=row.url)
    history = PollHistory(known, failures, outcome.poll.get("kind"), status)
    plan = next_poll(history, outcome.hints, policy, datetime.fromtimestamp(now, UTC))
    columns = {"next_poll_at": ceil(plan.at.timestamp()), "next_poll_reason": plan.reason, "last_poll_at": now}
    columns |= {"last_poll_due_at": row.next_poll_at, "last_poll_reason": row.next_poll_reason}
    if known != kept and not failures:
        columns["rhythm"] = orjson.dumps(pack(known)).decode()
    if not failures:
        columns |= {"last_success_at": now, "latency": _latency(row.latency, outcome.response)}
    return _with_health(row, outcome, known, columns, now)


def _with_health(row: Row[Any], outcome: Outcome, rhythm: Rhythm, columns: dict[str, Any], now: int) -> After:
    before, verdict = row.health, health.judge(_facts(row, outcome, rhythm, columns), row.health, now)
    if (verdict.state, verdict.why) != (before, row.health_why):
        columns |= {"health": verdict.state, "health_why": verdict.why}
    if verdict.state == before:
        return After(outcome.state | columns, None)
    columns["health_since"] = now
    advice = health.advice(verdict.state, row.url)
    change = StateChanged(row.url, before or "new", verdict.state, verdict.why, advice)
    first = before in (None, "new") and verdict.state in ("new", "healthy")  # nothing to tell
    return After(outcome.state | columns, None if first else change)


def _facts(row: Row[Any], outcome: Outcome, rhythm: Rhythm, columns: dict[str, Any]) -> health.FeedFacts:
    times = without_outliers(rhythm.times)
    return health.FeedFacts(
        url=row.url,
        failures=int(outcome.state.get("failures", 0)),
        kind=outcome.poll.get("kind"),
        status=outcome.poll.get("status"),
        reason=outcome.poll.get("reason"),
        worked_at=row.last_success_at,
        added_at=row.added_at,
        latency=columns.get("latency", row.latency),
        moved_to=outcome.state.get("moved_to", row.moved_to) or outcome.state.get("moving_to", row.moving_to),
        gaps=tuple(later - earlier for earlier, later in pairwise(times)),
        newest_at=times[-1] if times else None,
    )


def _latency(before: float | None, response: Response | None) -> float | None:
    if response is None or before is None:
        return before if response is None else round(response.elapsed, 3)
    return round(before + _OF_LATEST * (response.elapsed - before), 3)


def _interval(row: Row[Any], options: dict[str, Any]) -> timedelta | None:
    said = options.get("interval")
    if said is None:
        return timedelta(hours=6) if row.kind == "page" else None
    return parse_duration(said)


def _seconds(entry: Entry) -> int | None:
    when = entry.published_at or entry.updated_at
    return int(when.timestamp()) if when else None
