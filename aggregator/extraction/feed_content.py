"""Cleans an entry's own content: it is an article already, so nothing is judged."""

import re

from aggregator.dom import parse
from aggregator.extraction.body.blocks import Segment, walk
from aggregator.extraction.body.images import pictures_of_body
from aggregator.extraction.body.render import join_html, join_text

# What blog software appends to every entry: "The post X appeared first on Y." in the languages WordPress is used in
# most.
_TAIL = re.compile(
    r"^(?:The post .{1,300} (?:appeared first|first appeared) on .{1,200}"
    r"|(?:L['’]article|Cet article) .{1,300} est apparu en premier sur .{1,200}"
    r"|Der Beitrag .{1,300} erschien zuerst auf .{1,200}"
    r"|L['’]articolo .{1,300} (?:proviene da|sembra essere il primo su) .{1,200}"
    r"|La entrada .{1,300} (?:se publicó primero en|apareció primero en|aparece primero en) .{1,200}"
    r"|O post .{1,300} apareceu primeiro em .{1,200}"
    r"|Het bericht .{1,300} verscheen eerst op .{1,200}"
    r"|Запись .{1,300} (?:впервые появилась|сначала появилась) .{1,200}"
    r"|Artykuł .{1,300} pochodzi z serwisu .{1,200}"
    r"|.{0,100}(?:Continue reading|Read more|\[…\]|\[\.\.\.\])\s*→?)$",
    re.IGNORECASE,
)


def from_feed(content_html: str, url: str | None) -> tuple[str, str]:
    """Returns the text and the sanitised HTML of an entry's content; addresses are made absolute against `url`. Never
    raises."""
    page = walk(parse(content_html))
    kept: list[Segment] = [segment for segment in page.segments if not _TAIL.match(segment.text)]
    return join_text(kept), join_html(page, kept, pictures_of_body(page, kept, url), url)
