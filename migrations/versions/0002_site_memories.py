"""What extraction has learnt of each site; articles are found by their site."""

import sqlalchemy as sa
from alembic import op

from aggregator.store import indexes

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the table and the index."""
    op.create_table(
        "site_memories",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("memory", sa.LargeBinary(), nullable=False),
        sa.Column("learnt_at", sa.BigInteger(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("site"),
    )
    indexes.add("articles_site", "articles", ["site"])
