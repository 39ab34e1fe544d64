"""Decodes the bytes of a page into text, its text into a tree, and reads the nodes of the tree.

A tree is selectolax's LexborHTMLParser. Some inputs make any HTML parser quadratic (very deep nesting, thousands of
unclosed <b>, a tag with a hundred thousand attributes): those alone are tamed before they are parsed.
"""

import re
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.text import (
    decode_marked,
    decode_valid,
    detected_encoding,
    encoding_of,
    file_kind,
    header_encoding,
    squeeze,
    xml_encoding,
)

__all__ = ["MAX_CHARS", "LexborHTMLParser", "LexborNode", "attribute", "decode", "parse", "text_of"]

MAX_CHARS = 16_000_000  # no article is longer; the rest of a longer page is not read

_META = re.compile(rb"<meta\b[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_WITHOUT_ASCII = ("utf-16", "utf-32", "iso2022", "hz")


def decode(body: bytes, content_type: str | None) -> str:
    """Returns the text of a page: by its byte order mark, else as valid UTF-8, else by the Content-Type header, else by
    <meta>, else by detection. Never raises; bytes that fit nothing become U+FFFD. A PDF, a picture, a sound or an
    archive has no text: its bytes would be read as words of some language."""
    if file_kind(body):
        return ""
    text = decode_marked(body)
    if text is not None:
        return text
    declared = [name for name in (header_encoding(content_type), _meta_encoding(body[:4096])) if name]
    if declared and declared[0].startswith(_WITHOUT_ASCII):
        return body.decode(declared[0], "replace")
    text = decode_valid(body, ("utf-8", *declared))  # other encodings are hardly ever valid UTF-8 by chance
    return text if text is not None else _nearly(body, declared) or body.decode(detected_encoding(body), "replace")


def _meta_encoding(head: bytes) -> str | None:
    found = _META.search(head)
    name = encoding_of(found[1].decode("ascii")) if found else xml_encoding(head)
    return "utf-8" if name and name.startswith("utf-16") else name  # a <meta> that could be read is no UTF-16


def _nearly(body: bytes, declared: list[str]) -> str | None:
    """Returns the declared encoding (or UTF-8) if all but a few bytes fit it: cut off or patched together pages."""
    for name in dict.fromkeys((*declared, "utf-8")):
        text = body.decode(name, "replace")
        if text.count("\ufffd") <= 3 + sum(1 for char in text if char > "\x7f") // 50:
            return text
    return None


def parse(html: str) -> LexborHTMLParser:
    """Returns the tree of a page. Never raises; time and memory are bounded by the length of `html` (see MAX_CHARS)."""
    html = html[:MAX_CHARS]
    body = html.encode("utf-8", "replace")
    tags = body.count(b"<")
    if b"shadowroot" in body or tags > _MAX_READ_TAGS:
        html = _thinned(_with_shadow_roots(html))
        body = html.encode("utf-8", "replace")
    if _has_costly_attributes(body):
        html = _with_few_attributes(html)
        body = html.encode("utf-8", "replace")
    if tags > _MAX_TAGS and _is_nested(body):
        body = _tamed(html).encode("utf-8", "replace")
    return LexborHTMLParser(body)


_TEMPLATE = re.compile(r"<(/?)template\b([^>]*)>", re.IGNORECASE)


def _with_shadow_roots(html: str) -> str:
    """Returns a page with its declarative shadow roots, which browsers show, as elements like others."""
    if "shadowroot" not in html:
        return html
    shown: list[bool] = []

    def as_element(tag: re.Match[str]) -> str:
        if tag[1]:
            return "</div>" if shown and shown.pop() else tag[0]
        shown.append("shadowroot" in tag[2])
        return f"<div{tag[2]}>" if shown[-1] else tag[0]

    return _TEMPLATE.sub(as_element, html)


_MAX_READ_TAGS = 300_000  # a node takes 300 bytes; no article is marked up with so many
_EMPTY = re.compile(r"<([a-z]{1,10})[^<>]{0,200}>\s*</\1>", re.IGNORECASE)
_HIDDEN_TEXT = re.compile(r"<(script|style|template|noscript|textarea|select|svg|iframe)\b|<!--", re.IGNORECASE)


def _thinned(html: str) -> str:
    """Returns `html` with the text alone of what comes after very many tags."""
    if html.count("<") <= _MAX_READ_TAGS or (html := _EMPTY.sub("", html)).count("<") <= _MAX_READ_TAGS:
        return html
    cut = next(islice(re.finditer("<", html), _MAX_READ_TAGS, None)).start()
    parts, at = [html[:cut]], cut
    while (found := _HIDDEN_TEXT.search(html, at)) is not None:
        parts.append(_ANY_TAG.sub(" ", html[at : found.start()]))
        closing = re.compile(f"</{found[1]}" if found[1] else "-->", re.IGNORECASE).search(html, found.end())
        at = closing.end() if closing is not None else len(html)
    return "".join((*parts, _ANY_TAG.sub(" ", html[at:])))


# Of a tag, with what is quoted in it: no other tag, lest a lone quote in a script makes one tag of half a page.
_SOURCE = r"<[a-z](?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+"
_BYTE_SOURCE, _TEXT_SOURCE = re.compile(_SOURCE.encode(), re.IGNORECASE), re.compile(_SOURCE, re.IGNORECASE)
_QUOTED = re.compile(r"\"[^\"]*\"|'[^']*'")
_GAP = re.compile(r"[\s/]+")
_TOP = re.compile(r"<(?:html|body)\b", re.IGNORECASE)
_SMALL_PAGE, _LONG_TAG = 50_000, 600  # characters
# Where a long tag may begin, or one of those; what one scan finds of them is looked at.
_SUSPECT = re.compile(rb"<(?=[a-zA-Z])(?:[hH][tT][mM][lL]|[bB][oO][dD][yY]|.[^<]{%d})" % (_LONG_TAG - 1))
_FEW_ATTRIBUTES, _FEW_TOPS = 200, 20
_COSTLY = 10**8  # the sum of squares of numbers of attributes: a parser compares each with each


def _has_costly_attributes(body: bytes) -> bool:
    """Tells whether tags have so many attributes that to compare each with each takes long. Those of all <html> and
    <body> go to one element each."""
    if len(body) <= _SMALL_PAGE:
        return False
    tags = [tag[0] for start in _SUSPECT.finditer(body) if (tag := _BYTE_SOURCE.match(body, start.start()))]
    if sum([tag[:5].lower() in (b"<html", b"<body") for tag in tags]) > _FEW_TOPS:
        return True
    long = [tag for tag in tags if len(tag) > _LONG_TAG]
    if sum([(len(tag) // 2) ** 2 for tag in long]) <= _COSTLY:  # an attribute takes two characters at least
        return False
    return sum(_attributes(tag.decode("latin-1")) ** 2 for tag in long) > _COSTLY


def _attributes(tag: str) -> int:
    return len(_QUOTED.sub(" ", tag).replace("/", " ").split())


def _with_few_attributes(html: str) -> str:
    tops = 0

    def keep(tag: re.Match[str]) -> str:
        nonlocal tops
        is_top = _TOP.match(tag[0]) is not None
        tops += is_top
        many = (is_top and tops > _FEW_TOPS) or (len(tag[0]) > _LONG_TAG and _attributes(tag[0]) > _FEW_ATTRIBUTES)
        return _GAP.split(tag[0], maxsplit=1)[0] if many else tag[0]

    return _TEXT_SOURCE.sub(keep, html)


_WINDOW = 1 << 16  # bytes; a nest that opens and closes within is harmless
_MAX_TAGS, _MAX_OPEN_TAGS = 3_000, 400  # from which a page is looked at, and that may stay open
_UNCLOSED = re.compile(rb"<(?:!|area|br|hr|img|input|link|meta|path|source|use|wbr)")


def _is_nested(body: bytes) -> bool:
    """Tells whether the markup could make a parser quadratic by many tags that stay open."""
    return all(_open(body, void) > _MAX_OPEN_TAGS for void in (None, _UNCLOSED))


def _open(body: bytes, void: re.Pattern[bytes] | None) -> int:
    """Returns the most tags that are open at the end of any window, but for those of `void`."""
    most = now = 0
    for start in range(0, len(body), _WINDOW):
        part = body[start : start + _WINDOW]
        now += part.count(b"<") - 2 * part.count(b"</") - (len(void.findall(part)) if void else 0)
        most = max(most, now)
    return most


_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)([^<>]*)>?")
_FORMATTING = frozenset("b big code em font i nobr s small strike strong tt u".split())
_OPTION = frozenset(("option", "optgroup"))
_SELF_CLOSING = frozenset(
    "area base br col embed hr img input link meta param source track wbr p li dt dd tr td th tbody thead tfoot rt rp "
    "html head body a".split()
)
_MAX_DEPTH, _MAX_FORMATTING = 1_000, 10  # nesting, unclosed of a name


def _tamed(html: str) -> str:
    """Returns `html` without the tags that make parsers quadratic: the deepest nested, surplus unclosed formatting,
    options."""
    depth, dropped, unclosed = 0, 0, dict.fromkeys(_FORMATTING, 0)

    def keep(tag: re.Match[str]) -> str:
        nonlocal depth, dropped
        closing, name = tag[1], tag[2].lower()
        if name in _OPTION:
            return " "
        if name not in _SELF_CLOSING:
            if closing and dropped:
                dropped -= 1
                return ""
            if not closing and depth >= _MAX_DEPTH:
                dropped += 1
                return ""
            depth = max(0, depth - 1) if closing else depth + 1
        if name in _FORMATTING:
            unclosed[name] = max(0, unclosed[name] - 1) if closing else unclosed[name] + 1
            if unclosed[name] > _MAX_FORMATTING:
                return ""
        return tag[0]

    return _ANY_TAG.sub(keep, html)


def attribute(node: LexborNode, name: str) -> str:
    """Returns the stripped value of an attribute; empty if it is missing or has none."""
    return (node.attributes.get(name) or "").strip()


def text_of(node: LexborNode) -> str:
    """Returns all text within a node on one line."""
    return squeeze(node.text(separator=" "))
