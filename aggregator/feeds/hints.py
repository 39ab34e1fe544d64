"""Reads when to come back, as the feed and its server say: Hints."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from aggregator.feeds.formats.raw import RawFeed
from aggregator.model import Hints
from aggregator.times import DAY, HOUR, WEEK, http_date, retry_after

_PERIODS = {"hourly": HOUR, "daily": DAY, "weekly": WEEK, "monthly": 30 * DAY, "yearly": 365 * DAY}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MAX_AGE = re.compile(r"(?:^|[\s,])max-age\s*=\s*\"?(\d{1,10})")
_SKIP = re.compile(rb"<skip((?i:hours|days))\b[^<>]{0,200}>(.{0,2000}?)</skip(?i:\1)>", re.DOTALL)
_MAX_SKIP_ELEMENTS = 10
_VALUE = re.compile(r"<(?:hour|day)>\s*(\w+)\s*</", re.IGNORECASE)


def from_headers(headers: Mapping[str, str]) -> Hints:
    """Returns the hints of an answer's headers (lower-case names); times are reckoned from its own Date."""
    control = headers.get("cache-control", "").lower()
    age = _MAX_AGE.search(control)
    fresh = "no-store" not in control and "no-cache" not in control
    expires = None if age or not fresh else _seconds_from(headers.get("expires"), headers)
    return Hints(
        max_age=float(age[1]) if age and fresh else None,
        expires_in=expires if expires and expires > 0 else None,
        retry_after=retry_after(headers.get("retry-after"), http_date(headers.get("date"))),
    )


def read_hints(raw: RawFeed, body: bytes, headers: Mapping[str, str]) -> Hints:
    """Returns the hints of a document (in UTF-8) and its headers."""
    hours, days = _skipped(body) if raw.may_skip else (frozenset[int](), frozenset[int]())
    period = _update_period(raw)
    return replace(from_headers(headers), ttl=_ttl(raw.ttl), update_period=period, skip_hours=hours, skip_days=days)


def _seconds_from(value: str | None, headers: Mapping[str, str]) -> float | None:
    """Returns the seconds from the answer's Date to a HTTP date; None if either can't be read."""
    at, now = http_date(value), http_date(headers.get("date"))
    return (at - now).total_seconds() if at and now else None


def _ttl(text: str | None) -> float | None:
    minutes = _number(text)
    return minutes * 60 if minutes else None


def _update_period(raw: RawFeed) -> float | None:
    """Divides sy:updatePeriod by sy:updateFrequency (RSS 1.0 syndication module); in seconds."""
    period = _PERIODS.get((raw.period or "").strip().lower())
    return period / (_number(raw.frequency) or 1) if period else None


def _number(text: str | None) -> float | None:
    match = re.match(r"\s*(\d{1,7}(?:\.\d{1,3})?)\s*$", text or "")
    return float(match[1]) if match else None


def _skipped(body: bytes) -> tuple[frozenset[int], frozenset[int]]:
    """Returns RSS's skipHours and skipDays: numbers 0-23 (24 is 0) and 0 for Monday."""
    hours: set[int] = set()
    days: set[int] = set()
    for kind, inner in _skips(body):
        for value in _VALUE.findall(inner.decode("ascii", "ignore")):
            if kind.lower() == b"hours" and value.isdigit() and int(value) <= 24:
                hours.add(int(value) % 24)
            elif kind.lower() == b"days" and value.lower() in _DAYS:
                days.add(_DAYS.index(value.lower()))
    return frozenset(hours), frozenset(days)


def _skips(body: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yields kind and inside of the first few such elements."""
    at = -1
    for _ in range(_MAX_SKIP_ELEMENTS):
        at = body.find(b"<skip", at + 1)
        if at < 0:
            return
        if found := _SKIP.match(body, at):
            yield found[1], found[2]
