"""Makes an Entry of a RawEntry: absolute links, plain titles, plausible dates, and the key that identifies it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape

from aggregator.feeds import entry_texts, identity
from aggregator.feeds.entry_texts import with_breaks
from aggregator.feeds.formats.raw import RawEntry, RawFeed
from aggregator.model import NOTHING_SHARED, Enclosure, Entry, Shared
from aggregator.text import squeeze, storable
from aggregator.urls import absolute, is_http

# Formats that tell when an entry came out from when it changed.
_WITH_TWO_DATES = ("atom", "json", "sitemap", "news-sitemap", "section")
_OF_PAGES = ("sitemap", "news-sitemap", "section")  # formats whose entries are addresses of pages
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # no feed is older: such dates are a zero clock or a wrong century
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.DOTALL)
# Elements that publishers leave in titles that are declared plain; anything else in `<>` may be text.
_UNSEEN = dict.fromkeys(map(ord, "\u00ad\u200b\ufeff"))  # where a line may be broken; words with them are never found
_INLINE = re.compile(
    r"</?(?:a|abbr|b|big|br|cite|em|font|i|mark|nobr|p|q|small|span|strong|sub|sup|u|wbr)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)


def finish_entries(raw: RawFeed, url: str, known: Shared = NOTHING_SHARED) -> tuple[tuple[Entry, ...], Shared]:
    """Returns the entries of a document that came from `url`, in its order, each key once, and what they share.

    `known`: what those of earlier documents shared, which is shared for good.
    """
    base = _base(raw, url)
    clean = _as_it_is if raw.storable else storable
    rss = not raw.format.startswith(_WITH_TWO_DATES)
    made = [_entry(item, raw, base, clean, rss=rss) for item in raw.entries]
    items = [_item(entry, item) for entry, item in zip(made, raw.entries, strict=True)]
    pages_alone = raw.format.startswith(_OF_PAGES)  # what is listed twice there is one page all the same
    shared = known if pages_alone else known | identity.shared_by(items)
    entries: dict[str, Entry] = {}
    for entry, item in zip(made, items, strict=True):
        key = identity.key_of(item, shared)
        entries.setdefault(key, identity.anchored(replace(entry, key=key), shared))
    return tuple(entries.values()), shared


def _item(entry: Entry, raw: RawEntry) -> identity.Item:
    link = entry.url or raw.link if raw.link else None
    return identity.Item(entry.guid, link, entry.title, entry.published_at, entry.content or entry.summary)


def _base(raw: RawFeed, url: str) -> str:
    """Returns what links are relative to: the document's xml:base, else the site's address in RSS, else `url`."""
    own = raw.base or (None if raw.format.startswith("atom") else raw.link)
    return absolute(own, url) or url if own else url


def _as_it_is(text: str) -> str:
    return text


def _entry(raw: RawEntry, feed: RawFeed, base: str, clean: Callable[[str], str], *, rss: bool) -> Entry:
    has_base = feed.base or raw.base or raw.text_base
    base = _within(base, raw.base)
    link = absolute(raw.link, base) if raw.link else None
    title = plain_title(raw.title, is_html=raw.title_is_html, lenient=rss)
    published, updated = _plausible(raw.published), _plausible(raw.updated)
    if rss and published is None:  # RSS 1.0 has only dc:date, which is when the item came out
        published, updated = updated, None
    summary, content = _summary_and_content(raw, clean)
    return Entry(
        key="",  # `finish_entries` knows what the others have
        guid=_storable(raw.guid) if raw.guid else None,
        url=link or _guid_as_link(raw),
        title=title,
        authors=_people(raw.authors) or _people(feed.authors),
        summary=summary,
        content=content,
        published_at=published,
        updated_at=updated,
        tags=_lines(raw.tags),
        image=absolute(raw.image, base) if raw.image else _image_among(raw.enclosures, base),
        enclosures=_absolute_enclosures(raw.enclosures, base),
        base=_within(base, raw.text_base) if has_base else None,
    )


def _within(base: str, own: str | None) -> str:
    """Returns what links are relative to in an element with an xml:base of its own, or with none."""
    return (absolute(own, base) or base) if own else base


def _people(authors: list[str]) -> tuple[str, ...]:
    return _lines([name for author in authors for name in entry_texts.names(author)])


def plain_title(title: str | None, *, is_html: bool, lenient: bool) -> str | None:
    """Returns a title as plain text on one line. `lenient`: markup in what is declared plain is taken for a mistake."""
    if not title:
        return None
    if "<" in title:
        title = _TAG.sub(" " if "<br" in title else "", title) if is_html else title
        title = _INLINE.sub(_joined, title) if lenient else title
    return _line(title.translate(_UNSEEN)) or None


def _joined(tag: re.Match[str]) -> str:
    return " " if tag[0][:3].lower() == "<br" else ""


def feed_title(title: str | None) -> str | None:
    """Returns what a feed calls itself, as plain text on one line: tags are none of it in any format."""
    return plain_title(unescape(title), is_html=True, lenient=True) if title else None


def _line(text: str) -> str:
    """Resolves references and puts the text on one line."""
    text = unescape(text)  # what is all printable has no white space but spaces, and no control characters
    return text.strip() if text.isprintable() and "  " not in text else squeeze(text)


def _storable(text: str) -> str:
    return text if text.isprintable() else storable(text)


def _guid_as_link(raw: RawEntry) -> str | None:
    """Returns the guid of an entry without a link if it is an address."""
    return raw.guid if raw.link is None and raw.guid and is_http(raw.guid) and not raw.enclosures else None


def _summary_and_content(raw: RawEntry, clean: Callable[[str], str]) -> tuple[str | None, str | None]:
    """Returns the summary unless it is the same as the content, and the longest content. A content that is shorter than
    the summary is a picture's caption or the like."""
    summary = with_breaks(clean(raw.summary)) if raw.summary else None
    content = max((with_breaks(clean(part)) for part in raw.contents), key=len, default=None) or None
    if summary and content and len(content) < len(summary):
        return summary, None
    return (None if summary == content else summary), content


def _plausible(at: datetime | None) -> datetime | None:
    return at if at is not None and at >= _EARLIEST else None


def _lines(texts: list[str]) -> tuple[str, ...]:
    """Returns the texts on one line each, each once, in order, without the empty ones."""
    return tuple(dict.fromkeys([line for text in texts if (line := _line(text))])) if texts else ()


def _absolute_enclosures(enclosures: list[Enclosure], base: str) -> tuple[Enclosure, ...]:
    if not enclosures:
        return ()
    found = [(absolute(item.url, base), item) for item in enclosures]
    return tuple(Enclosure(url, item.type, item.length) for url, item in found if url)


def _image_among(enclosures: list[Enclosure], base: str) -> str | None:
    images = (item.url for item in enclosures if (item.type or "").startswith("image/"))
    return next((url for image in images if (url := absolute(image, base))), None)
