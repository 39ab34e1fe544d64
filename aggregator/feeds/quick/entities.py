"""Entities that a document uses but does not declare (`&nbsp;`), the most frequent fault of feeds, read as feedparser does.

For such a document feedparser goes over to its loose parser, which treats references in its own ways: `_BECOMES` in
texts, and none at all in other elements and in attributes. What would come out otherwise raises Unsupported, but for line
ends, which stay those of XML.
"""

import re
from html.entities import name2codepoint
from xml.parsers import expat

from aggregator.feeds.quick.elements import TITLES
from aggregator.feeds.quick.item import CATEGORIES, CONTENTS, TEXTS, Unsupported

UNDEFINED = expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]
_REFERENCE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z_][\w.-]*);")
_IN_A_TAG = re.compile(rb"<[A-Za-z_][^<>]*&(?!amp;)")
_BECOMES = (("&quot;", '"'), ("&apos;", "'"), ("&#x2f;", "/"), ("&#x2F;", "/"))
_QUOTES = ((b"&#39;", b"'"), (b"&#34;", b'"'))  # even in CDATA
_ESCAPED = re.compile("[&<>\"']")
_IN_A_LINK = re.compile("[<>\"']")
_NAMED = CATEGORIES | {"name", "author", "itunes_keywords", "itunes_category", "media_keywords"}


def with_entities(body: bytes) -> bytes:
    """The document with HTML's entities as character references, and any other as the text that it is."""
    outside, *sections = body.split(b"<![CDATA[")
    parts = [_resolved(outside)]
    for section in sections:
        text, end, outside = section.partition(b"]]>")
        for reference, character in _QUOTES:
            text = text.replace(reference, character)
        parts += b"<![CDATA[", text, end, _resolved(outside)
    return b"".join(parts)


def _resolved(text: bytes) -> bytes:
    if b"&" not in text:
        return text
    if _IN_A_TAG.search(text):
        raise Unsupported
    return _REFERENCE.sub(_reference, text)


def _reference(found: re.Match[bytes]) -> bytes:
    code = name2codepoint.get(found[1].decode())
    return b"&amp;%b;" % found[1] if code is None else b"&#%d;" % code


def loosely(name: str, value: str) -> str:
    """What the loose parser makes of the text of an element."""
    if name in TEXTS or name in CONTENTS or name in TITLES:
        for reference, character in _BECOMES:
            value = value.replace(reference, character)
    elif (
        (name in ("guid", "id") and _ESCAPED.search(value))
        or (name == "link" and _IN_A_LINK.search(value))
        or (name in _NAMED and "&" in value and ";" in value)
    ):
        raise Unsupported
    return value
