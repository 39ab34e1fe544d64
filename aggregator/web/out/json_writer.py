"""Writes JSON Feed 1.1."""

import orjson

from aggregator.model import Json
from aggregator.web.out.feed_document import FeedDocument, FeedItem

MEDIA_TYPE = "application/feed+json"


def write(feed: FeedDocument) -> str:
    """Returns the feed as JSON."""
    said = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home,
        "feed_url": feed.url,
        "items": [_item(one) for one in feed.items],
    }
    return orjson.dumps(said).decode()


def _item(item: FeedItem) -> Json:
    found: Json = {
        "id": item.id,
        "url": item.url,
        "title": item.title,
        "content_html": item.html,
        "summary": item.summary,
        "image": item.image,
        "date_published": item.published_at.isoformat(),
        "date_modified": item.updated_at.isoformat(),
        "authors": [{"name": name} for name in item.authors],
        "tags": list(item.tags),
        "language": item.lang,
    }
    return {name: value for name, value in found.items() if value not in (None, [])}
