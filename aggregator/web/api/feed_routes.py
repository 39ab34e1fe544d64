"""Subscriptions: how they fare, why they are polled when they are, and changes of them."""

from fastapi import APIRouter
from starlette.responses import Response

from aggregator.archive.marking import unread
from aggregator.config import edit
from aggregator.errors import NotFound
from aggregator.store.polling import categories as stored_categories
from aggregator.store.polling import feeds as stored_feeds
from aggregator.subscriptions.add import NewFeed, add
from aggregator.subscriptions.change import change_feed
from aggregator.subscriptions.discover import discover
from aggregator.subscriptions.explain import Explanation, explain
from aggregator.subscriptions.overview import FeedOverview, feed_overview, overview
from aggregator.subscriptions.subscribed import refresh as make_due
from aggregator.subscriptions.subscribed import subscriptions
from aggregator.urls import full_url
from aggregator.web.api import schemas
from aggregator.web.api.parameters import FeedId
from aggregator.web.server_state import Served, ServerState

router = APIRouter(tags=["feeds"])


@router.get("/feeds", operation_id="list_feeds")
def feeds(served: Served) -> list[FeedOverview]:
    """List the subscriptions and how they fare, those first that need a person."""
    return overview(served.store, served.config(), served.now)


@router.post("/feeds", operation_id="subscribe", status_code=201)
def subscribe(served: Served, wanted: schemas.NewSubscription) -> FeedOverview:
    """Subscribe: write a feed into feeds.yaml. Where the address is a page, its feeds are in `candidates`."""
    values = wanted.model_dump(exclude={"check"})
    added = add(served.config_path, NewFeed(**values), served.environ, lambda _: None, check=wanted.check)
    served.follow_config()
    return _overview(served, subscriptions(served.store).of_url(added.url).feed.id)


@router.get("/feeds/{feed_id}", operation_id="get_feed")
def feed(served: Served, feed_id: FeedId) -> FeedOverview:
    """Tell how a subscription fares."""
    return _overview(served, feed_id)


@router.patch("/feeds/{feed_id}", operation_id="change_feed")
def change(served: Served, feed_id: FeedId, wanted: schemas.FeedChange) -> FeedOverview:
    """Change what a subscription is called, and the category it is in."""
    url = _url(served, feed_id)
    if wanted.model_fields_set:
        change_feed(served.config_path, url, **wanted.model_dump(exclude_unset=True))
        served.follow_config()
    return _overview(served, feed_id)


@router.delete("/feeds/{feed_id}", operation_id="unsubscribe", status_code=204, response_class=Response)
def unsubscribe(served: Served, feed_id: FeedId) -> None:
    """Unsubscribe: take a feed out of feeds.yaml. Its articles stay."""
    edit.remove_feed(served.config_path, _url(served, feed_id))
    served.follow_config()


@router.get("/feeds/{feed_id}/explain", operation_id="explain_feed")
def explanation(served: Served, feed_id: FeedId) -> Explanation:
    """Tell why a subscription was polled when it was, and when it will be."""
    return explain(served.store, served.config(), _url(served, feed_id), served.now)


@router.post("/feeds/{feed_id}/refresh", operation_id="refresh_feed", status_code=202)
def refresh(served: Served, feed_id: FeedId) -> FeedOverview:
    """Make a subscription due: a running daemon polls it within seconds, as soon as politeness allows."""
    _url(served, feed_id)
    make_due(served.store, [feed_id], served.now)
    return _overview(served, feed_id)


@router.get("/discover", operation_id="discover_feeds")
def candidates(served: Served, url: str) -> list[schemas.CandidateItem]:
    """Find what can be subscribed at an address, best first. It asks that site, as politely as a poll."""
    found = discover(full_url(url), served.settings())
    return [schemas.CandidateItem.model_validate(one) for one in found]


@router.get("/categories", operation_id="list_categories")
def categories(served: Served) -> list[schemas.CategoryItem]:
    """List the categories of subscriptions, and how much is unread in each."""
    left = unread(served.store)
    with served.store.read() as conn:
        rows, every = stored_feeds.active(conn), stored_categories.every(conn)
    return [
        schemas.CategoryItem(
            id=one.id,
            name=one.name,
            unread=sum(left.get(row.url, 0) for row in rows if (row.category or stored_categories.NONE) == one.name),
        )
        for one in every
    ]


def _url(served: ServerState, feed_id: int) -> str:
    with served.store.read() as conn:
        return stored_feeds.of_id(conn, feed_id).url


def _overview(served: ServerState, feed_id: int) -> FeedOverview:
    found = feed_overview(served.store, served.config(), feed_id, served.now)
    if found is None:
        raise NotFound(f"{_url(served, feed_id)}: not a feed of feeds.yaml")
    return found
