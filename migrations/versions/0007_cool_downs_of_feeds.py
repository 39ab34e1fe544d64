"""A Retry-After that is the affair of one feed and its pages."""

import sqlalchemy as sa
from alembic import op

from aggregator.store import indexes

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Adds the column, and an index of the few rows that have it: every look at what is due asks for them."""
    op.add_column("feeds", sa.Column("quiet_until", sa.BigInteger()))
    indexes.add("feeds_quiet", "feeds", ["quiet_until"], "quiet_until IS NOT NULL")
