"""A feed's bytes as text.

What is valid UTF-8 beyond ASCII is UTF-8, whatever the header or the XML declaration says: servers label feeds wrongly
far more often than another encoding happens to be valid UTF-8.
"""

import codecs
import re
import zlib

from aggregator.errors import FeedError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# `<` and a second character in two-byte encodings without a mark (XML 1.0, appendix F).
_WIDE = ((b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_EBCDIC = "<?xml".encode("cp037")  # the same in all of its code pages
_DECLARATION = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)["']""")
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_SUPERSETS = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "windows-1252", "us-ascii": "windows-1252"}
_XML_HEAD = re.compile(r"\s*<\?xml[^>]*\?>")
# What XML 1.0 does not allow, and publishers paste from word processors.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


_GZIP = b"\x1f\x8b\x08"
MOST_UNPACKED = 64 * 1024 * 1024  # a sitemap has 50 MB at most


def unpacked(body: bytes) -> bytes:
    """A body that is a gzip file (`sitemap.xml.gz`), unpacked; any other as it is. A file that is cut off gives what
    is there. Raises FeedError if more than MOST_UNPACKED bytes come of it, or if it is damaged from its start."""
    if not body.startswith(_GZIP):
        return body
    inflater = zlib.decompressobj(wbits=31)
    try:
        text = inflater.decompress(body, MOST_UNPACKED + 1)
    except zlib.error:
        raise FeedError("damaged gzip data, not a feed") from None
    if len(text) > MOST_UNPACKED:
        raise FeedError(f"gzip data of more than {MOST_UNPACKED >> 20} MiB unpacked, which is refused")
    return text


def to_text(body: bytes, content_type: str | None) -> str:
    """The text of a feed without its byte order mark and XML declaration. Never raises."""
    text = _decoded(body, content_type)
    head = _XML_HEAD.match(text)
    return text[head.end() :] if head else text


def legal(text: str) -> str:
    """The text without the characters that XML does not allow."""
    return _ILLEGAL.sub("", text)


def _decoded(body: bytes, content_type: str | None) -> str:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace")
    for start, name in _WIDE:
        if body.startswith(start):
            return body.decode(name, "replace")
    if body.startswith(_EBCDIC):
        names = _declared(body[:1000].decode("cp037").encode("ascii", "replace"), None)
        return body.decode(next(iter(names), "cp037"), "replace")
    declared = _declared(body, content_type)
    if b"\x1b" not in body:  # the escape character of ISO-2022-JP, which is ASCII otherwise
        declared = ["utf-8", *declared]
    for name in declared:
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    return body.decode(_likeliest(body), "replace")


def _declared(body: bytes, content_type: str | None) -> list[str]:
    """The encodings named by the document and by its header, in the order in which they are believed."""
    document = _DECLARATION.match(body[:1000])
    header = _CHARSET.search(content_type or "")
    names = [document[1].decode("ascii", "ignore")] if document else []
    names += [header[1]] if header else []
    return [_SUPERSETS.get(name.lower(), name) for name in names if _is_text_codec(name)]


def _is_text_codec(name: str) -> bool:
    try:
        return codecs.lookup(name)._is_text_encoding  # `zip` and `rot13` are codecs too
    except LookupError:
        return False


def _likeliest(body: bytes) -> str:
    """UTF-8 with a few broken bytes, as a body cut in the middle has, or the Western single-byte encoding."""
    sample = body[:200_000].decode("utf-8", "replace")
    broken = sample.count("\ufffd")
    sound = sum(1 for character in sample if character > "\x7f") - broken
    return "utf-8" if broken * 10 < sound else "windows-1252"
