"""Checks logins against the account, the tokens and the sessions of a database.

Every check reads the database, so that a password set by a command counts at once in a running server. What is slow,
argon2, is asked once for each password that is sent: feed readers log in with every request.
"""

import hmac
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from aggregator.access import hashing
from aggregator.access.throttle import Throttle
from aggregator.errors import AggregatorError
from aggregator.store.account import access_tokens, accounts, sessions
from aggregator.store.account.access_tokens import Scope
from aggregator.store.account.accounts import Account
from aggregator.store.engine import Store

SESSION_SECONDS = 30 * 24 * 3600
_MOST_VERIFIED = 100  # logins that are remembered
_USED_STEP = 3600  # seconds: how often the use of a token is noted


class TooManyLogins(AggregatorError):
    """Too many logins failed; `seconds` until the next one may be tried."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many logins failed; try again in {max(1, round(seconds))} s")
        self.seconds = max(1, round(seconds))


@dataclass(frozen=True, slots=True)
class Login:
    """Who asks. `name`: the account's, or the token's; `scope`: what it opens."""

    name: str
    kind: Literal["session", "token", "password", "fever"]
    scope: Scope = "all"


class Logins:
    """Checks logins, and remembers in memory what argon2 has said. Safe in threads."""

    def __init__(
        self, store: Store, clock: Callable[[], float] = time.time, ticks: Callable[[], float] = time.monotonic
    ) -> None:
        self._store = store
        self._clock = clock
        self._ticks = ticks
        self._throttle = Throttle()
        self._key = secrets.token_bytes(32)  # what is remembered tells nobody the password
        self._verified: OrderedDict[bytes, None] = OrderedDict()
        self._lock = threading.Lock()

    def account(self) -> Account | None:
        """Returns the account; None if no password was set yet."""
        with self._store.read() as conn:
            return accounts.get(conn)

    def by_password(self, name: str, password: str, address: str) -> Login | None:
        """Returns the login of a name and a password sent from an address; None if they are wrong. Raises
        TooManyLogins."""
        account = self.account()
        if account is None:
            return None
        # The password of a wrong name is checked too: the time it takes tells nobody which of them was wrong.
        sent = password if hmac.compare_digest(name.encode(), account.name.encode()) else f"{password}\0"
        known = self._check("password", account.password_hash, sent, address)
        return Login(account.name, "password") if known else None

    def by_fever_key(self, key: str, address: str) -> Login | None:
        """Returns the login of the key that a client of Fever sends; None if it is wrong. Raises TooManyLogins."""
        account = self.account()
        if account is None:
            return None
        known = self._check("fever", account.fever_hash, key.lower(), address)
        return Login(account.name, "fever") if known else None

    def by_token(self, secret: str) -> Login | None:
        """Returns the login of a token; None if there is no such token."""
        now, hashed = int(self._clock()), hashing.hash_secret(secret)
        with self._store.read() as conn:
            found = access_tokens.of_hash(conn, hashed)
        if found is None:
            return None
        if found.used_at is None or now - found.used_at >= _USED_STEP:
            with self._store.write() as unit:
                access_tokens.used(unit, found.id, now)
        return Login(found.name, "token", found.scope)

    def by_session(self, secret: str) -> Login | None:
        """Returns the login that a session's secret continues; None if it has ended."""
        with self._store.read() as conn:
            account = accounts.get(conn)
            alive = account is not None and sessions.is_open(conn, hashing.hash_secret(secret), int(self._clock()))
        return Login(account.name, "session") if account is not None and alive else None

    def open_session(self) -> str:
        """Begins a session of a login that was checked; returns its secret."""
        secret, now = hashing.new_secret(), int(self._clock())
        with self._store.write() as unit:
            sessions.add(unit, hashing.hash_secret(secret), now, now + SESSION_SECONDS)
        return secret

    def close_session(self, secret: str) -> None:
        """Ends a session."""
        with self._store.write() as unit:
            sessions.remove(unit, hashing.hash_secret(secret))

    def _check(self, purpose: Literal["password", "fever"], hashed: str, sent: str, address: str) -> bool:
        mark = hmac.digest(self._key, f"{purpose}\0{hashed}\0{sent}".encode(), "sha256")
        with self._lock:
            if mark in self._verified:
                self._verified.move_to_end(mark)
                return True
        self._refuse_many(address)
        if not hashing.is_password(hashed, sent):
            self._throttle.failed(address, self._ticks())
            return False
        self._throttle.succeeded(address)
        with self._lock:
            self._verified[mark] = None
            while len(self._verified) > _MOST_VERIFIED:
                self._verified.popitem(last=False)
        return True

    def _refuse_many(self, address: str) -> None:
        if wait := self._throttle.wait(address, self._ticks()):
            raise TooManyLogins(wait)
