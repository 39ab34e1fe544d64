"""Keeps the plan by which an article's page is fetched again: written after each fetch, moved on when a feed says its
entry changed."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from aggregator.config.feed_options import Options
from aggregator.config.models import Settings
from aggregator.model import Entry, Response
from aggregator.revisions.refetch_times import after_entry_update, next_refetch
from aggregator.store.content.save_article import Saved
from aggregator.store.polling import entries, refetches
from aggregator.store.polling.entries import KnownEntry
from aggregator.store.polling.refetches import Refetch


@dataclass(frozen=True, slots=True)
class UpdatedEntry:
    """A known entry that changed, at `at` (seconds UTC) if it says so, else as its other title shows."""

    entry: KnownEntry
    at: int | None


def steps(settings: Settings, options: Options) -> tuple[int, ...]:
    """Returns a feed's plan, in seconds after an article came out; empty if its pages are not fetched again."""
    wanted = settings.refetch if options.refetch is None else options.refetch
    return tuple(int(step.total_seconds()) for step in wanted)


def first(plan: tuple[int, ...], saved: Saved, came_out_at: int, site: str, response: Response, now: int) -> Refetch:
    """Returns the plan of a page that was fetched for its entry, and whose article was saved."""
    next_at = next_refetch(plan, came_out_at, now)
    return Refetch(saved.id, site, next_at, now, validators=response.validators, note=saved.kept)


def updated(listed: Iterable[tuple[KnownEntry, Entry]]) -> list[UpdatedEntry]:
    """Returns those of known entries that their feed says changed since it said so last, or gives another title."""
    found = []
    for kept, entry in listed:
        at = None if entry.updated_at is None else int(entry.updated_at.timestamp())
        if kept.updated_at is not None and at is not None and at > kept.updated_at:
            found.append(UpdatedEntry(kept, at))
        elif entry.title != kept.title:
            found.append(UpdatedEntry(kept, None))
    return found


def soon(conn: Connection, changed: Iterable[UpdatedEntry], now: int) -> None:
    """Has the pages of these entries fetched again soon."""
    sites: dict[int, str] = {}
    for one in changed:
        if one.at is not None:
            entries.note_update(conn, one.entry.id, one.at)
        if one.entry.article_id is not None and one.entry.site is not None:
            sites[one.entry.article_id] = one.entry.site
    for article_id, history in refetches.histories(conn, list(sites)).items():
        kept = history.refetch or Refetch(article_id, sites[article_id], None, history.fetched_at)
        at = after_entry_update(kept.looked_at, kept.same, now)
        next_at = at if kept.next_at is None else min(at, kept.next_at)
        refetches.put(conn, replace(kept, site=sites[article_id], next_at=next_at))
