"""Works out what a run may touch, from the names and URLs that a person gives."""

from collections.abc import Collection
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from aggregator.articles.entry_facts import EntryRow, entry_row
from aggregator.errors import UsageError
from aggregator.model import Entry
from aggregator.store.content import stored_articles
from aggregator.store.engine import Store
from aggregator.store.polling import entries, feeds
from aggregator.store.work.leases import EVERYTHING, Scope
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
        by_name: dict[str, set[int]] = {}
        for row in feeds.active(conn):
            for name in {row.url, (row.title or row.url).casefold()}:
                by_name.setdefault(name, set()).add(int(row.id))
        known = {target: by_name.get(target) or by_name.get(target.casefold()) for target in targets}
        named = {number for ids in known.values() if ids for number in ids}
        manual = [target for target, ids in known.items() if not ids]
        for target in manual:
            if not is_http(target):
                raise UsageError(f"{target}: neither a subscription (see `aggregator feeds list`) nor an http(s) URL")
        feeds.make_due(conn, named, now)
        pages = _manual_entries(conn, manual, now) if manual else []
        return Targets(Scope(frozenset(named), frozenset(pages)), frozenset(manual))


def _manual_entries(conn: Connection, urls: Collection[str], now: int) -> list[int]:
    """Returns the entries of these pages, which are fetched now even if they were fetched before."""
    holder = feeds.hand(conn, now)
    known = entries.known(conn, holder, urls)
    again = [int(row.id) for row in known.values()]
    entries.wait(conn, again, now)
    # A page that is stored already keeps what feeds said of it: its title, date and tags where the page has none.
    stored = stored_articles.at_urls(conn, {normalise(url) for url in urls})
    said = entries.facts_from_feeds(conn, stored.values())
    new = [url for url in dict.fromkeys(urls) if url not in known]
    return again + entries.add(conn, [_row(holder, url, said.get(stored.get(normalise(url), 0)), now) for url in new])


def _row(holder: int, url: str, said: EntryRow | None, now: int) -> EntryRow:
    """Returns the row of a page that a person names. `said`: of the entry of a feed that lists it, if one does."""
    row = replace(entry_row(Entry(key=url, url=url), holder, now, "waiting"), site=site_of(url), next_try_at=now)
    if said is None:
        return replace(row, digest=None)
    row = replace(row, title=said.title, summary=said.summary, details=said.details, digest=None)
    return replace(row, published_at=said.published_at, updated_at=said.updated_at)
