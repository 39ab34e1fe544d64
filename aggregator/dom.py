"""Decodes the bytes of a page into text, its text into a tree, and reads the nodes of the tree.

A tree is selectolax's LexborHTMLParser. Some inputs make any HTML parser quadratic (very deep nesting, thousands of
unclosed <b>, a tag with a hundred thousand attributes): those alone are tamed before they are parsed.
"""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.text import decode_marked, decode_valid, encoding_of, file_kind, header_encoding, squeeze, xml_encoding

__all__ = ["MAX_CHARS", "LexborHTMLParser", "LexborNode", "attribute", "decode", "parse", "text_of"]

MAX_CHARS = 16_000_000  # no article is longer; the rest of a longer page is not read

_META = re.compile(rb"<meta\b[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_TAG = re.compile(rb"<[^>]{0,2000}>")
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
    return text if text is not None else _nearly(body, declared) or _detected(body)


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


def _detected(body: bytes) -> str:
    from charset_normalizer import from_bytes  # imported late: hardly a page needs it

    best = from_bytes(_TAG.sub(b" ", body[:100_000])).best()
    return body.decode(best.encoding if best else "cp1252", "replace")


def parse(html: str) -> LexborHTMLParser:
    """Returns the tree of a page. Never raises; time and memory are bounded by the length of `html` (see MAX_CHARS)."""
    html = html[:MAX_CHARS]
    if "shadowroot" in html:
        html = _with_shadow_roots(html)
    body = html.encode("utf-8", "replace")
    if _is_wild(body):
        body = _tamed(html).encode("utf-8", "replace")
    return LexborHTMLParser(body)


_TEMPLATE = re.compile(r"<(/?)template\b([^>]*)>", re.IGNORECASE)


def _with_shadow_roots(html: str) -> str:
    """Returns a page with its declarative shadow roots, which browsers show, as elements like others."""
    shown: list[bool] = []

    def as_element(tag: re.Match[str]) -> str:
        if tag[1]:
            return "</div>" if shown and shown.pop() else tag[0]
        shown.append("shadowroot" in tag[2])
        return f"<div{tag[2]}>" if shown[-1] else tag[0]

    return _TEMPLATE.sub(as_element, html)


_WINDOW = 1 << 16  # bytes; a nest that opens and closes within is harmless
_MAX_TAGS, _MAX_OPEN_TAGS = 3_000, 400  # from which a page is looked at, and that may stay open
_UNCLOSED = re.compile(rb"<(?:!|area|br|hr|img|input|link|meta|path|source|use|wbr)")


def _is_wild(body: bytes) -> bool:
    """Tells whether the markup could make a parser quadratic: many tags that stay open, or one of very many
    attributes."""
    if body.count(b"<") > _MAX_TAGS and _open(body, None) > _MAX_OPEN_TAGS and _open(body, _UNCLOSED) > _MAX_OPEN_TAGS:
        return True
    half = _MAX_ATTRIBUTES // 2
    for start in range(0, len(body), half):  # a long tag covers one of these whole
        if body.find(b"<", start, start + half) < 0:
            tag = max(0, body.rfind(b"<", 0, start))
            if body.find(b">", tag, tag + _MAX_ATTRIBUTES) < 0 and len(body) - tag > _MAX_ATTRIBUTES:
                return True
    return False


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
_MAX_DEPTH, _MAX_FORMATTING, _MAX_ATTRIBUTES = 1_000, 10, 50_000  # nesting, unclosed of a name, characters of one tag


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
        return tag[0] if len(tag[3]) <= _MAX_ATTRIBUTES else f"<{closing}{name}>"

    return _ANY_TAG.sub(keep, html)


def attribute(node: LexborNode, name: str) -> str:
    """Returns the stripped value of an attribute; empty if it is missing or has none."""
    return (node.attributes.get(name) or "").strip()


def text_of(node: LexborNode) -> str:
    """Returns all text within a node on one line."""
    return squeeze(node.text(separator=" "))
