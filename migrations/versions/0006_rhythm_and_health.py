"""What a feed's polls taught of its rhythm, and how it fares."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Adds the columns; they fill with the next polls."""
    op.add_column("feeds", sa.Column("rhythm", sa.Text(), nullable=True))
    op.add_column("feeds", sa.Column("latency", sa.Float(), nullable=True))
    op.add_column("feeds", sa.Column("health", sa.Text(), nullable=True))
    op.add_column("feeds", sa.Column("health_since", sa.BigInteger(), nullable=True))
    op.add_column("feeds", sa.Column("health_why", sa.Text(), nullable=True))
    op.add_column("feeds", sa.Column("last_poll_due_at", sa.BigInteger(), nullable=True))
    op.add_column("feeds", sa.Column("last_poll_reason", sa.Text(), nullable=True))
