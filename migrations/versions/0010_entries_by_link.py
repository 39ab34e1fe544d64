"""Entries are found by their link too, and what several entries of a feed share is kept."""

import sqlalchemy as sa
from alembic import op

from aggregator.store import indexes
from aggregator.text import hash64
from aggregator.urls import link_key

revision = "0010"
down_revision = "0009"
_AT_ONCE = 10_000


def upgrade() -> None:
    """Adds the table, the column and its index, and works the column out for the entries that are there."""
    op.create_table(
        "shared",
        sa.Column("feed_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False, autoincrement=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("feed_id", "kind", "value"),
    )
    op.add_column("entries", sa.Column("address", sa.BigInteger(), nullable=True))
    conn, last = op.get_bind(), 0
    some = sa.text("SELECT id, url FROM entries WHERE id > :last AND url IS NOT NULL ORDER BY id LIMIT :most")
    while rows := conn.execute(some, {"last": last, "most": _AT_ONCE}).all():
        last = rows[-1].id
        found = [{"id": row.id, "address": hash64(link_key(row.url))} for row in rows]
        conn.execute(sa.text("UPDATE entries SET address = :address WHERE id = :id"), found)
    indexes.add("entries_address", "entries", ["feed_id", "address"])
