"""PostgreSQL's search index is stored so that its vectors are read quickly; it is made anew after the migrations."""

from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Adds how many words an article has, and leaves vectors uncompressed: to unpack one took six times as long as to
    read it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE article_search ADD COLUMN words INTEGER NOT NULL DEFAULT 0")
        op.execute("ALTER TABLE article_search ALTER COLUMN search SET STORAGE EXTERNAL")
