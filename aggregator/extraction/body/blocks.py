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
    "abbr acronym bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q rb ruby "
    "s samp small span strike sub sup time tt u var".split()
)
# Words within a line that are for screen readers alone ("opens in a new tab"), and short ones that are hidden; longer
# ones may be the rest of a text that waits for a click.
_UNSEEN_TRIGGERS = ("sr-only", "hidden", "creen-reader", "creenreader", "display:none", "display: none")
_UNSEEN_WORDS = re.compile(
    r"""(<(span|small|em|i|b)(?=\s[^>]*\b(?:sr-only|visually-?hidden|screen-?reader(?:s|-text|-only)?)(?=[\s"]))[^>]*>)"""
    r"[^<]{0,200}+(</\2>)"
)
_HIDDEN_WORDS = re.compile(r"(<(span|small|em|i|b)(?=[^>]*(?:\shidden=|display:\s?none))[^>]*>)[^<]{0,40}+(</\2>)")
_VOID = tuple("area base col embed input link meta param track wbr basefont bgsound frame keygen".split())
MARKUP = frozenset("a b strong i em code sub sup s del mark kbd q cite".split())
_NOTHING, _INNER, _MARKED, _MARKED_END, _PICTURE, _SOURCE, _BREAK, _RULE, _PRE, _PRE_END, _FORM, _BLOCK = range(12)
# What a tag is to the walk; from _RULE on it ends a block. All that is not named here is _BLOCK.
_KINDS = (
    dict.fromkeys((*_VOID, "", *(f"/{tag}" for tag in _INLINE)), _NOTHING) | dict.fromkeys(_INLINE, _INNER)
    | dict.fromkeys(MARKUP, _MARKED) | {f"/{tag}": _MARKED_END for tag in MARKUP}
    | dict.fromkeys(("img", "amp-img", "amp-anim", "/amp-img", "/amp-anim"), _PICTURE)
    | {"source": _SOURCE, "br": _BREAK, "hr": _RULE, "pre": _PRE, "/pre": _PRE_END, "form": _FORM}
)  # fmt: skip

Token = tuple[str, str, str]  # a tag, with its "/" if it closes; its attributes as written; the text behind it
# Written out, values and texts have no brackets. (Names of tags may have "<" within, where a page is broken.)
_TOKEN = re.compile(r"<(?:!--.*?--|\?[^>]*+|([^ >]*+)([^>]*+))>([^<]*+)", re.DOTALL)
_ATTRIBUTE = re.compile(r'\s(=?[^\s=>]*)="([^"]*)"')
_CLASS = ' class="'
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
_BOLD = ("b", "strong")
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
        self.number = self.blocks = 0
        self.name, self.own = "", 0
        if source:
            self.name, self.own = _named(source) if len(source) < _MAX_CACHED else _named.__wrapped__(source)
        if parent is None:
            self.depth, self.around, self.within = 0, self.own, _LANDMARK_BIT.get(tag, 0)
        else:
            self.depth = parent.depth + 1
            self.around = parent.around | self.own
            self.within = parent.within | _LANDMARK_BIT.get(tag, 0)

    def box(self) -> "Element":
        """Returns the innermost element around this one, or itself, that holds more than one block."""
        element = self
        while element.blocks == 1 and element.parent is not None:
            element = element.parent
        return element


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
    if any(trigger in source for trigger in _UNSEEN_TRIGGERS):
        source = _HIDDEN_WORDS.sub(r"\1\3", _UNSEEN_WORDS.sub(r"\1\3", source))
    return _Walk(_TOKEN.findall(source)).page


def _may_show(source: str) -> bool:
    """Tells whether an element with these attributes is filled with a picture."""
    named = ".jp" in source or ".png" in source or ".webp" in source or ".avif" in source or "url(" in source
    return named and _SHOWING.search(source) is not None


def _joined(texts: list[str], pre_depth: int) -> str:
    """Returns the text of a block, on one line unless it stands in a <pre>."""
    text = unescape("".join(texts))
    return text.strip("\r\n ") if pre_depth else _on_one_line(text)


def _on_one_line(text: str) -> str:
    text = text.strip()
    # Only of those that may be printed is white space plain spaces: a test at half the price of taking words apart.
    return text if text.isprintable() and "  " not in text else " ".join(text.split())


def _without_words(link: re.Match[str]) -> str:
    return "".join(_MARKUP_ALONE.findall(link[0])) if "<a " in link[0] else link[0]


class _Walk:
    """Collects text until an element that is not inline begins or ends, or a line is left empty by two <br>."""

    def __init__(self, tokens: list[Token]) -> None:
        root = Element("body", None, "", 0)
        tokens[:1] = [("", "", text) for _, _, text in tokens[:1]]  # <body> is the root
        self.page = PageTree(root, [root], [], [], tokens, [])
        self.open: list[tuple[str, str]] = []  # tags and attributes of the elements that are open, but for the root
        self.made = [root]  # the root and the outermost of those: an element is made when it is known to hold something
        self.sets = ""  # srcset of the <source>s of this <picture>
        self.run()
        self.finish()

    def run(self) -> None:
        """Reads all tokens. Written out in one piece, as a page has a thousand."""
        segments, opens, made = self.page.segments, self.open, self.made
        texts: list[str] = []
        marks: list[int] = []  # tokens of inline markup that is open here
        raises: list[int] = []  # where in `texts` the <sup> and <sub> that are open here begin
        opened: tuple[int, ...] = ()
        start = link_depth = bold_depth = pre_depth = link_chars = link_count = emphasis = breaks = inline = 0
        has_time = False
        for number, (tag, source, text) in enumerate(self.page.tokens):
            kind = _KINDS.get(tag, _BLOCK)
            if kind == _BREAK:
                breaks += 1
                if breaks >= 2 and not pre_depth:
                    kind = _RULE
                elif texts:
                    texts.append("\n")
            if kind >= _RULE:
                if texts:
                    joined = _joined(texts, pre_depth)
                    if joined and len(segments) < MAX_BLOCKS:
                        element = made[-1] if len(made) > len(opens) else self.element()
                        segments.append(
                            Segment(
                                len(segments), joined, element, start, number, opened, link_chars, link_count, inline,
                                has_time, emphasis,
                            )
                        )  # fmt: skip
                    texts.clear()
                    has_time = False
                    link_chars = emphasis = 0
                start = number
                breaks = inline = 0
                link_count = link_depth
                opened = ()
                if marks:
                    opened = tuple(marks)
                    raises.clear()
                if kind == _RULE:
                    pass
                elif tag[0] == "/":
                    self.end(tag)
                    pre_depth -= kind == _PRE_END
                else:
                    self.begin(kind, tag, source)
                    pre_depth += kind == _PRE
            elif kind == _MARKED:
                marks.append(number)
                if tag == "a":
                    link_depth += 1
                    link_count += 1
                elif tag in _BOLD:
                    bold_depth += 1
                elif tag in RAISED:
                    raises.append(len(texts))
                if source:
                    inline |= _meant(source)
            elif kind == _MARKED_END:
                if marks:
                    marks.pop()
                if tag == "/a":
                    link_depth -= 1
                elif tag[1:] in _BOLD:
                    bold_depth -= 1
                elif raises and tag[1:] in RAISED:
                    at = raises.pop()
                    if at < len(texts):
                        texts[at:] = [raised("".join(texts[at:]), tag[1:])]
            elif kind == _INNER:
                has_time = has_time or tag == "time"
                if source:
                    inline |= _meant(source)
            elif kind == _PICTURE:
                self.show(source, self.sets, fallback=bool(opens) and opens[-1][0] == "noscript")
                self.sets = ""
            elif kind == _SOURCE:
                self.sets = self.sets or attributes(source).get("srcset", "")
            if text:
                if not text.isspace():
                    texts.append(text)
                    breaks = 0
                    if link_depth:
                        link_chars += len(text)
                    if bold_depth:
                        emphasis += len(text)
                elif texts:
                    texts.append(text)

    def element(self) -> Element:
        """Returns the innermost element that is open, made with those above it if they are not yet."""
        made, elements, blocks = self.made, self.page.elements, len(self.page.segments)
        element = made[-1]
        for tag, source in self.open[len(made) - 1 :]:
            element = Element(tag, element, source, blocks)
            made.append(element)
            elements.append(element)
        return element

    def begin(self, kind: int, tag: str, source: str) -> None:
        """Begins an element that is not inline."""
        self.open.append((tag, source))
        if kind == _FORM:
            self.page.forms.append(self.element())
        if ("data-" in source or "url(" in source) and _may_show(source):
            self.show(source)

    def end(self, tag: str) -> None:
        """Ends an element that is not inline."""
        if self.sets and tag == "/picture":  # without an <img>
            self.show("", self.sets)
            self.sets = ""
        if self.open:
            self.open.pop()
            if len(self.made) > len(self.open) + 1:
                element = self.made.pop()
                element.blocks = len(self.page.segments) - element.first

    def show(self, source: str, sets: str = "", fallback: bool = False) -> None:
        self.page.pictures.append(Picture(len(self.page.segments), self.element(), source, sets, fallback))

    def finish(self) -> None:
        """Keeps only the elements that hold blocks."""
        page = self.page
        page.root.blocks = len(page.segments)
        page.elements = [page.root, *[element for element in page.elements[1:] if element.blocks]]
        for number, element in enumerate(page.elements):
            element.number = number
        for picture in page.pictures:
            picture.element = _holding(picture.element)
        page.forms = [_holding(form) for form in page.forms]


def _holding(element: Element) -> Element:
    """Returns the nearest element, this one or above, that holds blocks."""
    while not element.blocks and element.parent is not None:
        element = element.parent
    return element


@lru_cache(maxsize=8192)
def _named(source: str) -> tuple[str, int]:
    """Returns what names an element (class, id and the like, joined by spaces), and the bits of `class_names` that they
    mean."""
    if source.startswith(_CLASS) and source.find('"', len(_CLASS)) == len(source) - 1:  # its only attribute
        name = source[len(_CLASS) : -1]
        return name, meaning(name)
    name = _value(source, _CLASS) if _CLASS in source else ""
    for mark in _OTHER_NAMES:
        if mark in source:
            name += " " + _value(source, mark)
    bits = meaning(name) if name else 0
    if ("hidden" in source or "none" in source) and _HIDING.search(source):
        bits |= HIDDEN
    if 'dialog"' in source and ' role="' in source:
        bits |= COOKIE
    return name, bits


def _meant(source: str) -> int:
    """Returns what the class of an inline element means, given its attributes."""
    return meaning(_value(source, _CLASS)) if _CLASS in source else 0


def _value(source: str, mark: str) -> str:
    """Returns the value that follows `mark`, an attribute's name with what stands around it."""
    start = source.find(mark) + len(mark)
    return source[start : source.find('"', start)]
