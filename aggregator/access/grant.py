"""Sets the password, and gives out and takes back tokens."""

from aggregator.access import hashing
from aggregator.errors import UsageError
from aggregator.store.account import access_tokens, accounts, sessions
from aggregator.store.account.access_tokens import AccessToken, Scope
from aggregator.store.engine import Store
from aggregator.text import squeeze

MIN_PASSWORD = 8  # characters
_MOST_NAME = 100


def set_password(store: Store, name: str, password: str, now: int) -> None:
    """Makes this the name and password of the account; whoever was logged in with another one is not any more. Raises
    UsageError."""
    name = _checked_name(name, "a user's name")
    if ":" in name:
        raise UsageError(f"{name}: a user's name holds no colon, which ends the name where it is sent with a password")
    if len(password) < MIN_PASSWORD:
        raise UsageError(f"the password is shorter than {MIN_PASSWORD} characters; take a longer one")
    fever = hashing.hash_password(hashing.fever_key(name, password))
    account = accounts.Account(name, hashing.hash_password(password), fever, now)
    with store.write() as unit:
        accounts.put(unit, account)
        sessions.remove_all(unit)


def new_token(store: Store, name: str, scope: Scope, now: int) -> str:
    """Makes a token and returns its secret, which is not stored. Raises UsageError where one of that name exists."""
    name, secret = _checked_name(name, "a token's name"), hashing.new_secret()
    with store.write() as unit:
        if any(one.name == name for one in access_tokens.every(unit)):
            raise UsageError(f"{name}: a token of that name exists; `aggregator web revoke {name}` ends it")
        access_tokens.add(unit, name, hashing.hash_secret(secret), scope, now)
    return secret


def tokens(store: Store) -> list[AccessToken]:
    """Returns the tokens there are, by name."""
    with store.read() as conn:
        return access_tokens.every(conn)


def revoke_token(store: Store, name: str) -> None:
    """Ends a token. Raises UsageError if there is none of that name."""
    with store.write() as unit:
        if not access_tokens.remove(unit, name):
            raise UsageError(f"{name}: no token of that name; `aggregator web tokens` lists those there are")


def _checked_name(name: str, what: str) -> str:
    name = squeeze(name)
    if not 0 < len(name) <= _MOST_NAME or not name.isprintable():
        raise UsageError(f"{name!r} can't be {what}: give one of 1 to {_MOST_NAME} printable characters")
    return name
