"""Stores logins that last, by the hash of the secret that a browser or a feed reader keeps of them."""

from sqlalchemy import Connection, delete, insert, select

from aggregator.store.schema import sessions


def add(conn: Connection, hashed: str, now: int, expires_at: int) -> None:
    """Stores a session, and removes those that have ended."""
    conn.execute(delete(sessions).where(sessions.c.expires_at <= now))
    conn.execute(insert(sessions).values(hash=hashed, created_at=now, expires_at=expires_at))


def is_open(conn: Connection, hashed: str, now: int) -> bool:
    """Tells whether there is a session of this hash that has not ended."""
    alive = select(sessions.c.hash).where(sessions.c.hash == hashed, sessions.c.expires_at > now)
    return conn.execute(alive).first() is not None


def remove(conn: Connection, hashed: str) -> None:
    """Ends a session."""
    conn.execute(delete(sessions).where(sessions.c.hash == hashed))


def remove_all(conn: Connection) -> None:
    """Ends every session."""
    conn.execute(delete(sessions))
