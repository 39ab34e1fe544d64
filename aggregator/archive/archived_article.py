"""Defines an article of the archive as a value with times that are dates."""

from dataclasses import dataclass, fields
from datetime import UTC, datetime

from aggregator.model import Json
from aggregator.store.content.article_json import TIMES
from aggregator.store.content.stored_articles import StoredArticle


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchivedArticle:
    """An article of the archive, with the names of its JSON object. Times are aware, UTC; `revisions`: how many
    earlier texts are kept; `gone_at`: since when its page is gone."""

    id: int
    url: str
    canonical_url: str
    site: str
    feed: str | None
    body_from: str
    title: str | None
    authors: tuple[str, ...]
    published_at: datetime | None
    modified_at: datetime | None
    fetched_at: datetime
    lang: str | None
    lead: str | None
    text: str
    summary: str | None
    image: str | None
    tags: tuple[str, ...]
    story_id: int
    copy_of: int | None
    word_count: int
    is_article: bool
    paywalled: str | None
    revisions: int
    gone_at: datetime | None

    def to_dict(self) -> Json:
        """Returns the JSON object, as `aggregator search --json` prints it: times are ISO 8601, lists are lists."""
        return {name: _json(getattr(self, name)) for name in _NAMES}

    def _repr_html_(self) -> str:
        """Shows the article in a notebook."""
        from html import escape

        head = escape(" · ".join(filter(None, (self.site, str(self.published_at or ""), ", ".join(self.authors)))))
        paragraphs = "".join(f"<p>{escape(part)}</p>" for part in (self.lead or "", *self.text.split("\n\n")) if part)
        return f'<h3><a href="{escape(self.url)}">{escape(self.title or self.url)}</a></h3><p>{head}</p>{paragraphs}'


_NAMES = tuple(field.name for field in fields(ArchivedArticle))


def archived(stored: StoredArticle) -> ArchivedArticle:
    """Returns a stored article as it is handed out."""
    found = {name: getattr(stored, name) for name in _NAMES}
    times = {name: _time(found[name]) for name in (*TIMES, "gone_at")}
    return ArchivedArticle(**(found | times))


def _json(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return list(value) if isinstance(value, tuple) else value


def _time(seconds: int | None) -> datetime | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None
