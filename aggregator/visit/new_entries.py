"""Finds what a feed's document says that is new: entries not known before, texts reworded, times of a change."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from aggregator.articles import pool_jobs
from aggregator.articles.entry_facts import EntryRow, FeedPolicy, PreparedEntry, address, digest, skipped
from aggregator.articles.row import ArticleRow
from aggregator.model import Entry
from aggregator.pool import Pool
from aggregator.store.content import stored_articles
from aggregator.store.content.save_article import Saved
from aggregator.store.polling import entries
from aggregator.store.polling.entries import KnownEntry
from aggregator.store.polling.feeds import FeedRow
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.urls import normalise, other_scheme, site_of
from aggregator.visit import plan_refetches, save_new
from aggregator.visit.plan_refetches import UpdatedEntry
from aggregator.visit.recognise import Recognised

_UNDATED = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ChangedEntry:
    """A known entry that is listed with other words, or by another key or link.

    `key`: by which it is known from now on; `readdressed`: the link is another one; `moved`: so is the page behind it.
    """

    known: KnownEntry
    entry: Entry
    key: str
    readdressed: bool
    moved: bool


@dataclass(frozen=True, slots=True)
class NewEntries:
    """A document compared with what is known of its feed.

    `fresh`: not known, to be stored; `old`: not known, and older than the subscription; `changed`: known, and listed
    otherwise than before; `updated`: known, with a page that is to be fetched again.
    """

    fresh: Sequence[Entry]
    old: Sequence[Entry]
    changed: Sequence[ChangedEntry]
    updated: Sequence[UpdatedEntry]


@dataclass(frozen=True, slots=True)
class PreparedEntries:
    """The same, ready to be stored."""

    added: Sequence[PreparedEntry]
    changed: Sequence[tuple[ChangedEntry, PreparedEntry]]
    updated: Sequence[UpdatedEntry]
    now: int

    def save(self, conn: UnitOfWork) -> list[Saved]:
        """Stores it all in the caller's transaction; returns what became of the articles."""
        saved = _add(conn, self.added)
        plan_refetches.soon(conn, self.updated, self.now)
        for change, item in self.changed:
            saved += _change(conn, change, item, self.now)
        return saved


def compare(listed: Recognised, old_keys: Collection[str], *, refetches: bool) -> NewEntries:
    """Returns what is new in a document. `old_keys`: entries that are passed over if they are not known; `refetches`:
    whether pages of the feed are fetched again at all."""
    keys = {known.key for known, _ in listed.own}
    changes = [_change_of(known, entry, keys) for known, entry in listed.own]
    moved = {change.known.id for change in changes if change is not None and change.moved}
    updated = plan_refetches.updated(listed.own) if refetches else []
    return NewEntries(
        fresh=[entry for entry in listed.unknown if entry.key not in old_keys],
        old=[entry for entry in listed.unknown if entry.key in old_keys],
        changed=[change for change in changes if change is not None],
        updated=[one for one in updated if not one.entry.has_own_text and one.entry.id not in moved],
    )


def newest(new: NewEntries, most: int) -> tuple[NewEntries, int]:
    """Returns the same with the newest `most` of the entries that are not known, and how many were left out."""
    left = len(new.fresh) - most
    if left <= 0:
        return new, 0
    by_time = sorted(new.fresh, key=lambda entry: entry.published_at or entry.updated_at or _UNDATED, reverse=True)
    kept = {entry.key for entry in by_time[:most]}
    return replace(new, fresh=[entry for entry in new.fresh if entry.key in kept]), left


def _change_of(known: KnownEntry, entry: Entry, taken: Collection[str]) -> ChangedEntry | None:
    key = known.key if entry.key in taken else entry.key
    to = entry.url or known.url
    elsewhere = entry.url not in (None, known.url) and known.address != address(entry)
    readdressed = elsewhere or (known.url is not None and other_scheme(known.url) == entry.url)
    if known.digest == digest(entry) and key == known.key and not readdressed:
        return None
    moved = elsewhere and (entry.title != known.title or _path(to) != _path(known.url))
    if entry.published_at is None and known.published_at is not None:  # it keeps the time that it had at first
        entry = replace(entry, published_at=datetime.fromtimestamp(known.published_at, UTC))
    return ChangedEntry(known, entry, key, readdressed, moved)


def _path(url: str | None) -> tuple[str, str]:
    """Returns host and path: what follows may name the reader's session and be another at each poll."""
    parts = urlsplit((url or "").partition(";")[0])
    return parts.netloc, parts.path


async def prepared(pool: Pool, feed: FeedRow, new: NewEntries, now: int) -> PreparedEntries:
    """Returns what is to be stored, worked out in the pool in one crossing."""
    options = feed.options
    policy = FeedPolicy(feed.id, feed.url, options.full_text, options.site, options.lang, options.tags)
    wanted = [*new.fresh, *(change.entry for change in new.changed)]
    ready = await pool.run(pool_jobs.prepare, wanted, policy, now) if wanted else []
    fresh, again = ready[: len(new.fresh)], ready[len(new.fresh) :]
    added = [*fresh, *(skipped(entry, feed.id, now) for entry in new.old)]
    return PreparedEntries(added, list(zip(new.changed, again, strict=True)), new.updated, now)


def _change(conn: UnitOfWork, change: ChangedEntry, item: PreparedEntry, now: int) -> list[Saved]:
    """Stores what a known entry says now. An article of its own text is another one by that; the page of one that moved
    is fetched where it is now."""
    known, url = change.known, change.entry.url
    entries.reword(conn, known.id, item.row)
    if change.readdressed or change.key != known.key:
        entries.readdress(conn, known.id, change.key, url or known.url, address(change.entry) or known.address)
    if known.has_own_text and item.article is not None:
        return [save_new.save(conn, item.article, had=known.article_id)]
    if change.moved and url and known.site is not None and known.state in ("waiting", "done", "failed"):
        entries.wait(conn, [known.id], now, item.row.site or site_of(url))
    return []


def _add(conn: UnitOfWork, prepared: Sequence[PreparedEntry]) -> list[Saved]:
    """Stores new entries; those whose page is stored already get that article and no request."""
    own = [None if item.article is None else save_new.save(conn, _apart(conn, item, item.article)) for item in prepared]
    wanted = {normalise(item.row.url) for item in prepared if item.row.state == "waiting" and item.row.url}
    stored = stored_articles.at_urls(conn, wanted)
    entries.add(conn, [_with_article(item.row, saved, stored) for item, saved in zip(prepared, own, strict=True)])
    return [saved for saved in own if saved is not None]


def _apart(conn: UnitOfWork, item: PreparedEntry, article: ArticleRow) -> ArticleRow:
    """Returns the article at an address of its own if another entry of the feed, with another title, has the article at
    its address: the links of the two differ in what `normalise` drops."""
    there = stored_articles.at_urls(conn, [article.own_url]).get(article.own_url)
    if there is None or not entries.has_other_title(conn, item.row.feed_id, there, item.row.title):
        return article
    fragment = urlsplit(item.row.url or "").fragment
    return replace(article, own_url=f"{article.own_url}#{fragment or item.row.key}")


def _with_article(row: EntryRow, own: Saved | None, stored: Mapping[str, int]) -> EntryRow:
    found = own.id if own is not None else None
    if row.state == "waiting" and row.url:
        found = stored.get(normalise(row.url))
    return row if found is None else replace(row, state="done", article_id=found, next_try_at=None)
