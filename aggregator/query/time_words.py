"""Reads times as people write them: the same words in a query, after --since and after --until."""

import re
from datetime import UTC, datetime, timedelta

from aggregator.errors import QueryError

KNOWN = "2024-05-31, 2024-05, 2024, 2024-05-31T12:30:00Z, 12h, 7d, 2w, today or yesterday"
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_AGO = re.compile(r"(\d{1,6})\s*([mhdw])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_DAYS = {"today": 0, "yesterday": 1}


def span(text: str, now: datetime) -> tuple[datetime, datetime | None]:
    """Returns the time that `text` names, from its start up to and without its end.

    That is a year, a month, a day, `today`, `yesterday`, an instant (one second), or what was not longer ago than
    `90m`, `12h`, `7d`, `2w`, which has no end (None). Without an offset it is UTC. Raises QueryError.
    """
    text = text.strip()
    try:
        return _ago(text, now) or written(_day(text, now))
    except (ValueError, OverflowError):
        raise QueryError(f"{text!r} is no time; write {KNOWN}") from None


def written(text: str) -> tuple[datetime, datetime]:
    """Returns the year, month, day or instant that `text` names without regard to what day it is. Raises ValueError,
    OverflowError."""
    return _calendar(text) or _instant(text)


def moment(text: str, now: datetime, *, after: bool = False) -> datetime:
    """Returns the start of the time that `text` names as `span` reads it, and its end if `after` is set; what is said
    as so long ago has its start alone. Raises QueryError."""
    start, end = span(text, now)
    return end if after and end else start


def _ago(text: str, now: datetime) -> tuple[datetime, None] | None:
    found = _AGO.fullmatch(text)
    if not found:
        return None
    try:
        return now - int(found[1]) * _UNITS[found[2]], None
    except OverflowError:
        return datetime.min.replace(tzinfo=UTC), None


def _day(text: str, now: datetime) -> str:
    days = _DAYS.get(text.lower())
    return text if days is None else (now.astimezone(UTC).date() - timedelta(days=days)).isoformat()


def _calendar(text: str) -> tuple[datetime, datetime] | None:
    found = _DATE.fullmatch(text)
    if not found:
        return None
    year, month, day = int(found[1]), found[2], found[3]
    start = datetime(year, int(month or 1), int(day or 1), tzinfo=UTC)
    if day:
        return start, start + timedelta(days=1)
    if month:
        return start, start.replace(year=year + start.month // 12, month=start.month % 12 + 1)
    return start, start.replace(year=year + 1)


def _instant(text: str) -> tuple[datetime, datetime]:
    value = datetime.fromisoformat(text)
    start = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return start, start + timedelta(seconds=1)
