"""Holds what the reader of a format takes from a document, before it is made an Entry: the texts as they stand."""

from dataclasses import dataclass, field
from datetime import datetime

from aggregator.model import Enclosure, Sitemap

# No feed of a publisher comes near; it bounds the time that a hostile document takes.
MAX_ENTRIES = 50_000
TOO_MANY_ENTRIES = f"more than {MAX_ENTRIES} entries, of which the first are read"


@dataclass(slots=True)
class RawEntry:
    """Holds an item. `link` may be relative; `title_is_html` says how to read `title`; texts are HTML. `base` and
    `text_base` are the xml:base of the item and of its text, each relative to the one around it."""

    guid: str | None = None
    link: str | None = None
    title: str | None = None
    title_is_html: bool = False
    authors: list[str] = field(default_factory=list)
    summary: str | None = None
    contents: list[str] = field(default_factory=list)
    published: datetime | None = None
    updated: datetime | None = None
    tags: list[str] = field(default_factory=list)
    image: str | None = None
    enclosures: list[Enclosure] = field(default_factory=list)
    base: str | None = None
    text_base: str | None = None


@dataclass(slots=True)
class RawFeed:
    """Holds a document. `ttl`, `period` and `frequency` are the texts of RSS's ttl and of the syndication module;
    `base` is its xml:base, `authors` are those of what names none; `storable` says that its texts have been found free
    of control characters, `may_skip` that it may have RSS's skipHours or skipDays; `sitemaps`: of an index."""

    format: str
    title: str | None = None
    link: str | None = None
    lang: str | None = None
    entries: list[RawEntry] = field(default_factory=list)
    ttl: str | None = None
    period: str | None = None
    frequency: str | None = None
    base: str | None = None
    storable: bool = False
    may_skip: bool = True
    problem: str | None = None
    authors: list[str] = field(default_factory=list)
    sitemaps: list[Sitemap] = field(default_factory=list)


def length(value: object) -> int | None:
    """Returns the length that an enclosure states, in bytes; 0 is what publishers write who don't know it."""
    text = value.strip() if isinstance(value, str) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 and int(text) else None
