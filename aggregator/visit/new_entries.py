"""Finds what a feed's document says that is new: entries not known before, texts reworded, times of a change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from aggregator.articles import pool_jobs
from aggregator.articles.entry_facts import EntryRow, FeedPolicy, PreparedEntry, digest, skipped
from aggregator.model import Entry
from aggregator.pool import Pool
from aggregator.store import entries, save_article, stored_articles
from aggregator.store.entries import KnownEntry
from aggregator.store.feeds import FeedRow
from aggregator.store.save_article import Saved
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.urls import normalise
from aggregator.visit import refetch_schedule
from aggregator.visit.refetch_schedule import UpdatedEntry


@dataclass(frozen=True, slots=True)
class NewEntries:
    """A document compared with what is known of its feed.

    `fresh`: not known, to be stored; `old`: not known, and older than the subscription; `reworded`: known, with an
    article of their own text that is another one now; `updated`: known, with a page that is to be fetched again.
    """

    fresh: Sequence[Entry]
    old: Sequence[Entry]
    reworded: Sequence[tuple[KnownEntry, Entry]]
    updated: Sequence[UpdatedEntry]


@dataclass(frozen=True, slots=True)
class PreparedEntries:
    """The same, ready to be stored."""

    added: Sequence[PreparedEntry]
    reworded: Sequence[tuple[KnownEntry, PreparedEntry]]
    updated: Sequence[UpdatedEntry]
    now: int

    def save(self, conn: UnitOfWork) -> list[Saved]:
        """Stores it all in the caller's transaction; returns what became of the articles."""
        saved = _add(conn, self.added)
        refetch_schedule.soon(conn, self.updated, self.now)
        for known, item in self.reworded:
            entries.reword(conn, known.id, item.row)
            if item.article is not None:
                saved.append(save_article.save(conn, item.article))
        return saved


def compare(
    listed: Sequence[Entry], known: Mapping[str, KnownEntry], old_keys: Collection[str], *, refetches: bool
) -> NewEntries:
    """Returns what is new in a document. `known`: its entries that are stored, by key; `old_keys`: those to be passed
    over if they are not known; `refetches`: whether pages of the feed are fetched again at all."""
    unknown = [entry for entry in listed if entry.key not in known]
    own = [(known[entry.key], entry) for entry in listed if entry.key in known]
    updated = refetch_schedule.updated(own) if refetches else []
    return NewEntries(
        fresh=[entry for entry in unknown if entry.key not in old_keys],
        old=[entry for entry in unknown if entry.key in old_keys],
        reworded=[(kept, entry) for kept, entry in own if kept.has_own_text and kept.digest != digest(entry)],
        updated=[one for one in updated if not one.entry.has_own_text],
    )


async def prepared(pool: Pool, feed: FeedRow, new: NewEntries, now: int) -> PreparedEntries:
    """Returns what is to be stored, worked out in the pool in one crossing."""
    options = feed.options
    policy = FeedPolicy(feed.id, feed.url, options.full_text, options.site, options.lang, options.tags)
    wanted = [*new.fresh, *(entry for _, entry in new.reworded)]
    ready = await pool.run(pool_jobs.prepare, wanted, policy, now) if wanted else []
    fresh, again = ready[: len(new.fresh)], ready[len(new.fresh) :]
    added = [*fresh, *(skipped(entry, feed.id, now) for entry in new.old)]
    reworded = [(kept, item) for (kept, _), item in zip(new.reworded, again, strict=True)]
    return PreparedEntries(added, reworded, new.updated, now)


def _add(conn: UnitOfWork, prepared: Sequence[PreparedEntry]) -> list[Saved]:
    """Stores new entries; those whose page is stored already get that article and no request."""
    own = [None if item.article is None else save_article.save(conn, item.article) for item in prepared]
    wanted = {normalise(item.row.url) for item in prepared if item.row.state == "waiting" and item.row.url}
    stored = stored_articles.at_urls(conn, wanted)
    entries.add(conn, [_with_article(item.row, saved, stored) for item, saved in zip(prepared, own, strict=True)])
    return [saved for saved in own if saved is not None]


def _with_article(row: EntryRow, own: Saved | None, stored: Mapping[str, int]) -> EntryRow:
    found = own.id if own is not None else None
    if row.state == "waiting" and row.url:
        found = stored.get(normalise(row.url))
    return row if found is None else replace(row, state="done", article_id=found, next_try_at=None)
