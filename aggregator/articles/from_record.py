"""Makes the article that is stored of an imported record, a line of our own export."""

from collections.abc import Mapping
from typing import Any

from aggregator.articles.row import ArticleRow, derived
from aggregator.text import storable
from aggregator.urls import normalise, site_of


def from_record(record: Mapping[str, Any], times: Mapping[str, int | None], now: int) -> ArticleRow:
    """Returns the row of an imported article; `times` are its times in seconds UTC."""
    text, lead, title = (storable(str(record.get(name) or "")) for name in ("text", "lead", "title"))
    url = str(record["url"])
    found = derived(title, lead, text, record.get("lang"))
    counted = record.get("word_count")
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
        word_count=found["fingerprint"].words if counted is None else counted,
        is_article=record.get("is_article") is not False,
        paywalled=record.get("paywalled"),
        extractor_version=0,
        html=None,
        **found,
    )
