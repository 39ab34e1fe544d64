"""Judges the health of a feed: one state with its reason and what to do.

Failures weigh by their kind: a server that did not answer is given several tries, a certificate that ran out or a page
that says 410 is not. No failure but a 410 ends the polls: whatever else is wrong is asked again, ever more rarely,
until a person takes it out of feeds.yaml. After a 410 a feed is asked again when a person names it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

from aggregator.times import DAY, HOUR

State = Literal["blocked", "gone", "failing", "moved", "silent", "slow", "new", "healthy"]
STATES: tuple[State, ...] = get_args(State)  # in the order in which they are listed: what needs a person first
NEEDS_A_PERSON = STATES[: STATES.index("silent")]

_FAILURES_BY_KIND = {"timeout": 4, "connect": 4, "protocol": 4, "tls": 2, "redirects": 2, "too_large": 2, "refused": 1}
_FAILURES_OF_OTHER_KINDS = 3
_BLOCKED_AFTER = {401: 2, 402: 2, 403: 2, 451: 1, 429: 4}  # by status: failures in a row
_GONE_AFTER = {404: (3, 2 * DAY), "dns": (6, 7 * DAY)}  # failures in a row, and seconds since it last worked
_SLOW_SECONDS = 10.0
_SILENT_MEAN_GAPS, _SILENT_LONGEST_GAPS, _SILENT_SECONDS = 10, 3, 14 * DAY  # all of them must have passed
_MIN_GAPS = 4
_BLOCK_PAGE = re.compile(
    rb"just a moment\.\.\.|cf-chl|challenge-platform|attention required! \| cloudflare|ddos-guard|_incapsula_|"
    rb"px-captcha|captcha-delivery|g-recaptcha|h-captcha|hcaptcha|checking your browser|are you a robot",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FeedFacts:
    """Holds what is known of a feed after a poll. Times in seconds since 1970, lengths in seconds.

    `failures` in a row, and the `kind`, HTTP `status` and `reason` of the latest; `worked_at`: when it last worked;
    `latency`: how long its answers take; `moved_to`: where its redirects lead, if all are permanent;
    `gaps`: between its newest entries; `newest_at`: of the newest one; `problem`: what was wrong
    with a document of which something could be read.
    """

    url: str
    failures: int = 0
    kind: str | None = None
    status: int | None = None
    reason: str | None = None
    worked_at: int | None = None
    added_at: int = 0
    latency: float | None = None
    moved_to: str | None = None
    gaps: tuple[int, ...] = ()
    newest_at: int | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class HealthState:
    """Holds a state and why, in one line."""

    state: State
    why: str


def judge(facts: FeedFacts, before: State | None, now: int) -> HealthState:
    """Returns the state of a feed after a poll; `before`: the one until now, which a failure or two do not change."""
    if facts.failures:
        return _failed(facts, now) or HealthState(before or "new", f"{_counted(facts)}; this may pass by itself")
    if facts.moved_to is not None and facts.moved_to != facts.url:
        return HealthState("moved", f"its server says that it moved for good to {facts.moved_to}")
    if (silence := _silence(facts, now)) is not None:
        return HealthState("silent", silence)
    if facts.latency is not None and facts.latency >= _SLOW_SECONDS:
        return HealthState("slow", f"its server takes {facts.latency:.0f} s to answer")
    if facts.problem is not None:
        return HealthState("healthy", f"it answers, but its document is damaged ({facts.problem}): some may be missing")
    return HealthState("healthy", "it answers, and its entries come as usual")


def advice(state: str, url: str) -> str:
    """Returns what a person can do about it, in one line; empty if nothing."""
    remove, fetch = f"`aggregator feeds remove {url}`", f"`aggregator fetch {url}`"
    replace = f"`aggregator feeds add NEW --replace {url}`"
    return {
        "blocked": f"ask the publisher for leave, give `headers` or `robots: false` where you may, or {remove}",
        "gone": f"`aggregator feeds check {url}` looks for its new address, {fetch} asks it once more; or {remove}",
        "failing": f"open it in a browser: if it works there, {fetch} shows what fails here; else wait",
        "moved": f"put the new address into feeds.yaml ({replace}); it is followed meanwhile",
        "silent": f"nothing, if it rests; else look whether its site has another feed, or {remove}",
        "slow": "nothing; where it fails for it, raise `timeout` in feeds.yaml",
    }.get(state, "")


def sort_key(state: str | None) -> int:
    """Returns the place of a state among STATES; what is no state counts as new."""
    return STATES.index(state) if state in STATES else STATES.index("new")


def is_block_page(body: bytes) -> bool:
    """Tells whether a page that came instead of a feed is one that keeps machines out."""
    return _BLOCK_PAGE.search(body[:65536]) is not None


def _failed(facts: FeedFacts, now: int) -> HealthState | None:
    """Returns the state that failures in a row mean; None while they may pass by themselves."""
    seen = _counted(facts)
    if facts.status == 410 or _is_over(facts, now):
        return HealthState("gone", f"{seen}; {_worked(facts)}")
    if facts.kind == "wall" or (facts.kind == "robots" and facts.status is None):
        return HealthState("blocked", seen)
    if facts.status in _BLOCKED_AFTER:
        return HealthState("blocked", seen) if facts.failures >= _BLOCKED_AFTER[facts.status] else None
    if facts.failures >= _FAILURES_BY_KIND.get(facts.kind or "", _FAILURES_OF_OTHER_KINDS):
        return HealthState("failing", f"{seen}; {_worked(facts)}")
    return None


def _is_over(facts: FeedFacts, now: int) -> bool:
    failures, since = _GONE_AFTER.get(facts.status or facts.kind or "", (1 << 30, 0))
    return facts.failures >= failures and now - (facts.worked_at or facts.added_at) >= since


def _worked(facts: FeedFacts) -> str:
    return "it never worked" if facts.worked_at is None else f"it last worked {_day(facts.worked_at)}"


def _counted(facts: FeedFacts) -> str:
    times = "" if facts.failures == 1 else f", {facts.failures} times in a row"
    return f"{facts.reason or facts.kind or 'it failed'}{times}"


def _silence(facts: FeedFacts, now: int) -> str | None:
    if facts.newest_at is None or len(facts.gaps) < _MIN_GAPS:
        return None
    usual, longest = sum(facts.gaps) / len(facts.gaps), max(facts.gaps)
    if now - facts.newest_at < max(_SILENT_MEAN_GAPS * usual, _SILENT_LONGEST_GAPS * longest, _SILENT_SECONDS):
        return None
    return f"nothing new since {_day(facts.newest_at)}, where an entry came every {_length(usual)} before"


def _length(seconds: float) -> str:
    for name, size in (("days", DAY), ("hours", HOUR)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    minutes = max(round(seconds / 60), 1)
    return "minute" if minutes == 1 else f"{minutes} minutes"


def _day(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d")
