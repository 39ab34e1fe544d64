"""The row that a finished article is, before the database has seen it."""

from dataclasses import dataclass

from aggregator.model import BodyFrom
from aggregator.stories import Fingerprint


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page as it was served. `body` is zstd; `url` is where it came from, after redirects."""

    url: str
    content_type: str | None
    body: bytes


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article with all that storing it needs: identity, text, fingerprint, index terms.

    `url`: first asked for. `own_url`: normalised, where the page really was. `claimed_url`: the page's own canonical,
    believable and normalised, or None. Times: seconds UTC. `html`: zstd, None where the text says it all.
    `terms`: `text.index_form` of title, lead and text.
    """

    url: str
    own_url: str
    claimed_url: str | None
    site: str
    feed: str | None
    body_from: BodyFrom
    title: str | None
    authors: tuple[str, ...]
    published_at: int | None
    modified_at: int | None
    fetched_at: int
    lang: str | None
    lead: str | None
    text: str
    summary: str | None
    image: str | None
    tags: tuple[str, ...]
    word_count: int
    text_hash: int
    is_article: bool
    paywalled: str | None
    extractor_version: int
    html: bytes | None
    fingerprint: Fingerprint
    terms: tuple[str, str, str]
    raw: RawPage | None = None

    @property
    def at(self) -> int:
        """The time it is put in order by: feeds send dates of the future."""
        return min(self.published_at, self.fetched_at) if self.published_at is not None else self.fetched_at
