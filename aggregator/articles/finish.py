"""From what was read to the row that is stored: the same for pages, for feeds' own texts and for imported articles.

Everything here is a pure function that may run in a process of the pool.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import nh3
import zstandard

from aggregator import stories
from aggregator.articles.row import ArticleRow, RawPage
from aggregator.extraction.article import Article
from aggregator.extraction.feed_content import from_feed
from aggregator.extraction.metadata.language import detect_lang
from aggregator.extraction.version import EXTRACTOR_VERSION
from aggregator.model import Entry
from aggregator.text import count_words, hash64, index_form, squeeze, storable
from aggregator.urls import believable_canonical, normalise, site_of

# A feed's text counts as the whole article from here on; shorter ones are teasers more often than not.
FULL_TEXT_WORDS = 250
_LARGEST_PAGE = 256 * 1024 * 1024
_TRUNCATED = re.compile(r"(?:…|\.\.\.|\[\.\.\.\]|\[…\]|\[&#8230;\])\s*(?:\w+\s*){0,4}\W*$")
_TAGS = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What a feed or a person says of a page: the tie-breaker where the page is silent."""

    url: str
    feed: str | None = None
    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: int | None = None
    updated_at: int | None = None
    summary: str | None = None
    lang: str | None = None
    tags: tuple[str, ...] = ()
    image: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it was served. `url`: where it came from, after redirects; `fetched_at`: seconds UTC."""

    url: str
    body: bytes
    content_type: str | None
    fetched_at: int


def from_page(article: Article, page: Page, listed: EntryFacts, keep_raw: bool) -> ArticleRow | None:
    """The article that was found on a page; None if there is no text in it."""
    if not article.text.strip():
        return None
    raw = RawPage(page.url, page.content_type, _pack(page.body)) if keep_raw else None
    own = normalise(page.url)
    claimed = believable_canonical(article.canonical_url, page.url)
    return _finish(article, listed, own, claimed, page.fetched_at, "page", raw)


def from_entry(entry: Entry, listed: EntryFacts, own_url: str, fetched_at: int) -> ArticleRow | None:
    """The article that an entry itself carries; None if it carries no text."""
    text, html = from_feed(entry.content or entry.summary or "", entry.url)
    if not text.strip():
        return None
    article = Article(
        title=entry.title,
        text=text,
        html=html,
        lang=detect_lang(text, listed.lang),
        is_article=True,
        extractor_version=EXTRACTOR_VERSION,
    )
    summary = listed.summary if entry.content else None
    return _finish(article, replace(listed, summary=summary), own_url, None, fetched_at, "feed", None)


def from_record(record: Mapping[str, Any], times: Mapping[str, int | None], now: int) -> ArticleRow:
    """An imported article (a line of our own export); `times` are its times in seconds UTC."""
    text, lead, title = (storable(str(record.get(name) or "")) for name in ("text", "lead", "title"))
    url = str(record["url"])
    fingerprint, terms = stories.fingerprint(text, record.get("lang"), title), index_form(text)
    own = str(record.get("canonical_url") or "") or normalise(url)
    return ArticleRow(
        url=url,
        own_url=own,
        claimed_url=None,
        site=str(record.get("site") or "") or site_of(own),
        feed=record.get("feed"),
        body_from="feed" if record.get("body_from") == "feed" else "page",
        title=title or None,
        authors=tuple(map(str, record.get("authors") or ())),
        published_at=times.get("published_at"),
        modified_at=times.get("modified_at"),
        fetched_at=times.get("fetched_at") or now,
        lang=record.get("lang"),
        lead=lead or None,
        text=text,
        summary=record.get("summary"),
        image=record.get("image"),
        tags=tuple(map(str, record.get("tags") or ())),
        word_count=fingerprint.words,
        text_hash=hash64(terms),
        is_article=True,
        paywalled=None,
        extractor_version=0,
        html=None,
        fingerprint=fingerprint,
        terms=(index_form(title), index_form(lead), terms),
    )


def unpacked(raw: bytes) -> bytes | None:
    """The page that was stored as `raw`; None if it is damaged."""
    try:
        return zstandard.ZstdDecompressor().decompress(raw, max_output_size=_LARGEST_PAGE)
    except zstandard.ZstdError:
        return None


def carries_full_text(entry: Entry) -> bool:
    """True if the entry's own content is the whole article, as far as it can be told without asking for the page."""
    if not entry.content:
        return False
    plain = _TAGS.sub(" ", entry.content)
    return count_words(plain) >= FULL_TEXT_WORDS and not _TRUNCATED.search(squeeze(plain)[-80:])


def plain_summary(entry: Entry) -> str | None:
    """An entry's summary as plain text, at most 2,000 characters; None if it has none."""
    if not entry.summary:
        return None
    text, _ = from_feed(entry.summary, entry.url)
    return squeeze(text)[:2000] or None


def seconds(when: datetime | None) -> int | None:
    """A time as seconds since 1970, UTC."""
    return None if when is None else int(when.timestamp())


def _finish(
    article: Article,
    listed: EntryFacts,
    own_url: str,
    claimed: str | None,
    fetched_at: int,
    body_from: Any,
    raw: RawPage | None,
) -> ArticleRow:
    title = storable(article.title or listed.title or "")
    lead, text = storable(article.lead or ""), storable(article.text)
    fingerprint, terms = stories.fingerprint(text, article.lang or listed.lang, title), index_form(text)
    return ArticleRow(
        url=listed.url,
        own_url=own_url,
        claimed_url=claimed,
        site=site_of(claimed or own_url),
        feed=listed.feed,
        body_from=body_from,
        title=title or None,
        authors=article.authors or listed.authors,
        published_at=_plausible(seconds(article.published_at), fetched_at) or listed.published_at,
        modified_at=_plausible(seconds(article.modified_at), fetched_at) or listed.updated_at,
        fetched_at=fetched_at,
        lang=article.lang or listed.lang,
        lead=lead or None,
        text=text,
        summary=listed.summary,
        image=article.image or listed.image,
        tags=tuple(dict.fromkeys((*article.tags, *listed.tags))),
        word_count=article.word_count or fingerprint.words,
        text_hash=hash64(terms),
        is_article=article.is_article,
        paywalled=article.paywalled,
        extractor_version=article.extractor_version,
        html=_pack(_sanitised(article.html).encode()) if _says_more(article.html) else None,
        fingerprint=fingerprint,
        terms=(index_form(title), index_form(lead), terms),
        raw=raw,
    )


def _plausible(at: int | None, now: int) -> int | None:
    """A page's time, if it can be one: after 1990, and not more than two days ahead."""
    return at if at is not None and 631152000 <= at <= now + 2 * 86400 else None


_ALLOWED = {
    "a", "b", "blockquote", "br", "cite", "code", "dd", "del", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4",
    "h5", "h6", "i", "img", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "strong", "sub", "sup", "table", "tbody", "td", "th",
    "tr", "ul",
}  # fmt: skip


def _sanitised(html: str) -> str:
    """The HTML without anything that could act: the door through which all HTML goes that is kept."""
    attributes = {"a": {"href"}, "img": {"src", "alt"}}
    return nh3.clean(html, tags=_ALLOWED, attributes=attributes, url_schemes={"http", "https", "mailto"}, link_rel=None)


def _says_more(html: str) -> bool:
    """True if a body has more than plain paragraphs: then its HTML is kept beside its text."""
    return bool(re.search(r"<(?!/?p>)", html))


def _pack(data: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=6).compress(data)
