"""When the page of an article is fetched again: a plan that thins out while the article ages."""

from collections.abc import Sequence

HOUR = 3600
_FAILURES = 3  # in a row that are tried again before the plan's next time
_MOST_WAIT = 30 * 24 * HOUR


def next_refetch(steps: Sequence[int], since: int, now: int) -> int | None:
    """The next time of a plan, in seconds since 1970; None when it is over.

    `steps`: seconds after `since`, when the article came out, growing. A time that is nearer to `now` than half the
    first step is passed over: what came late stands for it.
    """
    least = now + (steps[0] / 2 if steps else 0)
    return next((since + step for step in steps if since + step >= least), None)


def after_failed_refetch(planned: int | None, failures: int, now: int) -> int | None:
    """The time after a look that failed, the `failures`-th in a row: the plan's next, or sooner to try again."""
    if failures > _FAILURES:
        return planned
    again = now + failures * HOUR
    return again if planned is None else min(planned, again)


def after_entry_update(looked_at: int, same: int, now: int) -> int:
    """The time of a look because a feed says that its entry changed; `same`: looks in a row that found nothing new.

    Not within an hour of the last look; twice as long with each that was in vain, for some feeds say so at each poll.
    """
    return max(now, looked_at + min(HOUR << min(same, 20), _MOST_WAIT))
