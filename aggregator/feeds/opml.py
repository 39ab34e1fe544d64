"""Lists of subscriptions as OPML 2.0 (opml.org/spec2), read leniently and written strictly."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from aggregator.errors import FeedError
from aggregator.feeds import decoding
from aggregator.text import squeeze
from aggregator.urls import is_http

_BARE_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#x[0-9a-fA-F]{1,6});)")
_ENTITY = re.compile(r"&(?!(?:amp|lt|gt|quot|apos);)\w{2,32};")


@dataclass(frozen=True, slots=True)
class Outline:
    """A subscription. `category` is the folder it lies in; folders within folders are joined as `World/Asia`."""

    url: str
    title: str | None = None
    category: str | None = None
    lang: str | None = None


def read(body: str | bytes) -> list[Outline]:
    """The subscriptions of an OPML document, each address once. Raises FeedError if it is none."""
    text = decoding.legal(decoding.to_text(body.encode("utf-8", "replace") if isinstance(body, str) else body, None))
    text = _BARE_AMPERSAND.sub("&amp;", _ENTITY.sub(lambda match: unescape(match[0]), text))
    reader = _Reader()
    try:
        reader.parse(text)
    except expat.ExpatError as error:
        raise FeedError(f"not readable as OPML: {error}") from None
    if not reader.is_opml:
        raise FeedError("not an OPML file: its outermost element is not <opml>")
    first: dict[str, Outline] = {}
    for outline in reader.found:
        first.setdefault(outline.url, outline)
    return list(first.values())


class _Reader:
    """Follows the outlines and the folders they lie in."""

    def __init__(self) -> None:
        self.is_opml = False
        self.found: list[Outline] = []
        self._folders: list[str | None] = []

    def parse(self, text: str) -> None:
        parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._doctype
        parser.Parse(text.encode("utf-8", "replace"), True)

    @staticmethod
    def _doctype(name: str, system: str | None, public: str | None, has_internal_subset: bool) -> None:
        if has_internal_subset:  # no subscription list declares entities; an entity bomb does
            raise FeedError("an OPML file with declarations in its DOCTYPE, which is refused")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name.lower() == "opml":
            self.is_opml = True
        if name.lower() != "outline":
            return
        found = {key.lower(): squeeze(value) for key, value in attributes.items()}
        title = found.get("title") or found.get("text") or None
        address = found.get("xmlurl", "")
        if is_http(address):
            category = "/".join(folder for folder in self._folders if folder) or _category(found)
            self.found.append(Outline(address, title, category, found.get("language") or None))
        self._folders.append(None if address else title)

    def _end(self, name: str) -> None:
        if name.lower() == "outline":
            self._folders.pop()


def _category(found: dict[str, str]) -> str | None:
    """The first of OPML 2.0's own categories: `/Boston/Weather,/Harvard`."""
    return found.get("category", "").split(",")[0].strip("/ ") or None


def write(outlines: Iterable[Outline], title: str) -> str:
    """An OPML 2.0 document, one folder a category in order of appearance."""
    folders: dict[str | None, list[Outline]] = {}
    for outline in outlines:
        folders.setdefault(outline.category, []).append(outline)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', '<opml version="2.0">']
    lines += [f"  <head>\n    <title>{_attribute(title)[1:-1]}</title>\n  </head>", "  <body>"]
    for category, members in folders.items():
        rows = [_row(outline) for outline in members]
        if category is None:
            lines += [f"    {row}" for row in rows]
        else:
            name = _attribute(category)
            lines += [f"    <outline text={name} title={name}>", *(f"      {row}" for row in rows), "    </outline>"]
    return "\n".join([*lines, "  </body>", "</opml>", ""])


def _row(outline: Outline) -> str:
    name = _attribute(outline.title or outline.url)
    lang = f" language={_attribute(outline.lang)}" if outline.lang else ""
    return f'<outline type="rss" text={name} title={name} xmlUrl={_attribute(outline.url)}{lang}/>'


def _attribute(text: str) -> str:
    """A quoted attribute value, always in double quotes."""
    return quoteattr(squeeze(text), {'"': "&quot;"})
