"""Puts the API of Google Reader together: below /api/greader.php, as FreshRSS has it, and at the top, as Miniflux has
it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from aggregator.errors import NotFound
from aggregator.store.polling.categories import NONE
from aggregator.subscriptions.subscribed import subscriptions
from aggregator.web.guard import peer
from aggregator.web.protocols import feed_icon
from aggregator.web.protocols.client_login import user_name
from aggregator.web.protocols.greader import greader_edits, greader_login, greader_streams
from aggregator.web.protocols.greader import greader_model as model
from aggregator.web.protocols.greader.greader_login import GReaderRoute, logged_in
from aggregator.web.root_path import root_of
from aggregator.web.server_state import Served

router = APIRouter(route_class=GReaderRoute)
_api = APIRouter(prefix="/reader/api/0", dependencies=[Depends(logged_in)], route_class=GReaderRoute)
_USER = "1"
_ICONS = "/api/greader.php/icon/"


@_api.get("/token")
def token(secret: Annotated[str, Depends(logged_in)]) -> Response:
    """Gives the token that changes send."""
    return PlainTextResponse(secret)


@_api.get("/user-info")
def user_info(served: Served) -> Response:
    """Shows who is logged in."""
    name = user_name(served)
    said = {"userId": _USER, "userName": name, "userProfileId": _USER, "userEmail": name, "isBloggerUser": False}
    return JSONResponse(said | {"signupTimeSec": 0, "isMultiLoginEnabled": False, "isPremium": False})


@_api.get("/subscription/list")
def subscription_list(request: Request, served: Served) -> Response:
    """Lists the subscriptions."""
    icons = peer(request).origin + root_of(request.scope) + _ICONS
    every = subscriptions(served.store).all
    return JSONResponse({"subscriptions": [model.subscription(one, icons) for one in every]})


@_api.get("/tag/list")
def tag_list(served: Served) -> Response:
    """Lists what items and feeds can be tagged with."""
    labels = [model.categories_of(one) for one in subscriptions(served.store).categories if one.name != NONE]
    return JSONResponse({"tags": [{"id": f"{model.STATE}starred"}, *(one for some in labels for one in some)]})


@_api.get("/preference/list")
def preferences() -> Response:
    """Lists no preferences."""
    return JSONResponse({"prefs": []})


@_api.get("/preference/stream/list")
def stream_preferences() -> Response:
    """Lists no preferences of streams."""
    return JSONResponse({"streamprefs": {}})


@_api.get("/friend/list")
def friends(served: Served) -> Response:
    """Lists the one user."""
    name = user_name(served)
    one = {"userIds": [_USER], "profileIds": [_USER], "contactId": "-1", "displayName": name, "givenName": name}
    return JSONResponse({"friends": [one | {"n": "", "p": "", "hasSharedItemsOnProfile": False}]})


for _part in (greader_streams, greader_edits):
    _api.include_router(_part.router)


@_api.api_route("/{_path:path}", methods=["GET", "POST"])
def nothing(_path: str) -> Response:
    """Says that nothing is there, to who may know."""
    raise NotFound("Not Found")


@router.get("/api/greader.php")
@router.get("/api/greader.php/")
def front() -> Response:
    """Answers as FreshRSS does to who looks whether the API is there."""
    return PlainTextResponse("OK")


@router.get(_ICONS + "{name}.png")
def icon(name: str) -> Response:
    """Draws an icon: of a name that tells nothing, so that nobody needs a login for it."""
    return Response(feed_icon.icon(name), media_type=feed_icon.MEDIA_TYPE)


for _prefix in ("/api/greader.php", ""):
    router.include_router(greader_login.router, prefix=_prefix)
    router.include_router(_api, prefix=_prefix)
