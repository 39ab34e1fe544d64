"""Makes an entry by feedparser's rules for the texts, links, tags and authors of an item."""

import re
from datetime import datetime
from html import escape
from html.entities import entitydefs

from aggregator.feeds.entry_texts import without_mail
from aggregator.feeds.formats.raw import RawEntry, length
from aggregator.feeds.quick.namespaces import HTML_ELEMENTS, XML
from aggregator.model import Enclosure
from aggregator.urls import is_http

_MAY_BE_HTML = re.compile(r"</\w+>|&#?\w+;")
_ELEMENT = re.compile(r"</?(\w+)")
_ENTITY = re.compile(r"&(\w+);")
QUERY_ENTITY = re.compile(r"&([A-Za-z0-9_]+);")
_MAX_AUTHOR_CHARACTERS = 400
_HTML = ("text/html", "application/xhtml+xml")
_TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html", "xhtml": "application/xhtml+xml"}

TEXTS = {
    "description": "text/html",
    "dc_description": "text/html",
    "media_description": "text/html",
    "abstract": "text/plain",
    "summary": "text/plain",
    "itunes_summary": "text/plain",
}
CONTENTS = {"content": "text/plain", "content_encoded": "text/html", "fullitem": "text/html"}
CATEGORIES = {"category", "dc_subject", "media_category", "keywords"}


Tag = tuple[str | None, str | None, str | None]  # term, scheme, label


class Unsupported(Exception):
    """The document is one for the feedparser reader."""


class Item:
    """Gathers the fields of an entry."""

    def __init__(self, depth: int, about: str | None, *, atom: bool) -> None:
        self.depth = depth
        self.atom = atom
        self.raw = RawEntry(guid=about)
        self.link: str | None = None
        self.original = ""
        self.links: list[str] = []
        self.authors: list[str | None] = []
        self.odd_author = False
        self.tags: list[Tag] = []
        self._tags: set[Tag] = set()
        self.pictures: list[dict[str, str]] = []
        self.thumbnails: list[str] = []
        self.image: str | None = None
        self.created: datetime | None = None
        self.title_depth = 1 << 30
        self._summary_depth = 1 << 30
        self._has_summary = False
        self._has_content = False
        self._as_content = False

    def begin_text(self, name: str, attributes: dict[str, str]) -> None:
        """Decides what a text is: a second description is content, and makes what follows it summaries again."""
        self.raw.text_base = base_of(attributes) or self.raw.text_base
        if name in CONTENTS:
            self._has_content, self._as_content = True, True
        else:
            self._as_content = self._has_summary and not self._has_content
            self._has_content = self._has_content or self._as_content

    def end_leaf(self, name: str, value: str, attributes: dict[str, str], depth: int) -> None:
        if name in ("guid", "id"):
            self._end_guid(value, attributes, depth)
        elif name == "link":
            self._end_link(value, attributes)
        elif name == "feedburner_origlink":
            self.original = value
        elif name in CATEGORIES or name == "itunes_category":
            self._end_category(value)
        else:
            self._end_text(name, value, attributes, depth)

    def _end_guid(self, value: str, attributes: dict[str, str], depth: int) -> None:
        if depth != self.depth + 1:
            raise Unsupported
        self.raw.guid = value or None
        if self.link is None and is_permalink(attributes):
            self.link = value

    def _end_link(self, value: str, attributes: dict[str, str]) -> None:
        if relation(attributes) == "enclosure":
            self.enclose({"type": "text/html", **attributes, "url": value})
        if relation(attributes) != "alternate":
            return
        self.link = QUERY_ENTITY.sub(r"&\1", value.replace("&amp;", "&"))
        self.links.append(self.link)

    def _end_category(self, value: str) -> None:
        if not value:
            return
        if self.tags and not self.tags[-1][0]:
            self._tags.discard(self.tags[-1])
            _, scheme, label = self.tags.pop()
            self.tags.append((value, scheme, label))
            self._tags.add(self.tags[-1])
        else:
            self.add_tag(value, None, None)

    def _end_text(self, name: str, value: str, attributes: dict[str, str], depth: int) -> None:
        kind = self._kind(name, attributes, value)
        html = (escape(value, quote=False) if kind == "text/plain" else value) or None
        if self._as_content:
            if html:
                self.raw.contents.append(html)
            if not self._has_summary:
                self.raw.summary, self._has_summary = html, True
        elif depth <= self._summary_depth:
            self._summary_depth = depth
            self.raw.summary, self._has_summary = html, True

    def _kind(self, name: str, attributes: dict[str, str], value: str) -> str:
        default = CONTENTS.get(name) or ("text/plain" if self._as_content else TEXTS[name])
        given = attributes.get("type", default).lower()
        kind = _TYPES.get(given, given)
        if kind == "application/xhtml+xml" and self.atom and given == "xhtml":
            return kind
        if kind not in ("text/plain", "text/html") or "mode" in attributes or "src" in attributes:
            raise Unsupported
        return "text/html" if kind == "text/plain" and not self.atom and _looks_like_html(value) else kind

    def add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        if term or scheme or label:
            tag = (term, scheme, label)
            if tag not in self._tags:
                self._tags.add(tag)
                self.tags.append(tag)

    def enclose(self, attributes: dict[str, str]) -> None:
        url = (href_of(attributes) or "").strip()
        if url:
            kind = attributes.get("type", "").lower().strip() or None
            self.raw.enclosures.append(Enclosure(url, kind, length(attributes.get("length"))))

    def end_author(self, text: str) -> None:
        if self.authors[-1] is None:
            if self.odd_author:
                raise Unsupported  # what is in it may be part of the name
            self.authors[-1] = _author(check_encoding(text))

    def finished(self) -> RawEntry:
        raw = self.raw
        raw.link = (self.link or "").strip() or next((link.strip() for link in self.links if link.strip()), None)
        if is_http(self.original):
            raw.link = self.original
        raw.authors = [name for name in self.authors if name]
        raw.tags = [text for term, _, label in self.tags if (text := (label or term or "").strip())]
        raw.published = raw.published or self.created
        raw.image = self._picture()
        return raw

    def _picture(self) -> str | None:
        for url in self.thumbnails:
            if url.strip():
                return url.strip()
        for part in self.pictures:
            kind = part.get("medium") or part.get("type", "").lower() or ""
            if kind.startswith("image") and part.get("url", "").strip():
                return part["url"].strip()
        return self.image.strip() or None if self.image else None


def is_permalink(attributes: dict[str, str]) -> bool:
    """Tells whether a guid with these attributes is a link."""
    return next((value for key, value in attributes.items() if key.lower() == "ispermalink"), "true") == "true"


def href_of(attributes: dict[str, str]) -> str | None:
    return attributes.get("url") or attributes.get("uri") or attributes.get("href") or None


def base_of(attributes: dict[str, str]) -> str | None:
    """Returns the xml:base of an element."""
    return attributes.get(f"{XML} base", "").strip() or None


def relation(attributes: dict[str, str]) -> str:
    """Returns what the target of a link is to the one that has it."""
    return attributes.get("rel", "alternate").lower()


def is_page(attributes: dict[str, str]) -> bool:
    kind = attributes.get("type", "text/html").lower()
    return relation(attributes) == "alternate" and _TYPES.get(kind, kind) in _HTML


def title_is_html(value: str, attributes: dict[str, str], *, atom: bool) -> bool:
    """Tells whether a title is HTML. Raises Unsupported."""
    kind = attributes.get("type", "text").lower()
    kind = _TYPES.get(kind, kind)
    if kind not in ("text/plain", "text/html"):
        raise Unsupported
    return kind == "text/html" or ("<" in value and not atom and _looks_like_html(value))


def _looks_like_html(text: str) -> bool:
    """Tells whether a text has an end tag or a reference, and all of its elements and entities are HTML's."""
    if not _MAY_BE_HTML.search(text):
        return False
    elements = (name.lower() for name in _ELEMENT.findall(text))
    return HTML_ELEMENTS.issuperset(elements) and entitydefs.keys() >= set(_ENTITY.findall(text))


def _author(text: str) -> str | None:
    text = without_mail(text) if len(text) < _MAX_AUTHOR_CHARACTERS else text
    if "@" in text:
        raise Unsupported
    return text or None


def opening_tag(name: str, attributes: dict[str, str]) -> str:
    """Writes a tag of XHTML as feedparser does, without its xml:base."""
    written = {_attribute_name(key): value for key, value in attributes.items() if key != f"{XML} base"}
    for key in ("rel", "type"):
        if key in written:
            written[key] = written[key].lower()
    shown = "".join(
        f' {key}="{escape(value, quote=False).replace(chr(34), "&quot;")}"' for key, value in written.items()
    )
    return f"<{name.lower()}{shown}>"


def _attribute_name(full: str) -> str:
    uri, _, name = full.rpartition(" ")
    return f"xml:{name.lower()}" if uri == XML else name.lower()


def unwrap(pieces: list[str]) -> None:
    """Takes off the one `<div>` that wraps all of an Atom text, as the format asks for."""
    while len(pieces) > 1 and not pieces[-1].strip():
        del pieces[-1]
    while len(pieces) > 1 and not pieces[0].strip():
        del pieces[0]
    if not (pieces and pieces[0].startswith(("<div>", "<div ")) and pieces[-1] == "</div>"):
        return
    depth = 0
    for piece in pieces[:-1]:
        if piece.startswith("</"):
            depth -= 1
            if not depth:
                return
        elif piece.startswith("<") and not piece.endswith("/>"):
            depth += 1
    del pieces[-1], pieces[0]


def check_encoding(text: str) -> str:
    """Returns the text. Raises Unsupported if it is UTF-8 that was taken for Latin-1 and encoded again."""
    if text.isascii():
        return text
    try:
        text.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        return text
    raise Unsupported
