"""Lengths of time as people say them."""

from datetime import timedelta

from aggregator.config.values import format_duration


def spoken(length: timedelta | float) -> str:
    """A length of time (a number: seconds) in one or two units: `40m`, `3h12m`, `2d4h`."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    unit = 1 if seconds < 600 else 60 if seconds < 86400 else 3600
    return format_duration(timedelta(seconds=round(seconds / unit) * unit))
