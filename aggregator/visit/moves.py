"""Follows subscriptions that move, and that end: what a poll says of their address. Pure.

A permanent redirect (301, 308) is believed when it was met in three polls over a day at least; then the new address is
polled in the old one's place, under the same id, with its history. feeds.yaml is the user's and stays as it is. A move
that leads nowhere is taken back. 302, 303 and 307 are followed and change nothing. 410 ends the polling.
"""

import logging
from dataclasses import replace

from aggregator.errors import FetchError
from aggregator.model import PERMANENT
from aggregator.store.polling.feeds import FeedRow
from aggregator.times import DAY
from aggregator.urls import site_of

CONFIRMATIONS = 3
CONFIRMED_OVER = DAY  # from the first to the last of them, at least
MAX_FAILURES = 3  # in a row of an address that was moved to, until the old one is asked again
_log = logging.getLogger(__name__)


def address(feed: FeedRow) -> str:
    """Returns what is polled of a subscription."""
    return feed.moved_to or feed.url


def after_success(feed: FeedRow, redirected_to: str | None, now: int) -> FeedRow:
    """Returns the feed after a good poll. `redirected_to`: where permanent redirects led from its address, if any
    did."""
    if redirected_to is None or redirected_to == address(feed):
        return _without_candidate(feed)
    if redirected_to != feed.moving_to:
        return replace(feed, moving_to=redirected_to, moving_since=now, moving_polls=1)
    polls = (feed.moving_polls or 0) + 1
    if polls < CONFIRMATIONS or now - (feed.moving_since or now) < CONFIRMED_OVER:
        return replace(feed, moving_polls=polls)
    if redirected_to == feed.url:
        return _moved_back(feed)
    _log.info("%s: moved for good to %s, which is polled from now on; put it into feeds.yaml", feed.url, redirected_to)
    site = feed.options.site or site_of(redirected_to)
    return replace(_without_candidate(feed), moved_to=redirected_to, moved_at=now, site=site)


def after_failure(feed: FeedRow, error: FetchError, now: int) -> FeedRow:
    """Returns the feed after a failed poll, whose failure is not counted in it yet."""
    gone = error.status == 410 and all(status in PERMANENT for status, _ in error.redirects)
    lost = gone or feed.failures + 1 >= MAX_FAILURES
    if feed.moved_to is not None and lost and error.kind not in ("cooling", "robots"):
        _log.info("%s: %s, where it had moved to, fails; the old address is asked again", feed.url, feed.moved_to)
        return _moved_back(feed)
    if gone:
        _log.info("%s: gone for good (410); not asked again until you do: aggregator fetch %s", feed.url, feed.url)
        return replace(feed, gone_at=now)
    return feed


def _without_candidate(feed: FeedRow) -> FeedRow:
    return feed if feed.moving_to is None else replace(feed, moving_to=None, moving_since=None, moving_polls=None)


def _moved_back(feed: FeedRow) -> FeedRow:
    site = feed.options.site or site_of(feed.url)
    return replace(_without_candidate(feed), moved_to=None, moved_at=None, site=site)
