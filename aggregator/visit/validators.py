"""Makes polls conditional: which validators a poll sends, and what is kept of those that it gets. Pure.

They go back byte for byte to the address they came from. Now and then a poll asks for the whole feed all the same, for
some servers answer 304 for ever: after a week of nothing but 304, and after a day from a server that was caught at it.
"""

import logging
from collections.abc import Iterable
from dataclasses import replace

from aggregator.model import Entry, Response, Validators
from aggregator.store.polling.feeds import FeedRow
from aggregator.times import DAY, HOUR, WEEK

MAX_CONDITIONAL = WEEK
MAX_CONDITIONAL_AFTER_FALSE_304 = DAY
FALSE_304_REMEMBERED = 30 * DAY
_log = logging.getLogger(__name__)


def wants_unconditional(feed: FeedRow, now: int) -> bool:
    """Tells whether a poll is to be unconditional although there are validators; so at most once in 24 hours."""
    if feed.whole_at is None or not (feed.etag or feed.last_modified):
        return False
    lied = feed.lied_at is not None and now - feed.lied_at < FALSE_304_REMEMBERED
    return now - feed.whole_at >= (MAX_CONDITIONAL_AFTER_FALSE_304 if lied else MAX_CONDITIONAL)


def to_send(feed: FeedRow, *, unconditional: bool) -> Validators:
    """Returns the validators of a poll."""
    return Validators() if unconditional else Validators(feed.etag, feed.last_modified, feed.validated_url)


def kept(feed: FeedRow, response: Response, now: int) -> FeedRow:
    """Returns the feed with the validators that count after an answer."""
    given = response.validators
    if response.status == 304:  # which need not repeat them
        etag, modified = given.etag or feed.etag, given.last_modified or feed.last_modified
        whole_at = now if feed.whole_at is None else feed.whole_at
        if (etag, modified, whole_at) == (feed.etag, feed.last_modified, feed.whole_at):
            return feed
        return replace(feed, etag=etag, last_modified=modified, whole_at=whole_at)
    etag, modified, url = given.etag, given.last_modified, given.validated_url
    return replace(feed, etag=etag, last_modified=modified, validated_url=url, whole_at=now)


def forgotten(feed: FeedRow) -> FeedRow:
    """Returns the feed as one whose document was not read to its end: the next poll asks for all of it."""
    return replace(feed, etag=None, last_modified=None, validated_url=None, body_hash=None)


def is_false_304(feed: FeedRow, response: Response, fresh: Iterable[Entry]) -> bool:
    """Tells whether a server has answered 304 although its feed had changed. For a new body, asked for unconditionally:
    its validators are those that `feed` had, or some of its `fresh` entries came out well before the last 304."""
    given = response.validators
    same = (
        given.etag == feed.etag if feed.etag else bool(feed.last_modified) and given.last_modified == feed.last_modified
    )
    since, until = feed.whole_at or 0, (feed.last_poll_at or 0) - HOUR
    times = (entry.published_at.timestamp() for entry in fresh if entry.published_at is not None)
    return same or any(since < at < until for at in times)


def note_false_304(feed: FeedRow, now: int) -> FeedRow:
    """Returns the feed with the time of a false 304, which is logged the first time."""
    if feed.lied_at is None:
        said = "its server said that nothing had changed, and it had; asked for the whole feed daily"
        _log.warning("%s: %s", feed.url, said)
    return replace(feed, lied_at=now)
