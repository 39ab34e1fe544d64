"""Lists the stories of a time span."""

from datetime import datetime

from aggregator.store.engine import Store
from aggregator.store.story_list import StoryRow, listing


def list_stories(store: Store, since: datetime | None, until: datetime, limit: int) -> list[StoryRow]:
    """Lists the stories with articles from `since` up to `until` (without it), biggest first. Raises StoreError."""
    with store.read() as conn:
        return listing(conn, int(since.timestamp()) if since else 0, int(until.timestamp()), limit)
