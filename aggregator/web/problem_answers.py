"""Says what is wrong with a request: as RFC 9457 has it, and to a browser in a page."""

from collections.abc import Mapping
from dataclasses import asdict
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import compile_path

from aggregator.access.logins import TooManyLogins
from aggregator.errors import AggregatorError, NotFound, StoreError, UsageError
from aggregator.subscriptions.add import NotAFeed
from aggregator.web.pages.templated import page
from aggregator.web.protocols import OWN_LOGIN
from aggregator.web.root_path import path_of
from aggregator.web.security_headers import HEADERS

MEDIA_TYPE = "application/problem+json"
_NOWHERE = "there is nothing at this address"
_NO_PAGES = ("/api/", "/out/", *OWN_LOGIN)


class Problem(BaseModel):
    """What is wrong, as `application/problem+json`."""

    type: str = Field(default="about:blank", description="The kind of problem, which its status tells")
    title: str = Field(description="The status in words")
    status: int = Field(description="The HTTP status")
    detail: str = Field(description="What is wrong, where, and what to do")


_STATUSES = {
    400: "a query or a value that can't be read",
    401: "no login",
    403: "not allowed",
    404: "not there",
    422: "a value of the wrong form, or an address that can't be read",
    429: "too many failed logins",
    503: "the database does not answer",
}
REFUSALS: dict[int | str, dict[str, Any]] = {
    status: {"description": said, "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}
    for status, said in _STATUSES.items()
}
"""What every operation may answer, for OpenAPI."""


def problem(status: int, detail: str, headers: Mapping[str, str] | None = None, **more: object) -> Response:
    """Returns the answer that says what is wrong, with further members."""
    said = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail)
    return Response(orjson.dumps(said.model_dump() | more), status, dict(headers or {}), MEDIA_TYPE)


def told(request: Request, status: int, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """Returns the answer that says what is wrong: a page for a browser that asked for one, else a problem."""
    if "text/html" not in request.headers.get("accept", "") or path_of(request.scope).startswith(_NO_PAGES):
        return problem(status, detail, headers)
    answer = page(request, "error.html", status, title=HTTPStatus(status).phrase, detail=detail)
    answer.headers.update(headers or {})
    return answer


def status_of(error: AggregatorError) -> int:
    """Returns the HTTP status of an error that a person can cause."""
    if isinstance(error, NotFound):
        return 404
    if isinstance(error, TooManyLogins):
        return 429
    if isinstance(error, StoreError):
        return 503
    return 400 if isinstance(error, UsageError) else 422


def _of_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, AggregatorError)
    if isinstance(error, NotAFeed):
        return problem(422, str(error), candidates=[asdict(one) for one in error.candidates])
    return told(request, status_of(error), str(error))


def _of_status(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    headers = error.headers
    if error.status_code == 405 and (known := _methods(request)):
        headers = {"Allow": ", ".join(known)}
    return told(request, error.status_code, _NOWHERE if error.status_code == 404 else error.detail, headers)


def _methods(request: Request) -> list[str]:
    """Returns the methods that the API has for a path: the router names those of one of its routes alone."""
    path = path_of(request.scope)
    paths = request.app.openapi()["paths"].items()
    return sorted(name.upper() for route, known in paths if compile_path(route)[0].fullmatch(path) for name in known)


def _of_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    is_page = not path_of(request.scope).startswith(_NO_PAGES)
    if is_page and all(one["loc"][0] == "path" for one in error.errors()):
        return told(request, 404, _NOWHERE)
    wrong = [f"{'.'.join(map(str, one['loc'][1:])) or one['loc'][0]}: {one['msg']}" for one in error.errors()]
    return told(request, 422, "; ".join(wrong))


def _of_bug(request: Request, error: Exception) -> Response:
    # It is made outside of the middleware that adds these to all other answers.
    return told(request, 500, "the server failed; its log says how", HEADERS)


def install(app: FastAPI) -> None:
    """Makes all errors problems."""
    app.add_exception_handler(AggregatorError, _of_error)
    app.add_exception_handler(HTTPException, _of_status)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(Exception, _of_bug)
