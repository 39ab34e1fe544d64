"""What tells the entries of a feed apart: their keys, and which guids and links several of them share.

A guid or link that two different items of one document had is shared for good: what a window of a feed happens to list
must not decide who an entry is. Links are compared as `urls.link_key` writes them.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from urllib.parse import urldefrag

from aggregator.model import Entry, Shared
from aggregator.text import storable
from aggregator.urls import link_key, page_key


@dataclass(frozen=True, slots=True)
class Item:
    """An item as far as it is told from others. `text`: as the feed has it."""

    guid: str | None
    link: str | None
    title: str | None
    at: datetime | None
    text: str | None

    @property
    def says(self) -> tuple[str | None, object]:
        """Returns what is equal for items that are one: the title, and the date, or the text where there is none."""
        return self.title, self.at or self.text


def shared_by(items: Sequence[Item]) -> Shared:
    """Returns the guids that items of different links or titles have, and the links that items have of which each says
    something else: whole links, and those of the pages where fragments alone differ."""
    guids = Counter([item.guid for item in items if item.guid])
    pages = Counter([item.link.partition("#")[0] for item in items if item.link])
    of_guid: dict[str, set[object]] = {}
    of_link: dict[str, set[object]] = {}
    for item in items:
        if item.guid and guids[item.guid] > 1:
            of_guid.setdefault(item.guid, set()).add((link_key(item.link or ""), item.title))
        if item.link and pages[item.link.partition("#")[0]] > 1:
            whole = link_key(item.link)
            for link in {whole, page_key(whole)}:
                of_link.setdefault(storable(link), set()).add(item.says)
    several = [frozenset(one for one, found in of.items() if len(found) > 1) for of in (of_guid, of_link)]
    return Shared(*several)


def key_of(item: Item, shared: Shared) -> str:
    """Returns the guid if it is its own, else guid + link, else link, else a hash of title and date, which also tells
    those apart that share a link."""
    if item.guid and item.guid not in shared.guids:
        return storable(item.guid)
    link = item.link or ""
    own = bool(link) and not (shared.links and link_key(link) in shared.links)
    if item.guid:
        parts = [item.guid, link or item.title or "", "" if own or not link else _hash(item)]
    else:
        parts = [link, "" if own else _hash(item)]
    return storable(" ".join(part for part in parts if part))


def anchored(entry: Entry, shared: Shared) -> Entry:
    """Returns the entry with what its address needs to be its own, where its link leads to a page that others share."""
    whole = link_key(entry.url) if entry.url and shared.links else ""
    if page_key(whole) not in shared.links:
        return entry
    fragment = urldefrag(whole).fragment
    return replace(entry, anchor=fragment if fragment and whole not in shared.links else entry.key)


def _hash(item: Item) -> str:
    seed = f"{item.title or ''}\n{item.at.isoformat() if item.at else ''}"
    return "hash:" + blake2b(seed.encode("utf-8", "replace"), digest_size=16).hexdigest()
