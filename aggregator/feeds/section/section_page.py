"""Reads a section page as a feed: finds the links to articles among all its links, by structure.

A link counts by what its address looks like, by what it says, by whether it is a headline, and by its like: links
that stand at the same place of a repeated pattern are judged together.
"""

import re
from collections import defaultdict
from datetime import datetime

from selectolax.lexbor import SelectolaxError

from aggregator import dom
from aggregator.dom import LexborHTMLParser, LexborNode, attribute, text_of
from aggregator.errors import FeedError
from aggregator.feeds import sniff
from aggregator.feeds.feed_dates import date_or_none
from aggregator.feeds.formats.raw import RawEntry, RawFeed
from aggregator.feeds.section import article_urls
from aggregator.feeds.section.anchors import Anchor, Link, cards, links_of
from aggregator.text import UNSPACED, count_words
from aggregator.urls import site_of

MAX_LINKS = 300
MIN_LINKS = 3  # links that make a section page
_MIN_SCORE = 4.0
_UNSPACED = re.compile(f"[{UNSPACED}]")


def read(body: bytes, content_type: str | None, url: str, selector: str | None) -> RawFeed:
    """Returns the articles that a page links to, in its order. `selector`: CSS of the links, or of what holds one.

    Raises FeedError if there are none, or if the body is no page.
    """
    if kind := sniff.binary(body):
        raise FeedError(f"{kind}, not a page")
    tree = dom.parse(dom.decode(body, content_type))
    for node in tree.css("script, style, template"):
        node.decompose()
    found = _selected(tree, url, selector) if selector else articles(tree, url)
    if not found and selector:
        raise FeedError(f"the selector of its links '{selector}' matches no link on the page")
    if not found:
        raise FeedError("no links to articles found on the page; `links:` with a CSS selector names them")
    around = cards(found)
    title = tree.css_first("title")
    html = tree.css_first("html")
    return RawFeed(
        format="section",
        title=text_of(title) if title is not None else None,
        link=url,
        lang=attribute(html, "lang") if html is not None else None,
        entries=[_entry(link, around.get(link.key)) for link in found[:MAX_LINKS]],
    )


def articles(tree: LexborHTMLParser, url: str) -> list[Link]:
    """Returns the links of a page to articles, in its order; none if it is no page of that kind."""
    links = links_of(tree, url)
    for by_class, foreign in ((False, False), (True, False), (False, True)):
        own = [kept for link in links if (kept := _kept(link, url, by_class=by_class, foreign=foreign))]
        scores = _scores(own)
        found = [link for link in own if scores[link.key] >= _MIN_SCORE]
        if len(found) >= MIN_LINKS:
            return found
    return []


def _kept(link: Link, url: str, *, by_class: bool, foreign: bool) -> Link | None:
    """Returns a link without those of its elements that are furniture; `foreign`: links to other sites count too."""
    if not foreign and site_of(link.url) != site_of(url):
        return None
    anchors = [one for one in link.anchors if not one.context.furniture and (by_class or not one.context.by_class)]
    return Link(link.url, link.key, anchors) if anchors else None


def _scores(links: list[Link]) -> dict[str, float]:
    """Scores each link, by its key; those of one pattern lift or sink one another."""
    around = cards(links)
    own = {link.key: _own_score(link, around.get(link.key)) for link in links}
    groups: dict[tuple[str, ...], list[Link]] = defaultdict(list)
    for link in links:
        groups[link.best.context.path].append(link)
    total = {}
    for group in groups.values():
        mean = sum(own[link.key] for link in group) / len(group)
        lift = 0.0 if len(group) < MIN_LINKS else 1.5 if mean >= 3.0 else -1.0 if mean < 1.5 else 0.0
        for link in group:  # a title of one word counts with its like
            total[link.key] = (max(own[link.key], mean) if lift > 0 and own[link.key] > 0 else own[link.key]) + lift
    return total


def _own_score(link: Link, card: LexborNode | None) -> float:
    best = link.best
    heading = best.headline or bool(_heading(card))
    total = article_urls.score(link.url) + _text_score(best)
    total += 2.0 if heading else 0.0
    total += 0.5 if best.context.article else 0.0
    total += 1.0 if best.context.article and heading else 0.0
    total -= 1.5 if best.context.aside else 0.0
    if card is not None and card.css_first("time") is not None:
        total += 1.0
    return total


def _heading(card: LexborNode | None) -> str:
    """Returns the heading of a teaser."""
    found = card.css("h1, h2, h3, h4, h5, h6") if card is not None else []
    return next((text for one in found if (text := text_of(one))), "")


def _text_score(anchor: Anchor) -> float:
    count = min(count_words(anchor.text), 40)
    if _UNSPACED.search(anchor.text):
        count //= 2
    return 2.0 if count >= 5 else 1.0 if count >= 3 else -1.0


def _selected(tree: LexborHTMLParser, url: str, selector: str) -> list[Link]:
    """Returns the links that a person's selector names, in the order of the page."""
    try:
        nodes = tree.css(selector)
    except SelectolaxError:
        return []
    inside = {node.mem_id for one in nodes for node in ([one] if one.tag == "a" else one.css("a[href]")[:1])}
    return [
        Link(link.url, link.key, anchors)
        for link in links_of(tree, url)
        if (anchors := [one for one in link.anchors if one.node.mem_id in inside])
    ]


def _entry(link: Link, card: LexborNode | None) -> RawEntry:
    title = link.best.text
    heading = "" if link.best.headline else _heading(card)
    if heading and not (title and heading.endswith(title)):  # a heading may begin with the name of the section
        title = heading
    return RawEntry(
        guid=link.key,  # what follows a link's address from its place on the page changes with the place
        link=link.url,
        title=title or None,
        summary=_summary(card, title) if card is not None else None,
        published=(_time(card) if card is not None else None) or article_urls.day_in(link.url),
    )


def _summary(card: LexborNode, title: str) -> str | None:
    from html import escape

    texts = [text for one in card.css("p")[:10] if (text := text_of(one)) and text != title]
    best = max(texts, key=len, default="")
    return escape(best[:2000], quote=False) if count_words(best) >= 6 else None


def _time(card: LexborNode) -> datetime | None:
    for node in card.css("time[datetime], [itemprop=datePublished][content]")[:5]:
        written = attribute(node, "datetime") or attribute(node, "content")
        if at := date_or_none(written):
            return at
    return None
