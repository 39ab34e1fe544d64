"""How long a feed is left alone after failures: by their kind and number. What heals by itself is tried again sooner."""

from datetime import timedelta

from aggregator.times import humanize

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

# First wait after a failure, doubled with each further one.
_FIRST_WAIT = {
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
_FIRST_WAIT_STATUS = {401: 6 * HOUR, 403: 6 * HOUR, 404: 6 * HOUR, 410: 7 * DAY, 429: HOUR, 451: DAY, 503: HOUR}
_LONGEST_WAIT = {404: 7 * DAY, 410: 28 * DAY}


def after_failure(
    failures: int, kind: str | None, status: int | None, least: timedelta, most: timedelta
) -> tuple[timedelta, str]:
    """The wait after so many failures in a row, the last one of this kind (and HTTP status), and why in plain words.

    Between `least` and `most`, or a day or `least` if those are more; longer for what says that it is gone. Never for
    ever.
    """
    first, longest = _FIRST_WAIT.get(kind or "", HOUR), max(most, least, DAY)
    if status is not None:
        first = _FIRST_WAIT_STATUS.get(status, HOUR)
        longest = max(longest, _LONGEST_WAIT.get(status, longest))
    wait = min(max(first, least) * 2 ** min(max(failures, 1) - 1, 20), longest)
    what = f"status {status}" if status is not None else f"{kind or 'unknown'} error"
    times = "once" if failures <= 1 else f"{failures} times in a row"
    return wait, f"failed {times} ({what}): tried again after {humanize(wait)}"
