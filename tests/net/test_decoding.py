"""Content encodings: each of them, stacked, mislabelled, cut off, and bombs."""

import gzip
import os
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard

from aggregator.net.content_encoding import DecodingError, TooLarge, decode

LIMIT = 1_000_000
PAGE = ("<p>Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich.</p>\n" * 500).encode()


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def zstd_stream(data: bytes) -> bytes:
    """Without the size of its content in its header, as a server makes it on the fly."""
    return zstandard.ZstdCompressor(write_content_size=False).compress(data)


PACKERS: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("gzip", gzip.compress),
    ("x-gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("br", brotli.compress),
    ("zstd", zstandard.compress),
    ("zstd", zstd_stream),
]
each = pytest.mark.parametrize(("name", "pack"), PACKERS)


@each
def test_packed_bodies_are_unpacked(name: str, pack: Callable[[bytes], bytes]) -> None:
    assert decode(pack(PAGE), name.upper(), LIMIT) == PAGE
    assert decode(pack(b""), name, LIMIT) == b""
    assert decode(b"", name, LIMIT) == b""


@each
def test_the_limit_counts_what_comes_out(name: str, pack: Callable[[bytes], bytes]) -> None:
    assert decode(pack(PAGE), name, len(PAGE)) == PAGE
    with pytest.raises(TooLarge):
        decode(pack(PAGE), name, len(PAGE) - 1)


@each
def test_a_bomb_stops_at_the_limit(name: str, pack: Callable[[bytes], bytes]) -> None:
    bomb = pack(bytes(30_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(TooLarge):
            decode(bomb, name, LIMIT)
        with pytest.raises(TooLarge):
            decode(pack(bomb), f"{name}, {name}", LIMIT)
        assert tracemalloc.get_traced_memory()[1] < 12_000_000
    finally:
        tracemalloc.stop()


@each
def test_a_body_cut_off_is_an_error(name: str, pack: Callable[[bytes], bytes]) -> None:
    packed = pack(PAGE + os.urandom(2000))
    for kept in (1, 6, len(packed) // 2, len(packed) - 1):
        with pytest.raises(DecodingError):
            decode(packed[:kept], name, LIMIT)


@each
def test_a_plain_body_stays_plain_whatever_the_header_says(name: str, pack: Callable[[bytes], bytes]) -> None:
    assert decode(PAGE, name, LIMIT) == PAGE
    assert decode(b"<rss/>", name, LIMIT) == b"<rss/>"
    assert decode(b'{"version": "https://jsonfeed.org/version/1.1"}', name, LIMIT).startswith(b"{")


def test_a_broken_body_is_an_error() -> None:
    packed = bytearray(gzip.compress(PAGE))
    packed[40] ^= 0xFF
    with pytest.raises(DecodingError, match="gzip"):
        decode(bytes(packed), "gzip", LIMIT)
    with pytest.raises(DecodingError, match="br body is broken"):
        decode(b"\x00\xff\xfe\x01" * 50, "br", LIMIT)


def test_encodings_are_undone_in_reverse() -> None:
    assert decode(brotli.compress(gzip.compress(PAGE)), "gzip, br", LIMIT) == PAGE
    assert decode(zstandard.compress(zlib.compress(PAGE)), "deflate,zstd", LIMIT) == PAGE
    with pytest.raises(DecodingError, match="5 times"):
        decode(b"x", "gzip, gzip, gzip, gzip, gzip", LIMIT)


def test_a_header_given_twice_for_one_packing() -> None:
    assert decode(gzip.compress(PAGE), "gzip, gzip", LIMIT) == PAGE


def test_gzip_without_a_header_or_twice_over() -> None:
    assert decode(gzip.compress(PAGE), "", LIMIT) == PAGE
    assert decode(gzip.compress(gzip.compress(PAGE)), "gzip", LIMIT) == PAGE
    with pytest.raises(TooLarge):
        decode(gzip.compress(bytes(5_000_000)), "", LIMIT)
    not_gzip = b"\x1f\x8b\x08 but something else"
    assert decode(not_gzip, "", LIMIT) == not_gzip


def test_members_frames_and_padding() -> None:
    assert decode(gzip.compress(PAGE) * 2 + bytes(7), "gzip", LIMIT) == PAGE * 2
    assert decode(zstandard.compress(PAGE) * 2 + b"\n", "zstd", LIMIT) == PAGE * 2


def test_a_zstd_window_of_a_gigabyte_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=30)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    with pytest.raises(DecodingError):
        decode(packer.compress(os.urandom(100)) + packer.flush(), "zstd", LIMIT)


@pytest.mark.parametrize("name", ["identity", "none", "utf-8", "binary", ", ,", "text/html"])
def test_names_that_are_no_encoding(name: str) -> None:
    assert decode(PAGE, name, LIMIT) == PAGE


def test_the_limit_holds_without_an_encoding() -> None:
    assert decode(PAGE, "", len(PAGE)) == PAGE
    with pytest.raises(TooLarge):
        decode(PAGE, "", len(PAGE) - 1)


def test_an_encoding_that_was_not_asked_for() -> None:
    with pytest.raises(DecodingError, match="compress"):
        decode(b"\x1f\x9d\x90", "compress", LIMIT)


def test_random_bytes_never_escape_as_another_error() -> None:
    for name in ("gzip", "deflate", "br", "zstd"):
        for size in (0, 1, 2, 3, 4, 5, 17, 1000):
            for mark in (b"", b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd", b"\x78\x9c"):
                try:
                    decode(mark + os.urandom(size), name, LIMIT)
                except (DecodingError, TooLarge):
                    pass
