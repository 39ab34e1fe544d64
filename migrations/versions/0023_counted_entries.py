"""Counts the entries of each feed where they are added, so that an overview of the feeds need not read them all."""

import sqlalchemy as sa
from alembic import op

from aggregator.store import indexes

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """Adds the column, counts what there is, and adds the indexes of what is not done and of when entries came."""
    op.add_column("feeds", sa.Column("entries", sa.Integer, nullable=False, server_default="0"))
    op.execute("UPDATE feeds SET entries = (SELECT count(*) FROM entries WHERE entries.feed_id = feeds.id)")
    indexes.add("entries_not_done", "entries", ["feed_id", "state", "article_id"], "state <> 'done'")
    indexes.add("entries_came", "entries", ["feed_id", "first_seen_at"])
