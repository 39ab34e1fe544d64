"""What a feed says of an entry: the facts that its article falls back on, and the row by which the entry is known."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from aggregator.articles.row import ArticleRow
from aggregator.model import Enclosure, Entry
from aggregator.text import hash64
from aggregator.times import DAY
from aggregator.urls import link_key

_MAX_AHEAD = 2 * DAY  # an entry's time may lie in the future by as much

EntryState = Literal["waiting", "done", "failed", "none", "pruned"]
"""waiting: its page is to be fetched; failed: given up; none: there is no page to be had; pruned: its article was."""


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What a feed or a person says of a page: it counts where the page is silent. Times: seconds UTC.

    `url`: the page's address, as the feed has it; `feed`: the subscription's URL; `summary`: plain text.
    """

    url: str
    feed: str | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: int | None = None
    updated_at: int | None = None
    summary: str | None = None
    lang: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None


@dataclass(frozen=True, slots=True)
class EntryDetails:
    """What is kept of an entry beside its columns. `guid`: where it is not the key."""

    guid: str | None = None
    authors: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    image: str | None = None
    enclosures: tuple[Enclosure, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryRow:
    """A new entry as it is stored. Times: seconds UTC.

    `site`: the key of politeness of its page, None if no page is asked for; `error`: why it has no article; `digest`:
    equal for entries that say the same; `address`: for those of one link.
    """

    feed_id: int
    key: str
    url: str | None
    title: str | None
    published_at: int | None
    updated_at: int | None
    first_seen_at: int
    last_seen_at: int
    state: EntryState
    summary: str | None = None
    details: EntryDetails = EntryDetails()
    site: str | None = None
    article_id: int | None = None
    next_try_at: int | None = None
    error: str | None = None
    digest: int | None = None
    address: int | None = None


@dataclass(frozen=True, slots=True)
class FeedPolicy:
    """What counts for all entries of a feed: of those in feeds.yaml, the options that the workers need."""

    id: int
    url: str
    full_text: Literal["auto", "always", "never"]
    site: str | None
    lang: str | None
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PreparedEntry:
    """An entry ready to be stored, and its article where the entry carries one."""

    row: EntryRow
    article: ArticleRow | None = None


def entry_row(entry: Entry, feed_id: int, now: int, state: EntryState) -> EntryRow:
    """Returns the row of an entry that is listed for the first time `now`."""
    return EntryRow(
        feed_id=feed_id,
        key=entry.key,
        url=entry.url,
        title=entry.title,
        published_at=came_out(entry, now),
        updated_at=not_future(entry.updated_at, now),
        first_seen_at=now,
        last_seen_at=now,
        state=state,
        details=EntryDetails(
            guid=entry.guid if entry.guid != entry.key else None,
            authors=entry.authors,
            tags=entry.tags,
            image=entry.image,
            enclosures=entry.enclosures,
        ),
        digest=digest(entry),
        address=address(entry),
    )


def skipped(entry: Entry, feed_id: int, now: int) -> PreparedEntry:
    """Returns an entry that is older than the subscription: it is known from now on, and not fetched."""
    return PreparedEntry(replace(entry_row(entry, feed_id, now, "none"), error="older than the subscription"))


def digest(entry: Entry) -> int:
    """Returns a number that is equal for entries that say the same: title and text."""
    return hash64("\n".join((entry.title or "", entry.content or entry.summary or "")))


def address(entry: Entry) -> int | None:
    """Returns a number that is equal for entries whose links lead to one place; None without a link."""
    return hash64(link_key(entry.url)) if entry.url else None


def came_out(entry: Entry, now: int) -> int | None:
    """Returns the time of an entry that is listed for the first time `now`, in seconds: of one that does not say when
    it came out, when it changed."""
    return not_future(entry.published_at or entry.updated_at, now)


def not_future(when: datetime | None, now: int) -> int | None:
    """Returns a time of an entry in seconds; None for one that lies too far ahead to be true."""
    at = None if when is None else int(when.timestamp())
    return None if at is None or at > now + _MAX_AHEAD else at
