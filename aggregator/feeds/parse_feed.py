"""Parses a feed's bytes into a FeedDocument.

bytes (unpacked) -> expat_reader -> RawFeed
bytes (unpacked) -> decode_xml.to_text -> json_feed | sitemap | expat_reader | feedparser_reader -> RawFeed
bytes of a section page -> dom -> section_page -> RawFeed
RawFeed -> finish_entry.finish_entries + hints.read_hints -> FeedDocument
"""

from codecs import BOM_UTF8
from collections.abc import Mapping

from aggregator.errors import FeedError
from aggregator.feeds import decode_xml, finish_entry, hints, sniff
from aggregator.feeds.formats import feedparser_reader, json_feed, sitemap
from aggregator.feeds.formats.raw import RawFeed
from aggregator.feeds.quick import expat_reader
from aggregator.feeds.quick.item import Unsupported
from aggregator.feeds.section import section_page
from aggregator.model import NOTHING_SHARED, FeedDocument, Shared
from aggregator.text import squeeze


def parse(
    body: bytes, headers: Mapping[str, str], url: str, links: str | None = None, shared: Shared = NOTHING_SHARED
) -> FeedDocument:
    """Returns the feed in `body`, which came from `url` with `headers` (lower-case names).

    `links`: it is a section page, whose links to articles are its entries: "auto", or a CSS selector that names them.
    `shared`: what entries of earlier documents were seen to share.
    Raises FeedError, which says what the body seems to be, if it is no feed.
    """
    try:
        body = decode_xml.unpacked(body)
        if links is None:
            raw, body = _read(body, headers.get("content-type"))
        else:
            raw = section_page.read(body, headers.get("content-type"), url, None if links == "auto" else links)
    except FeedError as error:
        raise FeedError(f"{url}: {error}") from None
    entries, shared = finish_entry.finish_entries(raw, url, shared)
    return FeedDocument(
        format=raw.format,
        title=finish_entry.feed_title(raw.title),
        link=raw.link,
        lang=squeeze(raw.lang or headers.get("content-language", "")) or None,
        entries=entries,
        hints=hints.read_hints(raw, body, headers),
        problem=raw.problem,
        sitemaps=sitemap.absolute(raw.sitemaps, url),
        shared=shared,
    )


def _read(body: bytes, content_type: str | None) -> tuple[RawFeed, bytes]:
    """Returns the document's fields, and its bytes in UTF-8."""
    body = body.removeprefix(BOM_UTF8)
    if body.startswith(b"<"):
        try:  # as it is: expat refuses bytes that are no UTF-8
            return expat_reader.read(body), body
        except Unsupported:
            pass
    if not body.strip():
        raise FeedError("an empty answer, not a feed")
    if kind := sniff.binary(body):
        raise FeedError(f"{kind}, not a feed")
    text = decode_xml.legal(decode_xml.to_text(body, content_type))
    return _read_text(text), text.encode()


def _read_text(text: str) -> RawFeed:
    if text.lstrip()[:1] in ("{", "["):
        return json_feed.read(text)
    if sniff.looks_like_sitemap(text):
        return sitemap.read(text)
    if (urls := sitemap.lines(text)) is not None:
        return urls
    if not sniff.looks_like_feed(text):
        raise FeedError(f"{sniff.seems(text)}, not a feed")
    try:
        return expat_reader.read(text.encode())
    except Unsupported:
        raw = feedparser_reader.read(text)
    if not raw.entries and not raw.format:
        raise FeedError(f"{sniff.seems(text)}, not a feed")
    return raw
