"""Reads lists of subscriptions in OPML 2.0 (opml.org/spec2) leniently, and writes them strictly.

A category is the way down the folders, joined by `/` as in OPML's own category attribute: `World/Asia`.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from aggregator.errors import FeedError
from aggregator.feeds import decode_xml
from aggregator.feeds.xml_repair import repair
from aggregator.text import squeeze
from aggregator.urls import is_http, without_blanks

NAMESPACE = "urn:aggregator:opml"
_MAX_FOLDERS, _MAX_CHARACTERS = 16, 400  # of a category
_LANG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_TAG = re.compile(r"<(/?)outline\b((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"([\w:.-]{1,100})\s{0,10}=\s{0,10}(?:\"([^\"<]*)\"|'([^'<]*)')")
_SCHEME = re.compile(r"feed:(?://)?(?=https?://)|feed(?=://)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outline:
    """Holds a subscription. `category` is the folder it lies in; folders within folders are joined as `World/Asia`.

    `site_url`: the page it belongs to; `links`: set for a section page, as in feeds.yaml.
    """

    url: str
    title: str | None = None
    category: str | None = None
    lang: str | None = None
    site_url: str | None = None
    links: str | None = None


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """Holds what an OPML document lists, each address once. `skipped`: titles of what is no http(s) feed; `problem`:
    what is wrong with the document, of which the rest was read."""

    outlines: tuple[Outline, ...]
    skipped: tuple[str, ...] = ()
    problem: str | None = None


def read(body: str | bytes) -> Subscriptions:
    """Returns the subscriptions of an OPML document. Raises FeedError if it is none."""
    raw = body.encode("utf-8", "replace") if isinstance(body, str) else decode_xml.unpacked(body)
    text = repair(decode_xml.legal(decode_xml.to_text(raw, None)))
    reader, problem = _OutlineReader(), None
    try:
        _parse(reader, text)
    except expat.ExpatError as error:
        problem = f"broken XML: {error}"
        is_opml = reader.is_opml
        reader = _OutlineReader()
        _scan(reader, text)
        if not is_opml or not reader.found:
            raise FeedError(f"not readable as OPML: {error}") from None
    if problem is None and not reader.is_opml:
        raise FeedError("not an OPML file: its outermost element is not <opml>")
    first: dict[str, Outline] = {}
    for outline in reader.found:
        before = first.get(outline.url)
        first[outline.url] = outline if before is None else _merged(before, outline)
    return Subscriptions(tuple(first.values()), tuple(reader.skipped), problem)


def _merged(one: Outline, other: Outline) -> Outline:
    """Returns what two listings of a subscription say together; where both say something, the first."""
    return Outline(*(getattr(one, name) or getattr(other, name) for name in Outline.__slots__))


def _parse(reader: "_OutlineReader", text: str) -> None:
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse_declarations
    parser.Parse(text.encode("utf-8", "replace"), True)


def _refuse_declarations(name: str, system: str | None, public: str | None, has_internal_subset: bool) -> None:
    if has_internal_subset:  # no subscription list declares entities; an entity bomb does
        raise FeedError("an OPML file with declarations in its DOCTYPE, which is refused")


def _scan(reader: "_OutlineReader", text: str) -> None:
    """Reads the outlines of a text that is no XML, by its tags alone. One with an address needs no end."""
    from html import unescape

    if re.search(r"<!DOCTYPE[^<>]*\[", text[:10_000]):
        _refuse_declarations("", None, None, True)
    for tag in _TAG.finditer(text):
        if tag[1]:
            reader.end("outline", lenient=True)
            continue
        pairs = _ATTRIBUTE.findall(tag[2])
        reader.start("outline", {name: unescape(double or single) for name, double, single in pairs})
        if tag[2].rstrip().endswith("/") or reader.is_in_feed:
            reader.end("outline")


@dataclass(slots=True)
class _OutlineReader:
    """Follows the outlines and the folders they lie in."""

    is_opml: bool = False
    found: list[Outline] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    folders: list[tuple[str | None, bool]] = field(default_factory=list)  # the category there; whether it is a feed

    @property
    def is_in_feed(self) -> bool:
        return bool(self.folders) and self.folders[-1][1]

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name.lower() == "opml":
            self.is_opml = True
        if name.lower() != "outline":
            return
        given = {key.lower(): squeeze(value) for key, value in attributes.items()}
        above = self.folders[-1][0] if self.folders else None
        title = given.get("title") or given.get("text") or None
        kind = given.get("type", "").lower()
        address = given.get("xmlurl") or (given.get("url", "") if kind in ("rss", "atom", "feed") else "")
        if address or kind in ("rss", "atom"):
            self._add(address, kind, title, above or _category(given), given)
        self.folders.append((above if address else _below(above, title), bool(address)))

    def end(self, name: str, *, lenient: bool = False) -> None:
        if name.lower() == "outline" and (self.folders or not lenient):
            self.folders.pop()

    def _add(self, address: str, kind: str, title: str | None, category: str | None, given: dict[str, str]) -> None:
        address = without_blanks(_SCHEME.sub(lambda found: "" if ":" in found[0] else "https", address, count=1))
        if not is_http(address) or " " in address:
            self.skipped.append((title or address or "without a name")[:200])
            return
        lang, site = given.get("language", ""), given.get("htmlurl", "")
        links = given.get("aggregator:links") or ("auto" if kind.startswith("html") else None)  # FreshRSS: HTML+XPath
        self.found.append(
            Outline(
                address,
                title if title != address else None,
                category,
                lang if _LANG.fullmatch(lang) else None,
                site if is_http(site) else None,
                links,
            )
        )


def _below(above: str | None, title: str | None) -> str | None:
    """Returns the category of a folder within another."""
    levels = [part for part in (title or "").split("/") if part.strip()]
    name = "/".join(part.strip() for part in levels)
    joined = f"{above}/{name}" if above and name else name or above
    if joined is None or joined.count("/") >= _MAX_FOLDERS or len(joined) > _MAX_CHARACTERS:
        return above or (name[:_MAX_CHARACTERS] or None)
    return joined


def _category(given: dict[str, str]) -> str | None:
    """Returns the first of OPML 2.0's own categories: `/Boston/Weather,/Harvard`."""
    return _below(None, given.get("category", "").split(",")[0])


@dataclass(slots=True)
class _Folder:
    folders: "dict[str, _Folder]" = field(default_factory=dict)
    outlines: list[Outline] = field(default_factory=list)


def write(outlines: Iterable[Outline], title: str) -> str:
    """Writes an OPML 2.0 document: a folder for each part of a category, in order of appearance. It reads back."""
    top = _Folder()
    for outline in outlines:
        folder = top
        for part in [part for part in (outline.category or "").split("/") if part.strip()]:
            folder = folder.folders.setdefault(squeeze(part), _Folder())
        folder.outlines.append(outline)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f'<opml version="2.0" xmlns:aggregator="{NAMESPACE}">']
    lines += [f"  <head>\n    <title>{_attribute(title)[1:-1]}</title>\n  </head>", "  <body>"]
    return "\n".join([*lines, *_rows(top, "    "), "  </body>", "</opml>", ""])


def _rows(folder: _Folder, indent: str) -> Iterator[str]:
    yield from (indent + _row(outline) for outline in folder.outlines)
    for name, inner in folder.folders.items():
        quoted = _attribute(name)
        yield f"{indent}<outline text={quoted} title={quoted}>"
        yield from _rows(inner, indent + "  ")
        yield f"{indent}</outline>"


def _row(outline: Outline) -> str:
    name = _attribute(outline.title or outline.url)
    more = (("htmlUrl", outline.site_url), ("language", outline.lang), ("aggregator:links", outline.links))
    said = "".join(f" {key}={_attribute(value)}" for key, value in more if value)
    return f'<outline type="rss" text={name} title={name} xmlUrl={_attribute(outline.url)}{said}/>'


def _attribute(text: str) -> str:
    """Quotes an attribute's value, always in double quotes."""
    return quoteattr(decode_xml.legal(squeeze(text)), {'"': "&quot;"})
