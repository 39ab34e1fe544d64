"""Authors and tags are looked for in indexes of their own on SQLite."""

from aggregator.store import indexes

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    """Adds the indexes: to look for a name was to read all articles."""
    for name in ("authors", "tags"):
        indexes.add(f"articles_{name}", "articles", [name], f"{name} IS NOT NULL")
