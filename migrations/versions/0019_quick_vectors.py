"""PostgreSQL's search index is stored so that its vectors are read quickly; it is made anew after the migrations."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Adds how many words an article has, and leaves vectors uncompressed: to unpack one took seven times as long as to
    rank by it."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE article_search ADD COLUMN words INTEGER NOT NULL DEFAULT 0")
        op.execute("ALTER TABLE article_search ALTER COLUMN search SET STORAGE EXTERNAL")
        # So that addresses that begin alike are found by their index, whatever the collation of the database.
        op.execute('ALTER TABLE articles ALTER COLUMN canonical_url TYPE TEXT COLLATE "C"')
