"""Answers clients of Fever: everything is one address, and what is asked for are its parameters."""

from collections.abc import Mapping
from dataclasses import replace

from fastapi import APIRouter, Request
from starlette.datastructures import ImmutableMultiDict
from starlette.responses import JSONResponse, Response

from aggregator.archive import reading_list
from aggregator.model import Json
from aggregator.store.content.marks import Action
from aggregator.store.content.reader_lists import Wanted
from aggregator.subscriptions.subscribed import subscriptions
from aggregator.web.guard import peer
from aggregator.web.protocols.error_route import ErrorRoute
from aggregator.web.protocols.fever import fever_model as model
from aggregator.web.protocols.folded import folded
from aggregator.web.protocols.reader_request import Form, number
from aggregator.web.server_state import Served, ServerState

_VERSION = 3
_PAGE = 50  # items
_REFUSED = {"api_version": _VERSION, "auth": 0}
_CHANGED = dict.fromkeys(("read", "unread"), "unread_item_ids") | dict.fromkeys(("saved", "unsaved"), "saved_item_ids")
_MARKS: dict[str, Action] = {"read": "read", "unread": "unread", "saved": "star", "unsaved": "unstar"}


class FeverRoute(ErrorRoute):
    """A route whose errors are JSON."""

    @staticmethod
    def error(status: int, said: str, headers: Mapping[str, str]) -> Response:
        """Returns the answer that says what is wrong."""
        return JSONResponse(_REFUSED | {"error_message": said}, status, headers)


router = APIRouter(route_class=FeverRoute)


@router.api_route("/fever", methods=["GET", "POST"])
@router.api_route("/fever/", methods=["GET", "POST"])
@router.api_route("/api/fever.php", methods=["GET", "POST"])  # where FreshRSS has it
def fever(request: Request, served: Served, sent: Form) -> Response:
    """Answers all that is asked for in one request."""
    if served.logins.by_fever_key(sent.get("api_key", ""), peer(request).address) is None:
        return JSONResponse(_REFUSED)
    _mark(served, sent)
    known = subscriptions(served.store)
    said: Json = {"api_version": _VERSION, "auth": 1, "last_refreshed_on_time": served.now}
    if "groups" in sent:
        said["groups"] = model.groups(known)
    if "feeds" in sent:
        said["feeds"] = [model.feed(one) for one in known.all]
    if "groups" in sent or "feeds" in sent:
        said["feeds_groups"] = model.feeds_groups(known)
    if "favicons" in sent:
        said["favicons"] = [model.favicon(one) for one in known.all]
    if "links" in sent:
        said["links"] = []
    if "items" in sent:
        feeds = known.by_url
        found = reading_list.reading_list(served.store, _items(served, sent))
        said["total_items"] = reading_list.ids(served.store, Wanted(folded=folded(served), limit=1)).total
        said["items"] = [model.item(one, feeds[feed]) for one in found.items if (feed := one.article.feed) in feeds]
    for name, asked in (("unread_item_ids", Wanted(read=False)), ("saved_item_ids", Wanted(starred=True))):
        if name in sent or _CHANGED.get(sent.get("as", "")) == name:
            said[name] = ",".join(map(str, _ids(served, asked)))
    return JSONResponse(said)


def _items(served: ServerState, sent: ImmutableMultiDict[str, str]) -> Wanted:
    since, before = number(sent.get("since_id")), number(sent.get("max_id"))
    page = Wanted(order="id", limit=_PAGE, folded=folded(served))
    if since is not None:
        return replace(page, ascending=True, above=since)
    if before:
        return replace(page, below=before)
    if "with_ids" in sent:
        ids = [one for text in sent["with_ids"].split(",") if (one := number(text)) is not None][:_PAGE]
        return Wanted(order="id", ids=tuple(ids), removed=True)
    return page


def _ids(served: ServerState, asked: Wanted) -> list[int]:
    return reading_list.ids(served.store, replace(asked, order="id", ascending=True, folded=folded(served))).ids


def _mark(served: ServerState, sent: ImmutableMultiDict[str, str]) -> None:
    """Marks an item, or all of a feed or a group that was there by a time."""
    what, action, which = sent.get("mark"), _MARKS.get(sent.get("as", "")), number(sent.get("id"))
    if which is None or action is None:
        return
    unread = Wanted(read=False, stored_until=number(sent.get("before")) or None)
    if what == "item":
        reading_list.mark_ids(served.store, [which], [action], served.now)
    elif what == "feed" and action == "read":
        reading_list.mark_all(served.store, replace(unread, feed_id=which), ["read"], served.now)
    elif what == "group" and action == "read" and which >= 0:
        reading_list.mark_all(served.store, replace(unread, category_id=which or None), ["read"], served.now)
