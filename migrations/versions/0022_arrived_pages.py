"""Keeps pages that one worker fetched until another one has read them."""

import sqlalchemy as sa
from alembic import op

from aggregator.store.schema import Id

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """Adds the table."""
    op.create_table(
        "arrived_pages",
        sa.Column("id", Id, primary_key=True),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("entries", sa.Text, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("arrived_at", sa.BigInteger, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
    )
    op.create_index("arrived_pages_of_site", "arrived_pages", ["site", "id"])
