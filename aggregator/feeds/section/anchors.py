"""Finds the links of a page that might lead to articles: each address once, with what stands around it."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from aggregator.dom import LexborHTMLParser, LexborNode, attribute, text_of
from aggregator.feeds.section import article_urls
from aggregator.text import count_words
from aggregator.urls import absolute, normalise

MAX_ANCHORS = 5_000  # no front page has more
_MAX_ANCHORS_A_LINK = 20
_MAX_CARD_DEPTH = 10  # elements above a link that may belong to it alone
_FURNITURE_TAGS = frozenset(("nav", "footer", "form", "dialog", "menu", "noscript", "template"))
_FURNITURE_ROLES = frozenset(("navigation", "contentinfo", "menu", "menubar", "search", "dialog", "banner", "tablist"))
_FURNITURE = """
nav navbar navigation menu submenu megamenu footer breadcrumb breadcrumbs pagination pager paging share sharing
social cookie cookies consent newsletter subscribe subscription login signin account comments tags taglist hashtag
hashtags byline authors skip skiplink toolbar sponsored advert advertisement advertorial ad ads promo promoted
partner partners masthead trending ticker languages langswitch language
"""
_FURNITURE_WORDS = frozenset(_FURNITURE.split())
_CLASS_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_HEADLINES = "h1,h2,h3,h4,h5,h6,[role=heading],[class*=title],[class*=head],[itemprop=headline]"
_HEADLINE_CLASS = re.compile(r"head(?:line|ing)|title", re.IGNORECASE)
# What links say that stand beside a headline.
_EMPTY_WORDS = re.compile(
    r"(?:read|learn|see|show|view|find out|continue|click here|load)\b.{0,30}|more|full story|details|share|reply|watch"
    r"|listen|live|\d+ comments?|comments?|video|photos?|gallery|weiterlesen|mehr|lire la suite|leer más|leia mais"
    r"|subscribe|sign (?:in|up)|log in|newsletter\b.{0,30}"
    r"|(?:next|previous|older|newer|first|last)(?: page| posts?)?|[\d\s.,:/|«»<>…-]*",
    re.IGNORECASE,
)


@dataclass(slots=True)
class LinkContext:
    """Says in what a link stands: what the elements from the top of the page down to it are."""

    furniture: bool = False
    by_class: bool = False  # furniture by its class alone, which may mislead
    aside: bool = False
    article: bool = False
    heading: bool = False
    path: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Anchor:
    """Holds one link element."""

    node: LexborNode
    context: LinkContext
    text: str
    headline: bool  # it is a headline, or holds one


@dataclass(slots=True)
class Link:
    """Holds an address with its link elements. `url`: absolute, as the page has it; `key`: tells it from others."""

    url: str
    key: str
    anchors: list[Anchor] = field(default_factory=list)

    @property
    def best(self) -> Anchor:
        """Returns the link element that says most: a headline before plain text, more words before fewer."""
        return max(self.anchors, key=lambda one: (bool(one.text), one.headline, min(count_words(one.text), 12)))


def links_of(tree: LexborHTMLParser, url: str) -> list[Link]:
    """Returns the links of a page that came from `url`, in the order of the first to each address, without those to the
    page itself."""
    base = base_of(tree, url)
    own = article_urls.key(normalise(url))
    found: dict[str, Link] = {}
    for node, context in _anchors(tree):
        address = absolute(attribute(node, "href"), base)
        if address is None:
            continue
        key = article_urls.key(normalise(address))
        link = found.setdefault(key, Link(address.partition("#")[0], key))
        if key != own and len(link.anchors) < _MAX_ANCHORS_A_LINK:
            link.anchors.append(Anchor(node, context, *_said(node, context)))
    return [link for link in found.values() if link.anchors]


def base_of(tree: LexborHTMLParser, url: str) -> str:
    """Returns what the links of a page are relative to."""
    base = tree.css_first("base[href]")
    return (absolute(attribute(base, "href"), url) if base is not None else None) or url


def _anchors(tree: LexborHTMLParser) -> Iterator[tuple[LexborNode, LinkContext]]:
    if tree.body is None:
        return
    contexts: dict[int, LinkContext] = {}
    count = 0
    for node in tree.body.traverse():
        parent = node.parent
        above = contexts.get(parent.mem_id) if parent is not None else None
        context = contexts[node.mem_id] = _context(node, above or LinkContext())
        if node.tag == "a" and node.attributes.get("href"):
            yield node, context
            count += 1
            if count >= MAX_ANCHORS:
                return


def _context(node: LexborNode, above: LinkContext) -> LinkContext:
    tag, given = node.tag or "", node.attributes
    if not given and tag not in _FURNITURE_TAGS and tag not in ("article", "aside", "header", *_HEADINGS):
        path = (*above.path[-4:], tag)
        return LinkContext(above.furniture, above.by_class, above.aside, above.article, above.heading, path)
    label = " ".join(filter(None, (given.get("class"), given.get("id"))))[:300]
    named = {word.lower() for word in _CLASS_WORD.findall(label)}
    top = tag in ("body", "main", "article")
    sponsored = tag == "a" and "sponsored" in (given.get("rel") or "")
    frame = tag in _FURNITURE_TAGS or (given.get("role") or "").lower() in _FURNITURE_ROLES
    return LinkContext(
        furniture=above.furniture or frame or sponsored or (tag == "header" and not above.article),
        by_class=above.by_class or (not top and not named.isdisjoint(_FURNITURE_WORDS)),
        aside=above.aside or tag == "aside" or "sidebar" in named or "widget" in named or "related" in named,
        article=above.article or tag == "article" or tag == "li",
        heading=above.heading or tag in _HEADINGS or given.get("role") == "heading",
        path=(*above.path[-4:], f"{tag}.{(given.get('class') or '').strip()[:60]}"),
    )


def _said(node: LexborNode, context: LinkContext) -> tuple[str, bool]:
    """Returns what a link says, and whether that is a headline. Of a link around a whole teaser, its headline."""
    inner = next((one for one in node.css(_HEADLINES) if _is_headline(one) and text_of(one)), None)
    text = text_of(inner if inner is not None else node)
    text = text or attribute(node, "aria-label") or attribute(node, "title")
    if not text and (image := node.css_first("img[alt]")) is not None:
        text = " ".join(attribute(image, "alt").split())
    if _EMPTY_WORDS.fullmatch(text[:100]):
        return "", False
    return text[:500], inner is not None or context.heading or bool(_HEADLINE_CLASS.search(attribute(node, "class")))


def _is_headline(node: LexborNode) -> bool:
    return (
        node.tag in _HEADINGS
        or attribute(node, "role") == "heading"
        or attribute(node, "itemprop") == "headline"
        or bool(_HEADLINE_CLASS.search(attribute(node, "class")))
    )


def cards(links: list[Link]) -> dict[str, LexborNode]:
    """Returns the largest element around each link that holds no other of `links`: its teaser, by the link's key."""
    owners: dict[int, set[str]] = defaultdict(set)
    ways: dict[str, list[LexborNode]] = {}
    for link in links:
        for anchor in link.anchors:
            way = _above(anchor.node)
            for node in way:
                owners[node.mem_id].add(link.key)
            if anchor is link.best:
                ways[link.key] = way
    found = {}
    for key, way in ways.items():
        alone = [node for node in way if len(owners[node.mem_id]) == 1]
        if alone:
            found[key] = alone[-1]
    return found


def _above(node: LexborNode) -> list[LexborNode]:
    way = [node]
    while (
        len(way) < _MAX_CARD_DEPTH
        and (parent := way[-1].parent) is not None
        and parent.tag not in ("body", "html", "main")
    ):
        way.append(parent)
    return way
