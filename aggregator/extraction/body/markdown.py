"""Writes the Markdown (CommonMark with GFM tables) of an article's sanitised HTML.

Blocks are rendered to strings without outer blank lines and joined by empty lines; inline content is first a list
of pieces, because whether `**` can open or close emphasis depends on its neighbours (CommonMark 0.31, section 6.2).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from aggregator.dom import LexborNode, attribute, parse
from aggregator.extraction.body.raised import RAISED, raised

_MAX_DEPTH = 50  # levels of nesting that are rendered; what lies deeper is its text
_MAX_COLUMNS = 60
_EMPHASIS = {"em": "*", "i": "*", "cite": "*", "strong": "**", "b": "**"}
_RAW = {"*": "em", "**": "strong"}
_SKIPPED = frozenset("script style template head iframe object svg noscript -comment _comment".split())
# fmt: off
_BLOCKS = frozenset(
    "address article aside blockquote body center dd details dialog div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary table tbody td "
    "tfoot th thead tr ul caption".split()
)
# fmt: on
_SPACE = re.compile(r"[ \t\r\n\f]+")
_SPECIAL = re.compile(r"[\\`*\[\]<~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
_LINE_START = re.compile(
    r"^(?:(#{1,6}|[-+]|>)(?=\s|$)|(>)|(\d{1,9})(?=[.)](?:\s|$))|([-=:|])(?=[-=:| ]*$))", re.MULTILINE
)
_URL_UNSAFE = {" ": "%20", "(": "%28", ")": "%29", "<": "%3C", ">": "%3E", "\\": "%5C", "\n": "", "\r": "", "\t": ""}
_BREAK = "\x00"  # no parsed text holds it; a hard line break until a paragraph is done
_ENDS = re.compile(r"^[\s\x00]+|[\s\x00]+$")  # a no-break space is white space to CommonMark's emphasis too


@dataclass(frozen=True, slots=True)
class _Emphasis:
    mark: str
    core: str


_Piece = str | _Emphasis


def from_html(html: str) -> str:
    """Returns the Markdown of an HTML fragment: paragraphs, headings, lists, tables, code, quotes, figures, links,
    emphasis."""
    body = parse(html).body
    return "\n\n".join(_blocks(body, 0)) if body is not None else ""


def _blocks(node: LexborNode, depth: int) -> list[str]:
    """Returns the rendered blocks within a node."""
    if depth > _MAX_DEPTH:
        return _flat(node)
    found: list[str] = []
    run: list[_Piece] = []
    for child in node.iter(include_text=True):
        if child.tag in _BLOCKS:
            found += _paragraph(run)
            run = []
            found += _block(child, depth + 1, found[-1] if found else "")
        else:
            run += _inline(child, depth + 1)
    return found + _paragraph(run)


def _flat(node: LexborNode) -> list[str]:
    text = _escape_lines(_escape(_SPACE.sub(" ", node.text()).strip()))
    return [text] if text else []


def _paragraph(run: list[_Piece]) -> list[str]:
    text = _escape_lines(_tidy(_join(run)).replace(_BREAK, "\\\n"))
    return [text] if text else []


def _block(node: LexborNode, depth: int, before: str) -> list[str]:
    tag = node.tag or ""
    if depth > _MAX_DEPTH:
        return _flat(node)
    if tag in ("ul", "ol"):
        return _list(node, depth, before)
    if tag == "hr":
        return ["---"]
    if tag == "pre":
        return _fenced(node)
    if tag == "table":
        return _table(node, depth)
    if tag == "blockquote":
        inner = "\n\n".join(_blocks(node, depth))
        return [_prefixed(inner, "> ", "> ")] if inner else []
    if len(tag) == 2 and tag[0] == "h" and tag[1].isdigit():
        return _heading(node, int(tag[1]), depth)
    return _blocks(node, depth)


def _heading(node: LexborNode, level: int, depth: int) -> list[str]:
    text = _tidy(_join(_children(node, depth))).replace(_BREAK, " ")
    if text.endswith("#"):
        text = f"{text[:-1]}\\#"
    return [f"{'#' * level} {text}"] if text else []


def _fenced(node: LexborNode) -> list[str]:
    code = node.text().strip("\n")
    if not code.strip():
        return []
    runs = re.findall(r"`{3,}", code)
    fence = "`" * (max(map(len, runs), default=2) + 1)
    inner = node.css_first("code")
    language = re.search(r"(?:^|\s)lang(?:uage)?-([\w+#.-]+)", attribute(inner, "class") if inner else "")
    return [f"{fence}{language[1] if language else ''}\n{code}\n{fence}"]


def _list(node: LexborNode, depth: int, before: str) -> list[str]:
    """Returns a list; its marker differs from that of a list right before it, which it would join otherwise."""
    items: list[list[str]] = []
    for child in node.iter(include_text=True):
        if child.tag in ("ul", "ol") and items:
            items[-1] += _block(child, depth + 1, items[-1][-1] if items[-1] else "")
        elif child.tag in _BLOCKS:
            items.append(_blocks(child, depth) if child.tag == "li" else _block(child, depth + 1, ""))
        else:
            items.append(_paragraph(_inline(child, depth + 1)))
    items = [item for item in items if item]
    loose = any(len(item) > 1 and not _is_list(item[1]) for item in items) or any(len(item) > 2 for item in items)
    rendered = [
        _prefixed(("\n\n" if loose else "\n").join(item), marker, " " * len(marker))
        for marker, item in zip(_markers(node, before), items, strict=False)
    ]
    return [("\n\n" if loose else "\n").join(rendered)] if rendered else []


def _markers(node: LexborNode, before: str) -> Iterator[str]:
    if node.tag == "ul":
        marker = "* " if before.startswith("- ") else "- "
        while True:
            yield marker
    start = attribute(node, "start")
    number = int(start) if start.isascii() and start.isdigit() and len(start) < 7 else 1
    sign = ")" if re.match(r"\d+\. ", before) else "."
    while True:
        yield f"{number}{sign} "
        number += 1


def _is_list(block: str) -> bool:
    """Returns True for a list that may follow a paragraph without an empty line: one that counts, counts from 1."""
    return re.match(r"[-*] |1[.)] ", block) is not None


def _prefixed(text: str, first: str, other: str) -> str:
    lines = text.split("\n")
    return "\n".join(
        (first if i == 0 else other) + line if line else (first if i == 0 else other).rstrip()
        for i, line in enumerate(lines)
    )


def _table(node: LexborNode, depth: int) -> list[str]:
    """Returns a GFM table; one of a single column is layout, and its cells are blocks."""
    rows = [row for row in node.css("tr") if any(cell.tag in ("td", "th") for cell in row.iter())]
    caption = node.css_first("caption")
    found = _paragraph(_children(caption, depth)) if caption else []
    if max((sum(1 for _ in row.iter()) for row in rows), default=0) < 2:
        return found + [block for row in rows for cell in row.iter() for block in _blocks(cell, depth)]
    cells = [_cells(row, depth) for row in rows]
    width = max(map(len, cells))
    header = all(cell.tag == "th" for cell in rows[0].iter())
    head, body = (cells[0], cells[1:]) if header else ([""] * width, cells)
    lines = [head, ["---"] * width, *body]
    return [*found, "\n".join("| " + " | ".join(line + [""] * (width - len(line))) + " |" for line in lines)]


def _cells(row: LexborNode, depth: int) -> list[str]:
    found: list[str] = []
    for cell in row.iter():
        if cell.tag in ("td", "th") and len(found) < _MAX_COLUMNS:
            text = _tidy(_join(_children(cell, depth))).replace(_BREAK, " ")
            found.append(re.sub(r"(?<!\\)\|", r"\\|", text))
            span = attribute(cell, "colspan")
            found += [""] * (
                min(int(span), _MAX_COLUMNS) - 1 if span.isascii() and span.isdigit() and len(span) < 5 else 0
            )
    return found[:_MAX_COLUMNS]


def _children(node: LexborNode, depth: int, within: frozenset[str] = frozenset()) -> list[_Piece]:
    return [piece for child in node.iter(include_text=True) for piece in _inline(child, depth + 1, within)]


def _inline(node: LexborNode, depth: int, within: frozenset[str] = frozenset()) -> list[_Piece]:
    """Returns the pieces of an inline node; `within` holds the marks of the emphasis around it."""
    tag = node.tag or ""
    if tag == "-text":
        return [_escape(_SPACE.sub(" ", node.text(deep=False)))]
    if tag in _SKIPPED:
        return []
    if depth > _MAX_DEPTH:
        return [_escape(_SPACE.sub(" ", node.text()))]
    if tag == "br":
        return [_BREAK]
    if tag == "img":
        return _image(node)
    if tag in ("code", "kbd", "samp", "tt"):
        return _code(node)
    if tag == "a":
        return _link(node, depth, within)
    if tag in RAISED:
        written = raised(node.text(), tag)
        return [_escape(written)] if written != node.text() else _children(node, depth, within)
    mark = _EMPHASIS.get(tag)
    if mark and mark not in within:
        return _emphasis(mark, _join(_children(node, depth, within | {mark})))
    pieces = _children(node, depth, within)
    return [" ", *pieces, " "] if tag in _BLOCKS else pieces


def _emphasis(mark: str, inner: str) -> list[_Piece]:
    """Returns emphasis with the spaces at its ends moved out of it."""
    core = _ENDS.sub("", inner)
    if not core:
        return [inner]
    at = inner.index(core)
    return [inner[:at], _Emphasis(mark, core), inner[at + len(core) :]]


def _image(node: LexborNode) -> list[_Piece]:
    source = attribute(node, "src")
    alt = _escape(_SPACE.sub(" ", attribute(node, "alt")))
    return [f"![{alt}]({_url(source)})"] if source else []


def _code(node: LexborNode) -> list[_Piece]:
    code = _SPACE.sub(" ", node.text())
    if not code.strip():
        return [" "] if code else []
    fence = "`" * (max(map(len, re.findall(r"`+", code)), default=0) + 1)
    pad = " " if code[0] == "`" or code[-1] == "`" or (code[0] == code[-1] == " ") else ""
    return [f"{fence}{pad}{code}{pad}{fence}"]


def _link(node: LexborNode, depth: int, within: frozenset[str]) -> list[_Piece]:
    text = _join(_children(node, depth, within))
    core = _tidy(text).replace(_BREAK, " ")
    target = attribute(node, "href")
    if not target or not core:
        return [text]
    return [text[: text[:1] == " "], f"[{core}]({_url(target)})", " " if text.endswith(" ") else ""]


def _url(url: str) -> str:
    return "".join(_URL_UNSAFE.get(char, char) for char in url)


def _join(pieces: Iterable[_Piece]) -> str:
    """Returns one string of the pieces, with emphasis as marks where they bind and as tags where they would not."""
    merged = _merged(pieces)
    before, parts = "", []
    for piece, following in zip_longest(merged, merged[1:], fillvalue=""):
        after = "*" if isinstance(following, _Emphasis) else following[:1]
        rendered = _bound(piece, before, after) if isinstance(piece, _Emphasis) else piece
        parts.append(rendered)
        before = rendered[-1:]
    return "".join(parts)


def _merged(pieces: Iterable[_Piece]) -> list[_Piece]:
    """Returns the pieces without empty ones, equal emphasis side by side made one, and a "!" kept from making a link an
    image."""
    merged: list[_Piece] = []
    for piece in pieces:
        last = merged[-1] if merged else ""
        if isinstance(piece, _Emphasis) and isinstance(last, _Emphasis) and piece.mark == last.mark:
            merged[-1] = _Emphasis(piece.mark, last.core + piece.core)
        elif isinstance(piece, str) and piece.startswith("[") and isinstance(last, str) and last.endswith("!"):
            merged[-1] = f"{last[:-1]}\\!"
            merged.append(piece)
        elif piece:
            merged.append(piece)
    return merged


def _bound(piece: _Emphasis, before: str, after: str) -> str:
    core, mark = piece.core, piece.mark
    if before not in ("*", "_") and after != "*" and _flanks(before, core[0]) and _flanks(after, core[-1]):
        return f"{mark}{core}{mark}"
    return f"<{_RAW[mark]}>{core}</{_RAW[mark]}>"


def _flanks(outer: str, inner: str) -> bool:
    """Returns True if a mark between `outer` and `inner` can open (or close) emphasis of `inner`'s side."""
    return not _punctuation(inner) or not outer or outer.isspace() or _punctuation(outer)


def _punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def _tidy(text: str) -> str:
    """Returns runs of spaces as one, runs of breaks as one, neither at the ends."""
    text = re.sub(r"\s*\x00[\s\x00]*", _BREAK, re.sub(r" {2,}", " ", text))
    return _ENDS.sub("", text)


def _escape(text: str) -> str:
    return _SPECIAL.sub(lambda m: "&amp;" if m[0] == "&" else f"\\{m[0]}", text)


def _escape_lines(text: str) -> str:
    """Escapes what would be a heading, quote, list, rule or table at the start of a line."""
    return _LINE_START.sub(lambda m: f"{m[3]}\\" if m[3] else f"\\{m[0]}", text)
