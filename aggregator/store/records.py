"""The JSON object of an article, the same in search, show and export."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Row

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIELDS = (
    *("id", "url", "canonical_url", "site", "feed", "body_from", "title", "authors"),
    *("published_at", "modified_at", "fetched_at", "lang", "lead", "text", "summary", "image", "tags"),
    *("story_id", "copy_of", "word_count", "is_article", "paywalled"),
)
TIMES = frozenset({"published_at", "modified_at", "fetched_at"})
LISTS = frozenset({"authors", "tags"})


def record(row: Row[Any] | Mapping[str, Any]) -> dict[str, Any]:
    """A row of `articles` as a JSON object: `FIELDS` in their order, times ISO 8601 in UTC, null for the unknown."""
    values = row if isinstance(row, Mapping) else row._mapping
    return {field: _value(field, values[field]) for field in FIELDS}


def current(row: Row[Any]) -> dict[str, Any]:
    """The same and what only this database knows of the page: how many earlier texts are kept, and since when it is gone."""
    return record(row) | {"revisions": row.revisions, "gone_at": iso(row.gone_at)}


def iso(seconds: int | None) -> str | None:
    """Seconds since 1970 as `2024-05-31T12:30:00Z`; None for None and what no calendar holds."""
    if seconds is None:
        return None
    try:
        return (_EPOCH + timedelta(seconds=seconds)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return None


def _value(field: str, value: Any) -> Any:
    if field in TIMES:
        return iso(value)
    if field in LISTS:
        return orjson.loads(value) if value else []
    return bool(value) if field == "is_article" else value
