"""The sitemaps that sitemap indexes list, and what each feed says of itself: its page, and its format."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Adds the table and the columns."""
    op.add_column("feeds", sa.Column("link", sa.Text()))
    op.add_column("feeds", sa.Column("format", sa.Text()))
    op.create_table(
        "sitemaps",
        sa.Column("feed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("modified_at", sa.BigInteger()),
        sa.Column("read_modified_at", sa.BigInteger()),
        sa.Column("read_at", sa.BigInteger()),
        sa.Column("changed_at", sa.BigInteger()),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed_id", "url"),
    )
