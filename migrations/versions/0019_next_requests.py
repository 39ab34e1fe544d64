"""When a site may be asked next, by the database's clock: what workers on several machines keep to."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Adds the column."""
    op.add_column("sites", sa.Column("next_request_at", sa.Float))
