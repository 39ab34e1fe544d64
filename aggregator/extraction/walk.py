"""One walk over the parsed page: blocks of text, the elements around them, and pictures, in the order of the page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborNode

from aggregator.extraction.hints import COOKIE, HIDDEN, meaning

INLINE = frozenset(
    ["a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "ins",
     "kbd", "mark", "nobr", "q", "rb", "ruby", "s", "samp", "small", "span", "strike", "strong", "sub", "sup", "time",
     "tt", "u", "var", "wbr", "rp", "rt", "label", "center-inline", "bdo", "nobr"]
)  # fmt: skip
_MARKUP = frozenset(["b", "strong", "i", "em", "code", "sub", "sup", "s", "del", "mark", "kbd", "q", "cite"])
_SKIPPED = frozenset(
    ["script", "style", "template", "svg", "object", "select", "textarea", "input", "button", "head", "title", "meta",
     "link", "canvas", "map", "applet", "frameset", "math", "audio", "datalist", "dialog-polyfill", "-comment"]
)  # fmt: skip
_PICTURES = frozenset(["img", "amp-img"])
MOST_BLOCKS = 20_000  # a page with more is read up to here

Piece = str | tuple[str, str | None]  # text, or an opening ("a", href) / closing ("/a", None) inline element


LANDMARKS = (
    "article", "main", "aside", "nav", "footer", "header", "form", "figure", "table", "ul", "ol", "blockquote", "dl", "section",
    "figcaption", "pre", "details", "noscript", "li", "tr",
)  # fmt: skip
_LANDMARK_BIT = {tag: 1 << number for number, tag in enumerate(LANDMARKS)}


def landmark(*tags: str) -> int:
    """The bits of `Element.within` for these tags."""
    return sum(_LANDMARK_BIT[tag] for tag in tags)


class Element:
    """An element that is not inline.

    `own` and `around` are bits of `hints`: its own and those of all above it; `within` has the bits of `landmark`.
    """

    __slots__ = (
        "around",
        "blocks",
        "chars",
        "children",
        "depth",
        "first",
        "good",
        "links",
        "name",
        "own",
        "parent",
        "tag",
        "within",
    )

    def __init__(self, tag: str, parent: "Element | None", own: int, name: str) -> None:
        self.tag = tag
        self.parent = parent
        self.own = own
        self.name = name
        self.around: int = own | (parent.around if parent else 0)
        self.within: int = (parent.within if parent else 0) | _LANDMARK_BIT.get(tag, 0)
        self.depth: int = parent.depth + 1 if parent else 0
        self.first = 0  # number of the first block within
        self.blocks = 0  # how many blocks within, at any depth
        self.chars = 0  # characters of text within
        self.links = 0  # of these within links
        self.good = 0.0  # weight of what looks like prose within
        self.children = 0  # blocks directly within


@dataclass(slots=True, eq=False)
class Segment:
    """A block before it is decided on: its text on one line (`pre` keeps its lines), and what it is made of."""

    number: int
    text: str
    element: Element
    pieces: list[Piece]
    link_chars: int
    link_count: int
    inline: int  # bits of the inline elements within
    has_time: bool
    emphasis: int  # characters within <b> or <strong>
    words: int = 0


@dataclass(slots=True, eq=False)
class Picture:
    """An image where it stands: before block number `before`, within `element`."""

    before: int
    element: Element
    attributes: Mapping[str, str | None]
    sources: list[str] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Page:
    """What the walk found. `root` is the element of <body>."""

    root: Element
    elements: list[Element]
    segments: list[Segment]
    pictures: list[Picture]


class _Walker:
    """Collects text until an element that is not inline begins or ends, or a line is left empty by two <br>."""

    def __init__(self) -> None:
        self.root = Element("body", None, 0, "")
        self.page = Page(self.root, [self.root], [], [])
        self.element = self.root
        self.open: list[tuple[str, str | None]] = []  # inline markup that is open here
        self.pieces: list[Piece] = []
        self.has_text = False
        self.link_depth = self.bold_depth = self.pre_depth = 0
        self.link_chars = self.link_count = self.emphasis = self.inline = self.breaks = 0
        self.has_time = False

    def text(self, content: str) -> None:
        if content.isspace():
            if self.has_text:
                self.pieces.append(content if self.pre_depth else " ")
            return
        self.pieces.append(content)
        self.has_text = True
        self.breaks = 0
        if self.link_depth:
            self.link_chars += len(content)
        if self.bold_depth:
            self.emphasis += len(content)

    def line_break(self) -> None:
        self.breaks += 1
        if self.breaks >= 2 and not self.pre_depth:
            self.flush()
        elif self.has_text:
            self.pieces.append(("br", None))

    def flush(self) -> None:
        """Ends the block that is being collected."""
        pieces = self.pieces
        if self.has_text:
            joined = "".join(
                [piece if piece.__class__ is str else "\n" if piece[0] == "br" else "" for piece in pieces]
            )
            text = joined.strip("\r\n ") if self.pre_depth else " ".join(joined.split())
            if text and len(self.page.segments) < MOST_BLOCKS:
                segment = Segment(
                    len(self.page.segments), text, self.element, pieces, self.link_chars, self.link_count, self.inline,
                    self.has_time, self.emphasis,
                )  # fmt: skip
                self.page.segments.append(segment)
                self.element.children += 1
            self.pieces = list(self.open)
        elif pieces:
            self.pieces = list(self.open)
        self.has_text = self.has_time = False
        self.link_chars = self.link_count = self.emphasis = self.inline = self.breaks = 0

    def begin(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        """An element that is not inline begins."""
        self.flush()
        names = _names(attributes) if attributes else ""
        own = meaning(names) if names else 0
        if attributes and _hidden(attributes):
            own |= HIDDEN
        if attributes.get("role") in ("dialog", "alertdialog"):
            own |= COOKIE
        element = Element(tag, self.element, own, names)
        element.first = len(self.page.segments)
        self.page.elements.append(element)
        self.element = element
        if tag == "pre":
            self.pre_depth += 1

    def end(self, tag: str) -> None:
        self.flush()
        element = self.element
        element.blocks = len(self.page.segments) - element.first
        if tag == "pre":
            self.pre_depth -= 1
        if element.parent is not None:
            self.element = element.parent

    def begin_inline(self, tag: str, attributes: Mapping[str, str | None]) -> None:
        if tag == "a":
            self.link_depth += 1
            self.link_count += 1
            self._mark("a", attributes.get("href"))
        elif tag in _MARKUP:
            if tag in ("b", "strong"):
                self.bold_depth += 1
            self._mark(tag, None)
        elif tag == "time":
            self.has_time = True
        if attributes:
            names = _names(attributes)
            if names:
                self.inline |= meaning(names)

    def _mark(self, tag: str, value: str | None) -> None:
        self.open.append((tag, value))
        self.pieces.append((tag, value))

    def end_inline(self, tag: str) -> None:
        if tag == "a":
            self.link_depth -= 1
        elif tag in ("b", "strong"):
            self.bold_depth -= 1
        if tag == "a" or tag in _MARKUP:
            self.pieces.append(("/" + tag, None))
            self.open.pop()


def _names(attributes: Mapping[str, str | None]) -> str:
    get = attributes.get
    return " ".join(
        [
            v
            for v in (
                get("class"),
                get("id"),
                get("itemprop"),
                get("role"),
                get("data-testid"),
                get("data-component"),
                get("data-type"),
            )
            if v
        ]
    )


def _hidden(attributes: Mapping[str, str | None]) -> bool:
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    if not style:
        return False
    style = style.replace(" ", "").lower()
    return "display:none" in style or "visibility:hidden" in style


def walk(body: LexborNode | None) -> Page:
    """The blocks, elements and pictures of a page, in one pass without recursion."""
    walker = _Walker()
    node = body.first_child if body is not None else None
    closing: list[tuple[str, bool]] = []  # tag and whether it is inline, of the open elements below body
    while node is not None:
        child = _enter(walker, node, closing)
        if child is not None:
            node = child
            continue
        following = node.next
        while following is None and closing:
            tag, is_inline = closing.pop()
            if is_inline:
                walker.end_inline(tag)
            else:
                walker.end(tag)
            node = node.parent
            assert node is not None
            following = node.next
        node = following
    walker.flush()
    walker.root.blocks = len(walker.page.segments)
    return walker.page


def _enter(walker: _Walker, node: LexborNode, closing: list[tuple[str, bool]]) -> LexborNode | None:
    """Takes one node in; gives its first child if that is to be walked next."""
    tag = node.tag
    if tag == "-text":
        walker.text(node.text_content or "")
        return None
    if tag is None or tag in _SKIPPED:
        return None
    if tag == "br":
        walker.line_break()
        return None
    attributes = node.attributes
    if tag in _PICTURES:
        walker.page.pictures.append(Picture(len(walker.page.segments), walker.element, attributes))
        return None
    child = node.first_child
    is_inline = tag in INLINE
    if child is None:
        if not is_inline:
            walker.flush()
        return None
    if is_inline:
        walker.begin_inline(tag, attributes)
    else:
        walker.begin(tag, attributes)
    closing.append((tag, is_inline))
    return child
