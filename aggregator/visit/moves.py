"""Subscriptions that move, and that end: what a poll says of their address.

A permanent redirect (301, 308) is believed when it was met in three polls over a day at least; then the new address is
polled in the old one's place, under the same id, with its history. feeds.yaml is the user's and stays as it is. A move
that leads nowhere is taken back. 302, 303 and 307 are followed and change nothing. 410 ends the polling.
"""

import logging
from typing import Any

from sqlalchemy import Row

from aggregator.errors import FetchError
from aggregator.urls import site_of

CONFIRMATIONS = 3
CONFIRMED_WITHIN = 86400  # seconds from the first to the last of them, at least
FAILURES = 3  # in a row of an address that was moved to, until the old one is asked again
_log = logging.getLogger(__name__)
_NO_CANDIDATE = {"moving_to": None, "moving_since": None, "moving_polls": None}


def address(row: Row[Any]) -> str:
    """What is polled of a subscription."""
    return str(row.moved_to or row.url)


def after_success(row: Row[Any], redirected_to: str | None, own_site: str | None, now: int) -> dict[str, Any]:
    """Columns that a good poll changes. `redirected_to`: where permanent redirects led from `address(row)`, if any did;
    `own_site`: the key of politeness that the user set."""
    if redirected_to is None or redirected_to == address(row):
        return _NO_CANDIDATE if row.moving_to is not None else {}
    if redirected_to != row.moving_to:
        return {"moving_to": redirected_to, "moving_since": now, "moving_polls": 1}
    if row.moving_polls + 1 < CONFIRMATIONS or now - row.moving_since < CONFIRMED_WITHIN:
        return {"moving_polls": row.moving_polls + 1}
    return _moved(row, redirected_to, own_site, now)


def after_failure(row: Row[Any], error: FetchError, own_site: str | None, now: int) -> dict[str, Any]:
    """Columns that a failed poll changes."""
    gone = error.status == 410 and all(status in (301, 308) for status, _ in error.redirects)
    lost = gone or row.failures + 1 >= FAILURES
    if row.moved_to is not None and lost and error.kind not in ("cooling", "robots"):
        _log.info("%s: %s, where it had moved to, fails; the old address is asked again", row.url, row.moved_to)
        return _NO_CANDIDATE | {"moved_to": None, "moved_at": None, "site": own_site or site_of(row.url)}
    if gone:
        _log.info("%s: gone for good (410); not asked again until you do: aggregator fetch %s", row.url, row.url)
        return {"gone_at": now}
    return {}


def _moved(row: Row[Any], to: str, own_site: str | None, now: int) -> dict[str, Any]:
    if to == row.url:
        return _NO_CANDIDATE | {"moved_to": None, "moved_at": None, "site": own_site or site_of(to)}
    _log.info("%s: moved for good to %s, which is polled from now on; put it into feeds.yaml", row.url, to)
    return _NO_CANDIDATE | {"moved_to": to, "moved_at": now, "site": own_site or site_of(to)}
