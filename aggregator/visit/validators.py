"""Conditional requests: which validators a poll sends, and what is kept of those that it gets.

They go back byte for byte to the address they came from. Now and then a poll asks for the whole feed all the same, for
some servers answer 304 for ever: after a week of nothing but 304, and after a day from a server that was caught at it.
"""

import logging
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row

from aggregator.model import Entry, Response

WHOLE_AFTER = 7 * 86400
WHOLE_AFTER_LIE = 86400
LIE_COUNTS = 30 * 86400
_log = logging.getLogger(__name__)


def wants_whole(row: Row[Any], now: int) -> bool:
    """True if this poll is to be unconditional although there are validators; so at most once in 24 hours."""
    if row.whole_at is None or not (row.etag or row.last_modified):
        return False
    lied = row.lied_at is not None and now - row.lied_at < LIE_COUNTS
    return now - int(row.whole_at) >= (WHOLE_AFTER_LIE if lied else WHOLE_AFTER)


def to_send(row: Row[Any], whole: bool) -> dict[str, Any]:
    """The validators of a poll, as arguments of a net.Request."""
    if whole:
        return {}
    return {"etag": row.etag, "last_modified": row.last_modified, "validated_url": row.validated_url}


def to_keep(row: Row[Any], response: Response, now: int) -> dict[str, Any]:
    """The columns of validators after an answer."""
    etag, modified = response.headers.get("etag"), response.headers.get("last-modified")
    if response.status == 304:  # which need not repeat them
        kept = {"etag": etag or row.etag, "last_modified": modified or row.last_modified}
        return kept if row.whole_at is not None else kept | {"whole_at": now}
    return {"etag": etag, "last_modified": modified, "validated_url": response.url, "whole_at": now}


def caught_lying(row: Row[Any], response: Response, fresh: Iterable[Entry]) -> bool:
    """True if a server has answered 304 although its feed had changed. For a new body, asked for whole: its validators
    are those that we had, or some of its `fresh` entries were published well before the last 304."""
    etag, modified = response.headers.get("etag"), response.headers.get("last-modified")
    same = etag == row.etag if row.etag else bool(row.last_modified) and modified == row.last_modified
    since, until = int(row.whole_at or 0), int(row.last_poll_at or 0) - 3600
    times = (entry.published_at.timestamp() for entry in fresh if entry.published_at is not None)
    return same or any(since < at < until for at in times)


def remember_lie(row: Row[Any], now: int) -> dict[str, Any]:
    """The column that says so."""
    if row.lied_at is None:
        _log.warning(
            "%s: its server said that nothing had changed, and it had; asked for the whole feed daily", row.url
        )
    return {"lied_at": now}
