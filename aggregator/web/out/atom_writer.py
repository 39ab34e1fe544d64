"""Writes Atom (RFC 4287), with the full text in content."""

from aggregator.web.out.feed_document import FeedDocument, FeedItem
from aggregator.web.out.feed_document import xml_text as x

MEDIA_TYPE = "application/atom+xml"


def write(feed: FeedDocument) -> str:
    """Returns the feed as Atom."""
    head = (
        f"<title>{x(feed.title)}</title><id>{x(feed.url)}</id><updated>{feed.updated_at.isoformat()}</updated>"
        f'<link rel="self" type="{MEDIA_TYPE}" href="{x(feed.url)}"/><link rel="alternate" href="{x(feed.home)}"/>'
        "<author><name>aggregator</name></author>"
    )
    entries = "".join(map(_entry, feed.items))
    declared = '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
    return f"{declared}{head}\n{entries}</feed>\n"


def _entry(item: FeedItem) -> str:
    lang = f' xml:lang="{x(item.lang)}"' if item.lang else ""
    parts = [
        f"<title>{x(item.title)}</title><id>{x(item.id)}</id>",
        f'<link rel="alternate" href="{x(item.url)}"/>',
        f"<published>{item.published_at.isoformat()}</published><updated>{item.updated_at.isoformat()}</updated>",
        *(f"<author><name>{x(name)}</name></author>" for name in item.authors),
        *(f'<category term="{x(tag)}"/>' for tag in item.tags),
        f"<summary>{x(item.summary)}</summary>" if item.summary else "",
        f'<content type="html">{x(item.html)}</content>',
    ]
    return f"<entry{lang}>{''.join(parts)}</entry>\n"
