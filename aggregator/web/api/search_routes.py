"""Saved searches: a query under a name."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from aggregator.alerts import manage
from aggregator.alerts.manage import ListedSearch
from aggregator.web.api import schemas
from aggregator.web.server_state import Served

router = APIRouter(tags=["searches"])
_Name = Annotated[str, Path(description="Letters, digits and - _ .", pattern=r"^\w[\w.-]{0,63}$")]


@router.get("/searches", operation_id="list_searches")
def searches(served: Served) -> list[schemas.SavedSearchItem]:
    """List the saved searches by name."""
    return [_item(one) for one in manage.listing(served.store)]


@router.put("/searches/{name}", operation_id="save_search")
def save(served: Served, name: _Name, wanted: schemas.SavedQuery) -> schemas.SavedSearchItem:
    """Keep a query under a name, in place of the one that stands there."""
    manage.save(served.store, name, wanted.query)
    return next(_item(one) for one in manage.listing(served.store) if one.search.name == name)


@router.delete("/searches/{name}", operation_id="remove_search", status_code=204, response_class=Response)
def remove(served: Served, name: _Name) -> None:
    """Remove a saved search, and what it was to tell."""
    manage.remove(served.store, name)


def _item(one: ListedSearch) -> schemas.SavedSearchItem:
    found = schemas.SavedSearchItem.model_validate(one.search)
    return found.model_copy(update={"error": one.problem})
