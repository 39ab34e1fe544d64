"""Reads feeds with feedparser, which survives whatever publishers write.

Its sanitiser and its resolving of relative addresses are off: they take two thirds of its time (130 ms a real feed,
39 without), and both happen once, later, on what is kept.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from html import escape
from io import BytesIO
from itertools import islice
from time import struct_time
from typing import Any
from urllib.parse import urljoin

from aggregator.errors import FeedError
from aggregator.feeds.entry_texts import without_mail
from aggregator.feeds.feed_dates import parse_date
from aggregator.feeds.formats.raw import MAX_ENTRIES, TOO_MANY_ENTRIES, RawEntry, RawFeed, length
from aggregator.feeds.xml_repair import repair
from aggregator.model import Enclosure
from aggregator.urls import is_http

_HEAD = b"<?xml version='1.0' encoding='utf-8'?>\n"
_HEADERS = {"content-type": "application/xml; charset=utf-8"}
_HTML_TYPES = ("text/html", "application/xhtml+xml")
_LONG_TAG = re.compile(r"<[^<>]{4000,}")
_MAX_ATTRIBUTES = 500
_AUTHOR = r"<(?:\w+:)?(?:author|creator|managingeditor|webmaster|publisher|name|email)\b[^<>]*>"
_BASED = re.compile(r"""<([A-Za-z_][\w:.-]*)((?:\s[^<>]*?)??)\sxml:base\s*=\s*(["'])([^"'<>]*)\3([^<>]*)>""")
_BASED_TEXTS = {"content", "summary", "description", "encoded", "abstract", "fullitem"}
_HREF = re.compile(r"""(\shref\s*=\s*["'])([^"'<>]*)""")
_ADDRESS = re.compile(r"\s(?:href|url|uri)\s*=")
_TEXT_LINK = re.compile(
    r"""<((?:\w{1,20}:)?link)\b([^<>]*\srel\s*=\s*["'](?!alternate["'])[^"'<>]*["'][^<>]*)(?<!/)>"""
    r"""\s*(?:<!\[CDATA\[)?([^<\]]*)(?:\]\]>)?\s*</\1\s*>""",
    re.IGNORECASE,
)
_EDITOR = re.compile(r"(</?)managingEditor\b", re.IGNORECASE)
_CHANNEL = re.compile(r"<channel\s[^<>]*>")
_ROOT = re.compile(r"<[A-Za-z_][^<>]*>")
_OWN_BASE = re.compile(r"""\sxml:base\s*=\s*(["'])(.*?)\1""")
_ENTRY = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)\b", re.IGNORECASE)
_TAG = re.compile(r"<(?:\w{1,20}:)?(?:category|subject|keywords|tags)\b", re.IGNORECASE)
_MAX_TAGS = 2000
_LONG_KEYWORDS = re.compile(
    r"(<(?:\w{1,20}:)?(?:keywords|tags)\b[^<>]*>\s*(?:<!\[CDATA\[)?[^<\]]{8000})[^<\]]+", re.IGNORECASE
)
_AUTHOR_TEXT = re.compile(rf"({_AUTHOR}\s*(?:<!\[CDATA\[)?)([^<\]]{{1,400}})", re.IGNORECASE)
_LONG_AUTHOR = re.compile(rf"({_AUTHOR}\s*(?:<!\[CDATA\[)?[^<\]]{{400}})[^<\]]+", re.IGNORECASE)


def read(text: str) -> RawFeed:
    """Returns a document's fields. Raises FeedError for input that would take feedparser very long."""
    feedparser = _feedparser()
    repaired = repair(text)
    mended = repaired != text
    text, cut = _first_entries(repaired)
    source = BytesIO(_HEAD + _prepared(text).encode("utf-8", "replace"))
    try:
        found = feedparser.parse(source, response_headers=_HEADERS, sanitize_html=False, resolve_relative_uris=False)
    except Exception as error:  # broken markup makes it trip over its own state, in many ways
        raise FeedError(f"too broken to be read as a feed ({type(error).__name__}: {error})") from error
    raw = fields(found)
    raw.base = _document_base(text)
    if mended and raw.problem is None:
        raw.problem = "not well-formed: bare ampersands, or entities that XML does not know"
    raw.problem = TOO_MANY_ENTRIES if cut else raw.problem
    return raw


@cache
def _feedparser() -> Any:
    """Returns feedparser, which then asks `parse_date` before its own readers of dates."""
    import feedparser  # late: 60 ms, and the expat reader reads most documents

    feedparser.registerDateHandler(_date)
    return feedparser


def _date(text: str) -> struct_time | None:
    at = parse_date(text)
    return at.utctimetuple() if at else None


def _prepared(text: str) -> str:
    """Returns the text without what feedparser would misread. Raises FeedError."""
    text = _EDITOR.sub(r"\1x-editor", text)  # whom feedparser takes for the author of the feed
    return _without_mail(_bounded(_with_addresses(_without_bases(text))))


def _without_bases(text: str) -> str:
    """Returns the text with the xml:base of entries and texts in elements of their own: feedparser lets the base of one
    entry's content go on into the next entries, and makes guids of links with it. They are applied later."""
    return _BASED.sub(_apart, text) if "xml:base" in text else text


def _apart(found: re.Match[str]) -> str:
    name, before, base, after = found[1], found[2], found[4], found[5]
    element, local = f"<{name}{before}{after}>", name.rpartition(":")[2].lower()
    if local in ("item", "entry"):
        return f'{element}<entrybase href="{base}"/>'
    if local in _BASED_TEXTS:
        return f'<textbase href="{base}"/>{element}'
    if local == "link":
        return _HREF.sub(lambda href: href[1] + urljoin(base.strip(), href[2]), element, count=1)
    return element


def _with_addresses(text: str) -> str:
    """Returns the text with the targets of links that are no page as attributes: feedparser takes such a link's text
    for the entry's page, whatever its `rel` says."""
    return _TEXT_LINK.sub(_as_attribute, text)


def _as_attribute(found: re.Match[str]) -> str:
    if _ADDRESS.search(found[2]):
        return found[0]
    address = repair(found[3].strip()).replace('"', "&quot;")
    return f'<{found[1]}{found[2]} href="{address}"/>'


def _first_entries(text: str) -> tuple[str, bool]:
    """Returns the text up to its last entry that is read, and whether there are more."""
    further = next(islice(_ENTRY.finditer(text), MAX_ENTRIES, None), None)
    return (text[: further.start()], True) if further else (text, False)


def _bounded(text: str) -> str:
    """Returns the text without feedparser's traps, whose time grows with the square of the input: many attributes of
    one element (430 KB: 17 s) and many tags of one entry (130 KB: 4 s), which are refused, and a long author (32 KB:
    5 s) or list of keywords, which are cut."""
    for tag in _LONG_TAG.findall(text):
        if tag.count("=") > _MAX_ATTRIBUTES:
            raise FeedError("an element with too many attributes, which no feed needs")
    if any(len(_TAG.findall(entry)) > _MAX_TAGS for entry in _ENTRY.split(text)):
        raise FeedError("an entry with too many tags")
    return _LONG_KEYWORDS.sub(r"\1", _LONG_AUTHOR.sub(r"\1", text))


def _without_mail(text: str) -> str:
    """Returns the text without mail addresses of authors; of longer domains feedparser leaves a rest as a name."""
    return _AUTHOR_TEXT.sub(lambda found: found[1] + without_mail(found[2]), text) if "@" in text else text


def fields(found: Mapping[str, Any]) -> RawFeed:
    """Returns the fields that are kept of feedparser's answer."""
    feed = found["feed"]
    error = found.get("bozo_exception") if found.get("bozo") else None
    return RawFeed(
        format=found.get("version") or "",
        title=_title(feed)[0],
        link=_text(feed.get("link")),
        lang=_text(feed.get("language")),
        entries=[_raw_entry(entry) for entry in found["entries"]],
        ttl=_text(feed.get("ttl")),
        period=_text(feed.get("sy_updateperiod")),
        frequency=_text(feed.get("sy_updatefrequency")),
        authors=_authors(feed),
        problem=f"not well-formed: {error}" if error else None,
    )


def _document_base(text: str) -> str | None:
    """Returns the xml:base of the outermost element and of the channel in it."""
    base = ""
    for element in (_ROOT.search(text), _CHANNEL.search(text)):
        own = _OWN_BASE.search(element[0]) if element else None
        base = urljoin(base, own[2].strip()) if own else base
    return base or None


def _raw_entry(entry: Any) -> RawEntry:
    title, is_html = _title(entry)
    return RawEntry(
        guid=_text(entry.get("id")),
        link=_link(entry),
        title=title,
        title_is_html=is_html,
        authors=_authors(entry),
        summary=_html(entry.get("summary"), entry.get("summary_detail") or next(iter(entry.get("content", ())), None)),
        contents=[html for part in entry.get("content", ()) if (html := _html(part.get("value"), part))],
        published=_time(dict.get(entry, "published_parsed") or dict.get(entry, "created_parsed")),
        updated=_time(dict.get(entry, "updated_parsed")),
        tags=[term for tag in entry.get("tags", ()) if (term := _text(tag.get("label") or tag.get("term")))],
        image=_image(entry),
        enclosures=_enclosures(entry),
        base=_said_base(entry, "entrybase"),
        text_base=_said_base(entry, "textbase"),
    )


def _said_base(entry: Any, name: str) -> str | None:
    found = dict.get(entry, name)
    return _text(found.get("href")) if isinstance(found, dict) else None


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _title(item: Any) -> tuple[str | None, bool]:
    detail = item.get("title_detail") or {}
    return _text(item.get("title")), detail.get("type") in _HTML_TYPES


def _html(value: object, detail: Any) -> str | None:
    """Returns a text as HTML: what is declared plain is escaped."""
    text = _text(value)
    if text is None or (detail or {}).get("type") != "text/plain":
        return text
    return escape(text, quote=False)


def _link(entry: Any) -> str | None:
    original = _text(entry.get("feedburner_origlink"))  # the publisher's own address, behind the proxy's
    if original and is_http(original):
        return original
    if link := _text(entry.get("link")):
        return link
    links = [link for link in dict.get(entry, "links", ()) if link.get("rel", "alternate") == "alternate"]
    return next((href for link in links if (href := _text(link.get("href")))), None)


def _authors(entry: Any) -> list[str]:
    names = [_text(author.get("name")) for author in entry.get("authors", ())]
    return [name for name in names if name]


def _time(value: object) -> datetime | None:
    if not isinstance(value, struct_time):
        return None
    try:
        return datetime(*value[:6], tzinfo=UTC)
    except ValueError:
        return None


def _image(entry: Any) -> str | None:
    """Returns the entry's picture: Media RSS thumbnail or content, an itunes image."""
    for part in dict.get(entry, "media_thumbnail", ()):
        if url := _text(part.get("url")):
            return url
    for part in dict.get(entry, "media_content", ()):
        kind = part.get("medium") or part.get("type") or ""
        if kind.startswith("image") and (url := _text(part.get("url"))):
            return url
    image = dict.get(entry, "image")
    return _text(image.get("href")) if isinstance(image, dict) else None


def _enclosures(entry: Any) -> list[Enclosure]:
    links = [link for link in dict.get(entry, "links", ()) if link.get("rel") == "enclosure"]
    return [
        Enclosure(url, _text(link.get("type")), length(link.get("length")))
        for link in links
        if (url := _text(link.get("href")))
    ]
