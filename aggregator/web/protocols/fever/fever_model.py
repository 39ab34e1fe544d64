"""Maps the archive to the objects of Fever: its items are articles, its groups are categories."""

from aggregator.archive.reading_list import ReadingItem
from aggregator.articles.safe_html import shown_html
from aggregator.model import Json
from aggregator.store.polling.categories import NONE
from aggregator.subscriptions.subscribed import Subscribed, Subscriptions
from aggregator.web.protocols import feed_icon
from aggregator.web.protocols.plain_title import plain_title


def groups(known: Subscriptions) -> list[Json]:
    """Returns the categories; feeds that are in none are in no group."""
    return [{"id": one.id, "title": plain_title(one.name)} for one in known.categories if one.name != NONE]


def feeds_groups(known: Subscriptions) -> list[Json]:
    """Returns which feeds are in which group."""
    members = {one.id: known.in_category(one.id) for one in known.categories if one.name != NONE}
    return [
        {"group_id": group, "feed_ids": ",".join(str(one.feed.id) for one in its_feeds)}
        for group, its_feeds in members.items()
        if its_feeds
    ]


def feed(one: Subscribed) -> Json:
    """Returns a feed."""
    return {
        "id": one.feed.id,
        "favicon_id": one.feed.id,
        "title": plain_title(one.title),
        "url": one.feed.url,
        "site_url": one.page,
        "is_spark": 0,
        "last_updated_on_time": one.feed.last_success_at or 0,
    }


def favicon(one: Subscribed) -> Json:
    """Returns the icon of a feed."""
    return {"id": one.feed.id, "data": feed_icon.data_of(one.feed.site)}


def item(one: ReadingItem, its_feed: Subscribed) -> Json:
    """Returns an article as an item of its feed."""
    return {
        "id": one.article.id,
        "feed_id": its_feed.feed.id,
        "title": plain_title(one.article.title or one.article.url),
        "author": plain_title(", ".join(one.article.authors)),
        "html": shown_html(one.html),
        "url": one.article.url,
        "is_saved": int(one.mark.starred_at is not None),
        "is_read": int(one.mark.read_at is not None),
        "created_on_time": one.at,
    }
