"""Reads the parsed page in one pass: blocks of text, the elements around them, and pictures, in the order of the page.

The tree is written out again by the parser, which makes any markup regular (every element is closed, every value
quoted), and that source is read as a list of tags with the text behind each. Measured on the development pages:
a third of the time of visiting the nodes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser

from aggregator.extraction.body.class_names import COOKIE, HIDDEN, meaning
from aggregator.extraction.body.raised import RAISED, raised

MAX_BLOCKS = 20_000  # a page with more is read up to here
_UNSEEN = tuple(
    "script style template svg object select textarea button iframe canvas map applet math audio datalist "
    "noembed noframes xmp rt rp rtc".split()
)
# Hardly an article stands in them (0.03 % of the words of the development pages), and a third of all tags do.
FRAME = ("nav", "footer")
_INLINE = tuple(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rb ruby "
    "s samp small span strike strong sub sup time tt u var".split()
)
_VOID = tuple("area base col embed input link meta param track wbr basefont bgsound frame keygen".split())
MARKUP = frozenset("a b strong i em code sub sup s del mark kbd q cite".split())
_A, _BOLD, _INNER, _BREAK, _RULE, _PICTURE, _SOURCE, _NOTHING, _PRE, _FORM = range(1, 11)
_TAG_KINDS = (
    dict.fromkeys(_INLINE, _INNER) | dict.fromkeys(_VOID, _NOTHING)
    | dict.fromkeys(("img", "amp-img", "amp-anim"), _PICTURE) | {"": _NOTHING, "a": _A, "b": _BOLD, "strong": _BOLD}
    | {"br": _BREAK, "hr": _RULE, "source": _SOURCE, "pre": _PRE, "form": _FORM}
)  # fmt: skip

Token = tuple[str, str, str, str]  # "/" of a closing tag, the tag, its attributes as written, the text behind it
# Written out, every attribute has a value in double quotes; names may hold quotes themselves, where a page is broken.
_TOKEN = re.compile(r'<(?:!--.*?-->|(/?)([a-zA-Z][^\s>/]*)((?:\s=?[^\s=>]*="[^"]*")*+)>)([^<]*)', re.DOTALL)
_ATTRIBUTE = re.compile(r'\s(=?[^\s=>]*)="([^"]*)"')
_OTHER_NAMES = (' id="', ' itemprop="', ' role="', ' data-testid="', ' data-component="', ' data-type="')
_HIDING = re.compile(r' hidden="| aria-hidden="true"|display:\s*none|visibility:\s*hidden', re.IGNORECASE)
# Elements that a script or a style sheet fills with a picture.
_SHOWING = re.compile(
    r"\b(?:data-(?:src|original|lazy-src|bg|bgset|background|background-image|image|image-src)"
    r'="[^"]+\.(?:jpe?g|png|webp|avif)\b|background(?:-image)?:\s*url\()'
)
# A link beside a heading by which wikis offer to edit the section.
_EDIT_WORDS = (
    "edit|edit source|bearbeiten|quelltext bearbeiten|modifier|modifier le code|editar|editar código|editar fonte"
    "|modifica"
    "|modifica wikitesto|bewerken|brontekst bewerken|edytuj|edytuj kod|править|править код|редагувати"
    "|редагувати код|編集|ソースを編集"
    "|编辑|編輯|编辑源代码|편집|원본 편집|عدل|تعديل|تحرير|redigera|redigera wikitext|rediger|rediger kildetekst"
    "|muokkaa|muokkaa wikitekstiä"
    "|değiştir|kaynağı değiştir|sunting|sửa|sửa mã nguồn|editovat|editovat zdroj|szerkesztés|modificare"
    "|επεξεργασία|עריכה|ویرایش"
)
_TAGS = r"(?:\s|&nbsp;|</?(?:a|span|sup|small|i|em)\b[^>]*>)*+"
_EDIT = re.compile(rf"\[{_TAGS}(?:{_EDIT_WORDS}){_TAGS}(?:[|/]{_TAGS}(?:{_EDIT_WORDS}){_TAGS})?\]", re.IGNORECASE)
_MARKUP_ALONE = re.compile(r"<[^>]*>")
_MAX_CACHED = 1000  # characters of attributes: longer ones are not remembered

LANDMARKS = tuple(
    "article main aside nav footer header form figure table ul ol blockquote dl section figcaption pre "
    "details noscript li tr".split()
)
_LANDMARK_BIT = {tag: 1 << number for number, tag in enumerate(LANDMARKS)}


def landmark(*tags: str) -> int:
    """Returns the bits of `Element.within` for these tags."""
    return sum(_LANDMARK_BIT[tag] for tag in tags)


class Element:
    """An element that is not inline; `source`: its attributes as written.

    The blocks within, at any depth, are `first` to `first + blocks - 1`. `name` is its class, id and the like; `own`
    and `around` are bits of `class_names`: its own and those of all above it; `within` has the bits of `landmark`.
    """

    __slots__ = ("around", "blocks", "depth", "first", "name", "number", "own", "parent", "source", "tag", "within")

    def __init__(self, tag: str, parent: "Element | None", source: str, first: int) -> None:
        self.tag = tag
        self.parent = parent
        self.source = source
        self.first = first
        self.depth: int = parent.depth + 1 if parent is not None else 0
        self.name = ""
        self.number = self.blocks = self.own = self.around = self.within = 0

    def read_names(self) -> None:
        """Reads what names the element, and what is around it; those above have been read."""
        source = self.source
        if source:
            self.name, self.own = _named(source) if len(source) < _MAX_CACHED else _named.__wrapped__(source)
        self.around, self.within = self.own, _LANDMARK_BIT.get(self.tag, 0)
        if self.parent is not None:
            self.around |= self.parent.around
            self.within |= self.parent.within


@dataclass(slots=True, eq=False)
class Segment:
    """A block before it is decided on: its text on one line (`pre` keeps its lines), and where it stands.

    Its markup is the text of token `start` and the tokens after that up to `end`; `opened`: inline markup that began
    before.
    """

    number: int
    text: str
    element: Element
    start: int
    end: int
    opened: tuple[int, ...]
    link_chars: int
    link_count: int
    inline: int  # bits of the inline elements within
    has_time: bool
    emphasis: int  # characters within <b> or <strong>


@dataclass(slots=True, eq=False)
class Picture:
    """An image where it stands: before block number `before`, within `element`. `source`: attributes as written;
    `fallback`: it stands in a <noscript>, mostly for the one before it."""

    before: int
    element: Element
    source: str
    sets: str = ""  # srcset of the <source> before it
    fallback: bool = False

    @property
    def attributes(self) -> Mapping[str, str]:
        return attributes(self.source)


@dataclass(slots=True, eq=False)
class PageTree:
    """Holds what the walk found. `root` is the element of <body>, the first of `elements`, which are those that hold
    blocks; `forms`: the elements of forms, or those around forms that hold no block."""

    root: Element
    elements: list[Element]
    segments: list[Segment]
    pictures: list[Picture]
    tokens: list[Token]
    forms: list[Element]


def attributes(source: str) -> dict[str, str]:
    """Returns attributes as written in a token, by name."""
    return {name: unescape(value) for name, value in _ATTRIBUTE.findall(source)}


def unescape(text: str) -> str:
    """Undoes what the parser escapes when it writes a tree out."""
    if "&" not in text:
        return text
    text = text.replace("&nbsp;", "\u00a0").replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"')
    return text.replace("&amp;", "&")


def walk(tree: LexborHTMLParser, *, frame: bool = False) -> PageTree:
    """Returns the blocks, elements and pictures of a page, of its navigation and footer only if `frame` says so.

    Takes out of the tree what is not looked at: read the head before.
    """
    tree.strip_tags([*_UNSEEN, *(() if frame else FRAME)])
    body = tree.body
    source = (body.html or "") if body is not None else ""
    if ">]" in source:
        source = _EDIT.sub(_without_words, source)
    walker = _Walker(_TOKEN.findall(source))
    walker.run()
    return walker.page


def _may_show(source: str) -> bool:
    """Tells quickly what `_SHOWING` needs to match: hardly an element has it."""
    return "url(" in source or (
        "data-" in source and (".jp" in source or ".png" in source or ".webp" in source or ".avif" in source)
    )


def _without_words(link: re.Match[str]) -> str:
    return "".join(_MARKUP_ALONE.findall(link[0])) if "<a " in link[0] else link[0]


class _Walker:
    """Collects text until an element that is not inline begins or ends, or a line is left empty by two <br>."""

    __slots__ = (
        "bold_depth", "breaks", "element", "emphasis", "has_text", "has_time", "link_chars", "link_count", "link_depth",
        "named", "open", "opened", "page", "pre_depth", "raised", "sets", "start", "texts",
    )  # fmt: skip

    def __init__(self, tokens: list[Token]) -> None:
        root = Element("body", None, "", 0)
        self.page = PageTree(root, [root], [], [], tokens, [])
        self.element = root
        self.open: list[int] = []  # tokens of inline markup that is open here
        self.texts: list[str] = []
        self.raised: list[int] = []  # where in `texts` the <sup> and <sub> that are open here begin
        self.has_text = self.has_time = False
        self.link_depth = self.bold_depth = self.pre_depth = 0
        self.link_chars = self.link_count = self.emphasis = self.breaks = 0
        self.named: list[str] = []  # attributes of the inline elements of this block
        self.start = 0
        self.opened: tuple[int, ...] = ()
        self.sets = ""

    def run(self) -> None:
        """Reads all tokens."""
        kinds = _TAG_KINDS
        for number, (closing, tag, source, text) in enumerate(self.page.tokens):
            kind = kinds.get(tag, 0)
            if not kind:
                if closing:
                    self.end(number, tag)
                elif number:
                    self.begin(number, tag, source)
            elif kind != _NOTHING:
                self.special(kind, number, closing, tag, source)
            if text:
                if not text.isspace():
                    self.texts.append(text)
                    self.has_text = True
                    self.breaks = 0
                    if self.link_depth:
                        self.link_chars += len(text)
                    if self.bold_depth:
                        self.emphasis += len(text)
                elif self.has_text:
                    self.texts.append(text)
        self.flush(len(self.page.tokens))
        self.finish()

    def finish(self) -> None:
        """Keeps only the elements that hold blocks, and reads what names them."""
        page = self.page
        page.root.blocks = len(page.segments)
        page.elements = [page.root, *[element for element in page.elements[1:] if element.blocks]]
        for number, element in enumerate(page.elements):
            element.number = number
            element.read_names()
        for picture in page.pictures:
            picture.element = _holding(picture.element)
        page.forms = [_holding(form) for form in page.forms]

    def special(self, kind: int, number: int, closing: str, tag: str, source: str) -> None:
        """Handles a tag that does not simply begin or end a block."""
        if kind <= _INNER:
            if closing:
                self.end_inline(kind, tag)
            else:
                self.begin_inline(kind, number, tag, source)
        elif kind == _BREAK:
            self.line_break(number)
        elif kind == _PICTURE:
            is_fallback = self.element.tag == "noscript"
            self.page.pictures.append(Picture(len(self.page.segments), self.element, source, self.sets, is_fallback))
            self.sets = ""
        elif kind == _PRE:
            if closing:
                self.end(number, tag)
                self.pre_depth -= 1
            else:
                self.begin(number, tag, source)
                self.pre_depth += 1
        elif kind == _FORM:
            if closing:
                self.end(number, tag)
            else:
                self.begin(number, tag, source)
                self.page.forms.append(self.element)
        elif kind == _SOURCE:
            self.sets = self.sets or attributes(source).get("srcset", "")
        else:
            self.flush(number)

    def line_break(self, number: int) -> None:
        self.breaks += 1
        if self.breaks >= 2 and not self.pre_depth:
            self.flush(number)
        elif self.has_text:
            self.texts.append("\n")

    def flush(self, number: int) -> None:
        """Ends the block that is being collected, at token `number`."""
        if self.has_text:
            self.close(number)
        self.start = number
        self.breaks = 0
        if self.named:
            self.named = []
        if self.raised:
            self.raised = []
        self.link_count = self.link_depth
        self.opened = tuple(self.open) if self.open else ()

    def close(self, number: int) -> None:
        """Makes a block of the texts collected."""
        joined = "".join(self.texts)
        if "&" in joined:
            joined = unescape(joined)
        text = joined.strip("\r\n ") if self.pre_depth else " ".join(joined.split())
        segments = self.page.segments
        if text and len(segments) < MAX_BLOCKS:
            segments.append(
                Segment(
                    number=len(segments),
                    text=text,
                    element=self.element,
                    start=self.start,
                    end=number,
                    opened=self.opened,
                    link_chars=self.link_chars,
                    link_count=self.link_count,
                    inline=_meant(self.named),
                    has_time=self.has_time,
                    emphasis=self.emphasis,
                )
            )
        self.texts = []
        self.has_text = self.has_time = False
        self.link_chars = self.emphasis = 0

    def begin(self, number: int, tag: str, source: str) -> None:
        """Begins an element that is not inline."""
        self.flush(number)
        elements = self.page.elements
        element = Element(tag, self.element, source, len(self.page.segments))
        elements.append(element)
        self.element = element
        if _may_show(source) and _SHOWING.search(source):
            self.page.pictures.append(Picture(len(self.page.segments), element, source))

    def end(self, number: int, tag: str) -> None:
        self.flush(number)
        element = self.element
        if tag == "picture" and self.sets:  # without an <img>
            self.page.pictures.append(Picture(len(self.page.segments), element, "", self.sets))
            self.sets = ""
        element.blocks = len(self.page.segments) - element.first
        if element.parent is not None:
            self.element = element.parent

    def begin_inline(self, kind: int, number: int, tag: str, source: str) -> None:
        if kind == _A:
            self.link_depth += 1
            self.link_count += 1
        elif kind == _BOLD:
            self.bold_depth += 1
        elif tag == "time":
            self.has_time = True
        if tag in MARKUP:
            self.open.append(number)
            if tag in RAISED:
                self.raised.append(len(self.texts))
        if source:
            self.named.append(source)

    def end_inline(self, kind: int, tag: str) -> None:
        if kind == _A:
            self.link_depth -= 1
        elif kind == _BOLD:
            self.bold_depth -= 1
        if tag in MARKUP and self.open:
            self.open.pop()
        if tag in RAISED and self.raised:
            start = self.raised.pop()
            self.texts[start:] = [raised("".join(self.texts[start:]), tag)]


def _holding(element: Element) -> Element:
    """Returns the nearest element, this one or above, that holds blocks."""
    while not element.blocks and element.parent is not None:
        element = element.parent
    return element


@lru_cache(maxsize=8192)
def _named(source: str) -> tuple[str, int]:
    """Returns what names an element (class, id and the like, joined by spaces), and the bits of `class_names` that they
    mean."""
    name = _value(source, ' class="') if ' class="' in source else ""
    for mark in _OTHER_NAMES:
        if mark in source:
            name += " " + _value(source, mark)
    bits = meaning(name) if name else 0
    if ("hidden" in source or "none" in source) and _HIDING.search(source):
        bits |= HIDDEN
    if 'dialog"' in source and ' role="' in source:
        bits |= COOKIE
    return name, bits


def _meant(sources: list[str]) -> int:
    """Returns what the classes of inline elements mean, given their attributes."""
    bits = 0
    for source in sources:
        if ' class="' in source:
            bits |= meaning(_value(source, ' class="'))
    return bits


def _value(source: str, mark: str) -> str:
    """Returns the value that follows `mark`, an attribute's name with what stands around it."""
    start = source.find(mark) + len(mark)
    return source[start : source.find('"', start)]
