"""Lets clients of Miniflux in, and tells them in their form what is wrong."""

from collections.abc import Mapping

from fastapi import HTTPException, Request
from starlette.responses import JSONResponse, Response

from aggregator.web.protocols import client_login
from aggregator.web.protocols.error_route import ErrorRoute
from aggregator.web.server_state import Served


def logged_in(request: Request, served: Served) -> None:
    """Refuses who sends neither a token nor name and password."""
    if client_login.by_headers(request, served) is None:
        said = "access unauthorized" if served.logins.account() is not None else client_login.NO_PASSWORD
        raise HTTPException(401, said, {"WWW-Authenticate": 'Basic realm="aggregator"'})


class MinifluxRoute(ErrorRoute):
    """A route whose errors are `{"error_message": …}`."""

    @staticmethod
    def error(status: int, said: str, headers: Mapping[str, str]) -> Response:
        """Returns the answer that says what is wrong."""
        return JSONResponse({"error_message": said}, status, headers)
