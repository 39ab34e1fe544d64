"""What politeness remembers: a site's pace, a feed's moves, and when it was last asked for the whole of it."""

import sqlalchemy as sa
from alembic import op

from aggregator.store import indexes

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the columns."""
    for name in ("gap", "latency", "slowed"):
        op.add_column("sites", sa.Column(name, sa.Float()))
    op.add_column("sites", sa.Column("asked_at", sa.BigInteger()))
    op.add_column("robots", sa.Column("tried_at", sa.BigInteger()))
    for name in ("validated_url", "broken", "moved_to", "moving_to"):
        op.add_column("feeds", sa.Column(name, sa.Text()))
    for name in ("whole_at", "lied_at", "moved_at", "moving_since", "gone_at"):
        op.add_column("feeds", sa.Column(name, sa.BigInteger()))
    op.add_column("feeds", sa.Column("moving_polls", sa.Integer()))
    indexes.add("feeds_moved", "feeds", ["moved_to"], "moved_to IS NOT NULL")
