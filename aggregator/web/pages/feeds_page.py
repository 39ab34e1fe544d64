"""The pages of the subscriptions: how they fare, why they are polled when they are, and changes of them."""

from typing import Annotated, Literal

from fastapi import APIRouter, Form, Request, UploadFile
from starlette.responses import Response

from aggregator.archive.marking import unread
from aggregator.config import edit
from aggregator.errors import AggregatorError, UsageError
from aggregator.store.polling import feeds as stored_feeds
from aggregator.subscriptions import pausing, subscribed
from aggregator.subscriptions.add import NewFeed, NotAFeed, add
from aggregator.subscriptions.change import change_feed
from aggregator.subscriptions.explain import explain
from aggregator.subscriptions.opml_file import export_opml, import_opml
from aggregator.subscriptions.overview import feed_overview, overview
from aggregator.web.api.parameters import FeedId
from aggregator.web.pages.templated import back_to, page
from aggregator.web.problem_answers import status_of
from aggregator.web.server_state import Served, ServerState

router = APIRouter()
_MAX_OPML_BYTES = 8 * 1024 * 1024
_DAYS = {"1d": 1, "7d": 7, "30d": 30, "365d": 365}
Days = Literal["1d", "7d", "30d", "365d"]


@router.get("/feeds")
def feeds(request: Request, served: Served) -> Response:
    """Lists the subscriptions, those first that need a person."""
    return _feeds(request, served)


@router.post("/feeds")
def subscribe(
    request: Request,
    served: Served,
    url: Annotated[str, Form()],
    category: Annotated[str | None, Form()] = None,
    links: Annotated[str | None, Form()] = None,
) -> Response:
    """Subscribes to an address; where it is a page, shows the feeds that were found from it."""
    wanted = NewFeed(url.strip(), category=(category or "").strip() or None, links=links or None)
    try:
        added = add(served.config_path, wanted, served.environ, lambda _: None)
        served.follow_config()
    except NotAFeed as error:
        return _feeds(request, served, candidates=error.candidates, wanted=wanted)
    except AggregatorError as error:
        return _feeds(request, served, status=status_of(error), problem=str(error), wanted=wanted)
    what = added.found.title if added.found is not None and added.found.title else added.url
    later = f"; it could not be read yet: {added.unread}" if added.unread else ""
    return _feeds(request, served, said=f"Subscribed to {what}{later}. A running daemon polls it within seconds.")


@router.get("/feeds.opml")
def opml(served: Served) -> Response:
    """Writes the subscriptions as OPML."""
    named = {"Content-Disposition": 'attachment; filename="feeds.opml"'}
    return Response(export_opml(served.store, served.config()), media_type="text/x-opml", headers=named)


@router.post("/feeds/opml")
def bring_opml(request: Request, served: Served, file: UploadFile) -> Response:
    """Subscribes to what an OPML file lists."""
    try:
        body = file.file.read(_MAX_OPML_BYTES + 1)
        if len(body) > _MAX_OPML_BYTES:
            raise UsageError(f"an OPML file has {_MAX_OPML_BYTES} bytes at most")
        found = import_opml(served.config_path, body)
        served.follow_config()
    except AggregatorError as error:
        return _feeds(request, served, status=status_of(error), problem=str(error))
    said = f"{found.added} added, {found.known} known before, {found.skipped} without an address skipped."
    return _feeds(request, served, said=said, problem=found.problem)


@router.get("/feeds/{feed_id}")
def feed(request: Request, served: Served, feed_id: FeedId) -> Response:
    """Shows one subscription: why it is polled when it is, and what can be changed."""
    return _feed(request, served, feed_id)


@router.post("/feeds/{feed_id}")
def change(
    request: Request,
    served: Served,
    feed_id: FeedId,
    title: Annotated[str, Form()] = "",
    category: Annotated[str, Form()] = "",
    interval: Annotated[str, Form()] = "",
) -> Response:
    """Changes what a subscription is called, where it belongs, how often it is polled; empty: nothing is said."""
    values = {"title": title, "category": category, "interval": interval}
    given = {name: value.strip() or None for name, value in values.items()}
    try:
        change_feed(served.config_path, _url(served, feed_id), **given)
        served.follow_config()
    except AggregatorError as error:
        return _feed(request, served, feed_id, status=status_of(error), problem=str(error))
    return back_to(request, f"/feeds/{feed_id}")


@router.post("/feeds/{feed_id}/refresh")
def refresh(request: Request, served: Served, feed_id: FeedId) -> Response:
    """Makes a subscription due."""
    _url(served, feed_id)
    subscribed.refresh(served.store, [feed_id], served.now)
    return back_to(request, f"/feeds/{feed_id}")


@router.post("/feeds/{feed_id}/pause")
def pause(request: Request, served: Served, feed_id: FeedId, length: Annotated[Days, Form()]) -> Response:
    """Keeps a subscription from being polled for some days."""
    pausing.pause(served.store, feed_id, served.now + _DAYS[length] * 86_400)
    return back_to(request, f"/feeds/{feed_id}")


@router.post("/feeds/{feed_id}/resume")
def resume(request: Request, served: Served, feed_id: FeedId) -> Response:
    """Ends a pause."""
    pausing.resume(served.store, feed_id)
    return back_to(request, f"/feeds/{feed_id}")


@router.post("/feeds/{feed_id}/remove")
def remove(request: Request, served: Served, feed_id: FeedId) -> Response:
    """Unsubscribes. The articles stay."""
    edit.remove_feed(served.config_path, _url(served, feed_id))
    served.follow_config()
    return back_to(request, "/feeds")


def _feeds(request: Request, served: ServerState, status: int = 200, **more: object) -> Response:
    with served.store.read() as conn:
        quiet = {row.id: row.quiet_until for row in stored_feeds.active(conn) if (row.quiet_until or 0) > served.now}
    found = overview(served.store, served.config(), served.now)
    shown = {"problem": None, "said": None, "candidates": None, "wanted": None} | more
    categories = sorted({one.category for one in found if one.category})
    left = unread(served.store)
    shown |= {"quiet": quiet, "categories": categories, "unread": left, "now": served.now}
    return page(request, "feeds.html", status, feeds=found, **shown)


def _feed(
    request: Request, served: ServerState, feed_id: int, status: int = 200, problem: str | None = None
) -> Response:
    with served.store.read() as conn:
        row = stored_feeds.of_id(conn, feed_id)
    config = served.config()
    asked = next((one for one in config.feeds if one.url == row.url), None)
    return page(
        request,
        "feed.html",
        status,
        feed=row,
        asked=asked,
        why=explain(served.store, config, row.url, served.now),
        counts=feed_overview(served.store, config, feed_id, served.now),
        now=served.now,
        problem=problem,
        categories=sorted({one.category for one in config.feeds if one.category}),
    )


def _url(served: ServerState, feed_id: int) -> str:
    with served.store.read() as conn:
        return stored_feeds.of_id(conn, feed_id).url
