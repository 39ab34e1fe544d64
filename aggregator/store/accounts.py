"""Stores the one account: its name and the hashes of what it logs in with."""

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select, update

from aggregator.store.schema import accounts


@dataclass(frozen=True, slots=True)
class Account:
    """The account. `fever_hash`: of the key that Fever's clients send; `changed_at`: seconds UTC."""

    name: str
    password_hash: str
    fever_hash: str
    changed_at: int


_ONE = select(*(accounts.c[name] for name in Account.__slots__)).order_by(accounts.c.id).limit(1)


def get(conn: Connection) -> Account | None:
    """Returns the account; None if no password was set yet."""
    row = conn.execute(_ONE).first()
    return None if row is None else Account(*row)


def put(conn: Connection, account: Account) -> None:
    """Stores the account, in place of the one there is."""
    values = {name: getattr(account, name) for name in Account.__slots__}
    if conn.execute(update(accounts).values(values)).rowcount == 0:
        conn.execute(insert(accounts).values(values))
