"""Tells clients of a protocol in its own form what is wrong."""

from abc import abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from fastapi import HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.responses import Response

from aggregator.access.logins import TooManyLogins
from aggregator.errors import AggregatorError, UsageError
from aggregator.web.problem_answers import status_of


class Refused(UsageError):
    """What a client asks for is not for it to do here."""


class ErrorRoute(APIRoute):
    """A route whose errors have the form of its protocol."""

    @staticmethod
    @abstractmethod
    def error(status: int, said: str, headers: Mapping[str, str]) -> Response:
        """Returns the answer that says what is wrong."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Returns the handler of requests."""
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except HTTPException as error:
                return self.error(error.status_code, str(error.detail), error.headers or {})
            except RequestValidationError:
                return self.error(400, "a value of the wrong form", {})
            except TooManyLogins as error:
                return self.error(429, str(error), {"Retry-After": str(error.seconds)})
            except Refused as error:
                return self.error(403, str(error), {})
            except AggregatorError as error:
                status = status_of(error)
                return self.error(400 if status == 422 else status, str(error), {})

        return answer
