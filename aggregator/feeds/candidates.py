"""Finds where the feeds of a page may be: by the page, by robots.txt, and at common addresses."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urljoin, urlsplit

from aggregator import dom
from aggregator.dom import LexborNode, attribute, text_of
from aggregator.feeds.section.anchors import base_of
from aggregator.model import FeedDocument
from aggregator.times import DAY
from aggregator.urls import absolute, site_of

FoundBy = Literal["itself", "link", "anchor", "path", "robots", "page"]
MAX_FEEDS_A_KIND = 12
MAX_ANCHORS = 5000
_FEED_TYPES = re.compile(r"application/(?:(?:rss|atom|rdf)\+xml|feed\+json|xml|json)|text/xml|application/x\.atom\+xml")
_NO_FEED = re.compile(r"oembed|wp-json|/manifest|opensearch|\.webmanifest|/amp/?$", re.IGNORECASE)
_FEED_PATH = re.compile(
    r"/(?:feeds?|rss|atom|syndication)(?:/|\.|$)|(?:rss|atom|feed|index|rdf|news)\.(?:xml|rss|atom|rdf|json)$"
    r"|\.(?:rss|atom|rdf)$|[?&](?:feed|format)=(?:rss2?|atom|feed)\b|feeds\.feedburner\.com/|/rss[_-]?feed",
    re.IGNORECASE,
)
_SAYS_FEED = re.compile(r"\b(?:rss|atom)\b", re.IGNORECASE)
_SITEMAP_LINE = re.compile(r"^[ \t]*sitemap[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)
_COMMON_PATHS = ("feed/", "rss.xml", "feed.xml", "atom.xml", "index.xml", "rss", "feed.json")
_COMMON_SITEMAPS = ("news-sitemap.xml", "sitemap-news.xml", "sitemap_index.xml", "sitemap.xml")
_RANKS = {"news-sitemap": 1, "sitemap": 2, "sitemap-index": 3, "section": 4}
_FOUND_BY: tuple[FoundBy, ...] = get_args(FoundBy)
_SILENT_AFTER = 183 * DAY


@dataclass(frozen=True, slots=True)
class PossibleFeed:
    """Holds an address that may be a feed's, and what says so."""

    url: str
    found_by: FoundBy


def named(body: bytes, content_type: str | None, url: str) -> list[PossibleFeed]:
    """Returns the feeds that a page names: first in <link rel=alternate>, then in links that look like feeds."""
    tree = dom.parse(dom.decode(body, content_type))
    base = base_of(tree, url)
    links = [node for node in tree.css("link[href]") if _is_feed_link(node)]
    found = [PossibleFeed(to, "link") for node in links if (to := _address(node, base))][:MAX_FEEDS_A_KIND]
    own = site_of(url)
    for node in tree.css("a[href]")[:MAX_ANCHORS]:
        to = _address(node, base)
        if to and _seems_feed(to, node) and (site_of(to) == own or "feedburner.com/" in to):
            found.append(PossibleFeed(to, "anchor"))
    return _once(found)[: 2 * MAX_FEEDS_A_KIND]


def _is_feed_link(node: LexborNode) -> bool:
    relation = attribute(node, "rel").lower().split()
    if "feed" in relation:
        return True
    kind = attribute(node, "type").lower().partition(";")[0].strip()
    return "alternate" in relation and "stylesheet" not in relation and bool(_FEED_TYPES.fullmatch(kind))


def _address(node: LexborNode, base: str) -> str | None:
    href = re.sub(r"^feed:(?://)?(?=https?:)", "", attribute(node, "href")).replace("feed://", "https://")
    to = absolute(href, base)
    return None if to is None or _NO_FEED.search(to[:2000]) else to.partition("#")[0]


def _seems_feed(url: str, node: LexborNode) -> bool:
    path = url[:2000]
    return bool(_FEED_PATH.search(path)) or (len(path) < 300 and bool(_SAYS_FEED.search(text_of(node)[:40])))


def common(url: str) -> list[PossibleFeed]:
    """Returns where feeds commonly are: under the page, then at the top of its host."""
    parts = urlsplit(url)
    top = f"{parts.scheme}://{parts.netloc}/"
    under = [url.partition("?")[0].rstrip("/") + "/feed/"] if parts.path.strip("/") else []
    return _once(PossibleFeed(to, "path") for to in (*under, *(urljoin(top, path) for path in _COMMON_PATHS)))


def sitemaps(robots: str, url: str) -> list[PossibleFeed]:
    """Returns the sitemaps that a robots.txt names, those of news first; if it names none, where they commonly are."""
    found = [to for line in _SITEMAP_LINE.findall(robots[:500_000]) if (to := absolute(line, url))]
    found.sort(key=lambda to: "news" not in to.lower())
    if found:
        return _once(PossibleFeed(to, "robots") for to in found)[: MAX_FEEDS_A_KIND // 2]
    return [PossibleFeed(urljoin(url, "/" + path), "path") for path in _COMMON_SITEMAPS]


def _once(found: Iterable[PossibleFeed]) -> list[PossibleFeed]:
    first: dict[str, PossibleFeed] = {}
    for one in found:
        first.setdefault(one.url, one)
    return list(first.values())


@dataclass(frozen=True, slots=True)
class FeedCandidate:
    """Holds what is shown of a document that can be subscribed. `entries`: how many it lists (an index: sitemaps);
    `newest_at`: seconds since 1970, when the newest of them came out, None if none says."""

    url: str
    found_by: FoundBy
    format: str
    title: str | None
    entries: int
    newest_at: int | None

    @property
    def links(self) -> str | None:
        """Returns what `links:` must say in feeds.yaml for it."""
        return "auto" if self.format == "section" else None


def candidate(feed: PossibleFeed, document: FeedDocument, now: int) -> FeedCandidate:
    """Returns what is shown of a document that was found at an address; `now` in seconds since 1970."""
    times = [entry.published_at or entry.updated_at for entry in document.entries]
    times += [one.modified_at for one in document.sitemaps]
    past = [at for at in (int(time.timestamp()) for time in times if time) if at <= now + DAY]
    count = len(document.entries) or len(document.sitemaps)
    return FeedCandidate(feed.url, feed.found_by, document.format, document.title, count, max(past, default=None))


def best_first(found: Iterable[FeedCandidate], now: int) -> list[FeedCandidate]:
    """Sorts feeds before news sitemaps, those before sitemaps, a section page last; those that are empty, silent for
    half a year, or of comments stand behind others of their kind; else as they were found."""

    def rank(one: FeedCandidate) -> tuple[int, bool, bool, bool, int]:
        silent = one.newest_at is not None and now - one.newest_at > _SILENT_AFTER
        comments = "comment" in f"{one.url} {one.title or ''}".lower()
        return _RANKS.get(one.format, 0), not one.entries, comments, silent, _FOUND_BY.index(one.found_by)

    return sorted(found, key=rank)
