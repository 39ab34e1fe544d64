"""Reads the dates of feeds: the two forms that nearly all have, RFC 822 (RSS) and RFC 3339 (Atom), and by `loose_dates`
whatever else publishers write."""

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from aggregator.feeds import loose_dates
from aggregator.times import month_names

_MONTHS = {name.title(): number for name, number in month_names(["en-short"]).items()}
_RFC822 = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\s+)?(\d{{1,2}})\s+({'|'.join(_MONTHS)})[a-z]*\s+(\d{{4}})"
    r"\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s+([+-](?:0\d|1[0-4])[0-5]\d|GMT|UTC|UT|Z|EST|EDT|CST|CDT|MST|MDT|PST|PDT)"
)
_RFC3339 = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-](?:0\d|1[0-4]):?[0-5]\d)?)?"
)
_MAX_CHARACTERS = 200


class Undatable(ValueError):
    """The text is no date."""


@lru_cache(maxsize=1024)
def parse_date(text: str) -> datetime | None:
    """Returns a date in UTC, which one without a zone is taken for; None for an empty text. Raises Undatable."""
    text = text.strip()
    if not text:
        return None
    try:
        if match := _RFC822.fullmatch(text):
            day, month, year, hour, minute, second, zone = match.groups()
            return _utc((int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second or 0)), zone)
        if match := _RFC3339.fullmatch(text):
            *numbers, zone = match.groups()
            return _utc(tuple(int(number or 0) for number in numbers), zone)
    except (ValueError, OverflowError):
        pass  # such as 24:00
    at = loose_dates.find(text[:_MAX_CHARACTERS])
    if at is None:
        raise Undatable(text)
    return at


def date_or_none(text: object) -> datetime | None:
    """Returns a date as `parse_date` reads it; None for what is none, and for what is no text or number."""
    if isinstance(text, int | float) and not isinstance(text, bool):
        text = f"{text:.0f}"
    with suppress(Undatable):
        return parse_date(text) if isinstance(text, str) else None
    return None


def _utc(parts: tuple[int, ...], zone: str | None) -> datetime:
    year, month, day, hour, minute, second = parts
    return datetime(year, month, day, hour, minute, second, tzinfo=UTC) - _offset(zone)


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone[0] not in "+-":
        return timedelta(hours=loose_dates.ZONES.get((zone or "").lower(), 0))
    length = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return -length if zone[0] == "-" else length
