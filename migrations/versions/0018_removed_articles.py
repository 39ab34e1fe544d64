"""What feed readers took out of their lists, by an index."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Adds the index."""
    removed = sa.text("removed_at IS NOT NULL")
    op.create_index(
        "article_marks_removed", "article_marks", ["article_id"], sqlite_where=removed, postgresql_where=removed
    )
