"""Defines what extraction finds in a page: an Article, its pictures, and the blocks that were kept and dropped."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from aggregator.extraction.body.markdown import from_html
from aggregator.model import Json
from aggregator.times import iso

_NAMES = (
    *("url", "canonical_url", "site", "title", "authors", "published_at", "modified_at", "lang", "lead", "text"),
    *("image", "images", "tags", "word_count", "is_article", "score", "paywalled"),
)
Precision = Literal["second", "day"]


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of an article: absolute URL, its caption and its alternative text where the page has them."""

    url: str
    caption: str | None = None
    alt: str | None = None


@dataclass(frozen=True, slots=True)
class Article:
    """A cleaned page, as `aggregator.extract` returns it.

    `text`: paragraphs separated by an empty line, never with the title or the lead in it.
    `lead`: the standfirst printed on the page. `html`: the sanitised body, without title and lead.
    `published_at`, `modified_at`: aware, in the page's own offset; a bare date is midnight and
    `published_precision` is "day". `canonical_url`: what the page itself claims, normalised, not yet believed.
    `score`: how much the page looks like an article, 0 to 1; `is_article` is the verdict.
    `paywalled`: the reason why only a teaser was served, else None.
    """

    title: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_precision: Precision | None = None
    modified_at: datetime | None = None
    lang: str | None = None
    lead: str | None = None
    text: str = ""
    html: str = ""
    image: str | None = None
    images: tuple[Image, ...] = ()
    tags: tuple[str, ...] = ()
    url: str | None = None
    canonical_url: str | None = None
    site: str | None = None
    site_name: str | None = None
    word_count: int = 0
    is_article: bool = False
    score: float = 0.0
    paywalled: str | None = None
    extractor_version: int = 0

    def to_dict(self) -> Json:
        """Returns the article as a JSON object under the names of an export, without what only a database knows; times
        are ISO 8601, UTC."""
        found: Json = {name: getattr(self, name) for name in _NAMES}
        for name in ("published_at", "modified_at"):
            found[name] = None if found[name] is None else iso(int(found[name].timestamp()))
        found |= {name: list(found[name]) for name in ("authors", "tags")}
        return found | {"images": [asdict(image) for image in self.images], "score": round(self.score, 3)}

    @property
    def markdown(self) -> str:
        """The body as Markdown (CommonMark), without title and lead."""
        return from_html(self.html)


@dataclass(frozen=True, slots=True)
class Block:
    """A run of text in a page, kept or dropped, with the reasons. `path`: tags from the body down, `div.main > p`."""

    text: str
    path: str
    kept: bool
    score: float
    reasons: tuple[str, ...] = ()
