"""The search index holds stems, with the languages that they are of; it is made anew after the migrations."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Adds the languages; on SQLite the index gets its new columns, and is empty."""
    op.create_table("search_languages", sa.Column("language", sa.Text(), primary_key=True))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE articles_fts")
        op.execute(
            "CREATE VIRTUAL TABLE articles_fts USING fts5(text, lead, title, others, content='', "
            'tokenize="unicode61 remove_diacritics 0")'
        )
