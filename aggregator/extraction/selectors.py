"""Per-site CSS selectors: what a person knows of a site wins over what is judged."""

from dataclasses import dataclass, replace

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

from aggregator.dom import parse
from aggregator.extraction.dates import parse_date
from aggregator.extraction.metadata import Metadata
from aggregator.extraction.names import clean_authors
from aggregator.text import squeeze


@dataclass(frozen=True, slots=True)
class Selectors:
    """CSS selectors of one site. `body`: the elements that hold the text; `remove`: what is cut out before."""

    body: str | None = None
    title: str | None = None
    author: str | None = None
    date: str | None = None
    remove: tuple[str, ...] = ()


def cut(tree: LexborHTMLParser, selectors: Selectors) -> None:
    """Takes the elements to be removed out of the page."""
    for selector in selectors.remove:
        for node in _found(tree, selector):
            node.decompose()


def body_of(tree: LexborHTMLParser, selectors: Selectors) -> LexborHTMLParser | None:
    """A page of the selected body alone; None where nothing is selected."""
    nodes = _found(tree, selectors.body)
    within = {
        id_ for node in nodes for id_ in (inner.mem_id for inner in _found(node, selectors.body)) if id_ != node.mem_id
    }
    html = "".join(node.html or "" for node in nodes if node.mem_id not in within)
    return parse(html) if html else None


def told(tree: LexborHTMLParser, selectors: Selectors, facts: Metadata) -> Metadata:
    """The metadata, with what the selectors name in place of what was judged."""
    titles, authors, dates = (_texts(tree, css) for css in (selectors.title, selectors.author, selectors.date))
    if titles:
        facts = replace(facts, title=titles[0])
    if authors:
        facts = replace(facts, authors=clean_authors(authors))
    moment = next(filter(None, map(parse_date, _stamps(tree, selectors.date) + dates)), None)
    if moment is not None:
        facts = replace(facts, published_at=moment.at, published_precision=moment.precision)
    return facts


def _found(tree: LexborHTMLParser | LexborNode, selector: str | None) -> list[LexborNode]:
    if not selector:
        return []
    try:
        return tree.css(selector)
    except SelectolaxError:  # feeds.yaml is checked when it is read; a caller of the library may still be wrong
        return []


def _texts(tree: LexborHTMLParser, selector: str | None) -> list[str]:
    texts = (squeeze(node.text(separator=" ")) for node in _found(tree, selector))
    return [text for text in texts if text]


def _stamps(tree: LexborHTMLParser, selector: str | None) -> list[str]:
    values = (node.attributes.get("datetime") or node.attributes.get("content") for node in _found(tree, selector))
    return [value for value in values if value]
