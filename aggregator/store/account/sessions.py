"""Stores logins that last, by the hash of the secret that a browser or a feed reader keeps of them."""

from sqlalchemy import Connection, delete, insert, text

from aggregator.store.schema import sessions
from aggregator.store.sql import run

_ALIVE = text("SELECT 1 FROM sessions WHERE hash = :hash AND expires_at > :now")


def add(conn: Connection, hashed: str, now: int, expires_at: int) -> None:
    """Stores a session, and removes those that have ended."""
    conn.execute(delete(sessions).where(sessions.c.expires_at <= now))
    conn.execute(insert(sessions).values(hash=hashed, created_at=now, expires_at=expires_at))


def is_open(conn: Connection, hashed: str, now: int) -> bool:
    """Tells whether there is a session of this hash that has not ended."""
    return bool(run(conn, _ALIVE, {"hash": hashed, "now": now}))


def remove(conn: Connection, hashed: str) -> None:
    """Ends a session."""
    conn.execute(delete(sessions).where(sessions.c.hash == hashed))


def remove_all(conn: Connection) -> None:
    """Ends every session."""
    conn.execute(delete(sessions))
