"""Reads entities that a document uses but does not declare (`&nbsp;`), the most frequent fault, as feedparser does.

For such a document feedparser goes over to its loose parser, which treats references in its own ways: it resolves
`_LOOSE_REFERENCES` in texts, and none at all in other elements and in attributes. What would come out otherwise raises
Unsupported, but for line ends, which stay those of XML.
"""

import re
from html.entities import name2codepoint
from xml.parsers import expat

from aggregator.feeds.quick.elements import TITLES
from aggregator.feeds.quick.item import CATEGORIES, CONTENTS, TEXTS, Unsupported

UNDEFINED = expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]
_REFERENCE = re.compile(rb"&(?!(?:amp|lt|gt|quot|apos);)([A-Za-z_][\w.-]*);")
_REFERENCE_IN_TAG = re.compile(rb"<[A-Za-z_][^<>]*&(?!amp;)")
_LOOSE_REFERENCES = (("&quot;", '"'), ("&apos;", "'"), ("&#x2f;", "/"), ("&#x2F;", "/"))
_CDATA_REFERENCES = ((b"&#39;", b"'"), (b"&#34;", b'"'))
_ESCAPED_IN_GUID = re.compile("[&<>\"']")
_ESCAPED_IN_LINK = re.compile("[<>\"']")
_NAMES = CATEGORIES | {"name", "author", "itunes_keywords", "itunes_category", "media_keywords"}


def resolve_entities(body: bytes) -> bytes:
    """Returns the document with HTML's entities as character references, and any other as the text that it is."""
    outside, *sections = body.split(b"<![CDATA[")
    parts = [_resolved(outside)]
    for section in sections:
        text, end, outside = section.partition(b"]]>")
        for reference, character in _CDATA_REFERENCES:
            text = text.replace(reference, character)
        parts += b"<![CDATA[", text, end, _resolved(outside)
    return b"".join(parts)


def _resolved(text: bytes) -> bytes:
    if b"&" not in text:
        return text
    if _REFERENCE_IN_TAG.search(text):
        raise Unsupported
    return _REFERENCE.sub(_reference, text)


def _reference(found: re.Match[bytes]) -> bytes:
    code = name2codepoint.get(found[1].decode())
    return b"&amp;%b;" % found[1] if code is None else b"&#%d;" % code


def loosely(name: str, value: str) -> str:
    """Returns what the loose parser makes of the text of an element."""
    if name in TEXTS or name in CONTENTS or name in TITLES:
        for reference, character in _LOOSE_REFERENCES:
            value = value.replace(reference, character)
    elif (
        (name in ("guid", "id") and _ESCAPED_IN_GUID.search(value))
        or (name == "link" and _ESCAPED_IN_LINK.search(value))
        or (name in _NAMES and "&" in value and ";" in value)
    ):
        raise Unsupported
    return value
