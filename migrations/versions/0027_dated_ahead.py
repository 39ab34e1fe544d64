"""Articles that are dated after they were fetched are found by an index."""

from aggregator.store import indexes

revision = "0027"
down_revision = "0026"


def upgrade() -> None:
    """Adds the index: with it, what was published in a span of time is looked for in that span alone."""
    indexes.add("articles_dated_ahead", "articles", ["published_at", "at"], "published_at > at")
