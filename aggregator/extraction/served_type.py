"""Tells what was served, by its bytes and by its Content-Type: a page, plain text, or something that is no page."""

import re

import orjson

from aggregator.text import decode_marked, file_kind

_HEAD = 4_000  # bytes that are looked at for an outermost element
_MAX_JSON = 16_000_000  # characters
_BEFORE_ROOT = re.compile(
    r"(?:\s|\ufeff|<\?.*?\?>|<!--.*?-->|<!doctype\s+(?!html\b)[^\[>]*(?:\[.*?\]\s*)?>)*", re.I | re.S
)
_ROOT = re.compile(r"<(?:[\w.-]+:)?([A-Za-z!][\w.-]*)")
_CONTROL_CHARACTERS = bytes((*range(9), *range(14, 32)))
_FEED_ROOTS = {"rss": "a feed", "feed": "a feed", "urlset": "a sitemap", "sitemapindex": "a sitemap"}
_HTML_ROOTS = frozenset(
    "!doctype html head body title meta link script style div section article main header nav p h1 h2 table a br"
    " center font b iframe noscript".split()
)
_PAGES = ("text/html", "application/xhtml+xml")
_PLAIN = ("text/plain", "text/markdown", "text/x-markdown")
# What servers say that don't know. HTML served so is a page all the same, as is HTML served as any XML.
_VAGUE = ("", "application/octet-stream", "binary/octet-stream", "application/unknown", "unknown/unknown", "*/*")
_NAMED = {
    **dict.fromkeys(("application/rss+xml", "application/atom+xml", "application/feed+json"), "a feed"),
    **dict.fromkeys(("application/json", "text/json", "application/ld+json", "application/x-ndjson"), "JSON"),
    **dict.fromkeys(("text/javascript", "application/javascript", "application/x-javascript"), "a script"),
    **dict.fromkeys(("text/csv", "text/tab-separated-values"), "a table"),
    "text/css": "a stylesheet",
    "text/calendar": "a calendar",
    "application/pdf": "a PDF file",
    "application/zip": "a ZIP file",
}
_FAMILIES = {"audio": "a sound", "video": "a video", "image": "a picture", "font": "a font"}


def no_page(body: bytes, content_type: str | None) -> str | None:
    """Returns what was served as a phrase ("a feed", "a sound (audio/mpeg)"), if it is neither a page nor plain text;
    None for those. `content_type`: the header's value, None where nobody said."""
    label = _label(content_type)
    head = _head(body)
    if kind := file_kind(body) or ("binary data" if head is None else None):
        return kind
    root = _root(head or "")
    if root in _FEED_ROOTS or (root == "rdf" and "purl.org/rss/" in (head or "")):
        return _FEED_ROOTS.get(root, "a feed")
    if root == "opml":
        return "a list of feeds (OPML)"
    if label in (*_PAGES, *_PLAIN, ""):
        return _json(body, head or "")
    is_xml = label.endswith(("/xml", "+xml"))
    if root in _HTML_ROOTS and (is_xml or label in _VAGUE or "/" not in label):
        return None
    return _json(body, head or "") or _named(label, root if is_xml else "")


def is_plain_text(body: bytes, content_type: str | None) -> bool:
    """Tells whether this is text without markup: it is called plain, and is no HTML."""
    return _label(content_type) in _PLAIN and _root(_head(body) or "") not in _HTML_ROOTS


def sentence(kind: str, url: str) -> str:
    """Returns what is said of an address that leads to something else than a page, with what to do about it."""
    if kind in ("a feed", "a sitemap"):
        return f"this is {kind}, no page: `aggregator feeds add {url}` subscribes to it"
    return f"this is {kind}, no page with an article"


def _label(content_type: str | None) -> str:
    return (content_type or "").partition(";")[0].strip().lower()


def _head(body: bytes) -> str | None:
    """Returns the beginning as text; None if it is none."""
    head = body[:_HEAD]
    marked = decode_marked(head)
    if marked is not None:
        return marked
    if head[:2] in (b"<\0", b"\0<"):
        return head.decode("utf-16-le" if head[:1] == b"<" else "utf-16-be", "replace")
    odd = len(head) - len(head.translate(None, _CONTROL_CHARACTERS))
    return None if odd * 10 > len(head) else head.decode("utf-8", "replace")


def _root(head: str) -> str:
    """Returns the name of the outermost element in lower case; empty if the text does not begin with one."""
    before = _BEFORE_ROOT.match(head)
    found = _ROOT.match(head, before.end() if before else 0)
    return found[1].lower() if found else ""


def _json(body: bytes, head: str) -> str | None:
    if head.lstrip("\ufeff \t\r\n")[:1] not in ("{", "["):
        return None
    text = decode_marked(body)
    data = body if text is None else text.encode()
    try:
        found = orjson.loads(data[:_MAX_JSON].strip())
    except orjson.JSONDecodeError:
        return None
    is_feed = isinstance(found, dict) and "jsonfeed.org/" in str(found.get("version"))
    return "a feed" if is_feed else "JSON"


def _named(label: str, root: str) -> str:
    if label in ("application/rss+xml", "application/atom+xml") and root:
        return f"XML with the outermost element <{root[:60]}>"
    if label in _NAMED:
        return f"{_NAMED[label]} ({label})"
    family = _FAMILIES.get(label.partition("/")[0])
    if family:
        return f"{family} ({label[:80]})"
    if root:
        return f"XML with the outermost element <{root[:60]}>"
    return f"a file ({label[:80]})"
