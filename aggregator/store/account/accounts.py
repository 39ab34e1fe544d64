"""Stores the one account: its name and the hashes of what it logs in with."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, text, update

from aggregator.store.schema import accounts
from aggregator.store.sql import run


@dataclass(frozen=True, slots=True)
class Account:
    """The account. `fever_hash`: of the key that Fever's clients send; `changed_at`: seconds UTC."""

    name: str
    password_hash: str
    fever_hash: str
    changed_at: int


_ONE = text(f"SELECT {', '.join(Account.__slots__)} FROM accounts ORDER BY id LIMIT 1")


def get(conn: Connection) -> Account | None:
    """Returns the account; None if no password was set yet."""
    found = run(conn, _ONE, {})  # asked with every request
    return Account(*found[0]) if found else None


def put(conn: Connection, account: Account) -> None:
    """Stores the account, in place of the one there is."""
    values = {name: getattr(account, name) for name in Account.__slots__}
    if conn.execute(update(accounts).values(values)).rowcount == 0:
        conn.execute(insert(accounts).values(values))
