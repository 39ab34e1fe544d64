"""Lengths of time, the dates and delays of HTTP headers, and durations as people read them."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 604800
"""Seconds."""

MAX_RETRY_AFTER = float(WEEK)
"""Seconds of a Retry-After that are believed. A longer one is a mistake more often than a wish; a week loses no feed."""

MAX_CRAWL_DELAY = 300.0
"""Seconds of a Crawl-delay that are kept to; a longer one would keep a site's news from ever being read."""


def http_date(text: str | None) -> datetime | None:
    """Parses the date of a header, in any form that mail knows; aware. None where it is missing or can't be read."""
    try:
        at = parsedate_to_datetime(text) if text else None
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at


def retry_after(text: str | None, now: datetime | None) -> float | None:
    """Returns the seconds that a Retry-After asks to wait, at most MAX_RETRY_AFTER; None where it is missing or can't
    be read. `now` (aware) is what a date is reckoned from; without it only a number can be read.

    Source: RFC 9110 section 10.2.3.
    """
    wanted = (text or "").strip()
    if wanted.isascii() and wanted.isdigit():
        return min(float(wanted[:18]), MAX_RETRY_AFTER)
    at = http_date(wanted)
    return min(max((at - now).total_seconds(), 0.0), MAX_RETRY_AFTER) if at and now else None


def format_duration(length: timedelta) -> str:
    """Writes a duration as feeds.yaml does: `1h30m`, `2s`, `0`."""
    left = length.total_seconds()
    parts = []
    for unit, seconds in (("d", DAY), ("h", HOUR), ("m", MINUTE)):
        count, left = divmod(left, seconds)
        if count:
            parts.append(f"{int(count)}{unit}")
    if left:
        parts.append(f"{left:g}s" if left == int(left) else f"{left:f}".rstrip("0") + "s")
    return "".join(parts) or "0"


def humanize(length: timedelta | float) -> str:
    """Writes a duration (a number: seconds) in one or two units: `40m`, `3h12m`, `2d4h`."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    unit = 1 if seconds < 10 * MINUTE else MINUTE if seconds < DAY else HOUR
    return format_duration(timedelta(seconds=round(seconds / unit) * unit))
