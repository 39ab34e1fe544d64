"""Lets clients of Miniflux in, and tells them in their form what is wrong."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse, Response

from aggregator.access.logins import TooManyLogins
from aggregator.errors import AggregatorError, UsageError
from aggregator.web.problems import status_of
from aggregator.web.protocols import client_login
from aggregator.web.server_state import Served


def logged_in(request: Request, served: Served) -> None:
    """Refuses who sends neither a token nor name and password."""
    if client_login.by_headers(request, served) is None:
        said = "access unauthorized" if served.logins.account() is not None else client_login.NO_PASSWORD
        raise HTTPException(401, said, {"WWW-Authenticate": 'Basic realm="aggregator"'})


class Refused(UsageError):
    """What a client asks for is not for it to do here."""


class MinifluxRoute(APIRoute):
    """A route whose errors are `{"error_message": …}`."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Returns the handler of requests."""
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except HTTPException as error:
                return _error(error.status_code, str(error.detail), dict(error.headers or {}))
            except RequestValidationError:
                return _error(400, "a value of the wrong form")
            except TooManyLogins as error:
                return _error(429, str(error), {"Retry-After": str(error.seconds)})
            except Refused as error:
                return _error(403, str(error))
            except AggregatorError as error:
                status = status_of(error)
                return _error(400 if status == 422 else status, str(error))

        return answer


def _error(status: int, said: str, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error_message": said}, status, headers)
