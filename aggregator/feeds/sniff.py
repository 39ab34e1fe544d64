"""Tells what a body seems to be that is no feed."""

import re

from aggregator.text import file_kind

_TITLE = re.compile(r"<title[^>]*>([^<]{1,200})", re.IGNORECASE)
_HTML = re.compile(r"<(?:!doctype\s+html|html|head|body|script|meta|div|p|h1)\b", re.IGNORECASE)
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf|channel)\b", re.IGNORECASE)
_SITEMAP = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?(?:urlset|sitemapindex)\b", re.IGNORECASE)
_CONTROL_CHARACTERS = bytes((*range(9), *range(14, 32)))


def binary(body: bytes) -> str | None:
    """Returns what a body of bytes is that is no text, as a phrase; None for text."""
    if kind := file_kind(body):
        return kind
    head = body[:2000]
    odd = len(head) - len(head.translate(None, _CONTROL_CHARACTERS))
    wide = body[:2] in (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<") or body[:4] in (b"\0\0\0<", b"\0\0\xfe\xff")
    return "binary data" if odd * 10 > len(head) and not wide else None


def looks_like_feed(text: str) -> bool:
    """Tells whether a feed's outermost element stands near the start."""
    return bool(_FEED.search(text[:20_000]))


def looks_like_sitemap(text: str) -> bool:
    """Tells whether a sitemap's outermost element stands near the start, and none of a page or feed before it."""
    found = _SITEMAP.search(text[:20_000])
    return found is not None and not _HTML.search(text, 0, found.start()) and not _FEED.search(text, 0, found.start())


def seems(text: str) -> str:
    """Returns what a text seems to be that is no feed, as a phrase for an error."""
    head = text[:20_000].lstrip()
    if _HTML.search(head) and not head.startswith("{"):
        title = _TITLE.search(head)
        return f"an HTML page ({' '.join(title[1].split())!r})" if title and title[1].strip() else "an HTML page"
    root = _ROOT.search(head)
    if head.startswith("<") and root:
        return f"XML with the outermost element <{root[1][:60]}>"
    words = " ".join(head[:60].split())
    return f"plain text ({words!r})" if words else "white space"
