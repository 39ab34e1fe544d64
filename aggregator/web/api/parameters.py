"""Reads the parameters that several requests have."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path, Query

from aggregator.query import moment

_TIME = "today, 7d, 2026-11 or 2026-11-28T10:00Z"
_Id = Annotated[int, Path(ge=1, lt=2**63)]
ArticleId = _Id
StoryId = _Id
FeedId = _Id
Since = Annotated[str | None, Query(description=f"What was published from then on: {_TIME}")]
Until = Annotated[str | None, Query(description="What was published before the end of that time")]


def span(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """Returns a span of time as a person writes it, from its start up to and without its end. Raises QueryError."""
    now = datetime.now(UTC)
    start = None if since is None else moment(since, now)
    return start, None if until is None else moment(until, now, after=True)
