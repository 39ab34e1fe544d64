"""Compares what visits have queued with the alerts, and makes deliveries of what is found."""

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Connection

from aggregator.errors import QueryError
from aggregator.store.alerting import deliveries, saved_searches
from aggregator.store.alerting.saved_searches import SavedSearch, read_query
from aggregator.store.engine import Store
from aggregator.store.grouping import muted
from aggregator.store.searching import search_articles

_log = logging.getLogger(__name__)
_AT_ONCE = 500  # articles


def match(store: Store, digest_time: time, now: int) -> None:
    """Compares all new articles with the alerts, then makes the digests that are due.

    What matches is found in a snapshot, so that the write which follows it keeps no visit waiting.
    """
    while True:
        with store.read() as conn:
            articles, alerts = deliveries.queued(conn, _AT_ONCE), saved_searches.alerts(conn)
            heard = sorted(set(articles) - muted.of_articles(conn, articles))
            found = [(alert, _found(conn, alert, heard, now)) for alert in alerts]
        if not articles:
            break
        with store.write() as unit:
            for alert, matching in found:
                deliveries.match(unit, alert.id, matching, now, daily=alert.daily)
            deliveries.unqueue(unit, articles)
    due = [alert for alert in alerts if alert.daily and _is_due(alert, digest_time, now)]
    if due:
        with store.write() as unit:
            for alert in due:
                deliveries.make_digest(unit, alert.id, now)
            saved_searches.digested(unit, [alert.id for alert in due], now)


def has_work(store: Store, digest_time: time, now: int) -> bool:
    """Tells whether there is anything to be matched or delivered."""
    with store.read() as conn:
        if deliveries.has_work(conn, now):
            return True
        return any(one.daily and _is_due(one, digest_time, now) for one in saved_searches.alerts(conn))


def _found(conn: Connection, alert: SavedSearch, articles: Sequence[int], now: int) -> list[int]:
    """Returns the articles that match an alert."""
    try:
        query = read_query(conn, alert.query, datetime.fromtimestamp(now, UTC))
    except QueryError as error:  # of a saved search that it names, or a language that has changed
        _log.error("alert %s: %s", alert.name, error)
        return []
    return deliveries.originals_first(conn, search_articles.among(conn, query, articles))


def _is_due(alert: SavedSearch, digest_time: time, now: int) -> bool:
    """Tells whether the time of the daily digest has come since the last one, or since the alert was added."""
    at = datetime.fromtimestamp(now, UTC)
    latest = datetime.combine(at.date(), digest_time, UTC)
    if latest > at:
        latest -= timedelta(days=1)
    return (alert.digested_at or alert.added_at) < latest.timestamp()
