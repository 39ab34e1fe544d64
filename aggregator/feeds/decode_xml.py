"""Decodes a feed's bytes.

What is valid UTF-8 beyond ASCII is UTF-8, whatever the header or the XML declaration says: servers label feeds wrongly
far more often than another encoding happens to be valid UTF-8.
"""

import re
import zlib

from aggregator.errors import FeedError
from aggregator.text import decode_marked, decode_valid, detected_encoding, header_encoding, xml_encoding

_EBCDIC = "<?xml".encode("cp037")  # the same in all of its code pages
_XML_HEAD = re.compile(r"\s*<\?xml[^>]*\?>")
# What XML 1.0 does not allow, and publishers paste from word processors.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_MARKUP, _ASCII_WORD = re.compile(rb"</?[\w:]++|\s[\w:-]++=|https?:[^\s<\"]++"), re.compile(rb"[A-Za-z]++")
_GZIP = b"\x1f\x8b\x08"
MAX_UNPACKED_BYTES = 64 * 1024 * 1024  # a sitemap has 50 MB at most


def unpacked(body: bytes) -> bytes:
    """Returns a body that is a gzip file (`sitemap.xml.gz`) unpacked, any other as it is. A file that is cut off gives
    what is there. Raises FeedError if more than MAX_UNPACKED_BYTES come of it, or if it is damaged from its start."""
    if not body.startswith(_GZIP):
        return body
    inflater = zlib.decompressobj(wbits=31)
    try:
        text = inflater.decompress(body, MAX_UNPACKED_BYTES + 1)
    except zlib.error:
        raise FeedError("damaged gzip data, not a feed") from None
    if len(text) > MAX_UNPACKED_BYTES:
        raise FeedError(f"gzip data of more than {MAX_UNPACKED_BYTES >> 20} MiB unpacked, which is refused")
    return text


def to_text(body: bytes, content_type: str | None) -> str:
    """Returns the text of a feed without its byte order mark and XML declaration. Never raises."""
    text = _decoded(body, content_type)
    head = _XML_HEAD.match(text)
    return text[head.end() :] if head else text


def legal(text: str) -> str:
    """Returns the text without the characters that XML does not allow."""
    return _ILLEGAL.sub("", text)


def _decoded(body: bytes, content_type: str | None) -> str:
    if (marked := decode_marked(body)) is not None:
        return marked
    if body.startswith(_EBCDIC):
        head = body[:1000].decode("cp037").encode("ascii", "replace")
        return body.decode(xml_encoding(head) or "cp037", "replace")
    declared = [name for name in (xml_encoding(body[:1000]), header_encoding(content_type)) if name]
    if b"\x1b" not in body:  # the escape character of ISO-2022-JP, which is ASCII otherwise
        declared.insert(0, "utf-8")
    text = decode_valid(body, declared)
    return body.decode(_likeliest(body), "replace") if text is None else text


def _likeliest(body: bytes) -> str:
    """Returns UTF-8 for text with a few broken bytes, as a body cut in the middle has, else the Western encoding; what
    the bytes are likeliest in where most letters are beyond ASCII, as in no text of the West."""
    sample = body[:200_000].decode("utf-8", "replace")
    broken = sample.count("\ufffd")
    sound = sum(1 for character in sample if character > "\x7f") - broken
    if broken * 10 < sound:
        return "utf-8"
    beyond = sum(1 for byte in body[:200_000] if byte > 0x7F)
    letters = sum(map(len, _ASCII_WORD.findall(_MARKUP.sub(b" ", body[:200_000]))))
    return detected_encoding(body) if beyond > letters else "windows-1252"
