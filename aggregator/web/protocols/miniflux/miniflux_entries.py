"""Entries of Miniflux: lists of articles, one of them, and their marks."""

from dataclasses import replace
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse, Response

from aggregator.archive import reading_list
from aggregator.archive.reading_list import ReadingItem
from aggregator.errors import NotFound, UsageError
from aggregator.model import Json
from aggregator.store.content.marks import Action
from aggregator.store.content.reader_lists import Order, Wanted
from aggregator.subscriptions.subscribed import subscriptions
from aggregator.web.protocols.error_route import Refused
from aggregator.web.protocols.folded import folded
from aggregator.web.protocols.miniflux import miniflux_model as model
from aggregator.web.protocols.miniflux.miniflux_login import MinifluxRoute
from aggregator.web.protocols.reader_request import JsonBody, number
from aggregator.web.server_state import Served, ServerState

router = APIRouter(route_class=MinifluxRoute)
MOST, MOST_IDS = 2_000, 10_000  # of a page
_ORDERS: dict[str, Order] = {
    "id": "id",
    "status": "read",
    "changed_at": "changed",
    "published_at": "at",
    "created_at": "id",
    "category_title": "feed_category",
    "category_id": "category_id",
    "title": "title",
    "author": "author",
}
_STATUSES: dict[str, tuple[Action, ...]] = {"read": ("read",), "unread": ("unread",), "removed": ("read", "remove")}
assert set(_ORDERS.values()) == set(get_args(Order))


def _page(request: Request, served: Served) -> Wanted | None:
    """Reads the filters that all lists of entries take; None: nothing can meet them."""
    asked = request.query_params
    statuses = set(asked.getlist("status"))
    if wrong := sorted(statuses - set(_STATUSES)):
        raise UsageError(f"invalid entry status {wrong[0]!r}; one is {', '.join(_STATUSES)}")
    order, direction = asked.get("order", "published_at"), asked.get("direction", "asc")
    if order not in _ORDERS:
        raise UsageError(f"invalid sorting order {order!r}; one is {', '.join(_ORDERS)}")
    if direction not in ("asc", "desc"):
        raise UsageError(f"invalid sorting direction {direction!r}; one is asc, desc")
    limit, offset = number(asked.get("limit", "100")), number(asked.get("offset", "0"))
    if limit is None or offset is None or limit < 0 or offset < 0:
        raise UsageError("limit and offset are whole numbers of 0 and more")
    if statuses == {"removed"}:
        return None
    shown = statuses & {"read", "unread"}
    bounds = {name: number(asked.get(name)) or None for name in _BOUNDS}
    starred = {"true": True, "1": True, "false": False, "0": False}.get(asked.get("starred", "").lower())
    search = asked.get("search", "").strip()
    after, before = bounds["published_after"] or bounds["after"], bounds["published_before"] or bounds["before"]
    return Wanted(
        feed_id=bounds["feed_id"],
        category_id=bounds["category_id"],
        read=("read" in shown) if len(shown) == 1 else None,
        starred=starred,
        since=after and after + 1,
        until=before and before - 1,
        changed_since=bounds["changed_after"] and bounds["changed_after"] + 1,
        changed_until=bounds["changed_before"] and bounds["changed_before"] - 1,
        above=bounds["after_entry_id"],
        below=bounds["before_entry_id"],
        query=reading_list.query_of(served.store, search) if search else None,
        tags=tuple(asked.getlist("tags")),
        folded=folded(served),
        order=_ORDERS[order],
        ascending=direction == "asc",
        limit=limit or MOST_IDS,
        offset=offset,
    )


_OF_CHANGES = ("changed_before", "changed_after", "before_entry_id", "after_entry_id")
_BOUNDS = ("feed_id", "category_id", "before", "after", "published_before", "published_after", *_OF_CHANGES)
_Page = Annotated[Wanted | None, Depends(_page)]


@router.get("/entries")
def entries(served: Served, wanted: _Page) -> Response:
    """Lists entries."""
    return _entries(served, wanted)


@router.get("/entries/ids")
def entry_ids(served: Served, wanted: _Page) -> Response:
    """Lists the ids of entries."""
    if wanted is None:
        return JSONResponse({"total": 0, "entry_ids": []})
    _refuse_unknown(served, wanted)
    page = reading_list.ids(served.store, replace(wanted, limit=min(wanted.limit or MOST_IDS, MOST_IDS)))
    return JSONResponse({"total": page.total, "entry_ids": page.ids})


@router.get("/feeds/{feed_id:int}/entries")
def feed_entries(served: Served, wanted: _Page, feed_id: int) -> Response:
    """Lists the entries of a feed."""
    return _entries(served, wanted and replace(wanted, feed_id=wanted.feed_id or feed_id))


@router.get("/categories/{category_id:int}/entries")
def category_entries(served: Served, wanted: _Page, category_id: int) -> Response:
    """Lists the entries of a category."""
    return _entries(served, wanted and replace(wanted, category_id=wanted.category_id or category_id))


@router.get("/entries/{entry_id:int}")
def entry(served: Served, entry_id: int) -> Response:
    """Shows an entry."""
    return JSONResponse(_entry(served, Wanted(ids=(entry_id,))))


@router.get("/feeds/{feed_id:int}/entries/{entry_id:int}")
def feed_entry(served: Served, feed_id: int, entry_id: int) -> Response:
    """Shows an entry of a feed."""
    return JSONResponse(_entry(served, Wanted(ids=(entry_id,), feed_id=feed_id)))


@router.get("/categories/{category_id:int}/entries/{entry_id:int}")
def category_entry(served: Served, category_id: int, entry_id: int) -> Response:
    """Shows an entry of a category."""
    return JSONResponse(_entry(served, Wanted(ids=(entry_id,), category_id=category_id)))


@router.put("/entries")
def set_marks(served: Served, sent: JsonBody) -> Response:
    """Marks entries as read or unread, takes them out of the lists, stars them."""
    ids, status, starred = sent.get("entry_ids"), sent.get("status"), sent.get("starred")
    if not isinstance(ids, list) or not ids or not all(isinstance(one, int) for one in ids):
        raise UsageError("entry_ids is a list of numbers, not an empty one")
    if status is None and not isinstance(starred, bool):
        raise UsageError("give a status, or starred")
    if status is not None and status not in _STATUSES:
        raise UsageError(f"invalid entry status {status!r}; one is {', '.join(_STATUSES)}")
    actions: list[Action] = list(_STATUSES[status]) if status is not None else []
    if isinstance(starred, bool):
        actions.append("star" if starred else "unstar")
    reading_list.mark_ids(served.store, [one for one in ids if number(str(one))], actions, served.now)
    return Response(status_code=204)


@router.put("/entries/{entry_id:int}")
def update_entry(served: Served, entry_id: int) -> Response:
    """Refuses to put other words into an article."""
    _item(served, Wanted(ids=(entry_id,)))
    raise Refused("the archive keeps what the page says; its articles are not edited")


@router.put("/entries/{entry_id:int}/bookmark")
@router.put("/entries/{entry_id:int}/star")
def toggle_star(served: Served, entry_id: int) -> Response:
    """Stars an entry, or takes its star away."""
    item = _item(served, Wanted(ids=(entry_id,)))
    action: Action = "star" if item.mark.starred_at is None else "unstar"
    reading_list.mark_ids(served.store, [entry_id], [action], served.now)
    return Response(status_code=204)


@router.post("/entries/{entry_id:int}/save")
def save_entry(served: Served, entry_id: int) -> Response:
    """Refuses to send an entry elsewhere: there is no such service here."""
    _item(served, Wanted(ids=(entry_id,)))
    raise UsageError("no third-party integration enabled")


@router.get("/entries/{entry_id:int}/fetch-content")
def fetch_content(served: Served, entry_id: int) -> Response:
    """Shows the text of the entry's page, which is what the archive has of it."""
    found = _entry(served, Wanted(ids=(entry_id,)))
    return JSONResponse({name: found[name] for name in ("content", "reading_time")})


@router.get("/enclosures/{enclosure_id:int}")
def enclosure(served: Served, enclosure_id: int) -> Response:
    """Shows an enclosure."""
    return JSONResponse(_enclosure(served, enclosure_id))


@router.put("/enclosures/{enclosure_id:int}")
def update_enclosure(served: Served, enclosure_id: int) -> Response:
    """Refuses to keep how far an enclosure was played."""
    _enclosure(served, enclosure_id)
    raise Refused("how far a file was played is not kept")


@router.post("/feeds/{feed_id:int}/entries/import")
def import_entry(served: Served, feed_id: int) -> Response:
    """Refuses to take articles from elsewhere."""
    subscriptions(served.store).of_id(feed_id)
    raise Refused("articles come from feeds; `aggregator import FILE` takes others")


def _enclosure(served: ServerState, enclosure_id: int) -> Json:
    item = _item(served, Wanted(ids=(enclosure_id // model.ENCLOSURES,)))
    for one in model.enclosures(item):
        if one["id"] == enclosure_id:
            return one
    raise NotFound(f"no enclosure {enclosure_id}")


@router.put("/feeds/{feed_id:int}/mark-all-as-read")
def read_feed(served: Served, feed_id: int) -> Response:
    """Marks all entries of a feed as read."""
    subscriptions(served.store).of_id(feed_id)
    return _read_all(served, Wanted(feed_id=feed_id, read=False))


@router.put("/categories/{category_id:int}/mark-all-as-read")
def read_category(served: Served, category_id: int) -> Response:
    """Marks all entries of a category as read."""
    subscriptions(served.store).category(category_id)
    return _read_all(served, Wanted(category_id=category_id, read=False))


@router.put("/users/{user_id:int}/mark-all-as-read")
def read_everything(served: Served, user_id: int) -> Response:
    """Marks all entries as read."""
    if user_id != model.USER_ID:
        raise Refused("there is one user here")
    return _read_all(served, Wanted(read=False))


@router.put("/flush-history")
@router.delete("/flush-history")
def flush_history(served: Served) -> Response:
    """Takes what was read and is not starred out of the lists; the archive keeps it."""
    reading_list.mark_all(served.store, Wanted(read=True, starred=False), ["remove"], served.now)
    return Response(status_code=202)


def _read_all(served: ServerState, wanted: Wanted) -> Response:
    reading_list.mark_all(served.store, wanted, ["read"], served.now)
    return Response(status_code=204)


def _entries(served: ServerState, wanted: Wanted | None) -> Response:
    if wanted is None:
        return JSONResponse({"total": 0, "entries": []})
    _refuse_unknown(served, wanted)
    found = reading_list.reading_list(served.store, replace(wanted, limit=min(wanted.limit or MOST, MOST)))
    feeds = _feeds(served)
    return JSONResponse(
        {"total": found.total, "entries": [model.entry(one, feeds) for one in found.items if one.article.feed in feeds]}
    )


def _refuse_unknown(served: ServerState, wanted: Wanted) -> None:
    known = subscriptions(served.store)
    try:
        if wanted.feed_id is not None:
            known.of_id(wanted.feed_id)
        if wanted.category_id is not None:
            known.category(wanted.category_id)
    except NotFound as error:
        raise UsageError(str(error)) from None


def _entry(served: ServerState, wanted: Wanted) -> Json:
    return model.entry(_item(served, wanted), _feeds(served))


def _item(served: ServerState, wanted: Wanted) -> ReadingItem:
    return reading_list.reading_item(served.store, replace(wanted, removed=True))


def _feeds(served: ServerState) -> dict[str, Json]:
    return {url: model.feed(one) for url, one in subscriptions(served.store).by_url.items()}
