"""Lists of articles for feed readers: by feed and time, by when texts came; what was taken out of them."""

import sqlalchemy as sa
from alembic import op

from aggregator.store import indexes

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Makes the index of feeds one of feeds and times, and adds one of when texts came, and the column."""
    op.drop_index("articles_feed", "articles", if_exists=True)
    for name, columns in (("articles_feed", ["feed", "at"]), ("articles_fetched", ["fetched_at"])):
        indexes.add(name, "articles", columns, "feed IS NOT NULL")
    op.add_column("article_marks", sa.Column("removed_at", sa.BigInteger(), nullable=True))
