"""What a feed says of an entry: the facts that its article falls back on, and the row by which the entry is known."""

from dataclasses import dataclass
from typing import Literal

from aggregator.model import Enclosure

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
    """A new entry as it is stored. Times: seconds UTC. `site`: the key of politeness of its page, None if no page is
    asked for; `digest`: equal for entries that say the same; `error`: why it has no article."""

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
