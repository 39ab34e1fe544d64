"""Lets the index of a story's articles say all that a story is judged by."""

from aggregator.store import indexes

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Replaces the index by one with the columns that were read from the articles' rows."""
    indexes.replace("articles_of_story", "articles", ["story_id", "at", "site", "copy_of"])
