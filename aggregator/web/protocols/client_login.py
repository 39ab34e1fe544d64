"""Checks the logins that feed readers send with their requests."""

from fastapi import Request

from aggregator.access.logins import Login
from aggregator.web.guard import basic_of, peer, token_of
from aggregator.web.server_state import ServerState

NO_PASSWORD = "set a password first: `aggregator web password USER`"


def by_password(request: Request, served: ServerState, name: str, password: str) -> Login | None:
    """Returns the login of a name and a password; a token may stand for the password. Raises TooManyLogins."""
    # The token first: one that is asked for as a password would be a failed login.
    return by_token(served, password) or served.logins.by_password(name, password, peer(request).address)


def by_token(served: ServerState, secret: str) -> Login | None:
    """Returns the login of a token that opens everything."""
    login = served.logins.by_token(secret)
    return login if login is not None and login.scope == "all" else None


def by_headers(request: Request, served: ServerState) -> Login | None:
    """Returns the login of a token or of name and password in the headers. Raises TooManyLogins."""
    if token := token_of(request.headers):
        return by_token(served, token)
    basic = basic_of(request.headers)
    return by_password(request, served, *basic) if basic else None


def user_name(served: ServerState) -> str:
    """Returns the name of the account."""
    account = served.logins.account()
    return account.name if account is not None else "reader"
