"""Access to the web, what was read and starred, and numbers of categories."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Adds the tables, and the categories that feeds have."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "accounts",
        sa.Column("id", number, primary_key=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("fever_hash", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "access_tokens",
        sa.Column("id", number, primary_key=True),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
        sa.Column("hash", sa.Text(), nullable=False, unique=True),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
    )
    op.create_table(
        "sessions",
        sa.Column("hash", sa.Text(), primary_key=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "article_marks",
        sa.Column("article_id", number, nullable=False, autoincrement=False),
        sa.Column("read_at", sa.BigInteger(), nullable=True),
        sa.Column("starred_at", sa.BigInteger(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["article_id"], ["articles.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("article_id"),
    )
    starred = sa.text("starred_at IS NOT NULL")
    op.create_index(
        "article_marks_starred", "article_marks", ["article_id"], sqlite_where=starred, postgresql_where=starred
    )
    op.create_index("article_marks_changed", "article_marks", ["changed_at"])
    op.create_table(
        "categories",
        sa.Column("id", number, primary_key=True),
        sa.Column("name", sa.Text(), nullable=False, unique=True),
    )
    op.execute("INSERT INTO categories (name) VALUES ('')")
    op.execute(
        "INSERT INTO categories (name) SELECT DISTINCT category FROM feeds"
        " WHERE category IS NOT NULL AND category <> '' ORDER BY category"
    )
