"""Lets clients of Google Reader in, and tells them in their form what is wrong."""

from collections.abc import Mapping
from urllib.parse import quote

from fastapi import APIRouter, HTTPException, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from aggregator.web.protocols import client_login
from aggregator.web.protocols.error_route import ErrorRoute
from aggregator.web.protocols.reader_request import Form
from aggregator.web.server_state import Served

_UNAUTHORIZED = {"X-Reader-Google-Bad-Token": "true"}


class GReaderRoute(ErrorRoute):
    """A route whose errors are plain text."""

    @staticmethod
    def error(status: int, said: str, headers: Mapping[str, str]) -> Response:
        """Returns the answer that says what is wrong."""
        return PlainTextResponse(said, status, headers)


router = APIRouter(route_class=GReaderRoute)


@router.api_route("/accounts/ClientLogin", methods=["GET", "POST"])
def client_login_(request: Request, served: Served, sent: Form) -> Response:
    """Gives a secret to who sends name and password, for the requests that follow."""
    name = sent.get("Email", "")
    if client_login.by_password(request, served, name, sent.get("Passwd", "")) is None:
        said = "Error=BadAuthentication" if served.logins.account() is not None else client_login.NO_PASSWORD
        return PlainTextResponse(said + "\n", 401)
    # Apps split each line at its "=".
    secret = f"{quote(client_login.user_name(served), safe='')}/{served.logins.open_session()}"
    if sent.get("output") == "json":
        return JSONResponse({"SID": secret, "LSID": secret, "Auth": secret})
    return PlainTextResponse(f"SID={secret}\nLSID={secret}\nAuth={secret}\n")


def logged_in(request: Request, served: Served, sent: Form) -> str:
    """Returns the secret that a request sends in its header, or as the token of a change. Refuses who sends none."""
    kind, _, auth = request.headers.get("authorization", "").partition(" ")
    secrets = [auth.strip().removeprefix("auth=")] if kind.lower() == "googlelogin" else []
    if request.method == "POST":
        secrets += sent.getlist("T")
    for secret in secrets:
        if served.logins.by_session(secret.rpartition("/")[2]) is not None:
            return secret
    raise HTTPException(401, "Unauthorized", _UNAUTHORIZED)
