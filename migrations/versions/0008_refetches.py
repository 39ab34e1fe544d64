"""When the pages of young articles are fetched again; the feeds' own texts are known by a hash."""

import sqlalchemy as sa
from alembic import op

from aggregator.store import indexes

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Adds the table, the column and the indexes. Articles that are stored already are not fetched again by plan."""
    op.create_table(
        "refetches",
        sa.Column("article_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("next_at", sa.BigInteger(), nullable=True),
        sa.Column("looked_at", sa.BigInteger(), nullable=False),
        sa.Column("same", sa.Integer(), server_default="0", nullable=False),
        sa.Column("tries", sa.Integer(), server_default="0", nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("validated_url", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id"),
    )
    indexes.add("refetches_due", "refetches", ["next_at", "site"], "next_at IS NOT NULL")
    indexes.add("articles_revised", "articles", ["at"], "revisions > 0")
    indexes.add("articles_gone", "articles", ["gone_at"], "gone_at IS NOT NULL")
    op.add_column("entries", sa.Column("digest", sa.BigInteger(), nullable=True))
