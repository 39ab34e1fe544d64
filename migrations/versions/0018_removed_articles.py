"""What feed readers took out of their lists, by an index."""

from aggregator.store import indexes

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Adds the index."""
    indexes.add("article_marks_removed", "article_marks", ["article_id"], "removed_at IS NOT NULL")
