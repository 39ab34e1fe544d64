"""What a search narrows and orders by is read from an index alone."""

from alembic import op

from aggregator.store import indexes

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Adds the index, the view through which it is read, and an index of feeds."""
    names = ["id", "at", "published_at", "story_id", "site", "lang"]
    indexes.add("articles_keys", "articles", names)
    hint = "INDEXED BY articles_keys" if op.get_bind().dialect.name == "sqlite" else ""
    op.execute(f"CREATE VIEW article_keys AS SELECT {', '.join(names)} FROM articles {hint}")
    indexes.add("articles_feed", "articles", ["feed"], "feed IS NOT NULL")
