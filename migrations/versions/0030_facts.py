"""The search index holds sites, languages, authors and tags too; it is made anew after the migrations."""

from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    """Gives SQLite's search index a column for them, and drops the indexes in which names were looked for."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TABLE articles_fts")
        op.execute(
            "CREATE VIRTUAL TABLE articles_fts USING fts5(text, lead, title, others, facts, content='', "
            "tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N* P* S* C*'\")"
        )
        op.execute("DROP INDEX IF EXISTS articles_authors")
        op.execute("DROP INDEX IF EXISTS articles_tags")
