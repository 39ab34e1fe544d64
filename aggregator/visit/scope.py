"""What a run may touch, from the names and URLs that a person gives."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from aggregator.errors import UsageError
from aggregator.store import articles, entries, feeds
from aggregator.store.engine import Store
from aggregator.store.leases import EVERYTHING, Scope
from aggregator.urls import is_http, normalise, site_of


@dataclass(frozen=True, slots=True)
class Targets:
    """The scope of a run, and which of its targets are pages of no subscription."""

    scope: Scope
    manual_urls: frozenset[str] = frozenset()


def make_due(store: Store, targets: Collection[str], now: int, *, force: bool) -> Targets:
    """Makes what is named due now: subscriptions by URL or title, and any other http(s) URL as a page.

    With no targets it is whatever is due by itself, with `force` every subscription. Raises UsageError, StoreError.
    """
    with store.write() as conn:
        if not targets:
            if force:
                feeds.make_due(conn, None, now)
            return Targets(EVERYTHING)
        by_name: dict[str, int] = {}
        for row in reversed(feeds.active(conn)):
            by_name |= {row.url: int(row.id)} | ({row.title: int(row.id)} if row.title else {})
        named = {by_name[target] for target in targets if target in by_name}
        manual = [target for target in targets if target not in by_name]
        for target in manual:
            if not is_http(target):
                raise UsageError(f"{target}: neither a subscription (see `aggregator feeds list`) nor an http(s) URL")
        feeds.make_due(conn, named, now)
        pages = _manual_entries(conn, manual, now) if manual else []
        return Targets(Scope(frozenset(named), frozenset(pages)), frozenset(manual))


def _manual_entries(conn: Connection, urls: Collection[str], now: int) -> list[int]:
    """Ids of entries of these pages, which are fetched now even if they were fetched before."""
    holder = feeds.hand(conn, now)
    known = entries.known(conn, holder, urls)
    again = [int(row.id) for row in known.values()]
    entries.wait(conn, again, now)
    # A page that is stored already keeps what feeds said of it: its title, date and tags where the page has none.
    stored = articles.at_urls(conn, {normalise(url) for url in urls})
    told = entries.told(conn, stored.values())
    unknown: dict[str, Any] = dict.fromkeys(entries.TOLD)
    due = {"state": "waiting", "first_seen_at": now, "last_seen_at": now, "next_try_at": now}
    rows = [
        {"feed_id": holder, "key": url, "url": url, "site": site_of(url)}
        | due
        | told.get(stored.get(normalise(url), 0), unknown)
        for url in dict.fromkeys(urls)
        if url not in known
    ]
    return again + entries.add(conn, rows)
