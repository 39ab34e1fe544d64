"""Reads sitemaps (sitemaps.org protocol 0.9), index files of them, and the news and image extensions of Google."""

from collections.abc import Iterable
from xml.parsers import expat

from aggregator import urls
from aggregator.errors import FeedError
from aggregator.feeds.feed_dates import date_or_none
from aggregator.feeds.formats.raw import RawEntry, RawFeed
from aggregator.feeds.xml_repair import repair
from aggregator.model import Sitemap

MAX_URLS = 50_000  # that the protocol allows in one file
_MAX_TEXT = 10_000  # characters of an element
_ITEMS = ("url", "sitemap")


def read(text: str) -> RawFeed:
    """Returns a sitemap's fields; of a broken one, what stands before the break. Raises FeedError if nothing does."""
    reader, problem = _SitemapReader(), None
    try:
        reader.parse(text)
    except expat.ExpatError:
        reader = _SitemapReader()
        try:
            reader.parse(repair(text))
        except expat.ExpatError as error:
            problem = f"not well-formed: {error}"
            if not reader.entries and not reader.sitemaps:
                raise FeedError(f"a broken sitemap: {error}") from None
    return RawFeed(
        format=reader.format,
        title=reader.publication or None,
        lang=reader.lang or None,
        entries=reader.entries,
        sitemaps=reader.sitemaps,
        problem=problem,
    )


def lines(text: str) -> RawFeed | None:
    """Reads a sitemap that is plain text, one URL a line; returns None if the text is anything else."""
    if not text.lstrip()[:8].lower().startswith(("http://", "https:/")):
        return None
    found = [line for line in map(str.strip, text.splitlines()) if line]
    if not all(" " not in line and urls.is_http(line) for line in found):
        return None
    return RawFeed(format="sitemap", entries=[RawEntry(link=line) for line in found[:MAX_URLS]])


def absolute(found: Iterable[Sitemap], base: str) -> tuple[Sitemap, ...]:
    """Returns the sitemaps of an index that came from `base`, with absolute URLs, each once."""
    first: dict[str, Sitemap] = {}
    for item in found:
        if url := urls.absolute(item.url, base):
            first.setdefault(url, Sitemap(url, item.modified_at))
    return tuple(first.values())


class _SitemapReader:
    """Follows the elements by their local names: prefixes and namespaces are often wrong."""

    def __init__(self) -> None:
        self.format = "sitemap"
        self.entries: list[RawEntry] = []
        self.sitemaps: list[Sitemap] = []
        self.publication = ""
        self.lang = ""
        self._path: list[str] = []
        self._text: list[str] = []
        self._length = 0
        self._item: dict[str, str] = {}

    def parse(self, text: str) -> None:
        """Reads a text. Raises ExpatError with what was read before the break kept, FeedError for an entity bomb."""
        parser = expat.ParserCreate("utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._add
        parser.StartDoctypeDeclHandler = self._doctype
        parser.Parse(text.encode("utf-8", "replace"), True)

    @staticmethod
    def _doctype(name: str, system: str | None, public: str | None, has_internal_subset: bool) -> None:
        if has_internal_subset:  # no sitemap declares entities; an entity bomb does
            raise FeedError("a sitemap with declarations in its DOCTYPE, which is refused")

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2].lower()
        if name == "sitemapindex" and not self._path:
            self.format = "sitemap-index"
        if name in _ITEMS:
            self._item = {}
        elif name == "news" and self.format == "sitemap":
            self.format = "news-sitemap"
        self._path.append(name)
        self._text.clear()
        self._length = 0

    def _add(self, text: str) -> None:
        self._length += len(text)
        if self._length <= _MAX_TEXT:
            self._text.append(text)

    def _end(self, name: str) -> None:
        name = self._path.pop()
        parent = self._path[-1] if self._path else ""
        if name in _ITEMS:
            self._finish(name)
        elif value := "".join(self._text).strip():
            # `url loc`, `image loc`, `news title`: the first of its kind within an item
            self._item.setdefault(f"{parent if parent not in _ITEMS else 'item'} {name}", value)
        self._text.clear()

    def _finish(self, name: str) -> None:
        item, self._item = self._item, {}
        link = item.get("item loc")
        if not link:
            return
        modified = date_or_none(item.get("item lastmod", ""))
        if name == "sitemap":
            if len(self.sitemaps) < MAX_URLS:
                self.sitemaps.append(Sitemap(link, modified))
            return
        self.publication = self.publication or item.get("publication name", "")
        self.lang = self.lang or item.get("publication language", "")
        if len(self.entries) < MAX_URLS:
            self.entries.append(
                RawEntry(
                    link=link,
                    title=item.get("news title"),
                    published=date_or_none(item.get("news publication_date", "")),
                    updated=modified,
                    tags=[tag.strip() for tag in item.get("news keywords", "").split(",")],
                    image=item.get("image loc"),
                )
            )
