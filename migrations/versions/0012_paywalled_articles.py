"""Articles behind a paywall are found by an index."""

from aggregator.store import indexes

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Adds the index."""
    indexes.add("articles_paywalled", "articles", ["at"], "paywalled IS NOT NULL")
