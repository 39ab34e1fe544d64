"""Keeps queries under names. A saved search with a channel is an alert."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, select, update

from aggregator.query import Query, parse, with_saved
from aggregator.store.schema import saved_searches
from aggregator.store.sql import insert

Channel = Literal["webhook", "mail", "command"]


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A query under its name, and as an alert whom it tells: `target` is a URL, an address or a command line, `secret`
    what a webhook is signed with. `digested_at`: when its last digest was made; `delivered_at`: when something arrived
    last; `error`: why the last delivery failed, until one arrives. Times: seconds UTC."""

    id: int
    name: str
    query: str
    added_at: int
    channel: Channel | None
    target: str | None
    secret: str | None
    daily: bool
    digested_at: int | None
    delivered_at: int | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Target:
    """Whom an alert tells, as `SavedSearch` has it."""

    channel: Channel
    target: str
    secret: str | None = None
    daily: bool = False


_ALL = select(*(saved_searches.c[name] for name in SavedSearch.__slots__)).order_by(saved_searches.c.name)


def every(conn: Connection) -> list[SavedSearch]:
    """Returns all saved searches by name."""
    return [SavedSearch(*row) for row in conn.execute(_ALL)]


def alerts(conn: Connection) -> list[SavedSearch]:
    """Returns those that tell somebody."""
    return [SavedSearch(*row) for row in conn.execute(_ALL.where(saved_searches.c.channel.is_not(None)))]


def named(conn: Connection, name: str) -> SavedSearch | None:
    """Returns the saved search of that name; None if there is none."""
    row = conn.execute(_ALL.where(saved_searches.c.name == name)).first()
    return None if row is None else SavedSearch(*row)


def save(conn: Connection, name: str, query: str, now: int) -> bool:
    """Keeps a query under a name, in place of the one that stands there; tells whether there was one."""
    replaced = named(conn, name) is not None
    row = insert(conn, saved_searches).values(name=name, query=query, added_at=now)
    conn.execute(row.on_conflict_do_update(index_elements=["name"], set_={"query": query, "error": None}))
    return replaced


def tell(conn: Connection, name: str, target: Target) -> None:
    """Makes a saved search an alert."""
    values = {name: getattr(target, name) for name in Target.__slots__}
    conn.execute(update(saved_searches).where(saved_searches.c.name == name).values(**values))


def remove(conn: Connection, name: str) -> bool:
    """Removes a saved search with all that it has found and was to tell; tells whether there was one."""
    return conn.execute(delete(saved_searches).where(saved_searches.c.name == name)).rowcount > 0


def digested(conn: Connection, search_ids: Collection[int], now: int) -> None:
    """Notes that the digests of alerts were made."""
    conn.execute(update(saved_searches).where(saved_searches.c.id.in_(search_ids)).values(digested_at=now))


def read_query(conn: Connection, text: str, now: datetime) -> Query:
    """Reads a query, with the saved ones that it names. Raises QueryError."""

    def lookup(name: str) -> Query | None:
        found = named(conn, name)
        return None if found is None else parse(found.query, now)

    return with_saved(parse(text, now), lookup)
