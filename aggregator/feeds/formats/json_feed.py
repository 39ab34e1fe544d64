"""Reads JSON Feed 1.0 and 1.1 (jsonfeed.org)."""

from html import escape
from typing import Any

from aggregator.errors import FeedError
from aggregator.feeds.feed_dates import date_or_none
from aggregator.feeds.formats.raw import RawEntry, RawFeed
from aggregator.model import Enclosure
from aggregator.text import mend_escapes


def read(text: str) -> RawFeed:
    """Returns a document's fields. Raises FeedError if it is broken JSON or JSON that is no feed."""
    import orjson  # late: few feeds are JSON

    try:
        found = orjson.loads(mend_escapes(text))
    except orjson.JSONDecodeError as error:
        raise FeedError(f"broken JSON: {str(error)[:100]}") from None
    if not isinstance(found, dict) or not isinstance(found.get("items"), list):
        raise FeedError("JSON, but not a JSON Feed (it has no list of items)")
    authors = _authors(found)
    return RawFeed(
        format="json",
        title=_text(found.get("title")),
        link=_text(found.get("home_page_url")),
        lang=_text(found.get("language")),
        entries=[_entry(item, authors) for item in found["items"] if isinstance(item, dict)],
    )


def _entry(item: dict[str, Any], authors: list[str]) -> RawEntry:
    content = _text(item.get("content_html")) or _plain(item.get("content_text"))
    return RawEntry(
        guid=_text(item.get("id")),
        link=_text(item.get("url")) or _text(item.get("external_url")),
        title=_text(item.get("title")),
        authors=_authors(item) or authors,
        summary=_plain(item.get("summary")),
        contents=[content] if content else [],
        published=date_or_none(item.get("date_published")),
        updated=date_or_none(item.get("date_modified")),
        tags=[tag for value in _list(item.get("tags")) if (tag := _text(value))],
        image=_text(item.get("image")) or _text(item.get("banner_image")),
        enclosures=[
            Enclosure(url, _text(part.get("mime_type")), _size(part.get("size_in_bytes")))
            for part in _list(item.get("attachments"))
            if isinstance(part, dict) and (url := _text(part.get("url")))
        ],
    )


def _text(value: object) -> str | None:
    if isinstance(value, int | float) and not isinstance(value, bool):  # ids are often numbers
        return str(value)
    return value.strip() or None if isinstance(value, str) else None


def _plain(value: object) -> str | None:
    text = _text(value)
    return escape(text, quote=False) if text else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _authors(item: dict[str, Any]) -> list[str]:
    """Returns the names of `authors` (version 1.1) or `author` (1.0), each a list, an object or a name alone."""
    for key in ("authors", "author"):
        people = item.get(key)
        listed = people if isinstance(people, list) else [people]
        names = [_text(person.get("name") if isinstance(person, dict) else person) for person in listed]
        if found := [name for name in names if name]:
            return found
    return []


def _size(value: object) -> int | None:
    return int(value) if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e15 else None
