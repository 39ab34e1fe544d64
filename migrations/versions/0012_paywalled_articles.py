"""Articles behind a paywall are found by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Adds the index."""
    paywalled = sa.text("paywalled IS NOT NULL")
    op.create_index("articles_paywalled", "articles", ["at"], sqlite_where=paywalled, postgresql_where=paywalled)
