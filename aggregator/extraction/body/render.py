"""Puts kept blocks together again: as text, and as HTML with headings, lists, tables, quotes, code and pictures."""

import re
from collections.abc import Sequence, Set
from html import escape

from aggregator.extraction.article import Image
from aggregator.extraction.body.blocks import MARKUP, Element, PageTree, Segment, Token, attributes, landmark
from aggregator.extraction.body.tables import cell_of, empty_cells, is_one_of_a_row, layout_tables
from aggregator.text import squeeze, storable
from aggregator.urls import absolute

_LISTS = frozenset(["ul", "ol", "li", "blockquote", "dl"])
_TABLE = frozenset(["table", "tr", "td", "th"])
_OWN = frozenset("dt dd h1 h2 h3 h4 h5 h6".split())
_LANGUAGE = re.compile(r'class="(?:[^"]*\s)?lang(?:uage)?-([A-Za-z0-9+#.-]{1,30})[\s"]')


def join_text(segments: Sequence[Segment]) -> str:
    """Returns paragraphs separated by an empty line; items of a list a line each; cells of a table's row on one
    line."""
    parts: list[str] = []
    before: Segment | None = None
    for segment in segments:
        if before is not None:
            parts.append(_separator(before, segment))
        parts.append(segment.text)
        before = segment
    return storable("".join(parts)).strip()


def _separator(before: Segment, segment: Segment) -> str:
    if is_one_of_a_row(before, segment):
        return " "
    item, previous = _nearest(segment.element, "li"), _nearest(before.element, "li")
    if item is not None and previous is not None and item.parent is previous.parent:
        return "\n"
    return "\n\n"


def _nearest(element: Element | None, tag: str) -> Element | None:
    if element is None or not element.within & landmark(tag):
        return None
    while element is not None:
        if element.tag == tag:
            return element
        element = element.parent
    return None


def join_html(
    page: PageTree, segments: Sequence[Segment], pictures: Sequence[tuple[int, Image]], base: str | None
) -> str:
    """Returns the blocks as HTML that is safe as it is built: elements of fixed names, links that are http(s), text
    that the parser has escaped, nothing else of the page. Each picture is (number of the block it stands before,
    image)."""
    out: list[str] = []
    stack: list[Element] = []
    waiting = list(reversed(pictures))
    layout = layout_tables(segments)
    before: Segment | None = None
    for segment in segments:
        path = _path(segment.element, layout)
        while waiting and waiting[-1][0] <= segment.number:
            _climb(out, stack, [element for element in path if element in stack and element.tag == "blockquote"])
            out.append(_figure(waiting.pop()[1]))
        _climb(out, stack, path, empty_cells(page, before, segment) if segment.element.within & _ROW else 0)
        out.append(_block(page, segment, base, cell=bool(stack) and stack[-1].tag in ("td", "th")))
        before = segment
    _climb(out, stack, [])
    out.extend(_figure(image) for _, image in reversed(waiting))
    return "".join(out)


_STRUCTURES = landmark("ul", "ol", "li", "blockquote", "table", "tr", "dl")
_ROW = landmark("tr")


def _path(element: Element | None, layout: Set[Element]) -> list[Element]:
    """Returns the lists, quotes and tables around a block, outermost first; not the tables of `layout`."""
    path: list[Element] = []
    if element is None or not element.within & _STRUCTURES:
        return path
    cells: list[Element] = []  # of a table that is not reached yet
    while element is not None:
        if element.tag in _LISTS:
            path += [*cells, element]
            cells = []
        elif element.tag in _TABLE:
            cells.append(element)
            if element.tag == "table":
                path += [] if element in layout else cells
                cells = []
        element = element.parent
    return path[::-1][:20]


def _climb(out: list[str], stack: list[Element], path: list[Element], empty: int = 0) -> None:
    """Closes and opens elements so that exactly those of `path` are open; `empty` cells stand before the next one."""
    common = 0
    while common < min(len(stack), len(path)) and stack[common] is path[common]:
        common += 1
    while len(stack) > common:
        out.append(f"</{stack.pop().tag}>")
    for element in path[common:]:
        if element.tag in ("td", "th"):
            out.append("<td></td>" * empty if element.tag == "td" else "<th></th>" * empty)
        out.append(f"<{element.tag}>")
        stack.append(element)


def _block(page: PageTree, segment: Segment, base: str | None, *, cell: bool) -> str:
    tag = segment.element.tag
    if tag == "pre":
        return _code(page, segment)
    inner = _inline(page, segment, base)
    if tag in _OWN:
        return f"<{tag}>{inner}</{tag}>"
    home = cell_of(segment.element) if cell else None
    return inner if tag == "li" or (home is not None and home.blocks == 1) else f"<p>{inner}</p>"


def _code(page: PageTree, segment: Segment) -> str:
    """Returns code with its lines; the class by which highlighters know its language stays."""
    code = escape(segment.text, quote=False)
    sources = [segment.element.source, *(token[1] for token in page.tokens[segment.start : segment.start + 3])]
    language = next((found[1] for source in sources if (found := _LANGUAGE.search(source[:1000]))), None)
    return f'<pre><code class="language-{language}">{code}</code></pre>' if language else f"<pre>{code}</pre>"


def _inline(page: PageTree, segment: Segment, base: str | None) -> str:
    """Returns a block's text with its markup. Text between tags is escaped already, as the parser wrote it."""
    if segment.end == segment.start + 1 and not segment.opened:
        return escape(segment.text, quote=False)
    tokens = page.tokens
    opened: list[str] = []
    parts = [_opening(tokens[number], base, opened) for number in segment.opened]
    parts.append(tokens[segment.start][2])
    for token in tokens[segment.start + 1 : segment.end]:
        tag, _, text = token
        if tag in MARKUP:
            parts.append(_opening(token, base, opened))
        elif tag == "br":
            parts.append("<br>")
        elif opened and tag[:1] == "/" and tag[1:] in MARKUP:
            parts.append(f"</{opened.pop()}>")
        if text:
            parts.append(text)
    parts.extend(f"</{name}>" for name in reversed(opened))
    return " ".join("".join(parts).split())


def _opening(token: Token, base: str | None, opened: list[str]) -> str:
    tag = token[0]
    opened.append(tag)
    if tag != "a":
        return f"<{tag}>"
    href = attributes(token[1]).get("href")
    link = absolute(href, base or "") if href else None
    return f'<a href="{escape(link)}">' if link else "<a>"


def _figure(image: Image) -> str:
    alt = f' alt="{escape(image.alt)}"' if image.alt else ""
    caption = f"<figcaption>{escape(squeeze(image.caption), quote=False)}</figcaption>" if image.caption else ""
    return f'<figure><img src="{escape(image.url)}"{alt}>{caption}</figure>'
