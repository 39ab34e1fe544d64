"""What a search narrows and orders by is read from an index alone."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Adds the index, the view through which it is read, and an index of feeds."""
    names = ["id", "at", "published_at", "story_id", "site", "lang"]
    op.create_index("articles_keys", "articles", names)
    hint = "INDEXED BY articles_keys" if op.get_bind().dialect.name == "sqlite" else ""
    op.execute(f"CREATE VIEW article_keys AS SELECT {', '.join(names)} FROM articles {hint}")
    feed = sa.text("feed IS NOT NULL")
    op.create_index("articles_feed", "articles", ["feed"], sqlite_where=feed, postgresql_where=feed)
