"""Undoes content encodings within a bound: a small body that unpacks to gigabytes stops at the limit.

Source: RFC 9110 section 8.4; RFC 9659 for the window of zstd. Servers mislabel, so the bytes have the last word:
"deflate" is zlib or raw, a body that is plain in spite of its header stays plain, one packed twice is unpacked twice.
"""

import re
import zlib
from collections.abc import Callable, Iterator

import brotli
import zstandard

_GZIP = b"\x1f\x8b\x08"
_ZSTD = re.compile(rb"\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18")
_PIECE = 65536
# A block of zstd is at least 4 bytes and unpacks to 128 KiB at most, so a piece unpacks to 8 MiB at most.
_ZSTD_PIECE = 256
_ZSTD_WINDOW = 8 * 1024 * 1024
_MAX_ENCODINGS = 4


class DecodingError(Exception):
    """The body is not what its Content-Encoding says, or it is cut off. The message says which."""


class TooLarge(Exception):
    """The body is larger than allowed once decoded."""


def decode(body: bytes, encodings: str, limit: int, *, cut: bool = False) -> bytes:
    """The body without its content encodings; `encodings` is the value of Content-Encoding, possibly empty.

    Raises TooLarge when more than `limit` bytes come of it, DecodingError when it can't be undone; with `cut` the first
    `limit` bytes are given instead, and of a body that is cut off what there is.
    """
    names = [name.strip().lower() for name in encodings.split(",") if name.strip()]
    if len(names) > _MAX_ENCODINGS:
        raise DecodingError(f"the body is packed {len(names)} times over")
    for name in reversed(names):
        body = _undo(name, body, limit, cut)
    if len(body) > limit and not cut:
        raise TooLarge
    return body[:limit] if cut else _once_more(body, limit)


def _undo(name: str, body: bytes, limit: int, cut: bool) -> bytes:
    if name in _FOREIGN:
        raise DecodingError(f"the body is packed with {name}, which this program did not ask for")
    unpack = _UNPACKERS.get(name)
    if unpack is None or not body or _looks_plain(name, body):  # a name that is no encoding: "utf-8", "none"
        return body
    try:
        return _start(unpack(body, limit), limit) if cut else _bounded(unpack(body, limit), limit)
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        if _is_text(body):
            return body
        raise DecodingError(f"the {name} body is broken ({error})") from error
    except EOFError as error:
        if _is_markup(body):
            return body
        raise DecodingError(f"the {name} body is cut off") from error


def _once_more(body: bytes, limit: int) -> bytes:
    """A body that is gzip still: a sitemap.xml.gz, or a page packed by the site and again by its proxy."""
    if not body.startswith(_GZIP):
        return body
    try:
        return _bounded(_gzip(body, limit), limit)
    except (zlib.error, EOFError):
        return body


def _bounded(parts: Iterator[bytes], limit: int) -> bytes:
    kept: list[bytes] = []
    size = 0
    for part in parts:
        size += len(part)
        if size > limit:
            raise TooLarge
        kept.append(part)
    return b"".join(kept)


def _start(parts: Iterator[bytes], limit: int) -> bytes:
    kept = b""
    try:
        for part in parts:
            kept += part
            if len(kept) > limit:
                break
    except EOFError:
        pass
    return kept


def _gzip(body: bytes, limit: int) -> Iterator[bytes]:
    """All members of a gzip file; what follows the last one is ignored, as servers pad it."""
    while True:
        stream = zlib.decompressobj(wbits=31)
        yield from _inflate(stream, body, limit)
        body = stream.unused_data
        if not body.startswith(_GZIP):
            return


def _deflate(body: bytes, limit: int) -> Iterator[bytes]:
    is_zlib = len(body) > 1 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return _inflate(zlib.decompressobj(wbits=15 if is_zlib else -15), body, limit)


def _inflate(stream: "zlib._Decompress", body: bytes, limit: int) -> Iterator[bytes]:
    pending = body
    while not stream.eof:
        part = stream.decompress(pending, limit + 1)
        if not part and not stream.eof:
            raise EOFError
        pending = stream.unconsumed_tail
        yield part


def _brotli(body: bytes, limit: int) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    pending = body
    while not stream.is_finished():
        part = stream.process(pending, output_buffer_limit=min(limit + 1, _PIECE))
        if not part and stream.can_accept_more_data() and not stream.is_finished():
            raise EOFError
        pending = b""
        yield part


def _zstd(body: bytes, limit: int) -> Iterator[bytes]:
    """All frames; what follows the last one is ignored. The library has no bound of its own, so small pieces go in."""
    while True:
        stream = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        at = 0
        while not stream.eof:
            if at >= len(body):
                raise EOFError
            yield stream.decompress(body[at : at + _ZSTD_PIECE])
            at += _ZSTD_PIECE
        body = stream.unused_data + body[at:]
        if not _ZSTD.match(body):
            return


_UNPACKERS: dict[str, Callable[[bytes, int], Iterator[bytes]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "x-deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
_FOREIGN = frozenset(("compress", "x-compress", "dcb", "dcz", "exi", "pack200-gzip", "aes128gcm"))
"""Encodings that exist and were not asked for; what the header says must be believed, for the body can't be read."""


def _looks_plain(name: str, body: bytes) -> bool:
    """True if the first bytes can't be of this encoding; br and raw deflate have no mark to tell them by."""
    if name in ("gzip", "x-gzip"):
        return not _GZIP.startswith(body[:3])
    return name == "zstd" and len(body) > 3 and not _ZSTD.match(body)


def _is_text(body: bytes) -> bool:
    """True if the body starts like a page or a feed: UTF-8 (or ASCII) without control characters."""
    start = body[:1024]
    if re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", start):
        return False
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        return len(body) > 1024 and error.start > 1020  # a character cut in two by our own slice
    return True


def _is_markup(body: bytes) -> bool:
    """True if this is the start of a page or a feed: a packed body that was cut off hardly looks like one."""
    return _is_text(body) and re.match(rb"(?:\xef\xbb\xbf)?\s*[<{\[]", body) is not None
