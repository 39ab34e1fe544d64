"""What stories have in common, how common each term is, and what a person has decided of stories."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Adds the tables; stories that are there have no centroid, so that nothing joins them but copies."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "term_frequencies",
        sa.Column("term", key, autoincrement=False, nullable=False),
        sa.Column("articles", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("term"),
    )
    op.create_table(
        "story_terms",
        sa.Column("term", key, autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("story_id", key, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("term", "day", "story_id"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "centroids",
        sa.Column("story_id", key, autoincrement=False, nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["story_id"], ["stories.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("story_id"),
    )
    op.create_index("centroids_day", "centroids", ["day"], unique=False)
    op.create_table(
        "story_decisions",
        sa.Column("id", key, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("story_id", key, nullable=False),
        sa.Column("other_id", key, nullable=False),
        sa.Column("articles", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("story_decisions_other", "story_decisions", ["other_id"], unique=False)
