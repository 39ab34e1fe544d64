"""Makes the row of an entry as a feed lists it, and its article where it carries one itself."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from aggregator.articles.assemble import assemble
from aggregator.articles.entry_facts import EntryFacts, FeedPolicy, PreparedEntry, came_out, entry_row, not_future
from aggregator.articles.row import ArticleRow
from aggregator.extraction.article import Article
from aggregator.extraction.feed_content import from_feed
from aggregator.extraction.metadata.language import detect_lang
from aggregator.extraction.metadata.name_forms import is_person
from aggregator.extraction.metadata.person_names import split_names
from aggregator.extraction.version import EXTRACTOR_VERSION
from aggregator.model import Entry
from aggregator.text import count_words, squeeze
from aggregator.urls import is_http, normalise, site_of

MIN_FULL_TEXT_WORDS = 250  # shorter texts of feeds are teasers more often than not
_MAX_SUMMARY = 2000  # characters
_TRUNCATED = re.compile(r"(?:…|\.\.\.|\[\.\.\.\]|\[…\]|\[&#8230;\])\s*(?:\w+\s*){0,4}\W*$")
_TAGS = re.compile(r"<[^>]*>")


def prepare(entries: Sequence[Entry], feed: FeedPolicy, now: int) -> list[PreparedEntry]:
    """Returns what is to be stored of entries of a feed, in their order. Runs in the pool."""
    return [_prepared(entry, feed, now) for entry in entries]


def carries_full_text(entry: Entry) -> bool:
    """Tells whether the entry's own content is the whole article, as far as that shows without asking for the page."""
    if not entry.content:
        return False
    plain = _TAGS.sub(" ", entry.content)
    return count_words(plain) >= MIN_FULL_TEXT_WORDS and not _TRUNCATED.search(squeeze(plain)[-80:])


def _prepared(entry: Entry, feed: FeedPolicy, now: int) -> PreparedEntry:
    own = feed.full_text == "never" or (feed.full_text == "auto" and (carries_full_text(entry) or _shares_page(entry)))
    summary = None if own and not entry.content else _plain_summary(entry)
    if own or not (entry.url and is_http(entry.url)):
        url = entry.url or f"{feed.url}#{entry.key}"
        facts = _facts(entry, url, summary if entry.content else None, feed, now)
        article = _own_article(entry, facts, _own_url(entry, url), now)
        row = entry_row(entry, feed.id, now, "none")
        return PreparedEntry(row if article else replace(row, error="the entry carries no text"), article)
    own_site = feed.site if site_of(entry.url) == site_of(feed.url) else None
    row = entry_row(entry, feed.id, now, "waiting")
    return PreparedEntry(replace(row, site=own_site or site_of(entry.url), next_try_at=now, summary=summary))


def _shares_page(entry: Entry) -> bool:
    """Tells whether the page is that of several entries, so that what this one says itself is all that is its own."""
    return entry.anchor is not None and bool(entry.content or entry.summary)


def _own_url(entry: Entry, url: str) -> str:
    """Returns the address of an entry's own text: its link, and what tells it from others of the same page."""
    if not entry.url:
        return url
    return normalise(url) if entry.anchor is None else f"{normalise(url)}#{entry.anchor}"


def _own_article(entry: Entry, facts: EntryFacts, own_url: str, now: int) -> ArticleRow | None:
    """Returns the article that an entry itself carries; None if it carries no text."""
    text, html = from_feed(entry.content or entry.summary or "", entry.base or entry.url)
    if not text.strip():
        return None
    lang = detect_lang(text, facts.lang)
    article = Article(
        entry.title, text=text, html=html, lang=lang, is_article=True, extractor_version=EXTRACTOR_VERSION
    )
    return assemble(article, facts, own_url, None, now, "feed", None)


def _facts(entry: Entry, url: str, summary: str | None, feed: FeedPolicy, now: int) -> EntryFacts:
    return EntryFacts(
        url=url,
        feed=feed.url,
        title=entry.title,
        authors=_apart(entry.authors),
        published_at=came_out(entry, now),
        updated_at=not_future(entry.updated_at, now),
        summary=summary,
        lang=feed.lang,
        tags=tuple(dict.fromkeys((*entry.tags, *feed.tags))),
        image=entry.image,
    )


def _apart(authors: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([name for author in authors for name in _people(author)]))


@lru_cache(maxsize=4096)
def _people(author: str) -> tuple[str, ...]:
    """Returns the people whom a feed names in one line ("A, B and C"), where all are people; else the line."""
    names = split_names(author)
    return names if len(names) > 1 and all(map(is_person, names)) else (author,)


def _plain_summary(entry: Entry) -> str | None:
    if not entry.summary:
        return None
    text, _ = from_feed(entry.summary, entry.base or entry.url)
    return squeeze(text)[:_MAX_SUMMARY] or None
