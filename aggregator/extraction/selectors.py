"""Per-site CSS selectors: what a person knows of a site wins over what is judged."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from selectolax.lexbor import SelectolaxError

from aggregator.dom import LexborHTMLParser, LexborNode, attribute, text_of
from aggregator.extraction.body.blocks import Page, walk
from aggregator.extraction.metadata.collect import Metadata
from aggregator.extraction.metadata.page_dates import parse_date
from aggregator.extraction.metadata.person_names import clean_authors


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors of one site. `body`: the elements that hold the text; `remove`: what is cut out before."""

    body: str | None = None
    title: str | None = None
    author: str | None = None
    date: str | None = None
    remove: tuple[str, ...] = ()


def apply_selectors(tree: LexborHTMLParser, selectors: Selectors, facts: Metadata) -> tuple[Metadata, list[str]]:
    """Cuts `remove` out of the tree and puts title, authors and date in their place; says what each selector did."""
    notes: list[str] = []
    for name, selector, read in (
        ("title", selectors.title, _title),
        ("author", selectors.author, _authors),
        ("date", selectors.date, _date),
    ):
        if selector:
            values = read(_matches(tree, selector))
            facts = replace(facts, **values)
            notes.append(
                _note(name, selector, f"gives {next(iter(values.values()))!r}" if values else "matches nothing")
            )
    for selector in selectors.remove:
        nodes = _matches(tree, selector)
        for node in nodes:
            node.decompose()
        notes.append(_note("remove", selector, f"cuts out {len(nodes)}" if nodes else "matches nothing"))
    if selectors.body:
        found = len(_matches(tree, selectors.body))
        notes.append(
            _note("body", selectors.body, f"matches {found}" if found else "matches nothing: the page is judged")
        )
    return facts, notes


def body_of(tree: LexborHTMLParser, selectors: Selectors) -> Page | None:
    """The blocks within the elements that `body` matches; None if it matches none with text."""
    nodes = _matches(tree, selectors.body) if selectors.body else []
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


def _matches(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    try:
        return tree.css(selector)
    except SelectolaxError:
        return []


_Read = Callable[[list[LexborNode]], dict[str, Any]]


def _title(nodes: list[LexborNode]) -> dict[str, Any]:
    text = next((text for node in nodes if (text := text_of(node))), None)
    return {"title": text} if text else {}


def _authors(nodes: list[LexborNode]) -> dict[str, Any]:
    names = clean_authors([text_of(node) for node in nodes])
    return {"authors": names} if names else {}


def _date(nodes: list[LexborNode]) -> dict[str, Any]:
    for node in nodes:
        for text in (attribute(node, "datetime"), attribute(node, "content"), text_of(node)):
            moment = parse_date(text)
            if moment:
                return {"published_at": moment.at, "published_precision": moment.precision}
    return {}
