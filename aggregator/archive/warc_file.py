"""Reads pages out of WARC files, as crawlers and Common Crawl write them: plain, or gzip a record. Needs fastwarc.

Source: ISO 28500:2017 (WARC 1.1). What is broken in a file costs the records that it touches and no others: reading
goes on at the next place where a record begins.
"""

import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from aggregator.articles.row import ServedPage
from aggregator.errors import needing
from aggregator.extraction import served_type
from aggregator.net import content_encoding
from aggregator.net.content_encoding import DecodingError, TooLarge
from aggregator.urls import is_http

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord

_MAX_BYTES = 16 * 1024 * 1024  # as much as is read of a page (`max_bytes`)
_GZIP = b"\x1f\x8b\x08"
_STARTS = {True: re.compile(rb"\x1f\x8b\x08"), False: re.compile(rb"(?<=\n)WARC/\d")}
_NEXT = re.compile(rb"WARC/1\.\d\r\n(?:WARC-|Content-)[A-Za-z-]+: ")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?\r?\n")


@dataclass(frozen=True, slots=True)
class NoPage:
    """A record of the web that holds no page. `broken`: it can't be read; else it is what `reason` says."""

    reason: str
    broken: bool = False


def records(file: BinaryIO, now: int) -> Iterator[ServedPage | NoPage]:
    """Yields what each record of a file holds that tells of an answer of the web, in their order. `now`: when a page is
    taken to be fetched whose record does not say it. Records of other kinds (requests, metadata) are passed over.
    Raises UsageError without fastwarc."""
    with needing("warc", "fastwarc", "WARC"):
        from fastwarc.warc import ArchiveIterator, WarcRecordType

    kinds = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.revisit
    packed = file.read(3) == _GZIP
    at: int | None = 0
    told = False  # of the last break
    while at is not None:
        file.seek(at)
        last = at
        try:
            for record in ArchiveIterator(file, kinds, parse_http=False):
                last, told = at + record.stream_pos, False
                found = _read(record, now)
                yield found
                if isinstance(found, NoPage) and found.broken:  # its length may be wrong, and what follows lie in it
                    break
            else:
                return
        except OSError as error:
            if not told:
                yield NoPage(f"broken after byte {last:,} ({error})", broken=True)
        told = True
        at = _next_start(file, last + 1, _STARTS[packed])


def _next_start(file: BinaryIO, after: int, start: re.Pattern[bytes]) -> int | None:
    """Returns where the next record may begin; None if there is no such place."""
    with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
        found = start.search(whole, after)
        return None if found is None else found.start()


def _read(record: "WarcRecord", now: int) -> ServedPage | NoPage:
    url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
    if record.headers.get("WARC-Type") == "revisit":
        return NoPage("unchanged since another record (revisit)")
    if not is_http(url):
        return NoPage("not from the web")
    try:
        record.parse_http()
        whole = record.content_length
        body = record.reader.read(min(whole, _MAX_BYTES)) if record.reader else b""
    except OSError as error:
        return NoPage(f"{url}: broken ({error})", broken=True)
    if len(body) < min(whole, _MAX_BYTES):
        return NoPage(f"{url}: cut off", broken=True)
    if _NEXT.search(body):
        return NoPage(f"{url}: cut off, or longer than it says", broken=True)
    if whole > _MAX_BYTES:
        return NoPage("larger than 16 MB")
    return _page(record, url, body, now)


def _page(record: "WarcRecord", url: str, body: bytes, now: int) -> ServedPage | NoPage:
    content_type = record.headers.get("Content-Type")
    if (headers := record.http_headers) is not None:
        if headers.status_code != 200:
            return NoPage(f"status {headers.status_code}" if headers.status_code else "no answer of HTTP")
        content_type = headers.get("Content-Type")
        if "chunked" in (headers.get("Transfer-Encoding") or "").lower():
            body = _unchunked(body)
        try:
            body = content_encoding.decode(body, headers.get("Content-Encoding") or "", _MAX_BYTES)
        except TooLarge:
            return NoPage("larger than 16 MB")
        except DecodingError as error:
            return NoPage(f"{url}: {error}", broken=True)
    if kind := served_type.no_page(body, content_type):
        return NoPage(f"{kind.partition(' (')[0]}, no page")
    fetched = record.record_date
    return ServedPage(url, body, content_type, now if fetched is None else min(int(fetched.timestamp()), now))


def _unchunked(body: bytes) -> bytes:
    """Returns a body without its chunks; as it is where it has none, as crawlers store it that leave the header."""
    parts, at = list[bytes](), 0
    while found := _CHUNK_SIZE.match(body, at):
        size = int(found[1], 16)
        parts.append(body[found.end() : found.end() + size])
        at = found.end() + size + (1 if body[found.end() + size :][:1] == b"\n" else 2)
        if size == 0:
            return b"".join(parts)
    return b"".join(parts) if at >= len(body) and parts else body
