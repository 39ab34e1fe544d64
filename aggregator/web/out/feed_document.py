"""Defines what a feed out holds, whatever it is written as."""

import re
from dataclasses import dataclass
from datetime import datetime
from html import escape

_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An article, or a story by the article that leads it. `id`: stays the same; `html`: sanitised."""

    id: str
    url: str
    title: str
    html: str
    summary: str | None
    authors: tuple[str, ...]
    published_at: datetime
    updated_at: datetime
    tags: tuple[str, ...]
    image: str | None
    lang: str | None


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """A feed. `url`: where it is itself; `home`: the page that shows the same; items from new to old."""

    title: str
    url: str
    home: str
    updated_at: datetime
    items: tuple[FeedItem, ...]


def xml_text(text: str) -> str:
    """Returns a text as XML holds it, between tags or in quotes."""
    return escape(_ILLEGAL.sub("", text))
