"""Keeps what a command has the workers of a cluster do."""

import sqlalchemy as sa
from alembic import op

from aggregator.store import indexes
from aggregator.store.schema import Id

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Adds the table."""
    op.create_table(
        "batches",
        sa.Column("id", Id, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("lock", sa.Text, nullable=False),
        sa.Column("todo", sa.Text),
        sa.Column("articles", sa.Integer, nullable=False),
        sa.Column("done", sa.Integer, nullable=False, server_default="0"),
        sa.Column("report", sa.Text, nullable=False, server_default="[]"),
        sa.Column("error", sa.Text),
    )
    indexes.add("batches_undone", "batches", ["lock", "id"], "todo IS NOT NULL")
