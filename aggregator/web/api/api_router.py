"""Puts the API together."""

from fastapi import APIRouter

from aggregator.web.api import article_routes, feed_routes, search_routes, state_routes, story_routes
from aggregator.web.problem_answers import REFUSALS

router = APIRouter(prefix="/api/v1", responses=REFUSALS)
for routes in (article_routes, state_routes, story_routes, feed_routes, search_routes):
    router.include_router(routes.router)
