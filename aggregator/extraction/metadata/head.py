"""Gathers what a page says of itself in one pass: meta and link elements, JSON-LD, titles, times, microdata."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.text import UNSPACED, squeeze

_QUERY = (
    'meta,link[rel~="canonical" i],link[rel~="image_src" i],script[type*="ld+json" i],title,h1,time,[itemprop],'
    'abbr[title],[property*="date" i],html,base[href]'
)
_MAX_ELEMENTS = 3000  # elements looked at: a page of a million tags must not take long
_LONG_SCRIPT = 3_000_000
_LONG_VALUE = 4000
_VOID_PROPERTIES = {"meta": "content", "link": "href", "time": "datetime", "img": "src", "data": "value"}
_NAMES = ("property", "name", "itemprop", "http-equiv")
_UNSEEN = frozenset("script style template svg noscript button iframe rt rp rtc".split())
# Inside these a word goes on; inside others of a heading (spans, links) a kicker or another line may stand.
_IN_WORD = frozenset("em i b strong sub sup q cite mark u s del ins small font abbr wbr nobr big code ruby rb".split())
_IN_LINE = _IN_WORD | frozenset("span a time bdi bdo label data var kbd samp tt img".split())
_MAX_DEPTH, _MAX_PARTS = 20, 400  # elements within each other, and pieces, of a heading that are read
_EDGE = "\x1f"  # stands in a text where an element begins or ends that may be a line of its own
_AT_EDGE = re.compile(f"(\\S{{1,2}}){_EDGE}+(?=(\\S?.?))", re.DOTALL)
_RAISED = str.maketrans("0123456789+-−()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁽⁾ⁿ")
_LOWERED = str.maketrans("0123456789+-−()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₍₎")


@dataclass(slots=True)
class Head:
    """Holds the raw statements of a page, in document order. Keys are lower case."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    title: str = ""
    headings: list[tuple[LexborNode, str]] = field(default_factory=list)
    html_lang: str | None = None
    base: str | None = None
    times: list[tuple[LexborNode, str]] = field(default_factory=list)
    properties: dict[str, list[tuple[LexborNode, str]]] = field(default_factory=dict)

    def first(self, *names: str) -> str | None:
        """Returns the first value that one of the meta names has, in the order of the names."""
        for name in names:
            if values := self.meta.get(name):
                return values[0]
        return None

    def all(self, *names: str) -> list[str]:
        """Returns all values of the meta names, in the order of the names."""
        return [value for name in names if name in self.meta for value in self.meta[name]]


def read_head(tree: LexborHTMLParser) -> Head:
    """Gathers the statements of a page."""
    head = Head()
    for node in tree.css(_QUERY)[:_MAX_ELEMENTS]:
        attributes = node.attributes
        tag = node.tag or ""
        if tag == "meta":
            _read_meta(head, attributes)
        else:
            _read_other(head, node, tag, attributes)
        if "itemprop" in attributes:
            _read_property(head, node, tag, attributes)
    return head


def _read_meta(head: Head, attributes: dict[str, str | None]) -> None:
    value = attributes.get("content")
    if not value or not (value := value[:_LONG_VALUE].strip()):
        return
    for key in _NAMES:
        name = attributes.get(key)
        if name:
            head.meta.setdefault(name.strip().lower(), []).append(value)


def _read_other(head: Head, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> None:
    if tag == "link":
        for rel in (attributes.get("rel") or "").lower().split():
            head.links.setdefault(rel, []).append(attributes.get("href") or "")
    elif tag == "script":
        script = node.text()
        if len(script) < _LONG_SCRIPT:
            head.scripts.append(script)
    elif tag == "title":
        head.title = head.title or squeeze(node.text()[:_LONG_VALUE])
    elif tag == "h1":
        head.headings.append((node, heading_text(node)))
    elif tag == "html":
        head.html_lang = attributes.get("lang") or attributes.get("xml:lang")
    elif tag == "base":
        head.base = head.base or attributes.get("href")
    elif tag == "time":
        head.times.append((node, attributes.get("datetime") or ""))
    elif tag != "meta" and "property" in attributes and tag not in ("html", "h1"):  # RDFa
        name = (attributes["property"] or "").rsplit(":", 1)[-1].lower()
        head.properties.setdefault(name, []).append((node, attributes.get("content") or ""))
    elif tag == "abbr" and (attributes["title"] or "")[:4].isdigit():  # as microformats write times
        head.times.append((node, attributes["title"] or ""))


def heading_text(node: LexborNode) -> str:
    """Returns the text of a heading on one line: markup within a line adds no blanks, what begins another line does,
    and raised and lowered digits stay so (CO₂)."""
    if not is_marked_up(node):
        return squeeze(node.text()[:_LONG_VALUE])
    return squeeze(
        _AT_EDGE.sub(_joined, "".join(islice(_parts(node, 0), _MAX_PARTS)))[:_LONG_VALUE].replace(_EDGE, " ")
    )


def is_marked_up(node: LexborNode) -> bool:
    """Returns True if an element holds more than text."""
    child = node.child
    return child is not None and (child.tag != "-text" or child.next is not None)


def _parts(node: LexborNode, depth: int) -> Iterator[str]:
    child = node.child
    while child is not None:
        tag = child.tag or ""
        if tag == "-text":
            yield child.text_content or ""
        elif tag in ("sup", "sub"):
            text = child.text()
            moved = text.translate(_RAISED if tag == "sup" else _LOWERED)
            yield text if any(char.isalnum() and char.isascii() for char in moved) else moved
        elif tag not in _UNSEEN and tag != "-comment":
            edge = "" if tag in _IN_WORD else _EDGE if tag in _IN_LINE else " "
            yield edge
            if depth < _MAX_DEPTH:
                yield from _parts(child, depth + 1)
            yield edge
        child = child.next


def _joined(edge: re.Match[str]) -> str:
    """Returns what stands before an edge, with a blank where another line begins behind it."""
    before, after = edge[1], edge[2]
    last, first = before[-1], after[:1]
    if not first or first.isspace() or first == _EDGE:
        return before
    ends_word = len(before) > 1 and before[0].isalnum()
    begins = first.isupper() or (edge[0].count(_EDGE) > 1 and after[-1].isalpha())
    starts_line = (
        (last in ":|!?" and (first.isalnum() or first in "“„«‘"))
        or (last.isalnum() and first in "“„«‘")
        or (ends_word and last.isalnum() and first.isalpha() and begins and not _is_unspaced(first))
    )
    return f"{before} " if starts_line else before


def _is_unspaced(char: str) -> bool:
    return bool(re.match(f"[{UNSPACED}]", char))


def _read_property(head: Head, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> None:
    source = _VOID_PROPERTIES.get(tag)
    value = attributes.get("content") or (attributes.get(source) if source else None)
    for name in (attributes["itemprop"] or "").lower().split():
        head.properties.setdefault(name, []).append((node, value or ""))
