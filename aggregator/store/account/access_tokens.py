"""Stores the tokens that programs send instead of a password, by their hashes."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, delete, insert, select, text, update

from aggregator.store.schema import access_tokens
from aggregator.store.sql import run

Scope = Literal["all", "out"]
"""What a token opens: everything, or the feeds under /out/ alone."""


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token; `used_at`: when it was used last, to within an hour. Times: seconds UTC."""

    id: int
    name: str
    scope: Scope
    created_at: int
    used_at: int | None


_ALL = select(*(access_tokens.c[name] for name in AccessToken.__slots__)).order_by(access_tokens.c.name)

_OF_HASH = text(f"SELECT {', '.join(AccessToken.__slots__)} FROM access_tokens WHERE hash = :hash")


def every(conn: Connection) -> list[AccessToken]:
    """Returns all tokens by name."""
    return [AccessToken(*row) for row in conn.execute(_ALL)]


def of_hash(conn: Connection, hashed: str) -> AccessToken | None:
    """Returns the token of this hash; None if there is none."""
    found = run(conn, _OF_HASH, {"hash": hashed})
    return AccessToken(*found[0]) if found else None


def add(conn: Connection, name: str, hashed: str, scope: Scope, now: int) -> None:
    """Stores a token of a name that no other one has."""
    conn.execute(insert(access_tokens).values(name=name, hash=hashed, scope=scope, created_at=now))


def used(conn: Connection, token_id: int, now: int) -> None:
    """Notes that a token was used."""
    conn.execute(update(access_tokens).where(access_tokens.c.id == token_id).values(used_at=now))


def remove(conn: Connection, name: str) -> bool:
    """Removes the token of that name; tells whether there was one."""
    return conn.execute(delete(access_tokens).where(access_tokens.c.name == name)).rowcount > 0
