"""Lists the subscriptions of feeds.yaml: how each fares, what needs a person first."""

from dataclasses import dataclass, replace

from aggregator.config.models import Config, Feed
from aggregator.schedule import health
from aggregator.store.engine import Store
from aggregator.store.polling import feeds
from aggregator.store.polling.feeds import FeedCounts
from aggregator.times import iso


@dataclass(frozen=True, slots=True)
class FeedOverview:
    """A feed and how it fares. `state`: one of `health.STATES`; times are ISO 8601, UTC; None: only a poll tells."""

    url: str
    title: str | None
    category: str | None
    lang: str | None
    state: str = "new"
    state_since: str | None = None
    state_why: str | None = None
    advice: str | None = None
    last_poll_at: str | None = None
    last_success_at: str | None = None
    next_poll_at: str | None = None
    next_poll_reason: str | None = None
    failures: int | None = None
    last_error: str | None = None
    entries: int | None = None
    articles: int | None = None
    waiting: int | None = None
    new_by_day: tuple[int, ...] = ()  # entries that came on each of the last DAYS, today last
    id: int | None = None


DAYS = 14
_DAY = 86_400  # seconds


def overview(store: Store | None, config: Config, now: int) -> list[FeedOverview]:
    """Lists the feeds, those first that need a person, else as in feeds.yaml. `store` None: there is none yet."""
    counted = {} if store is None else _counted(store, now)
    found = [_with_counts(feed, *counted.get(feed.url, (None, ()))) for feed in config.feeds]
    return sorted(found, key=lambda one: health.sort_key(one.state))


def feed_overview(store: Store, config: Config, feed_id: int, now: int) -> FeedOverview | None:
    """Tells how one feed fares; None where feeds.yaml has none of this id."""
    for url, (counts, by_day) in _counted(store, now, feed_id).items():
        for feed in config.feeds:
            if feed.url == url:
                return _with_counts(feed, counts, by_day)
    return None


def _counted(store: Store, now: int, feed_id: int | None = None) -> dict[str, tuple[FeedCounts, tuple[int, ...]]]:
    """Returns the counts of feeds, and how many entries came on each of the last days, by URL."""
    days = range(now // _DAY - DAYS + 1, now // _DAY + 1)
    with store.read() as conn:
        counted = feeds.overview(conn, feed_id)
        came = feeds.entries_per_day(conn, days[0] * _DAY, feed_id)
    return {one.feed.url: (one, tuple(came.get((one.feed.id, day), 0) for day in days)) for one in counted}


def _with_counts(feed: Feed, counts: FeedCounts | None, by_day: tuple[int, ...]) -> FeedOverview:
    new = FeedOverview(feed.url, feed.title, feed.category, feed.lang)
    if counts is None:
        return new
    row = counts.feed
    state = row.health or "new"
    return replace(
        new,
        title=feed.title or row.title,
        state=state,
        state_since=iso(row.health_since),
        state_why=row.health_why,
        advice=health.advice(state, feed.url) or None,
        last_poll_at=iso(row.last_poll_at),
        last_success_at=iso(row.last_success_at),
        next_poll_at=iso(row.next_poll_at),
        next_poll_reason=row.next_poll_reason,
        failures=row.failures,
        last_error=row.last_error,
        entries=counts.entries,
        articles=counts.articles,
        waiting=counts.waiting,
        new_by_day=by_day,
        id=row.id,
    )
