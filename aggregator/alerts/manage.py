"""Keeps saved searches and makes them alerts, after a look at whether they can work."""

import re
import secrets
from base64 import b64encode
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from aggregator.alerts import mail
from aggregator.errors import FetchError, NotFound, QueryError, UsageError
from aggregator.net.targets import target
from aggregator.store.alerting import deliveries, saved_searches
from aggregator.store.alerting.deliveries import Waiting
from aggregator.store.alerting.saved_searches import Channel, SavedSearch, Target, read_query
from aggregator.store.engine import Store
from aggregator.urls import is_http

if TYPE_CHECKING:
    from aggregator.config.models import Settings

_NAME = re.compile(r"\w[\w.-]{0,63}")
_ADDRESS = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+")
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True)
class ListedSearch:
    """A saved search, and what of it waits to be told. `problem`: why it does not do what it should, or None."""

    search: SavedSearch
    waiting: Waiting
    problem: str | None


def save(store: Store, name: str, query: str) -> bool:
    """Keeps a query under a name, in place of the one that stands there; tells whether there was one. Raises
    UsageError, QueryError."""
    now = datetime.now(UTC)
    with store.write() as conn:
        return _save(conn, name, query, now)


def add(
    store: Store,
    name: str,
    query: str | None,
    channel: Channel,
    address: str,
    settings: "Settings",
    *,
    daily: bool = False,
) -> SavedSearch:
    """Makes an alert of a query, or of the search that is saved under its name (None); returns it, with the secret
    that its webhook is signed with. Raises UsageError, QueryError."""
    now = datetime.now(UTC)
    _check(channel, address, settings)
    with store.write() as conn:
        before = saved_searches.named(conn, name)
        if before is not None and before.channel is not None:
            raise UsageError(
                f"there is an alert {name} already; `aggregator alerts remove {name}` first, or take another"
            )
        if query is not None:
            _save(conn, name, query, now)
        elif before is None:
            raise UsageError(f"no search is saved as {name}; say what is looked for with --query")
        key = f"whsec_{b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()}" if channel == "webhook" else None
        saved_searches.tell(conn, name, Target(channel, address, key, daily))
        return existing(conn, name)


def remove(store: Store, name: str) -> None:
    """Removes a saved search, and what it was to tell. Raises NotFound if there is none."""
    with store.write() as conn:
        existing(conn, name)
        saved_searches.remove(conn, name)


def listing(store: Store) -> list[ListedSearch]:
    """Returns all saved searches by name, alerts and others."""
    with store.read() as conn:
        waiting = deliveries.waiting(conn)
        return [
            ListedSearch(one, waiting.get(one.id, Waiting()), _unreadable(conn, one) or one.error)
            for one in saved_searches.every(conn)
        ]


def existing(conn: Connection, name: str) -> SavedSearch:
    """Returns the saved search of that name. Raises NotFound if there is none."""
    found = saved_searches.named(conn, name)
    if found is None:
        known = ", ".join(one.name for one in saved_searches.every(conn)[:10])
        raise NotFound(f"no search is saved as {name}; " + (f"there are {known}" if known else "there is none yet"))
    return found


def _unreadable(conn: Connection, search: SavedSearch) -> str | None:
    """Returns why a query can't be read that could be when it was saved: another one that it names is gone."""
    try:
        read_query(conn, search.query, datetime.now(UTC))
    except QueryError as error:
        return str(error)
    return None


def _save(conn: Connection, name: str, query: str, now: datetime) -> bool:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name; take letters, digits and - _ . (64 at most), as in ferries-2")
    replaced = saved_searches.save(conn, name, query, int(now.timestamp()))
    read_query(conn, f"saved:{name}", now)  # in its place, so that one that names itself is seen
    return replaced


def _check(channel: Channel, address: str, settings: "Settings") -> None:
    if channel == "webhook":
        try:
            if not is_http(address):
                raise UsageError(f"webhook {address}: not an http:// or https:// URL")
            target(address)
        except FetchError as error:
            raise UsageError(f"webhook: {error}") from None
    elif channel == "mail":
        if not _ADDRESS.fullmatch(address):
            raise UsageError(f"{address}: not an e-mail address such as you@example.org")
        mail.server(settings)
    elif not address.strip():
        raise UsageError("--command is empty; give what a shell is to run, as in --command 'jq .stories >> found.txt'")
