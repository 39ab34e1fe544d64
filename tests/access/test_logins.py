"""Logins, checked against a real database."""

from hashlib import md5

import pytest

from aggregator.access.grant import new_token, revoke_token, set_password, tokens
from aggregator.access.logins import SESSION_SECONDS, Logins, TooManyLogins
from aggregator.access.throttle import FREE, FREE_IN_ALL, Throttle
from aggregator.errors import UsageError
from aggregator.store.engine import Store


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_new_password_counts_at_once_and_ends_sessions(store: Store) -> None:
    logins = Logins(store)
    assert logins.account() is None
    assert logins.by_password("me", "first password", "") is None
    set_password(store, "me", "first password", 1)
    assert logins.by_password("me", "first password", "")
    session = logins.open_session()
    assert logins.by_session(session)
    set_password(store, "me", "second password", 2)
    assert logins.by_password("me", "first password", "") is None
    assert logins.by_password("me", "second password", "")
    assert logins.by_session(session) is None


def test_fever_has_a_key_of_its_own(store: Store) -> None:
    set_password(store, "me", "correct horse", 1)
    logins, key = Logins(store), md5(b"me:correct horse").hexdigest()
    assert logins.by_fever_key(key.upper(), "")
    assert logins.by_fever_key("0" * 32, "") is None
    with store.read() as conn:
        account = conn.exec_driver_sql("SELECT password_hash, fever_hash FROM accounts").one()
    assert all(one.startswith("$argon2id$") for one in account)
    assert key not in "".join(account)


def test_sessions_end(store: Store) -> None:
    clock = Clock()
    set_password(store, "me", "correct horse", 1)
    logins = Logins(store, clock)
    one, other = logins.open_session(), logins.open_session()
    logins.close_session(one)
    assert logins.by_session(one) is None
    assert logins.by_session(other)
    clock.now += SESSION_SECONDS
    assert logins.by_session(other) is None


def test_tokens_are_hashed_and_revoked(store: Store) -> None:
    secret = new_token(store, "phone", "all", 1)
    with pytest.raises(UsageError, match="exists"):
        new_token(store, "phone", "all", 1)
    with store.read() as conn:
        assert secret not in str(conn.exec_driver_sql("SELECT * FROM access_tokens").all())
    login = Logins(store, lambda: 5000).by_token(secret)
    assert login is not None
    assert (login.name, login.kind, login.scope) == ("phone", "token", "all")
    assert [(one.name, one.used_at) for one in tokens(store)] == [("phone", 5000)]
    revoke_token(store, "phone")
    assert Logins(store).by_token(secret) is None
    with pytest.raises(UsageError, match="no token"):
        revoke_token(store, "phone")


def test_who_fails_often_must_wait(store: Store) -> None:
    ticks = Clock()
    set_password(store, "me", "correct horse", 1)
    logins = Logins(store, ticks=ticks)
    assert logins.by_password("me", "correct horse", "10.0.0.2")
    for _ in range(FREE):
        assert logins.by_password("me", "wrong horse", "10.0.0.1") is None
    with pytest.raises(TooManyLogins, match="try again in 2 s"):
        logins.by_password("me", "wrong horse", "10.0.0.1")
    with pytest.raises(TooManyLogins):
        logins.by_fever_key("0" * 32, "10.0.0.1")
    assert logins.by_password("me", "correct horse", "10.0.0.2")  # what is remembered asks nobody
    ticks.now += 3
    assert logins.by_password("me", "wrong horse", "10.0.0.1") is None
    with pytest.raises(TooManyLogins, match="4 s"):
        logins.by_password("nobody", "correct horse", "10.0.0.1")


def test_many_addresses_together_must_wait() -> None:
    throttle = Throttle()
    for number in range(FREE_IN_ALL):
        assert throttle.wait(f"10.0.{number}.1", 0) == 0
        throttle.failed(f"10.0.{number}.1", 0)
    assert throttle.wait("10.1.0.1", 0) > 0


@pytest.mark.parametrize(("name", "password"), [("", "long enough"), ("a:b", "long enough"), ("me", "short")])
def test_what_can_be_no_login_is_refused(store: Store, name: str, password: str) -> None:
    with pytest.raises(UsageError):
        set_password(store, name, password, 1)
    assert Logins(store).account() is None
