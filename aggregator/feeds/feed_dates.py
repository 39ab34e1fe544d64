"""Reads the two forms of date that nearly all feeds have: RFC 822 (RSS) and RFC 3339 (Atom)."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from aggregator.times import month_names

_MONTHS = {name.title(): number for name, number in month_names(["en-short"]).items()}
_RFC822 = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\s+)?(\d{{1,2}})\s+({'|'.join(_MONTHS)})[a-z]*\s+(\d{{4}})"
    r"\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s+([+-]\d{4}|GMT|UTC|UT|Z|EST|EDT|CST|CDT|MST|MDT|PST|PDT)"
)
_RFC3339 = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:T(\d{2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2}|[+-]\d{2}00))?"
)
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}


class Undatable(ValueError):
    """The date is in another form than these two."""


@lru_cache(maxsize=1024)
def parse_date(text: str) -> datetime | None:
    """Returns a date in UTC; None for an empty text. Raises Undatable."""
    if not text:
        return None
    if match := _RFC822.fullmatch(text):
        day, month, year, hour, minute, second, zone = match.groups()
        parts = (int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second or 0))
    elif match := _RFC3339.fullmatch(text):
        *numbers, zone = match.groups()
        parts = tuple(int(number or 0) for number in numbers)  # type: ignore[assignment]
    else:
        raise Undatable(text)
    try:
        return datetime(*parts, tzinfo=UTC) - _offset(zone)
    except (ValueError, OverflowError) as error:
        raise Undatable(text) from error


def _offset(zone: str | None) -> timedelta:
    if zone is None or zone[0] not in "+-":
        return timedelta(hours=_ZONES.get(zone or "", 0))
    length = timedelta(hours=int(zone[1:3]), minutes=int(zone[-2:]))
    return -length if zone[0] == "-" else length
