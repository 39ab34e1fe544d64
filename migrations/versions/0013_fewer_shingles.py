"""Articles are looked up by a quarter of the n-grams that they are compared by, and all hashes are shorter.

Hashes of n-grams are cut from 48 bits to 32, with a sign, those of names and numbers from 32 to 16; what is cut from
the old ones is what the new ones are made of, so that no article has to be read again.
"""

from struct import pack, unpack

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

_BATCH = 1000  # fingerprints


def upgrade() -> None:
    """Copies the rows that stay, and packs the fingerprints anew."""
    op.rename_table("shingles", "old_shingles")
    op.create_table(
        "shingles",
        sa.Column("week", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("article_id", _id(), primary_key=True, autoincrement=False),
        sqlite_with_rowid=False,
    )
    op.execute(
        "INSERT INTO shingles (week, hash, article_id) SELECT DISTINCT week, (hash & 2147483647) - (hash & 2147483648),"
        " article_id FROM old_shingles WHERE hash & 15 = 0"
    )
    op.drop_table("old_shingles")
    conn, last = op.get_bind(), -1
    wanted = sa.text(
        "SELECT article_id, hashes, marks FROM fingerprints WHERE article_id > :last ORDER BY article_id LIMIT :most"
    )
    put = sa.text("UPDATE fingerprints SET hashes = :hashes, marks = :marks WHERE article_id = :id")
    while rows := conn.execute(wanted, {"last": last, "most": _BATCH}).all():
        conn.execute(
            put, [{"id": key, "hashes": _hashes(hashes), "marks": _marks(marks)} for key, hashes, marks in rows]
        )
        last = rows[-1][0]


def _id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _hashes(blob: bytes) -> bytes:
    cut = dict.fromkeys((v & 0x7FFFFFFF) - (v & 0x80000000) for v in unpack(f"<{len(blob) // 8}q", blob))
    return pack(f"<{len(cut)}i", *cut)


def _marks(blob: bytes) -> bytes:
    cut = sorted({value & 0xFFFF for value in unpack(f"<{len(blob) // 4}I", blob)})
    return pack(f"<{len(cut)}H", *cut)
