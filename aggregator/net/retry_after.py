"""The Retry-After header, in both its forms. Source: RFC 9110 section 10.2.3."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_SECONDS = 7 * 24 * 3600.0
"""A server that asks for more is misconfigured more often than it means it; a week loses no feed."""


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, from 0 to a week; None where the header is missing or can't be read. `now` is aware."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text[:12]), MAX_SECONDS)
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return min(max((at - now).total_seconds(), 0.0), MAX_SECONDS)
