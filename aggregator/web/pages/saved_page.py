"""The page of saved searches and of those among them that tell: alerts."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from aggregator.alerts import manage
from aggregator.errors import AggregatorError
from aggregator.web.pages.templated import back_to, page
from aggregator.web.problem_answers import status_of
from aggregator.web.server_state import Served, ServerState

router = APIRouter()


@router.get("/searches")
def searches(request: Request, served: Served) -> Response:
    """Lists the saved searches by name."""
    return _searches(request, served)


@router.post("/searches")
def save(
    request: Request, served: Served, name: Annotated[str, Form()], query: Annotated[str, Form()] = ""
) -> Response:
    """Keeps a query under a name."""
    try:
        manage.save(served.store, name.strip(), query)
    except AggregatorError as error:
        return _searches(request, served, status_of(error), str(error), name, query)
    return back_to(request, "/searches")


@router.post("/searches/{name}/remove")
def remove(request: Request, served: Served, name: str) -> Response:
    """Removes a saved search, and what it was to tell."""
    manage.remove(served.store, name)
    return back_to(request, "/searches")


@router.post("/searches/{name}/alert")
def alert(
    request: Request,
    served: Served,
    name: str,
    channel: Annotated[Literal["webhook", "mail"], Form()],  # a command line is not for the web to set
    target: Annotated[str, Form()],
    daily: Annotated[bool, Form()] = False,
) -> Response:
    """Makes a saved search an alert."""
    try:
        made = manage.add(served.store, name, None, channel, target.strip(), served.settings(), daily=daily)
    except AggregatorError as error:
        return _searches(request, served, status_of(error), str(error))
    if made.secret:
        return _searches(request, served, said=f"The webhook is signed with {made.secret} (shown now alone).")
    return back_to(request, "/searches")


def _searches(
    request: Request,
    served: ServerState,
    status: int = 200,
    problem: str | None = None,
    name: str = "",
    query: str = "",
    said: str | None = None,
) -> Response:
    found = manage.listing(served.store)
    shown = {"problem": problem, "name": name, "query": query, "said": said}
    return page(request, "searches.html", status, searches=found, **shown)
