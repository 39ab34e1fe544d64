"""Puts the API together."""

from fastapi import APIRouter

from aggregator.web.api import article_routes, feed_routes, search_routes, state_routes, story_routes
from aggregator.web.problems import MEDIA_TYPE, Problem

_REFUSALS = {400: "a query or a value that can't be read", 401: "no login", 403: "not allowed", 404: "not there"}
_REFUSALS |= {
    422: "a value of the wrong form, or an address that can't be read",
    429: "too many failed logins",
    503: "the database does not answer",
}

router = APIRouter(
    prefix="/api/v1",
    responses={
        status: {"description": said, "content": {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}}
        for status, said in _REFUSALS.items()
    },
)
for routes in (article_routes, state_routes, story_routes, feed_routes, search_routes):
    router.include_router(routes.router)
