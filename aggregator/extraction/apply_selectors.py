"""Applies the CSS selectors of a site: what a person knows of a site wins over what the models find.

A selector whose elements state a fact of the article has its reader in `_READERS`.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache

from selectolax.lexbor import SelectolaxError

from aggregator.dom import LexborHTMLParser, LexborNode, attribute, decode, parse, text_of
from aggregator.extraction.body.blocks import PageTree, walk
from aggregator.extraction.metadata.collect import Metadata
from aggregator.extraction.metadata.page_dates import parse_date
from aggregator.extraction.metadata.person_names import clean_authors
from aggregator.extraction.selectors import SelectorMatch, Selectors


def refuse_bad_selectors(selectors: Selectors | None) -> None:
    """Raises ValueError for a selector that is no CSS."""
    if selectors is None:
        return
    given = ((name, getattr(selectors, name)) for name in ("body", "title", "author", "date"))
    for name, selector in (*given, *(("remove", selector) for selector in selectors.remove)):
        if selector and not _is_css(selector):
            raise ValueError(f"the {name} selector {selector!r} is no CSS selector")


@lru_cache(maxsize=256)
def _is_css(selector: str) -> bool:
    try:
        LexborHTMLParser("<p>").css_first(selector)
    except (SelectolaxError, ValueError, RuntimeError):
        return False
    return True


def match_selectors(body: bytes, content_type: str | None, selectors: Selectors) -> list[SelectorMatch]:
    """Tells of each selector whether it matches on a page; an element without any text (or date) is no match."""
    tree = parse(decode(body, content_type))
    found = [
        SelectorMatch(name, selector, _says_something(_nodes(tree, selector)))
        for name in _READERS
        if (selector := getattr(selectors, name))
    ]
    found += [SelectorMatch("remove", selector, bool(_cut_out(tree, selector))) for selector in selectors.remove]
    if selectors.body:  # of what is left, as in an extraction
        found.insert(0, SelectorMatch("body", selectors.body, _says_something(_nodes(tree, selectors.body))))
    return found


def unmatched_selectors(
    body: bytes, content_type: str | None, selectors: Selectors | None
) -> tuple[SelectorMatch, ...]:
    """Returns the selectors that match nothing on a page; what is to be removed need not be on every page."""
    tried = match_selectors(body, content_type, selectors) if selectors else []
    return tuple(one for one in tried if not one.matched and one.name != "remove")


def _says_something(nodes: Iterable[LexborNode]) -> bool:
    return any(text_of(node) or attribute(node, "datetime") or attribute(node, "content") for node in nodes)


def apply_selectors(tree: LexborHTMLParser, selectors: Selectors, facts: Metadata) -> tuple[Metadata, list[str]]:
    """Cuts `remove` out of the tree and puts title, authors and date in their place; says what each selector did."""
    notes: list[str] = []
    for name, (field, read) in _READERS.items():
        if selector := getattr(selectors, name):
            before, facts = facts, read(facts, _nodes(tree, selector))
            found = f"gives {getattr(facts, field)!r}" if facts is not before else "matches nothing"
            notes.append(_note(name, selector, found))
    for selector in selectors.remove:
        count = _cut_out(tree, selector)
        notes.append(_note("remove", selector, f"cuts out {count}" if count else "matches nothing"))
    if selectors.body:
        count = len(_nodes(tree, selectors.body))
        found = f"matches {count}" if count else "matches nothing: the page is judged"
        notes.append(_note("body", selectors.body, found))
    return facts, notes


def body_of(tree: LexborHTMLParser, selectors: Selectors) -> PageTree | None:
    """Returns the blocks within the elements that `body` matches; None if it matches none with text."""
    nodes = _nodes(tree, selectors.body) if selectors.body else []
    if not nodes:
        return None
    html = "".join(node.html or "" for node in _outermost(nodes))
    page = walk(LexborHTMLParser(html))
    if not page.segments:  # the body is itself a <nav> or <footer>
        page = walk(LexborHTMLParser(html), frame=True)
    return page if page.segments else None


def _outermost(nodes: list[LexborNode]) -> list[LexborNode]:
    known = {node.mem_id for node in nodes}

    def is_inside(node: LexborNode) -> bool:
        above = node.parent
        while above is not None:
            if above.mem_id in known:
                return True
            above = above.parent
        return False

    return [node for node in nodes if not is_inside(node)]


def _note(name: str, selector: str, what: str) -> str:
    return f"selector {name} ({selector}) {what}"


def _nodes(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        return tree.css(selector)
    except SelectolaxError:
        return []


def _cut_out(tree: LexborHTMLParser, selector: str) -> int:
    """Takes the elements that match out of the tree; returns how many there were."""
    nodes = _nodes(tree, selector)
    for node in nodes:
        node.decompose()
    return len(nodes)


def _with_title(facts: Metadata, nodes: list[LexborNode]) -> Metadata:
    text = next((text for node in nodes if (text := text_of(node))), None)
    return replace(facts, title=text) if text else facts


def _with_authors(facts: Metadata, nodes: list[LexborNode]) -> Metadata:
    names = clean_authors([text_of(node) for node in nodes])
    return replace(facts, authors=names) if names else facts


def _with_date(facts: Metadata, nodes: list[LexborNode]) -> Metadata:
    for node in nodes:
        for text in (attribute(node, "datetime"), attribute(node, "content"), text_of(node)):
            moment = parse_date(text)
            if moment:
                return replace(facts, published_at=moment.at, published_precision=moment.precision)
    return facts


# What the elements of a selector state: the field that they replace, and how; the same facts if they state nothing.
_READERS: dict[str, tuple[str, Callable[[Metadata, list[LexborNode]], Metadata]]] = {
    "title": ("title", _with_title),
    "author": ("authors", _with_authors),
    "date": ("published_at", _with_date),
}
