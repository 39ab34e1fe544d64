"""Finds out which entries of a document are known: by their key, else by their link.

Who an entry is must not depend on what else its document lists today. A guid that comes with another link is the same
entry whose page has moved, a link that comes with another guid the same entry under a new one, as long as title and
date do not say that these are two; if they do, the guid or the link is one that entries share, from now on for good.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from re import findall

from sqlalchemy import Connection

from aggregator.articles.entry_facts import address, digest
from aggregator.feeds import identity
from aggregator.model import Entry, FeedDocument, Shared
from aggregator.store.polling import entries
from aggregator.store.polling.entries import KnownEntry
from aggregator.text import index_form
from aggregator.times import DAY
from aggregator.urls import link_key, other_scheme

_ALIKE = 0.6  # of two titles: a correction, and not another one
_OF_PAGES = ("sitemap", "news-sitemap", "sitemap-index", "section")  # formats whose keys are links


@dataclass(frozen=True, slots=True)
class Recognised:
    """A document's entries: `own` with what is stored of each, `unknown`; and what they share."""

    own: tuple[tuple[KnownEntry, Entry], ...]
    unknown: tuple[Entry, ...]
    shared: Shared


def recognise(conn: Connection, feed_id: int, document: FeedDocument) -> Recognised:
    """Returns which entries of a document are known."""
    shared, taken = document.shared, set[int]()
    known = entries.known(conn, feed_id, {key for entry in document.entries for key in _keys(entry, shared)})
    own: list[tuple[KnownEntry, Entry]] = []
    rest: list[Entry] = []
    for entry in document.entries:
        kept = next((known[key] for key in _keys(entry, shared) if key in known), None)
        if kept is None or kept.id in taken:
            rest.append(entry)
        elif _leads_elsewhere(kept, entry) and (entry.key != entry.guid or not _may_have_moved(kept, entry)):
            if entry.key == entry.guid:
                shared |= Shared(guids=frozenset([entry.guid]))
            rest.append(_keyed(entry, shared))
        else:
            own.append((kept, entry))
            taken.add(kept.id)
    unknown: list[Entry] = []
    by_link = [] if document.format in _OF_PAGES else _at_links(conn, feed_id, rest)
    for entry in rest:
        there = [kept for kept in by_link if kept.id not in taken and kept.address == address(entry)]
        kept = next((kept for kept in there if _is_same(kept, entry, shared)), None)
        if kept is not None:
            own.append((kept, entry))
            taken.add(kept.id)
            continue
        if there and entry.url:
            shared |= Shared(links=frozenset([link_key(entry.url)]))
        unknown.append(identity.anchored(entry, shared))
    return Recognised(tuple(own), tuple(unknown), shared)


def _at_links(conn: Connection, feed_id: int, some: Iterable[Entry]) -> list[KnownEntry]:
    addresses = {at for entry in some if (at := address(entry)) is not None}
    return entries.at_addresses(conn, feed_id, addresses) if addresses else []


def _keys(entry: Entry, shared: Shared) -> Iterator[str]:
    """Yields the keys that an entry may have been stored by, today's first."""
    yield entry.key
    if (other := other_scheme(entry.key)) is not None:
        yield other
    if entry.guid in shared.guids:  # by itself, as long as no other was seen to have it
        yield entry.guid


def _leads_elsewhere(kept: KnownEntry, entry: Entry) -> bool:
    if entry.url == kept.url and entry.url is not None:
        return False
    at = address(entry)
    if at is None or kept.address is None:
        return entry.key != kept.key and other_scheme(entry.key) != kept.key and entry.title != kept.title
    return at != kept.address


def _may_have_moved(kept: KnownEntry, entry: Entry) -> bool:
    """Tells whether an entry with a known guid and another link is the known one."""
    at = _seconds(entry)
    return (at is not None and at == kept.published_at) or alike(kept.title, entry.title)


def _is_same(kept: KnownEntry, entry: Entry, shared: Shared) -> bool:
    """Tells whether an entry with a known link is the known one, although its key is another."""
    at = _seconds(entry)
    dated = at is not None and kept.published_at is not None
    if entry.url and link_key(entry.url) in shared.links:
        says_so = at == kept.published_at if dated else digest(entry) == kept.digest
        return says_so and entry.title == kept.title
    if entry.guid and kept.key in (entry.guid, other_scheme(entry.guid)):
        return True
    if at is None or kept.published_at is None:
        return alike(kept.title, entry.title)
    return at == kept.published_at and (at % DAY != 0 or alike(kept.title, entry.title))  # a day is shared by many


def alike(one: str | None, other: str | None) -> bool:
    """Tells whether one title may be a correction of the other: most letters are the same, and all numbers."""
    ours, theirs = index_form(one or ""), index_form(other or "")
    if findall(r"\d+", ours) != findall(r"\d+", theirs):
        return False
    return ours == theirs or SequenceMatcher(None, ours, theirs, autojunk=False).ratio() >= _ALIKE


def _keyed(entry: Entry, shared: Shared) -> Entry:
    """Returns the entry with the key it has where so much is shared."""
    item = identity.Item(entry.guid, entry.url, entry.title, entry.published_at, entry.content or entry.summary)
    return replace(entry, key=identity.key_of(item, shared))


def _seconds(entry: Entry) -> int | None:
    return None if entry.published_at is None else int(entry.published_at.timestamp())
