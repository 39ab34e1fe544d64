"""Lists the stories of a time span."""

from dataclasses import dataclass
from datetime import datetime

from aggregator.archive import edit_stories
from aggregator.model import Json
from aggregator.store.content import stored_articles
from aggregator.store.content.article_json import current
from aggregator.store.engine import Store
from aggregator.store.grouping.story_list import StoryRow, listing, one


@dataclass(frozen=True, slots=True)
class StoryArticles:
    """A story, and the JSON objects of its articles, oldest first."""

    story: StoryRow
    articles: tuple[Json, ...]


def show_story(store: Store, story_id: int) -> StoryArticles:
    """Returns the story of this id with its articles. Raises UsageError if there is none."""
    with store.read() as conn:
        edit_stories.members(conn, story_id)
        row = one(conn, story_id)
        assert row is not None
        return StoryArticles(row, tuple(map(current, stored_articles.of_stories(conn, [story_id])[story_id])))


def list_stories(
    store: Store, since: datetime | None, until: datetime, limit: int, *, with_muted: bool = False
) -> list[StoryRow]:
    """Lists the stories with articles from `since` up to `until` (without it), biggest first; those that are muted if
    they are wanted. Raises StoreError."""
    span = int(since.timestamp()) if since else 0, int(until.timestamp())
    with store.read() as conn:
        return listing(conn, *span, limit, with_muted=with_muted)
