"""Writes RSS 2.0, with the full text in content:encoded."""

from email.utils import format_datetime

from aggregator.web.out.feed_document import FeedDocument, FeedItem
from aggregator.web.out.feed_document import xml_text as x

MEDIA_TYPE = "application/rss+xml"
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
    ' xmlns:media="http://search.yahoo.com/mrss/">\n'
)


def write(feed: FeedDocument) -> str:
    """Returns the feed as RSS."""
    channel = (
        f"<title>{x(feed.title)}</title><link>{x(feed.home)}</link><description>{x(feed.title)}</description>"
        f'<atom:link rel="self" type="{MEDIA_TYPE}" href="{x(feed.url)}"/>'
        f"<lastBuildDate>{format_datetime(feed.updated_at, usegmt=True)}</lastBuildDate>"
    )
    return f"{_HEAD}<channel>{channel}\n{''.join(map(_item, feed.items))}</channel>\n</rss>\n"


def _item(item: FeedItem) -> str:
    parts = [
        f"<title>{x(item.title)}</title><link>{x(item.url)}</link>",
        f'<guid isPermaLink="false">{x(item.id)}</guid>',
        f"<pubDate>{format_datetime(item.published_at, usegmt=True)}</pubDate>",
        *(f"<dc:creator>{x(name)}</dc:creator>" for name in item.authors),
        *(f"<category>{x(tag)}</category>" for tag in item.tags),
        f"<description>{x(item.summary)}</description>" if item.summary else "",
        f"<content:encoded>{x(item.html)}</content:encoded>",
        f'<media:content url="{x(item.image)}" medium="image"/>' if item.image else "",
    ]
    return f"<item>{''.join(parts)}</item>\n"
