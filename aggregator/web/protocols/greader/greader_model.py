"""Maps the archive to the objects of Google Reader: its items are articles, its labels are categories."""

import re
from dataclasses import replace
from hashlib import blake2b

from aggregator.archive.reading_list import ReadingItem
from aggregator.articles.safe_html import shown_html
from aggregator.errors import NotFound
from aggregator.model import Json
from aggregator.store.content.reader_lists import Wanted
from aggregator.store.polling.categories import NONE, Category
from aggregator.subscriptions.subscribed import Subscribed, Subscriptions
from aggregator.urls import is_http
from aggregator.web.protocols.plain_title import plain_title
from aggregator.web.protocols.reader_request import number

STATE = "user/-/state/com.google/"
LABEL = "user/-/label/"
FEED = "feed/"
READING_LIST = f"{STATE}reading-list"
_ITEM = "tag:google.com,2005:reader/item/"
_HEX = re.compile(r"[0-9a-fA-F]{1,16}")
_HEX_LENGTH = 16  # of an id without its prefix
_STREAM = re.compile(r"user/[^/]*/(state/com\.google|label)/(.+)", re.DOTALL)
_UNREAD = ("unread", "kept-unread", "tracking-kept-unread", "fresh")


def item_id(text: str) -> int | None:
    """Reads the id of an item in any of its forms: long, the same with fewer digits, 16 hexadecimal digits, decimal."""
    prefixed, text = text.startswith(_ITEM), text.removeprefix(_ITEM)
    if prefixed or len(text) == _HEX_LENGTH:
        return number(str(int(text, 16))) if _HEX.fullmatch(text) else None
    return number(text)


def label_of(stream: str) -> str | None:
    """Returns the name of a label's stream; None if it is none of a label."""
    found = _STREAM.fullmatch(stream)
    return found[2] if found and found[1] == "label" else None


def state_of(stream: str) -> str | None:
    """Returns the name of a state's stream: `read`, `starred` and the like; None if it is none of a state."""
    found = _STREAM.fullmatch(stream)
    return found[2] if found and found[1] != "label" else None


def feed_of(known: Subscriptions, stream: str) -> Subscribed:
    """Returns the subscription of a feed's stream, by number or address. Raises NotFound."""
    named = stream.removeprefix(FEED)
    feed_id = number(named)
    return known.of_url(named) if feed_id is None else known.of_id(feed_id)


def within(known: Subscriptions, wanted: Wanted, stream: str) -> Wanted | None:
    """Returns what of `wanted` is in a stream; None if nothing can be. Raises NotFound for a stream there is not."""
    state, label = state_of(stream), label_of(stream)
    if stream.startswith(FEED):
        return replace(wanted, feed_id=feed_of(known, stream).feed.id)
    if label is not None:
        return replace(wanted, category_id=known.named(label).id)
    if state == "read" or state in _UNREAD:
        return replace(wanted, read=state == "read") if wanted.read in (None, state == "read") else None
    if state == "starred":
        return replace(wanted, starred=True) if wanted.starred is not False else None
    if state == "reading-list":
        return wanted
    raise NotFound(f"no stream {stream}")


def without(wanted: Wanted, stream: str) -> Wanted | None:
    """Returns what of `wanted` is not in a state's stream; None if nothing can be. Others exclude nothing."""
    state = state_of(stream)
    if state == "read" or state in _UNREAD:
        left = state != "read"
        return replace(wanted, read=left) if wanted.read in (None, left) else None
    if state == "starred":
        return replace(wanted, starred=False) if wanted.starred is not True else None
    return wanted


def categories_of(one: Category) -> list[Json]:
    """Returns the labels of a feed: the one of its category, if it is in one."""
    return [] if one.name == NONE else [{"id": LABEL + one.name, "label": one.name, "type": "folder"}]


def subscription(one: Subscribed, icons: str) -> Json:
    """Returns a subscription; `icons`: the address that those of feeds begin with."""
    return {
        "id": f"{FEED}{one.feed.id}",
        "title": plain_title(one.title),
        "categories": categories_of(one.category),
        "sortid": f"{one.feed.id:08x}",
        "firstitemmsec": str(one.feed.added_at * 1000),
        "url": one.feed.url,
        "htmlUrl": one.page,
        "iconUrl": f"{icons}{blake2b(one.feed.site.encode(), digest_size=6).hexdigest()}.png",
    }


def item(one: ReadingItem, its_feed: Subscribed) -> Json:
    """Returns an article as an item of its feed."""
    article, seconds = one.article, int(one.article.fetched_at.timestamp())
    categories = [READING_LIST, *(label["id"] for label in categories_of(its_feed.category))]
    categories += [f"{STATE}read"] if one.mark.read_at is not None else []
    categories += [f"{STATE}starred"] if one.mark.starred_at is not None else []
    content = {"direction": "ltr", "content": shown_html(one.html)}
    return {
        "id": f"{_ITEM}{article.id:016x}",
        "crawlTimeMsec": str(seconds * 1000),
        "timestampUsec": str(seconds * 1_000_000),
        "published": one.at,
        "updated": max(one.at, int(article.modified_at.timestamp())) if article.modified_at else one.at,
        "title": plain_title(article.title or article.url),
        "author": plain_title(", ".join(article.authors)),
        "categories": categories,
        "alternate": [{"href": article.url, "type": "text/html"}],
        "canonical": [{"href": article.url}],
        "summary": content,
        "content": content,
        "enclosure": [
            {"href": file.url, "type": file.type or "application/octet-stream", "length": file.length or 0}
            for file in one.enclosures
            if is_http(file.url)
        ],
        "origin": {
            "streamId": f"{FEED}{its_feed.feed.id}",
            "title": plain_title(its_feed.title),
            "htmlUrl": its_feed.page,
        },
    }
