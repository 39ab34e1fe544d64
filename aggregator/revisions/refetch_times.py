"""Plans when the page of an article is fetched again: ever more rarely while the article ages."""

from collections.abc import Sequence

from aggregator.times import DAY, HOUR

_MAX_RETRIES = 3  # in a row, before the plan's next time
_MAX_WAIT = 30 * DAY


def next_refetch(steps: Sequence[int], since: int, now: int) -> int | None:
    """Returns the next time of a plan, in seconds since 1970; None when it is over.

    `steps`: seconds after `since`, when the article came out, growing. A time that is nearer to `now` than half the
    first step is passed over: what came late stands for it.
    """
    least = now + (steps[0] / 2 if steps else 0)
    return next((since + step for step in steps if since + step >= least), None)


def after_failed_refetch(planned: int | None, failures: int, now: int) -> int | None:
    """Returns the time after a refetch that failed, the `failures`-th in a row: the plan's next, or sooner to retry."""
    if failures > _MAX_RETRIES:
        return planned
    again = now + failures * HOUR
    return again if planned is None else min(planned, again)


def after_entry_update(refetched_at: int, same: int, now: int) -> int:
    """Returns the time of a refetch because a feed says that its entry changed; `same`: refetches in a row that found
    nothing new.

    It is not within an hour of the last one, and twice as long with each that was in vain: some feeds say so each poll.
    """
    return max(now, refetched_at + min(HOUR << min(same, 20), _MAX_WAIT))
