"""The one user of Miniflux, its keys, and what the server says of itself."""

import platform
import sys

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from aggregator import __version__
from aggregator.access import grant
from aggregator.errors import NotFound, UsageError
from aggregator.web.protocols.client_login import user_name
from aggregator.web.protocols.error_route import Refused
from aggregator.web.protocols.miniflux import miniflux_model as model
from aggregator.web.protocols.miniflux.miniflux_login import MinifluxRoute
from aggregator.web.protocols.reader_request import JsonBody
from aggregator.web.server_state import Served

router = APIRouter(route_class=MinifluxRoute)
SPOKEN = "2.2.14"
"""The version of Miniflux whose API this is: clients ask for it to know what they may send."""


@router.get("/version")
def version() -> Response:
    """Says what answers here."""
    return JSONResponse(
        {
            "version": SPOKEN,
            "commit": f"aggregator-{__version__}",
            "build_date": "undefined",
            "go_version": f"python{platform.python_version()}",
            "compiler": sys.implementation.name,
            "arch": platform.machine(),
            "os": sys.platform,
        }
    )


@router.get("/me")
def me(served: Served) -> Response:
    """Shows who is logged in."""
    return JSONResponse(model.user(user_name(served)))


@router.get("/users")
def users(served: Served) -> Response:
    """Lists the users: one."""
    return JSONResponse([model.user(user_name(served))])


@router.get("/integrations/status")
@router.get("/users/integrations/status")
def integrations() -> Response:
    """Says that entries can't be sent to other services."""
    return JSONResponse({"has_integrations": False})


@router.get("/users/{named}")
def user(served: Served, named: str) -> Response:
    """Shows a user, by number or name."""
    name = user_name(served)
    if named not in (str(model.USER_ID), name):
        raise NotFound(f"no user {named}")
    return JSONResponse(model.user(name))


@router.post("/users")
@router.put("/users/{user_id:int}")
@router.delete("/users/{user_id:int}")
def change_users() -> Response:
    """Refuses to make more users of one, and to change it."""
    raise Refused("there is one user here; `aggregator web password USER` sets its name and password")


@router.get("/api-keys")
def api_keys(served: Served) -> Response:
    """Lists the tokens."""
    return JSONResponse([model.api_key(one) for one in grant.tokens(served.store)])


@router.post("/api-keys")
def create_api_key(served: Served, sent: JsonBody) -> Response:
    """Makes a token."""
    name = sent.get("description")
    if not isinstance(name, str) or not name.strip():
        raise UsageError("description is the name of the token")
    secret = grant.new_token(served.store, name, "all", served.now)
    made = max(grant.tokens(served.store), key=lambda one: one.id)
    return JSONResponse(model.api_key(made, secret), 201)


@router.delete("/api-keys/{key_id:int}")
def delete_api_key(served: Served, key_id: int) -> Response:
    """Ends a token."""
    for one in grant.tokens(served.store):
        if one.id == key_id:
            grant.revoke_token(served.store, one.name)
            return Response(status_code=204)
    raise NotFound(f"no token {key_id}")
