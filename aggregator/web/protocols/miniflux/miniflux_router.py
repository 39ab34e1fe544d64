"""Puts the API of Miniflux together."""

from fastapi import APIRouter, Depends
from starlette.responses import PlainTextResponse, Response

from aggregator.errors import NotFound
from aggregator.web.protocols.miniflux import miniflux_account, miniflux_entries, miniflux_feeds
from aggregator.web.protocols.miniflux.miniflux_login import MinifluxRoute, logged_in

router = APIRouter(route_class=MinifluxRoute)
_v1 = APIRouter(prefix="/v1", dependencies=[Depends(logged_in)], route_class=MinifluxRoute)
for _part in (miniflux_account, miniflux_entries, miniflux_feeds):
    _v1.include_router(_part.router)


@_v1.api_route("/{_path:path}", methods=["GET", "POST", "PUT", "DELETE"])
def nothing(_path: str) -> Response:
    """Says that nothing is there, to who may know."""
    raise NotFound("Resource Not Found")


@router.get("/healthcheck")
def healthcheck() -> Response:
    """Answers as long as the process lives."""
    return PlainTextResponse("OK")


router.include_router(_v1)
