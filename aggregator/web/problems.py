"""Says what is wrong with a request, as RFC 9457 has it."""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response

from aggregator.access.logins import TooManyLogins
from aggregator.errors import AggregatorError, FetchError, NotFound, StoreError, UsageError

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """What is wrong, as `application/problem+json`."""

    type: str = Field(default="about:blank", description="The kind of problem, which its status tells")
    title: str = Field(description="The status in words")
    status: int = Field(description="The HTTP status")
    detail: str = Field(description="What is wrong, where, and what to do")


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Returns the answer that says what is wrong."""
    said = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return Response(orjson.dumps(said.model_dump()), status, dict(headers or {}), MEDIA_TYPE)


def status_of(error: AggregatorError) -> int:
    """Returns the HTTP status of an error that a person can cause."""
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, TooManyLogins):
        return 429
    if isinstance(error, StoreError):
        return 503
    return 400 if isinstance(error, UsageError) else 502 if isinstance(error, FetchError) else 422


def _of_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AggregatorError)
    return problem(status_of(error), str(error))


def _of_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, error.detail, error.headers)


def _of_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    wrong = [f"{'.'.join(map(str, one['loc'][1:])) or one['loc'][0]}: {one['msg']}" for one in error.errors()]
    return problem(422, "; ".join(wrong))


def _of_bug(request: Request, error: Exception) -> Response:
    return problem(500, "the server failed; its log says how")


def install(app: FastAPI) -> None:
    """Makes all errors problems."""
    app.add_exception_handler(AggregatorError, _of_error)
    app.add_exception_handler(HTTPException, _of_status)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(Exception, _of_bug)
