"""What a page says of itself, gathered in one pass: meta and link elements, JSON-LD, titles, times, microdata."""

from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.text import squeeze

_QUERY = 'meta,link[rel],script[type*="ld+json" i],title,h1,time,[itemprop],html'
_MANY = 3000  # elements looked at: a page of a million tags must not take long
_LONG_SCRIPT = 3_000_000
_LONG_VALUE = 4000
_VOID_PROPERTIES = {"meta": "content", "link": "href", "time": "datetime", "img": "src", "data": "value"}


@dataclass(slots=True)
class Head:
    """Raw statements of a page, in document order. Keys are lower case."""

    meta: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, list[str]] = field(default_factory=dict)
    scripts: list[str] = field(default_factory=list)
    title: str = ""
    headings: list[tuple[LexborNode, str]] = field(default_factory=list)
    html_lang: str | None = None
    times: list[tuple[LexborNode, str]] = field(default_factory=list)
    properties: dict[str, list[tuple[LexborNode, str]]] = field(default_factory=dict)

    def first(self, *names: str) -> str | None:
        """The first value that one of the meta names has, in the order of the names."""
        return next((value for name in names for value in self.meta.get(name, ())), None)

    def all(self, *names: str) -> list[str]:
        """All values of the meta names, in the order of the names."""
        return [value for name in names for value in self.meta.get(name, ())]


def read_head(tree: LexborHTMLParser) -> Head:
    """Gather the statements of a page."""
    head = Head()
    nodes = tree.css(_QUERY)
    for node in nodes[:_MANY]:
        _read(head, node)
    return head


def _read(head: Head, node: LexborNode) -> None:
    attributes = node.attributes
    tag = node.tag or ""
    if tag == "meta":
        _read_meta(head, attributes)
    elif tag == "link":
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
        return
    if tag == "time":
        head.times.append((node, attributes.get("datetime") or ""))
    if attributes.get("itemprop"):
        _read_property(head, node, attributes)


def _read_meta(head: Head, attributes: dict[str, str | None]) -> None:
    value = attributes.get("content")
    if not value or not (value := value.strip()):
        return
    for key in ("property", "name", "itemprop", "http-equiv"):
        name = attributes.get(key)
        if name:
            head.meta.setdefault(name.strip().lower(), []).append(value[:_LONG_VALUE])


def _read_property(head: Head, node: LexborNode, attributes: dict[str, str | None]) -> None:
    source = _VOID_PROPERTIES.get(node.tag or "")
    value = attributes.get("content") or (attributes.get(source) if source else None)
    for name in (attributes["itemprop"] or "").lower().split():
        head.properties.setdefault(name, []).append((node, value or ""))
