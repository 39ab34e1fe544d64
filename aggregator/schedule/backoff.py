"""Tells how long a feed waits after failures, by their kind and number. What heals by itself is tried again sooner."""

from datetime import timedelta

from aggregator.times import humanize

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

# The wait after a first failure, by its kind and by its HTTP status; each further failure doubles it.
_FIRST_WAITS = {
    "dns": HOUR,
    "connect": 15 * MINUTE,
    "timeout": 15 * MINUTE,
    "protocol": 30 * MINUTE,
    "too_large": 6 * HOUR,
    "tls": 6 * HOUR,
    "refused": DAY,
    "robots": DAY,
    "redirects": 6 * HOUR,
    "feed": HOUR,
}
_FIRST_WAITS_BY_STATUS = {401: 6 * HOUR, 403: 6 * HOUR, 404: 6 * HOUR, 410: 7 * DAY, 429: HOUR, 451: DAY, 503: HOUR}
_MAX_WAITS_BY_STATUS = {404: 7 * DAY, 410: 28 * DAY}


def after_failure(
    failures: int, kind: str | None, status: int | None, least: timedelta, most: timedelta
) -> tuple[timedelta, str]:
    """Returns the wait after so many failures in a row, the last one of this kind (and HTTP status), and why in words.

    It lies between `least` and the most of `most`, `least` and a day; longer where a status says that the feed is gone.
    """
    first, longest = _FIRST_WAITS.get(kind or "", HOUR), max(most, least, DAY)
    if status is not None:
        first = _FIRST_WAITS_BY_STATUS.get(status, HOUR)
        longest = max(longest, _MAX_WAITS_BY_STATUS.get(status, longest))
    wait = min(max(first, least) * 2 ** min(max(failures, 1) - 1, 20), longest)
    what = f"status {status}" if status is not None else f"{kind or 'unknown'} error"
    times = "once" if failures <= 1 else f"{failures} times in a row"
    return wait, f"failed {times} ({what}): tried again after {humanize(wait)}"
