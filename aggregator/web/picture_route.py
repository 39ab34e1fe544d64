"""Serves the pictures of other sites, where `proxy_pictures` says so."""

from fastapi import APIRouter
from starlette.responses import Response

from aggregator.errors import FetchError, NotFound
from aggregator.web.picture_proxy import PATH, picture_type
from aggregator.web.problem_answers import problem
from aggregator.web.server_state import Served

router = APIRouter(include_in_schema=False)
_HEADERS = {"Cache-Control": "private, max-age=604800", "Content-Security-Policy": "default-src 'none'; sandbox"}


@router.get(PATH)
async def picture(served: Served, url: str, signed: str) -> Response:
    """Serves a picture that a page of this server shows."""
    if served.pictures is None:
        raise NotFound("pictures come from where they are; `proxy_pictures: true` in feeds.yaml changes that")
    if not served.pictures.knows(url, signed):
        return problem(403, "no page of this server shows that picture")
    try:
        body = await served.pictures.fetch(url)
    except FetchError as error:
        return problem(502, f"the picture can't be had: {error}")
    media_type = picture_type(body)
    if media_type is None:
        return problem(502, "what came is no JPEG, PNG, GIF, WebP, AVIF or icon")
    return Response(body, media_type=media_type, headers=_HEADERS)
