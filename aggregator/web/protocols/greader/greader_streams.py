"""Streams of Google Reader: lists of articles, and what is unread."""

from dataclasses import replace
from functools import reduce

from fastapi import APIRouter
from starlette.datastructures import ImmutableMultiDict
from starlette.responses import JSONResponse, Response

from aggregator.archive import reading_list
from aggregator.model import Json
from aggregator.store.content.reader_lists import Counted, Wanted
from aggregator.store.polling.categories import NONE
from aggregator.subscriptions.subscribed import Subscriptions, subscriptions
from aggregator.web.protocols.folded import folded
from aggregator.web.protocols.greader import greader_model as model
from aggregator.web.protocols.greader.greader_login import GReaderRoute
from aggregator.web.protocols.reader_request import Form, number
from aggregator.web.server_state import Served, ServerState

router = APIRouter(route_class=GReaderRoute)
MOST, MOST_IDS = 1_000, 10_000  # of a page
_USUAL = 20  # of a page of contents


@router.get("/stream/items/ids")
def item_ids(served: Served, sent: Form) -> Response:
    """Lists the ids of a stream."""
    limit = min(number(sent.get("n")) or MOST_IDS, MOST_IDS)
    wanted = _wanted(served, subscriptions(served.store), sent.get("s", model.READING_LIST), sent)
    found = reading_list.ids(served.store, replace(wanted, limit=limit + 1)).ids if wanted is not None else []
    return JSONResponse({"itemRefs": [{"id": str(one)} for one in found[:limit]]} | _rest(found, limit))


@router.get("/stream/contents")
@router.get("/stream/contents/{stream:path}")
def contents(served: Served, sent: Form, stream: str = "") -> Response:
    """Lists the items of a stream."""
    stream, known = stream or sent.get("s") or model.READING_LIST, subscriptions(served.store)
    limit = min(number(sent.get("n")) or _USUAL, MOST)
    wanted = _wanted(served, known, stream, sent)
    items = reading_list.reading_list(served.store, replace(wanted, limit=limit + 1)).items if wanted else []
    return JSONResponse(
        _contents(served, known, items[:limit], stream) | _rest([one.article.id for one in items], limit)
    )


@router.get("/stream/items/contents")
@router.post("/stream/items/contents")
def item_contents(served: Served, sent: Form) -> Response:
    """Shows the items of these ids."""
    ids = [one for text in sent.getlist("i") if (one := model.item_id(text)) is not None][:MOST]
    wanted = Wanted(ids=tuple(ids), removed=True, ascending=sent.get("r") == "o")
    items = reading_list.reading_list(served.store, wanted).items
    return JSONResponse(_contents(served, subscriptions(served.store), items, model.READING_LIST))


@router.get("/unread-count")
def unread_count(served: Served) -> Response:
    """Counts what is unread of feeds, of labels and in all."""
    known, counted = subscriptions(served.store), []
    every = reading_list.per_feed(served.store, folded=folded(served))
    unread = {url: one for url, one in every.items() if one.unread}
    for one in known.all:
        if one.feed.url in unread:
            counted.append(_count(f"{model.FEED}{one.feed.id}", [unread[one.feed.url]]))
    for category in known.categories:
        of_label = [unread[one.feed.url] for one in known.in_category(category.id) if one.feed.url in unread]
        if of_label and category.name != NONE:
            counted.append(_count(model.LABEL + category.name, of_label))
    in_all = _count(model.READING_LIST, list(unread.values()))
    return JSONResponse({"max": in_all["count"], "unreadcounts": [*counted, in_all]})


def _wanted(
    served: ServerState, known: Subscriptions, stream: str, sent: ImmutableMultiDict[str, str]
) -> Wanted | None:
    """Reads the filters of a list; None: nothing can meet them."""
    everything = Wanted(
        stored_since=number(sent.get("ot")) or None,
        stored_until=number(sent.get("nt")) or None,
        after=number(sent.get("c")),
        ascending=sent.get("r") == "o",
        folded=folded(served),
    )
    wanted: Wanted | None = everything
    for one in (stream, *sent.getlist("it")):
        wanted = wanted and model.within(known, wanted, one)
    return reduce(lambda left, one: left and model.without(left, one), sent.getlist("xt"), wanted)


def _contents(served: ServerState, known: Subscriptions, items: list[reading_list.ReadingItem], stream: str) -> Json:
    feeds = known.by_url
    return {
        "direction": "ltr",
        "id": stream,
        "title": "",
        "updated": served.now,
        "items": [model.item(one, feeds[feed]) for one in items if (feed := one.article.feed) in feeds],
    }


def _rest(ids: list[int], limit: int) -> Json:
    """Returns where the next page goes on, if there is one: at its last item."""
    return {"continuation": str(ids[limit - 1])} if len(ids) > limit else {}


def _count(stream: str, counted: list[Counted]) -> Json:
    newest = max((one.newest_unread_at for one in counted), default=0)
    number_of = sum(one.unread for one in counted)
    return {"id": stream, "count": number_of, "newestItemTimestampUsec": str(newest * 1_000_000)}
