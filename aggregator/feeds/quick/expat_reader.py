"""Walks a document with expat and takes the fields that are kept and no others.

The rules follow feedparser's, odd ones too: where a title or summary is given more than once, the outer one wins, and
of two on one level the later; a description behind another is content.
"""

import re
from html import escape
from urllib.parse import urljoin
from xml.parsers import expat

from aggregator.feeds.feed_dates import Undatable, parse_date
from aggregator.feeds.formats.raw import MAX_ENTRIES, TOO_MANY_ENTRIES, RawFeed
from aggregator.feeds.quick import channel, elements
from aggregator.feeds.quick.item import (
    CATEGORIES,
    CONTENTS,
    QUERY_ENTITY,
    TEXTS,
    Item,
    Unsupported,
    base_of,
    check_encoding,
    href_of,
    is_page,
    is_permalink,
    opening_tag,
    relation,
    title_is_html,
    unwrap,
)
from aggregator.feeds.quick.namespaces import NAMESPACES, PREFIXES, XHTML
from aggregator.feeds.xml_repair import repair

# C1 control characters, as bytes of UTF-8 or as references: Windows characters in disguise, which feedparser maps.
_C1 = re.compile(rb"\xc2[\x80-\x9f]")
_C1_REFERENCE = re.compile(rb"&#0*(?:12[7-9]|1[345]\d|[xX]0*(?:7[fF]|[89][0-9a-fA-F]));")
_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[\]<>]*>")  # without declarations in it


def read(body: bytes) -> RawFeed:
    """Returns the fields of a document in UTF-8 without a byte order mark. Raises Unsupported."""
    head = body[:20_000]
    if b"<!DOCTYPE" in head:
        if not (doctype := _DOCTYPE.search(head)) or b"netscape" in doctype[0].lower():
            raise Unsupported
        body = body[: doctype.start()] + body[doctype.end() :]
    if b"\x7f" in body or _C1.search(body) or _C1_REFERENCE.search(body):
        raise Unsupported
    try:
        return _read(body)
    except (expat.ExpatError, Undatable, UnicodeError) as error:
        raise Unsupported from error


def _read(body: bytes) -> RawFeed:
    try:
        return _ExpatReader().read(body)
    except expat.ExpatError as error:
        text = body.decode()
        if (repaired := repair(text)) == text:
            raise
        raw = _ExpatReader().read(repaired.encode())
        raw.problem = f"not well-formed: {error}"
        return raw


class _EnoughEntries(Exception):
    """The document has more entries than are read of one."""


class _ExpatReader:
    """Follows the elements. `_depth` is that of the current one; a leaf's text is gathered until its end."""

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
        self._entry: Item | None = None
        self._author_depth = 0
        self._channel = Item(0, None, atom=False)  # its authors alone
        self._channel_depth = 0
        self._feed_link = ""
        self._feed_id = ""

    def read(self, body: bytes) -> RawFeed:
        parser = self._parser
        parser.buffer_text = True
        parser.buffer_size = 1 << 16
        parser.StartDoctypeDeclHandler = self._doctype
        parser.StartNamespaceDeclHandler = self._namespace
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._pieces.append
        try:
            parser.Parse(body, True)
        except _EnoughEntries:
            if self._feed is not None:
                self._feed.problem = TOO_MANY_ENTRIES
        if self._feed is None:
            raise Unsupported
        self._feed.link = self._feed_link.strip() or self._feed_id or None
        self._feed.authors = [name for name in self._channel.authors if name]
        return self._feed

    @staticmethod
    def _doctype(*_: object) -> None:
        raise Unsupported  # one that was not taken off may declare entities

    def _namespace(self, prefix: str | None, uri: str | None) -> None:
        if not uri:  # `xmlns=""`: what follows has no namespace
            return
        known = NAMESPACES.get(uri.lower())
        if known is None:  # without a prefix its elements are taken for the feed's own
            known = PREFIXES.get(prefix.lower(), prefix.lower()) if prefix else ""
        self._prefix_of[uri] = known
        if self._feed is None:
            self._declared.append(uri.lower())

    def _name(self, full: str) -> str:
        """Returns `prefix_local` with feedparser's prefix for the namespace, in lower case."""
        uri, _, local = full.rpartition(" ")
        prefix = self._prefix_of.get(uri, "") if uri else ""
        name = f"{prefix}_{local.lower()}" if prefix else local.lower()
        self._names[full] = name
        return name

    def _start(self, full: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        name = self._names.get(full) or self._name(full)
        if self._skip_from:
            if self._entry is None and name not in elements.IN_IMAGE:
                raise Unsupported  # feedparser takes an image that holds anything else for ended
            if name == "title":
                self._title_depth = self._depth
        elif self._leaf is not None:
            self._start_markup(full, attributes)
        elif self._entry is not None:
            if name in elements.PLAIN:
                self._leaf, self._leaf_attributes, self._leaf_depth = name, attributes, self._depth
                self._pieces.clear()
            else:
                self._start_in_entry(name, attributes, self._entry)
        elif self._feed is None:
            self._feed = channel.root(name, attributes, self._declared)
        elif name in ("item", "entry"):
            self._start_entry(attributes)
        else:
            self._start_in_feed(name, attributes)

    def _start_entry(self, attributes: dict[str, str]) -> None:
        if "href" in attributes or "lastmod" in attributes:
            raise Unsupported
        if self._feed is not None and len(self._feed.entries) >= MAX_ENTRIES:
            raise _EnoughEntries
        about = attributes.get("http://www.w3.org/1999/02/22-rdf-syntax-ns# about")
        self._entry = Item(self._depth, about, atom=self._feed is not None and self._feed.format == "atom10")
        self._entry.raw.base = base_of(attributes)
        self._title_depth = -1

    def _start_in_feed(self, name: str, attributes: dict[str, str]) -> None:
        if name == "channel":
            self._channel_depth = self._depth
            if self._feed is not None:
                channel.enter(self._feed, attributes)
        elif name in ("image", "textinput"):
            self._skip_from = self._depth
        elif name == "link":
            self._start_feed_link(attributes)
        elif name in elements.AUTHORS:
            self._start_author(self._channel)
        elif (name == "name" and self._author_depth) or name in elements.CHANNEL_LEAVES:
            self._open(name, attributes)
        elif name in ("skiphours", "skipdays") and self._feed is not None:
            self._feed.may_skip = True
        elif name in CONTENTS or ("_" not in name and name not in elements.HARMLESS):
            raise Unsupported  # a channel's content changes how the first item is read

    def _start_feed_link(self, attributes: dict[str, str]) -> None:
        href = href_of(attributes)
        if href is None:
            self._open("link", attributes)
        elif is_page(attributes):
            self._feed_link = href

    def _start_in_entry(self, name: str, attributes: dict[str, str], item: "Item") -> None:
        if name in elements.LEAVES:
            self._start_leaf(name, attributes, item)
        elif name in elements.AUTHORS:
            if self._depth != item.depth + 1:
                raise Unsupported
            self._start_author(item)
        elif name == "link":
            self._start_link(attributes, item)
        elif name == "enclosure":
            item.enclose(attributes)
        elif name == "media_content":
            item.pictures.append(attributes)
        elif name in elements.SKIPPED:
            if name in ("image", "textinput"):
                raise Unsupported
            self._skip_from, self._title_depth = self._depth, -1 if name == "source" else self._title_depth
        elif name == "itunes_image":
            item.image = attributes.get("href") or attributes.get("url") or item.image
        elif (
            name in elements.UNSUPPORTED
            or name in ("item", "entry")
            or ("_" not in name and name not in elements.HARMLESS)
        ):
            raise Unsupported
        elif self._author_depth:
            item.odd_author = True

    def _start_author(self, item: "Item") -> None:
        self._author_depth = self._depth
        item.authors.append(None)
        self._pieces.clear()

    def _start_leaf(self, name: str, attributes: dict[str, str], item: "Item") -> None:
        if name in TEXTS or name in CONTENTS:
            item.begin_text(name, attributes)
        elif name in CATEGORIES:
            scheme = attributes.get("scheme", attributes.get("domain"))
            item.add_tag(attributes.get("term"), scheme, attributes.get("label"))
        elif name == "itunes_category":
            item.add_tag(attributes.get("text"), elements.ITUNES_SCHEME, None)
        elif (name == "name" and not self._author_depth) or (name == "itunes_keywords" and attributes):
            raise Unsupported  # the text of keywords with attributes is part of what they stand in
        self._open(name, attributes)

    def _start_link(self, attributes: dict[str, str], item: "Item") -> None:
        href = href_of(attributes)
        if href is None:
            self._open("link", attributes)
            return
        if base := base_of(attributes):
            href = urljoin(base, href)
        rel = relation(attributes)
        if rel == "alternate":
            item.links.append(href)
        elif rel == "enclosure":
            item.enclose({"type": "text/html", **attributes, "url": href})
        if is_page(attributes):
            item.link = href

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        self._leaf, self._leaf_attributes, self._leaf_depth = name, attributes, self._depth
        self._pieces.clear()
        if name in elements.CAN_BE_MARKUP and attributes.get("type") == "xhtml":
            self._markup = True
            self._parser.CharacterDataHandler = self._escaped

    def _escaped(self, text: str) -> None:
        self._pieces.append(escape(text, quote=False))

    def _start_markup(self, full: str, attributes: dict[str, str]) -> None:
        """Writes out an element of XHTML inside a text, as it came."""
        uri, _, name = full.rpartition(" ")
        if not self._markup or uri.lower() != XHTML or name.lower() in elements.UNSUPPORTED_MARKUP:
            raise Unsupported
        self._pieces.append(opening_tag(name, attributes))

    def _end(self, full: str) -> None:
        depth = self._depth
        self._depth = depth - 1
        if self._skip_from:
            if self._skip_from == depth:
                self._skip_from = 0
            return
        if (name := self._leaf) is not None:
            if depth > self._leaf_depth:
                self._pieces.append(f"</{full.rpartition(' ')[2].lower()}>")
                return
            self._leaf = None
            if self._markup:
                self._markup = False
                self._parser.CharacterDataHandler = self._pieces.append
                unwrap(self._pieces)
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
        elif self._author_depth == depth:
            self._author_depth = 0
            self._channel.end_author("".join(self._pieces).strip())

    def _end_feed_leaf(self, name: str, value: str, depth: int) -> None:
        feed = self._feed
        assert feed is not None
        value = check_encoding(value)
        if name in elements.TITLES:
            self._end_feed_title(name, value, depth, feed)
        elif name in ("guid", "id"):  # stands in for a link that is missing
            if not self._feed_id and is_permalink(self._leaf_attributes):
                self._feed_id = value
        elif name == "name":
            self._channel.authors[-1] = value
            self._pieces.clear()
        elif name == "link" and relation(self._leaf_attributes) != "alternate":
            return
        elif name == "link":
            self._feed_link = QUERY_ENTITY.sub(r"&\1", value)
        else:
            channel.set_field(feed, name, value or None)

    def _end_feed_title(self, name: str, value: str, depth: int, feed: RawFeed) -> None:
        if depth != (self._channel_depth or 1) + 1:
            raise Unsupported
        if not -1 < self._title_depth <= depth:
            feed.title = value or None
        if value and name != "media_title":
            self._title_depth = depth

    def _end_leaf(self, name: str, value: str, depth: int, item: "Item") -> None:
        if name == "name":
            item.authors[-1] = value
            self._pieces.clear()
        elif name in elements.TITLES:
            self._end_title(name, check_encoding(value), depth, item)
        elif name in elements.PUBLISHED:
            item.raw.published = parse_date(value)
        elif name in elements.UPDATED:
            item.raw.updated = parse_date(value)
        elif name in elements.CREATED:
            item.created = parse_date(value)
        elif name == "media_thumbnail":
            item.thumbnails.append(self._leaf_attributes.get("url") or value)
        elif name == "media_keywords":
            for term in value.split(","):
                item.add_tag(term.strip(), None, None)
        elif name == "itunes_keywords":
            for term in value.split(","):
                if term.strip():
                    item.add_tag(term.strip(), elements.ITUNES_SCHEME, None)
        else:
            item.end_leaf(name, check_encoding(value), self._leaf_attributes, depth)

    def _end_title(self, name: str, value: str, depth: int, item: "Item") -> None:
        if not -1 < self._title_depth <= depth and depth <= item.title_depth:
            item.title_depth = depth
            item.raw.title, item.raw.title_is_html = (
                value or None,
                title_is_html(value, self._leaf_attributes, atom=item.atom),
            )
        if value and name != "media_title":
            self._title_depth = depth
