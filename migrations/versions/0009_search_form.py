"""The search index holds its words in another form; whoever opens the database makes it anew after the migrations."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Changes no table: an older program must not write words in the form before beside those of this one."""
