"""Reads times as people write them in a query or after --since."""

import re
from datetime import UTC, datetime, timedelta

from aggregator.errors import QueryError

_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_AGO = re.compile(r"(\d{1,6})\s*([mhdw])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_DAYS = {"today": 0, "yesterday": 1}


def span(text: str) -> tuple[datetime, datetime]:
    """Returns the time that `text` names, from its start up to and without its end: a year, a month, a day, or an
    instant (one second). Without an offset it is UTC. Raises QueryError."""
    text = text.strip()
    try:
        return _calendar(text) or _instant(text)
    except (ValueError, OverflowError):
        raise QueryError(f"{text!r} is no time; write 2024-05-31, 2024-05, 2024 or 2024-05-31T12:30:00Z") from None


def moment(text: str, now: datetime, *, after: bool = False) -> datetime:
    """Returns the time that `text` names: what `span` reads, or so long ago (`90m`, `12h`, `7d`, `2w`), `today`,
    `yesterday`.

    A span of time gives its start, and its end if `after` is set. Raises QueryError.
    """
    ago = _AGO.fullmatch(text.strip())
    if ago:
        try:
            return now - int(ago[1]) * _UNITS[ago[2]]
        except OverflowError:
            return datetime.min.replace(tzinfo=UTC)
    if text.strip() in _DAYS:
        day = now.astimezone(UTC).date() - timedelta(days=_DAYS[text.strip()])
        return span(day.isoformat())[after]
    try:
        return span(text)[after]
    except QueryError as error:
        raise QueryError(f"{error}, or 12h, 7d, 2w, today, yesterday") from None


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
