"""Gathers what a page says of itself in one pass: meta and link elements, JSON-LD, titles, times, microdata."""

from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.text import squeeze

_QUERY = (
    'meta,link[rel~="canonical" i],link[rel~="image_src" i],script[type*="ld+json" i],title,h1,time,[itemprop],html,'
    "base[href]"
)
_MAX_ELEMENTS = 3000  # elements looked at: a page of a million tags must not take long
_LONG_SCRIPT = 3_000_000
_LONG_VALUE = 4000
_VOID_PROPERTIES = {"meta": "content", "link": "href", "time": "datetime", "img": "src", "data": "value"}
_NAMES = ("property", "name", "itemprop", "http-equiv")


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
        head.headings.append((node, squeeze(node.text(separator=" ")[:_LONG_VALUE])))
    elif tag == "html":
        head.html_lang = attributes.get("lang") or attributes.get("xml:lang")
    elif tag == "base":
        head.base = head.base or attributes.get("href")
    elif tag == "time":
        head.times.append((node, attributes.get("datetime") or ""))


def _read_property(head: Head, node: LexborNode, tag: str, attributes: dict[str, str | None]) -> None:
    source = _VOID_PROPERTIES.get(tag)
    value = attributes.get("content") or (attributes.get(source) if source else None)
    for name in (attributes["itemprop"] or "").lower().split():
        head.properties.setdefault(name, []).append((node, value or ""))
