"""Defines the values that travel between packages, frozen. `docs/architecture.md` has the glossary."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import takewhile
from typing import Any, Literal

BodyFrom = Literal["page", "feed"]
PERMANENT = (301, 308)
"""Statuses of redirects that are for good; what they do to a subscription, `visit.moves` says."""

Json = dict[str, Any]
"""A JSON object that is printed or written to a file: what its values are, its reader knows."""

Tell = Callable[[str, int, int | None], None]
"""Is told how far long work has come: what is done, how much of it, and of how much, None if that is not known."""


@dataclass(frozen=True, slots=True)
class Enclosure:
    """Holds a file that an entry carries: a podcast episode, a picture."""

    url: str
    type: str | None = None
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Holds one item as a feed lists it.

    `key` identifies it within its feed: guid if no other has it, else guid + link, else link, else a hash of title
    and date. `anchor`: what its address needs to be its own, where others share its link's page. `url` is the link made
    absolute and otherwise byte for byte as the feed has it. `summary` and `content` are HTML as the feed has them, not
    sanitised; addresses in them are relative to `base`, or to `url` where that is None.
    """

    key: str
    guid: str | None = None
    url: str | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    summary: str | None = None
    content: str | None = None
    published_at: datetime | None = None
    updated_at: datetime | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None
    enclosures: tuple[Enclosure, ...] = ()
    anchor: str | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """Holds what several entries of a feed were seen to share: guids, and links as `feeds.identity` compares them."""

    guids: frozenset[str] = frozenset()
    links: frozenset[str] = frozenset()

    def __or__(self, other: "Shared") -> "Shared":
        return Shared(self.guids | other.guids, self.links | other.links)

    def __sub__(self, other: "Shared") -> "Shared":
        return Shared(self.guids - other.guids, self.links - other.links)


NOTHING_SHARED = Shared()


@dataclass(frozen=True, slots=True)
class Hints:
    """Holds what a feed or its server says about when to come back. Seconds; hours 0–23 and days 0 = Monday, in GMT."""

    ttl: float | None = None
    update_period: float | None = None
    max_age: float | None = None
    expires_in: float | None = None
    retry_after: float | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Sitemap:
    """Holds a sitemap that a sitemap index lists: its absolute URL, and when the index says it changed last."""

    url: str
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """Holds a parsed feed. `format`: "rss20", "atom10", "rdf", "json", "sitemap", "news-sitemap", "sitemap-index",
    "section" … ; `problem`: what was wrong and survived; `sitemaps`: of a sitemap index, which has no entries of its
    own; `shared`: what its entries share, and what was known to be shared."""

    format: str
    title: str | None
    link: str | None
    lang: str | None
    entries: tuple[Entry, ...]
    hints: Hints = field(default_factory=Hints)
    problem: str | None = None
    sitemaps: tuple[Sitemap, ...] = ()
    shared: Shared = NOTHING_SHARED


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional request sends back, byte for byte as an answer gave it. `validated_url`: where that answer
    came from, after redirects; None: from the address that is asked."""

    etag: str | None = None
    last_modified: str | None = None
    validated_url: str | None = None


NO_VALIDATORS = Validators()


@dataclass(frozen=True, slots=True)
class RobotsAnswer:
    """Holds the robots.txt of an origin as it was answered `at`; `status` 0: not at all. `tried_at`: the newest
    attempt, later than `at` where that one failed. Times in seconds UTC."""

    at: int
    status: int
    body: bytes
    tried_at: int


@dataclass(frozen=True, slots=True)
class Response:
    """Holds an answer of the network: status 200 with its decoded body, or 304 without.

    `url` is where it came from after redirects; `redirects` is the way there as (status, target).
    `headers` have lower-case names. `elapsed` in seconds.
    """

    requested_url: str
    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    redirects: tuple[tuple[int, str], ...] = ()
    elapsed: float = 0.0

    @property
    def validators(self) -> Validators:
        """Returns the validators that it came with."""
        return Validators(self.headers.get("etag"), self.headers.get("last-modified"), self.url)

    @property
    def moved_to(self) -> str | None:
        """Returns the new address if the way began with permanent redirects: see `moved_to`."""
        return moved_to(self.redirects)


def moved_to(redirects: Sequence[tuple[int, str]]) -> str | None:
    """Returns where the last of the permanent redirects (301, 308) led that a way of (status, target) began with."""
    permanent = takewhile(lambda hop: hop[0] in PERMANENT, redirects)
    return next((target for _, target in reversed(list(permanent))), None)
