"""What an article consists of, and the row that it becomes before the database has seen it.

The fields are listed here once, by what they come from; what compares, stores and exports them derives its lists from
these classes and from the columns of the same names (`store.schema`).
"""

from dataclasses import dataclass
from typing import TypedDict

import zstandard

from aggregator.model import BodyFrom
from aggregator.revisions.compare import ComparedText
from aggregator.search_words import SearchTerms, search_terms
from aggregator.stories.fingerprint import COMPARED_CHARS, Fingerprint, fingerprint, of_words
from aggregator.text import hash64, words_and_form

_MAX_PAGE_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ServedPage:
    """A page as it was served. `url`: where it came from, after redirects; `fetched_at`: seconds UTC."""

    url: str
    body: bytes
    content_type: str | None
    fetched_at: int


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page as it was served. `body` is zstd; `url` is where it came from, after redirects."""

    url: str
    content_type: str | None
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleContent:
    """What is found on a page, or in an entry, and what another extractor may find otherwise. Times: seconds UTC."""

    title: str | None
    authors: tuple[str, ...]
    published_at: int | None
    modified_at: int | None
    lang: str | None
    lead: str | None
    text: str
    image: str | None
    tags: tuple[str, ...]
    word_count: int
    is_article: bool
    paywalled: str | None

    @property
    def compared(self) -> ComparedText:
        """Returns the content as far as texts are compared."""
        return ComparedText(self.title, self.lead, self.text, self.word_count, self.is_article, self.paywalled)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleFields(ArticleContent):
    """The content, and where and how it was found. `url`: first asked for, byte for byte; `feed`: the URL of the first
    subscription that listed it; `summary`: the feed's."""

    url: str
    site: str
    feed: str | None
    body_from: BodyFrom
    fetched_at: int
    summary: str | None
    text_hash: int
    extractor_version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRow(ArticleFields):
    """An article with all that storing it needs: identity, text, fingerprint, index terms.

    `own_url`: normalised, where the page really was. `claimed_url`: the page's own canonical, believable and
    normalised, or None. `html`: zstd, None where the text says it all. `terms`: what it is found by.
    """

    own_url: str
    claimed_url: str | None
    html: bytes | None
    fingerprint: Fingerprint
    terms: SearchTerms
    raw: RawPage | None = None

    @property
    def at(self) -> int:
        """Returns the time it is put in order by: feeds send dates of the future."""
        return min(self.published_at, self.fetched_at) if self.published_at is not None else self.fetched_at


class Derived(TypedDict):
    """Holds the fields of an article's row that are worked out from its texts."""

    text_hash: int
    fingerprint: Fingerprint
    terms: SearchTerms


def derived(title: str, lead: str, text: str, lang: str | None) -> Derived:
    """Returns what an article is found and compared by."""
    found, form = words_and_form(text)
    return {
        "text_hash": hash64(form),
        "fingerprint": of_words(found, lang, title) if len(text) <= COMPARED_CHARS else fingerprint(text, lang, title),
        "terms": search_terms(title, lead, text, lang),
    }


def packed(data: bytes) -> bytes:
    """Returns data as it is stored: zstd."""
    return zstandard.ZstdCompressor(level=6).compress(data)


def unpacked(raw: bytes) -> bytes | None:
    """Returns the page that was stored as `raw`; None if it is damaged."""
    try:
        return zstandard.ZstdDecompressor().decompress(raw, max_output_size=_MAX_PAGE_BYTES)
    except zstandard.ZstdError:
        return None
