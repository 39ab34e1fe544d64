"""Articles whose date is not the time by which they are put in order are found by an index."""

from aggregator.store import indexes

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Adds the index: with it, what was published in a span of time is looked for near that span alone."""
    indexes.add("articles_dated_otherwise", "articles", ["published_at", "at"], "published_at <> at")
