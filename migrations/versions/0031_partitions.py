"""The log of polls and the raw pages are partitioned by month on PostgreSQL, after the migrations."""

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Changes no table: what works with the whole ones works with the partitioned ones. Programs of before do not."""
