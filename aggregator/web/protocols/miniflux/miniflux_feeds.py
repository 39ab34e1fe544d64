"""Feeds and categories of Miniflux."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from aggregator.archive import reading_list
from aggregator.errors import NotFound, UsageError
from aggregator.model import Json
from aggregator.store.content.reader_lists import Counted
from aggregator.store.polling.categories import Category
from aggregator.subscriptions import change, opml_file
from aggregator.subscriptions.add import MAX_WAIT
from aggregator.subscriptions.subscribed import Subscribed, refresh, subscriptions
from aggregator.urls import full_url, is_http
from aggregator.web.protocols import feed_icon, subscribing
from aggregator.web.protocols.folded import folded
from aggregator.web.protocols.miniflux import miniflux_model as model
from aggregator.web.protocols.miniflux.miniflux_login import MinifluxRoute
from aggregator.web.protocols.reader_request import Body, JsonBody
from aggregator.web.server_state import Served, ServerState

router = APIRouter(route_class=MinifluxRoute)
_SET = ("feed_url", "category_id", "title", "crawler")
"""What a client can set of a feed."""


@router.get("/feeds")
def feeds(served: Served) -> Response:
    """Lists the feeds."""
    return JSONResponse([model.feed(one) for one in subscriptions(served.store).all])


@router.post("/feeds")
def create_feed(served: Served, sent: JsonBody) -> Response:
    """Subscribes to a feed."""
    url = sent.get("feed_url")
    if not isinstance(url, str) or not url:
        raise UsageError("feed_url is the address of a feed")
    _refuse_other(sent, {})
    full_text = "always" if sent.get("crawler") is True else None
    made = subscribing.subscribe(served, url, None, _category_sent(served, sent), full_text)
    return JSONResponse({"feed_id": made.feed.id}, 201)


@router.get("/feeds/counters")
def counters(served: Served) -> Response:
    """Counts what was read and what was not of each feed."""
    counted = reading_list.per_feed(served.store, folded=folded(served))
    ids = {one.feed.url: str(one.feed.id) for one in subscriptions(served.store).all}
    reads = {ids[url]: some.read for url, some in counted.items() if some.read}
    unreads = {ids[url]: some.unread for url, some in counted.items() if some.unread}
    return JSONResponse({"reads": reads, "unreads": unreads})


@router.put("/feeds/refresh")
def refresh_all(served: Served) -> Response:
    """Has all feeds polled."""
    return _refresh(served, subscriptions(served.store).all)


@router.get("/feeds/{feed_id:int}")
def feed(served: Served, feed_id: int) -> Response:
    """Shows a feed."""
    return JSONResponse(model.feed(subscriptions(served.store).of_id(feed_id)))


@router.put("/feeds/{feed_id:int}")
def update_feed(served: Served, feed_id: int, sent: JsonBody) -> Response:
    """Changes a feed."""
    one = subscriptions(served.store).of_id(feed_id)
    _refuse_other(sent, model.feed(one))
    category, url, title, crawler = (
        _category_sent(served, sent),
        *(sent.get(name) for name in ("feed_url", "title", "crawler")),
    )
    for name, value in (("feed_url", url), ("title", title)):
        if value is not None and (not isinstance(value, str) or not value.strip()):
            raise UsageError(f"{name} is a text, not an empty one")
    if url is not None and url != one.feed.url:
        if any(other.feed.url == url for other in subscriptions(served.store).all):
            raise UsageError("this feed already exists")
        subscribing.readdress(served, one, full_url(url))
        one = subscriptions(served.store).of_id(feed_id)
    changes: dict[str, str | None] = {}
    if title is not None and title.strip() != one.title:
        changes["title"] = title.strip()
    if category is not None and category.name != one.category.name:
        changes["category"] = category.name or None
    if isinstance(crawler, bool) and crawler != model.feed(one)["crawler"]:
        changes["full_text"] = "always" if crawler else None
    subscribing.change_feed(served, one, changes)
    return JSONResponse(model.feed(subscriptions(served.store).of_id(feed_id)), 201)


@router.delete("/feeds/{feed_id:int}")
def delete_feed(served: Served, feed_id: int) -> Response:
    """Ends a subscription."""
    subscribing.unsubscribe(served, subscriptions(served.store).of_id(feed_id))
    return Response(status_code=204)


@router.put("/feeds/{feed_id:int}/refresh")
def refresh_feed(served: Served, feed_id: int) -> Response:
    """Has a feed polled."""
    return _refresh(served, [subscriptions(served.store).of_id(feed_id)])


@router.get("/feeds/{feed_id:int}/icon")
@router.get("/icons/{feed_id:int}")
def icon(served: Served, feed_id: int) -> Response:
    """Shows the icon of a feed, which has the feed's number."""
    one = subscriptions(served.store).of_id(feed_id)
    sent = {"mime_type": feed_icon.MEDIA_TYPE, "data": feed_icon.data_of(one.feed.site)}
    return JSONResponse({"id": feed_id, **sent, "external_id": ""})


@router.get("/categories")
def categories(served: Served, counts: str = "") -> Response:
    """Lists the categories, with how much is unread in each where that is asked for."""
    known = subscriptions(served.store)
    if counts.lower() not in ("true", "1"):
        return JSONResponse([model.category(one) for one in known.categories])
    counted = reading_list.per_feed(served.store, folded=folded(served))
    return JSONResponse([_counted(one, known.in_category(one.id), counted) for one in known.categories])


@router.post("/categories")
def create_category(served: Served, sent: JsonBody) -> Response:
    """Makes a category."""
    return JSONResponse(model.category(change.add_category(served.store, _title_sent(sent))), 201)


@router.put("/categories/{category_id:int}")
def update_category(served: Served, category_id: int, sent: JsonBody) -> Response:
    """Gives a category another name."""
    one = subscriptions(served.store).category(category_id)
    subscribing.rename_category(served, one, _title_sent(sent))
    return JSONResponse(model.category(subscriptions(served.store).category(category_id)), 201)


@router.delete("/categories/{category_id:int}")
def delete_category(served: Served, category_id: int) -> Response:
    """Removes a category; its feeds stay."""
    subscribing.remove_category(served, subscriptions(served.store).category(category_id))
    return Response(status_code=204)


@router.get("/categories/{category_id:int}/feeds")
def category_feeds(served: Served, category_id: int) -> Response:
    """Lists the feeds of a category."""
    known = subscriptions(served.store)
    known.category(category_id)
    return JSONResponse([model.feed(one) for one in known.in_category(category_id)])


@router.put("/categories/{category_id:int}/refresh")
def refresh_category(served: Served, category_id: int) -> Response:
    """Has the feeds of a category polled."""
    known = subscriptions(served.store)
    known.category(category_id)
    return _refresh(served, known.in_category(category_id))


@router.post("/discover")
def discover(served: Served, sent: JsonBody) -> Response:
    """Lists the feeds that are found from an address."""
    url = sent.get("url")
    if not isinstance(url, str) or not is_http(url):
        raise UsageError("url is an http:// or https:// URL")
    from aggregator.subscriptions.discover import discover as discovered  # late: it brings the network

    settings = served.settings()
    found = discovered(url, settings.model_copy(update={"timeout": min(settings.timeout, MAX_WAIT)}))
    if not found:
        raise NotFound(f"{url}: no feed there, and none found from it")
    return JSONResponse([{"url": one.url, "title": one.title or one.url, "type": one.format} for one in found])


@router.get("/export")
def export_opml(served: Served) -> Response:
    """Writes the subscriptions as OPML."""
    return Response(opml_file.export_opml(served.store, served.config()), media_type="text/xml")


@router.post("/import")
def import_opml(served: Served, body: Body) -> Response:
    """Subscribes to what an OPML document lists."""
    opml_file.import_opml(served.config_path, body)
    served.follow_config()
    return JSONResponse({"message": "Feeds imported successfully"}, 201)


def _refresh(served: ServerState, wanted: "tuple[Subscribed, ...] | list[Subscribed]") -> Response:
    refresh(served.store, [one.feed.id for one in wanted], served.now)
    return Response(status_code=204)


def _counted(one: Category, its_feeds: list[Subscribed], counted: dict[str, Counted]) -> Json:
    numbers = [counted[feed.feed.url].unread for feed in its_feeds if feed.feed.url in counted]
    return model.category(one) | {"feed_count": len(its_feeds), "total_unread": sum(numbers)}


def _title_sent(sent: Json) -> str:
    title = sent.get("title")
    if not isinstance(title, str):
        raise UsageError("title is a text")
    if title.strip() == model.ALL:
        raise UsageError(f"{model.ALL} is what the category of feeds that are in none is called")
    return title


def _category_sent(served: ServerState, sent: Json) -> Category | None:
    wanted = sent.get("category_id")
    if wanted in (None, 0):
        return None
    for one in subscriptions(served.store).categories:
        if one.id == wanted:
            return one
    raise UsageError("this category does not exist")


def _refuse_other(sent: Json, current: Json) -> None:
    """Raises UsageError for what would be set of a feed and can't be."""
    for name, value in sent.items():
        if name not in _SET and value and value != current.get(name):
            raise UsageError(f"{name} can't be set here; feeds.yaml holds what a feed can be told")
