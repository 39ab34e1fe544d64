"""Lets the index of a site's articles put them in the order of time."""

from aggregator.store import indexes

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    """Replaces the index of sites by one with times."""
    indexes.replace("articles_of_site", "articles", ["site", "at"])
