"""The parsed page: bytes to text, text to a tree, and small helpers for its nodes.

A tree is selectolax's LexborHTMLParser. Some inputs make any HTML parser quadratic (very deep nesting, thousands of
unclosed <b>, a tag with a hundred thousand attributes): those alone are tamed before they are parsed.
"""

import codecs
import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from aggregator.text import squeeze

__all__ = ["MAX_CHARS", "LexborHTMLParser", "LexborNode", "attribute", "decode", "parse", "text_of"]

MAX_CHARS = 16_000_000  # no article is longer; the rest of a longer page is not read

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_META = re.compile(rb"<meta\b[^>]{0,500}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML = re.compile(rb"^\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([\w.:-]+)")
_TAG = re.compile(rb"<[^>]{0,2000}>")
# Labels mean what browsers take them for (WHATWG Encoding Standard), which is a superset of what they say.
_LABELS = {
    "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "us-ascii": "cp1252",
    "ascii": "cp1252", "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874", "gb2312": "gb18030",
    "gbk": "gb18030", "x-gbk": "gb18030", "big5": "big5hkscs", "shift_jis": "cp932", "shift-jis": "cp932",
    "sjis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "euc-kr": "cp949", "ks_c_5601-1987": "cp949",
    "unicode": "utf-16-le", "utf-16": "utf-16-le", "utf8": "utf-8",
}  # fmt: skip
_WIDE = (b"<!", b"<h", b"<H", b"<?")  # how a page begins; with NULs between, it is UTF-16 without a mark
# How files begin that links lead to and that are no pages (https://mimesniff.spec.whatwg.org/, section 6).
_NO_TEXT = (
    *(b"%PDF-", b"%!PS-Adobe-", b"PK\x03\x04", b"\x1f\x8b\x08", b"Rar!\x1a\x07", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
    *(b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"\x00\x00\x01\x00", b"wOFF", b"wOF2"),
    *(b"ID3\x02", b"ID3\x03", b"ID3\x04", b"OggS\x00", b"\x1aE\xdf\xa3", b"fLaC"),
)
_RIFF = (b"WEBP", b"WAVE", b"AVI ")
_WITHOUT_ASCII = ("utf-16", "utf-32", "iso2022", "hz")


def decode(body: bytes, content_type: str | None) -> str:
    """The text of a page: by its byte order mark, else as valid UTF-8, else by the Content-Type header, else by
    <meta>, else by detection. Never raises; bytes that fit nothing become U+FFFD. A PDF, a picture, a sound or an
    archive has no text: its bytes would be read as words of some language."""
    if body.startswith(_NO_TEXT) or (body.startswith(b"RIFF") and body[8:12] in _RIFF) or body[4:8] == b"ftyp":
        return ""
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    if body[:4:2] in _WIDE and body[1:4:2] == b"\0\0":
        return body.decode("utf-16-le", "replace")
    if body[:4:2] == b"\0\0" and body[1:4:2] in _WIDE:
        return body.decode("utf-16-be", "replace")
    declared = [name for name in (_from_header(content_type), _from_meta(body[:4096])) if name]
    if declared and declared[0].startswith(_WITHOUT_ASCII):
        return body.decode(declared[0], "replace")
    for name in ("utf-8", *declared):  # other encodings are hardly ever valid UTF-8 by chance
        try:
            return body.decode(name)
        except UnicodeDecodeError:
            continue
    return _nearly(body, declared) or _detected(body)


def _from_header(content_type: str | None) -> str | None:
    found = _CHARSET.search(content_type or "")
    return _codec(found[1]) if found else None


def _from_meta(head: bytes) -> str | None:
    found = _META.search(head) or _XML.search(head)
    name = _codec(found[1].decode("ascii")) if found else None
    return "utf-8" if name and name.startswith("utf-16") else name  # a <meta> that could be read is no UTF-16


def _codec(label: str) -> str | None:
    name = _LABELS.get(label.lower(), label.lower())
    try:
        "".encode(name)
        return codecs.lookup(name).name
    except (LookupError, UnicodeError, ValueError):
        return None


def _nearly(body: bytes, declared: list[str]) -> str | None:
    """The declared encoding (or UTF-8) if all but a few bytes fit it: cut off or patched together pages."""
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
    """The tree of a page. Never raises; time and memory are bounded by the length of `html` (see MAX_CHARS)."""
    html = html[:MAX_CHARS]
    body = html.encode("utf-8", "replace")
    if _is_wild(body):
        body = _tamed(html).encode("utf-8", "replace")
    return LexborHTMLParser(body)


_WINDOW = 1 << 16  # bytes; a nest that opens and closes within is harmless
_MANY, _MOST_OPEN = 3_000, 400
_UNCLOSED = re.compile(rb"<(?:!|area|br|hr|img|input|link|meta|path|source|use|wbr)")


def _is_wild(body: bytes) -> bool:
    """Whether the markup could make a parser quadratic: many tags that stay open, or one of very many attributes."""
    if body.count(b"<") > _MANY and _open(body, None) > _MOST_OPEN and _open(body, _UNCLOSED) > _MOST_OPEN:
        return True
    half = _MAX_ATTRIBUTES // 2
    for start in range(0, len(body), half):  # a long tag covers one of these whole
        if body.find(b"<", start, start + half) < 0:
            tag = max(0, body.rfind(b"<", 0, start))
            if body.find(b">", tag, tag + _MAX_ATTRIBUTES) < 0 and len(body) - tag > _MAX_ATTRIBUTES:
                return True
    return False


def _open(body: bytes, void: re.Pattern[bytes] | None) -> int:
    """The most tags that are open at the end of any window, but for those of `void`."""
    most = now = 0
    for start in range(0, len(body), _WINDOW):
        part = body[start : start + _WINDOW]
        now += part.count(b"<") - 2 * part.count(b"</") - (len(void.findall(part)) if void else 0)
        most = max(most, now)
    return most


_ANY_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:-]*)([^<>]*)>?")
_FORMATTING = frozenset(["b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"])
_OPTION = frozenset(("option", "optgroup"))
_SELF_CLOSING = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "p",
        "li",
        "dt",
        "dd",
        "tr",
        "td",
        "th",
        "tbody",
        "thead",
        "tfoot",
        "rt",
        "rp",
        "html",
        "head",
        "body",
        "a",
    ]
)
_MAX_DEPTH, _MAX_FORMATTING, _MAX_ATTRIBUTES = 1_000, 10, 50_000  # nesting, unclosed of a name, characters of one tag


def _tamed(html: str) -> str:
    """`html` without the tags that make parsers quadratic: the deepest nested, surplus unclosed formatting, options."""
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
    """The stripped value of an attribute; empty if it is missing or has none."""
    return (node.attributes.get(name) or "").strip()


def text_of(node: LexborNode) -> str:
    """All text within a node on one line."""
    return squeeze(node.text(separator=" "))
