"""The page where a person logs in, and the way out."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from aggregator.access.logins import SESSION_SECONDS, TooManyLogins
from aggregator.web.guard import COOKIE, is_same_origin, local_target, peer
from aggregator.web.pages.templated import page
from aggregator.web.root_path import root_of
from aggregator.web.server_state import Served

router = APIRouter()


@router.get("/login")
def login_form(request: Request, served: Served, next: str | None = None) -> Response:
    """Shows the form."""
    return _form(request, served, next)


@router.post("/login")
def log_in(
    request: Request,
    served: Served,
    username: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str | None, Form()] = None,
) -> Response:
    """Begins a session where name and password are right."""
    asking = peer(request)
    if not is_same_origin(request.headers, asking):
        return _form(request, served, next, 403, "This form was sent from a page of another site.")
    try:
        login = served.logins.by_password(username, password, asking.address)
    except TooManyLogins as error:
        answer = _form(request, served, next, 429, f"{error}.")
        answer.headers["Retry-After"] = str(error.seconds)
        return answer
    if login is None:
        return _form(request, served, next, 401, "Name or password is wrong.")
    answer = RedirectResponse(root_of(request.scope) + quote(local_target(next), safe="/?&=%+:,;~@!$'()*"), 303)
    answer.set_cookie(
        COOKIE,
        served.logins.open_session(),
        max_age=SESSION_SECONDS,
        path=root_of(request.scope) or "/",
        secure=asking.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return answer


@router.post("/logout")
def log_out(request: Request, served: Served) -> Response:
    """Ends the session."""
    if secret := request.cookies.get(COOKIE):
        served.logins.close_session(secret)
    answer = RedirectResponse(f"{root_of(request.scope)}/login", 303)
    answer.delete_cookie(COOKIE, path=root_of(request.scope) or "/")
    return answer


def _form(request: Request, served: Served, wanted: str | None, status: int = 200, said: str | None = None) -> Response:
    has_password = served.logins.account() is not None
    return page(request, "login.html", status, next=local_target(wanted), said=said, has_password=has_password)
