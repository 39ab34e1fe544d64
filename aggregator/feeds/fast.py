"""The quick reader: well-formed RSS 2.0, RSS 1.0/0.9 and Atom 1.0 through expat, the fields that are kept and no others.

It gives what `slow` (feedparser) gives, twenty times faster or more, or declines: whatever is broken, doubtful or rare
raises Declined and goes the patient way. So rules here follow feedparser's, odd ones too: where a title or summary is
given more than once, the outer one wins, and of two on one level the later; a description behind another is content.
"""

import re
from datetime import datetime
from html import escape
from html.entities import entitydefs
from xml.parsers import expat

from aggregator.feeds.dates import Undatable, parse_date
from aggregator.feeds.names import ATOM, HTML_ELEMENTS, NAMESPACES, PREFIXES, XHTML, XML
from aggregator.feeds.raw import RawEntry, RawFeed, length
from aggregator.model import Enclosure

# C1 control characters, as bytes of UTF-8 or as references: Windows characters in disguise, which feedparser maps.
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_C1_REFERENCE = re.compile(rb"&#0*(?:12[7-9]|1[345]\d|[xX]0*(?:7[fF]|[89][0-9a-fA-F]));")
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[\]<>]*>")  # without declarations in it
_MAY_BE_HTML = re.compile(r"</\w+>|&#?\w+;")
_ELEMENT = re.compile(r"</?(\w+)")
_ENTITY = re.compile(r"&(\w+);")
_QUERY_ENTITY = re.compile(r"&([A-Za-z0-9_]+);")
_MAIL_AND_NAME = re.compile(r"[a-zA-Z0-9_.+-]+@(?:[a-zA-Z0-9-]+\.)+[a-zA-Z]{2,4}\s*\(([^()@<>]*)\)")
_LONGEST_AUTHOR = 400
_HTML = ("text/html", "application/xhtml+xml")
_TYPES = {"text": "text/plain", "plain": "text/plain", "html": "text/html", "xhtml": "application/xhtml+xml"}

_TITLES = {"title", "dc_title", "media_title"}
_TEXTS = {
    "description": "text/html",
    "dc_description": "text/html",
    "media_description": "text/html",
    "abstract": "text/plain",
    "summary": "text/plain",
    "itunes_summary": "text/plain",
}
_CONTENTS = {"content": "text/plain", "content_encoded": "text/html", "fullitem": "text/html"}
_PUBLISHED = {"pubdate", "published", "issued", "dcterms_issued"}
_UPDATED = {"updated", "modified", "lastbuilddate", "dc_date", "dcterms_modified"}
_CREATED = {"created", "dcterms_created"}
_AUTHORS = {"author", "dc_creator", "dc_author", "itunes_author"}
_CATEGORIES = {"category", "dc_subject", "media_category", "keywords"}
_LEAVES = (
    _TITLES | _TEXTS.keys() | _CONTENTS.keys() | _PUBLISHED | _UPDATED | _CREATED | _CATEGORIES
    | {"guid", "id", "media_thumbnail", "media_keywords", "name"}
)  # fmt: skip
_CHANNEL_LEAVES = {"title", "language", "dc_language", "ttl", "sy_updateperiod", "sy_updatefrequency"}
# Elements without a namespace that stand in items and channels and change nothing that is kept.
_HARMLESS = {"comments", "rights", "copyright", "generator", "subtitle", "tagline", "docs", "webmaster", "rating", "cloud",
             "skiphours", "skipdays", "hour", "day", "logo", "icon", "managingeditor", "publisher", "uri", "email",
             "description", "lastbuilddate", "pubdate", "updated", "published", "id", "category", "author", "name",
             "thumbnail", "items", "post-id", "site", "ttl", "language"}  # fmt: skip
_SKIPPED = {"source", "contributor", "dc_contributor", "image", "textinput"}

_CAN_BE_MARKUP = {"content", "summary"}
# Names that feedparser handles at their end even inside of a text, or that change how it goes on.
_DOUBTFUL_MARKUP = {"svg", "math", "body"}
_DOUBTFUL = {"itunes_category", "itunes_keywords", "itunes_owner", "xhtml_body"}


class Declined(Exception):
    """This document is for the patient reader."""


def read(body: bytes) -> RawFeed:
    """The fields of a document in UTF-8 without a byte order mark. Raises Declined."""
    head = body[:20_000]
    if b"<!DOCTYPE" in head:
        if not (doctype := _DOCTYPE.search(head)) or b"netscape" in doctype[0].lower():
            raise Declined
        body = body[: doctype.start()] + body[doctype.end() :]
    if _C1.search(body) or _C1_REFERENCE.search(body) or b"\x7f" in body:
        raise Declined
    reader = _Reader()
    try:
        return reader.read(body)
    except (expat.ExpatError, Undatable, UnicodeError) as error:
        raise Declined from error


class _Reader:
    """Walks a document. `_depth` is that of the current element; a leaf's text is gathered until its end."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate("utf-8", " ")
        self._markup = False
        self._leaf_depth = 0
        self._names: dict[str, str] = {}
        self._prefix_of: dict[str, str] = {}
        self._declared: list[str] = []
        self._depth = 0
        self._skip_from = 0
        self._title_depth = -1
        self._leaf: str | None = None
        self._leaf_attributes: dict[str, str] = {}
        self._pieces: list[str] = []
        self._feed: RawFeed | None = None
        self._entry: _Item | None = None
        self._author_depth = 0
        self._channel_depth = 0
        self._feed_link = ""

    def read(self, body: bytes) -> RawFeed:
        parser = self._parser
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._pieces.append
        parser.Parse(body, True)
        if self._feed is None:
            raise Declined
        self._feed.link = self._feed_link.strip() or None
        return self._feed

    def _namespace(self, prefix: str | None, uri: str) -> None:
        known = NAMESPACES.get(uri.lower()) if uri else ""
        if known is None:  # without a prefix its elements are taken for the feed's own
            known = PREFIXES.get(prefix.lower(), prefix.lower()) if prefix else ""
        self._prefix_of[uri] = known
        if self._feed is None:
            self._declared.append(uri.lower())

    def _name(self, full: str) -> str:
        """`prefix_local` with feedparser's prefix for the namespace, in lower case."""
        uri, _, local = full.rpartition(" ")
        prefix = self._prefix_of.get(uri, "") if uri else ""
        name = f"{prefix}_{local.lower()}" if prefix else local.lower()
        self._names[full] = name
        return name

    def _start(self, full: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        name = self._names.get(full) or self._name(full)
        if self._skip_from:
            if self._entry is None and name not in ("title", "link", "description", "url", "name", "width", "height"):
                raise Declined  # feedparser takes an image that holds anything else for ended
            return
        if self._leaf is not None:
            self._start_markup(full, attributes)
            return
        if self._feed is None:
            self._feed = self._root(name, attributes)
        elif name in ("item", "entry"):
            self._start_entry(attributes)
        elif self._entry is not None:
            self._start_in_entry(name, attributes, self._entry)
        else:
            self._start_in_feed(name, attributes)

    def _root(self, name: str, attributes: dict[str, str]) -> RawFeed:
        lang = attributes.get(f"{XML} lang") or attributes.get("lang")
        base = attributes.get(f"{XML} base")
        kind = self._kind(name, attributes, self._declared)
        return RawFeed(
            kind, lang=lang.replace("_", "-") if lang else None, base=base.strip() if base else None, storable=True
        )

    @staticmethod
    def _kind(name: str, attributes: dict[str, str], declared: list[str]) -> str:
        rss1 = [
            uri for uri in declared if uri in ("http://purl.org/rss/1.0/", "http://my.netscape.com/rdf/simple/0.9/")
        ]
        if name == "rss" and not rss1 and attributes.get("version", "").startswith("2."):
            return "rss20"
        if name == "feed" and ATOM in declared and not rss1 and "version" not in attributes:
            return "atom10"
        if name == "rdf_rdf" and len(rss1) == 1 and ATOM not in declared:
            return "rss10" if rss1[0].startswith("http://purl") else "rss090"
        raise Declined

    def _start_entry(self, attributes: dict[str, str]) -> None:
        if self._entry is not None or "href" in attributes or "lastmod" in attributes:
            raise Declined
        about = attributes.get("http://www.w3.org/1999/02/22-rdf-syntax-ns# about")
        self._entry = _Item(self._depth, about, atom=self._feed is not None and self._feed.format == "atom10")
        self._title_depth = -1

    def _start_in_feed(self, name: str, attributes: dict[str, str]) -> None:
        if name == "channel":
            self._channel_depth = self._depth
        elif name in ("image", "textinput"):
            self._skip_from = self._depth
        elif name == "link":
            self._start_feed_link(attributes)
        elif name in _CHANNEL_LEAVES:
            self._open(name, attributes)
        elif "_" not in name and name not in _HARMLESS:
            raise Declined

    def _start_feed_link(self, attributes: dict[str, str]) -> None:
        href = _href(attributes)
        if href is None:
            self._open("link", attributes)
        elif _is_page(attributes):
            self._feed_link = href

    def _start_in_entry(self, name: str, attributes: dict[str, str], item: "_Item") -> None:
        if name in _LEAVES:
            if name == "name" and not self._author_depth:
                raise Declined
            if name in _CATEGORIES:
                item.add_tag(
                    attributes.get("term"), attributes.get("scheme", attributes.get("domain")), attributes.get("label")
                )
            elif name in _TEXTS or name in _CONTENTS:
                item.begin_text(name, attributes)
            self._open(name, attributes)
        elif name in _AUTHORS:
            if self._depth != item.depth + 1:
                raise Declined
            self._author_depth = self._depth
            item.authors.append(None)
            self._pieces.clear()
        elif name == "link":
            self._start_link(attributes, item)
        elif name == "enclosure":
            item.enclose(attributes)
        elif name == "media_content":
            item.pictures.append(attributes)
        elif name in _SKIPPED:
            if name in ("image", "textinput"):
                raise Declined
            self._skip_from, self._title_depth = self._depth, -1 if name == "source" else self._title_depth
        elif name == "itunes_image":
            item.image = attributes.get("href") or attributes.get("url") or item.image
        elif name in _DOUBTFUL or ("_" not in name and name not in _HARMLESS):
            raise Declined
        elif self._author_depth:
            item.odd_author = item.odd_author or name not in ("email", "uri")

    def _start_link(self, attributes: dict[str, str], item: "_Item") -> None:
        href = _href(attributes)
        if href is None:
            item.links.append("")
            self._open("link", attributes)
            return
        rel = attributes.get("rel", "alternate").lower()
        if rel == "alternate":
            item.links.append(href)
        elif rel == "enclosure":
            item.enclose(attributes)
        if _is_page(attributes):
            item.link = href

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self._leaf, self._leaf_attributes, self._leaf_depth = name, attributes, self._depth
        self._pieces.clear()
        if name in _CAN_BE_MARKUP and attributes.get("type") == "xhtml":
            self._markup = True
            self._parser.CharacterDataHandler = self._escaped

    def _escaped(self, text: str) -> None:
        self._pieces.append(escape(text, quote=False))

    def _start_markup(self, full: str, attributes: dict[str, str]) -> None:
        """An element of XHTML inside a text, written out again as it came."""
        uri, _, name = full.rpartition(" ")
        if not self._markup or uri.lower() != XHTML or name.lower() in _DOUBTFUL_MARKUP:
            raise Declined
        written = {_attribute_name(key): value for key, value in attributes.items()}
        for key in ("rel", "type"):
            if key in written:
                written[key] = written[key].lower()
        shown = "".join(
            f' {key}="{escape(value, quote=False).replace(chr(34), "&quot;")}"' for key, value in written.items()
        )
        self._pieces.append(f"<{name.lower()}{shown}>")

    def _end(self, full: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if self._skip_from:
            if self._skip_from == depth:
                self._skip_from = 0
            return
        if self._leaf is not None and depth > self._leaf_depth:
            self._pieces.append(f"</{full.rpartition(' ')[2].lower()}>")
        elif self._leaf is not None:
            name, self._leaf = self._leaf, None
            if self._markup:
                self._markup = False
                self._parser.CharacterDataHandler = self._pieces.append
                _unwrap(self._pieces)
            value = "".join(self._pieces).strip()
            if self._entry is not None:
                self._end_leaf(name, value, depth, self._entry)
            else:
                self._end_feed_leaf(name, value, depth)
        elif self._entry is not None:
            if self._entry.depth == depth and self._feed is not None:
                self._feed.entries.append(self._entry.finished())
                self._entry = None
            elif self._author_depth == depth:
                self._author_depth = 0
                self._entry.end_author("".join(self._pieces).strip())

    def _end_feed_leaf(self, name: str, value: str, depth: int) -> None:
        feed = self._feed
        assert feed is not None
        value = repaired(value)
        if name == "title":
            if depth != (self._channel_depth or 1) + 1:
                raise Declined
            feed.title, feed.title_is_html = (
                value or None,
                _title_is_html(value, self._leaf_attributes, atom=feed.format == "atom10"),
            )
        elif name == "link":
            self._feed_link = _QUERY_ENTITY.sub(r"&\1", value)
        elif name in ("language", "dc_language"):
            feed.lang = value or None
        elif name == "ttl":
            feed.ttl = value or None
        elif name == "sy_updateperiod":
            feed.period = value or None
        else:
            feed.frequency = value or None

    def _end_leaf(self, name: str, value: str, depth: int, item: "_Item") -> None:
        if name == "name":
            item.authors[-1] = value
            self._pieces.clear()
        elif name in _TITLES:
            self._end_title(name, repaired(value), depth, item)
        elif name in _PUBLISHED:
            item.raw.published = parse_date(value)
        elif name in _UPDATED:
            item.raw.updated = parse_date(value)
        elif name in _CREATED:
            item.created = parse_date(value)
        elif name == "media_thumbnail":
            item.thumbnails.append(self._leaf_attributes.get("url") or value)
        elif name == "media_keywords":
            for term in value.split(","):
                item.add_tag(term.strip(), None, None)
        else:
            item.end_leaf(name, repaired(value), self._leaf_attributes, depth)

    def _end_title(self, name: str, value: str, depth: int, item: "_Item") -> None:
        if not -1 < self._title_depth <= depth and depth <= item.title_depth:
            item.title_depth = depth
            item.raw.title, item.raw.title_is_html = (
                value or None,
                _title_is_html(value, self._leaf_attributes, atom=item.atom),
            )
        if value and name != "media_title":
            self._title_depth = depth


class _Item:
    """An entry in the making."""

    def __init__(self, depth: int, about: str | None, *, atom: bool) -> None:
        self.depth = depth
        self.atom = atom
        self.raw = RawEntry(guid=about)
        self.link: str | None = None
        self.links: list[str] = []
        self.authors: list[str | None] = []
        self.odd_author = False
        self.tags: list[list[str | None]] = []
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
        """A second description is content, and turns what comes after it into summaries again (feedparser's rule)."""
        if name in _CONTENTS:
            self._has_content, self._as_content = True, True
        else:
            self._as_content = self._has_summary and not self._has_content
            self._has_content = self._has_content or self._as_content

    def end_leaf(self, name: str, value: str, attributes: dict[str, str], depth: int) -> None:
        if name in ("guid", "id"):
            self._end_guid(value, attributes, depth)
        elif name == "link":
            self._end_link(value)
        elif name in _CATEGORIES:
            self._end_category(value)
        else:
            self._end_text(name, value, attributes, depth)

    def _end_guid(self, value: str, attributes: dict[str, str], depth: int) -> None:
        if depth != self.depth + 1:
            raise Declined
        self.raw.guid = value or None
        permalink = next((v for k, v in attributes.items() if k.lower() == "ispermalink"), "true")
        if permalink == "true" and self.link is None:
            self.link = value

    def _end_link(self, value: str) -> None:
        self.link = _QUERY_ENTITY.sub(r"&\1", value.replace("&amp;", "&"))
        self.links[-1] = self.link

    def _end_category(self, value: str) -> None:
        if not value:
            return
        if self.tags and not self.tags[-1][0]:
            self.tags[-1][0] = value
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
        default = _CONTENTS.get(name) or ("text/plain" if self._as_content else _TEXTS[name])
        given = attributes.get("type", default).lower()
        kind = _TYPES.get(given, given)
        if kind == "application/xhtml+xml" and self.atom and given == "xhtml":
            return kind
        if kind not in ("text/plain", "text/html") or "mode" in attributes or "src" in attributes:
            raise Declined
        return "text/html" if kind == "text/plain" and not self.atom and _looks_like_html(value) else kind

    def add_tag(self, term: str | None, scheme: str | None, label: str | None) -> None:
        if term or scheme or label:
            tag = [term, scheme, label]
            if tag not in self.tags:
                self.tags.append(tag)

    def enclose(self, attributes: dict[str, str]) -> None:
        url = (_href(attributes) or "").strip()
        if url:
            kind = attributes.get("type", "").lower().strip() or None
            self.raw.enclosures.append(Enclosure(url, kind, length(attributes.get("length"))))

    def end_author(self, text: str) -> None:
        if self.authors[-1] is None:
            if self.odd_author:
                raise Declined  # what is in it may be part of the name
            self.authors[-1] = _author(repaired(text))

    def finished(self) -> RawEntry:
        raw = self.raw
        raw.link = (self.link or "").strip() or next((link.strip() for link in self.links if link.strip()), None)
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


def _href(attributes: dict[str, str]) -> str | None:
    return attributes.get("url") or attributes.get("uri") or attributes.get("href") or None


def _is_page(attributes: dict[str, str]) -> bool:
    kind = attributes.get("type", "text/html").lower()
    return attributes.get("rel", "alternate").lower() == "alternate" and _TYPES.get(kind, kind) in _HTML


def _title_is_html(value: str, attributes: dict[str, str], *, atom: bool) -> bool:
    """Only asked for where it matters: a title with markup in it."""
    kind = attributes.get("type", "text").lower()
    kind = _TYPES.get(kind, kind)
    if kind not in ("text/plain", "text/html"):
        raise Declined
    return kind == "text/html" or ("<" in value and not atom and _looks_like_html(value))


def _looks_like_html(text: str) -> bool:
    """True for a text with an end tag or a reference, all of whose elements and entities are HTML's."""
    if not _MAY_BE_HTML.search(text):
        return False
    elements = (name.lower() for name in _ELEMENT.findall(text))
    return HTML_ELEMENTS.issuperset(elements) and entitydefs.keys() >= set(_ENTITY.findall(text))


def _author(text: str) -> str | None:
    if "@" not in text:
        return text or None
    match = _MAIL_AND_NAME.fullmatch(text) if len(text) < _LONGEST_AUTHOR else None
    if not match:
        raise Declined
    return match[1].strip() or None


def _attribute_name(full: str) -> str:
    uri, _, name = full.rpartition(" ")
    return f"xml:{name.lower()}" if uri == XML else name.lower()


def _unwrap(pieces: list[str]) -> None:
    """Take off the one `<div>` that wraps all of an Atom text, as the format asks for."""
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


def repaired(text: str) -> str:
    """UTF-8 that was taken for Latin-1 and encoded again, undone."""
    if text.isascii():
        return text
    try:
        text.encode("iso-8859-1").decode("utf-8")
    except UnicodeError:
        return text
    raise Declined
