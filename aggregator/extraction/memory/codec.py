"""Packs a site memory into bytes, for the store: a header, then tables of fixed-width rows. Little-endian
everywhere."""

import struct
from collections.abc import Mapping
from typing import Any
from zlib import crc32

import numpy as np

from aggregator.extraction.memory.site_memory import (
    MAX_ARTICLES,
    MAX_PLACES,
    MAX_TEXTS,
    LearntArticle,
    PlaceRecord,
    SiteMemory,
    TextCount,
)
from aggregator.extraction.memory.sketches import SKETCH

_MAGIC = b"SMv1"
_HEADER = struct.Struct("<4sIIHHHH")  # magic, checksum of the rest, articles learnt, rows of each table
_KEY = [("low", "<u4"), ("high", "<u2")]  # 48 bits
_COUNT = np.dtype([*_KEY, ("weight", "<f2"), ("age", "<u2")])
_PLACE = np.dtype(
    [*_KEY, ("pages", "<f2"), ("kept", "<f2"), ("fresh", "<f2"), ("compared", "<f2"), ("age", "<u2")]
)  # fmt: skip
_ARTICLE = np.dtype([("page", "<i8"), ("age", "<u2"), ("size", "u1"), ("body", "<u4", (SKETCH,))])
_TABLES = ((_COUNT, MAX_TEXTS), (_COUNT, MAX_TEXTS), (_PLACE, MAX_PLACES), (_ARTICLE, MAX_ARTICLES))
_OLDEST = 0xFFFF

Table = np.ndarray[Any, Any]


def pack(memory: SiteMemory) -> bytes:
    """Returns the memory as bytes; weights are rounded to half precision."""
    now = memory.pages
    tables = [_counts(memory.texts, now), _counts(memory.standing, now), _places(memory.places, now), _articles(memory)]
    rest = b"".join(table.tobytes() for table in tables)
    sizes = [len(table) for table in tables]
    return _HEADER.pack(_MAGIC, crc32(rest, now), now, *sizes) + rest


def _keyed(keys: Mapping[int, Any], kind: np.dtype[Any]) -> Table:
    table = np.zeros(len(keys), kind)
    column = np.fromiter(keys, np.uint64, len(keys))
    table["low"], table["high"] = column & 0xFFFFFFFF, column >> 32
    return table


def _counts(counts: Mapping[int, TextCount], now: int) -> Table:
    table = _keyed(counts, _COUNT)
    table["weight"] = [count.weight for count in counts.values()]
    table["age"] = [min(now - count.at, _OLDEST) for count in counts.values()]
    return table


def _places(places: Mapping[int, PlaceRecord], now: int) -> Table:
    table = _keyed(places, _PLACE)
    for name in ("pages", "kept", "fresh", "compared"):
        table[name] = [getattr(place, name) for place in places.values()]
    table["age"] = [min(now - place.at, _OLDEST) for place in places.values()]
    return table


def _articles(memory: SiteMemory) -> Table:
    table = np.zeros(len(memory.articles), _ARTICLE)
    for row, article in zip(table, memory.articles, strict=True):
        row["page"], row["age"] = article.page, min(memory.pages - article.at, _OLDEST)
        row["size"] = len(article.body)
        row["body"][: len(article.body)] = article.body
    return table


def unpack(data: bytes) -> SiteMemory:
    """Returns the memory of `pack`. Raises ValueError for bytes that are none, or of another version."""
    if len(data) < _HEADER.size or not data.startswith(_MAGIC):
        raise ValueError("no site memory of this version")
    _, checksum, now, *sizes = _HEADER.unpack_from(data)
    rest = data[_HEADER.size :]
    length = sum(size * kind.itemsize for size, (kind, _) in zip(sizes, _TABLES, strict=True))
    if len(rest) != length or crc32(rest, now) != checksum:
        raise ValueError("a damaged site memory")
    tables, at = [], 0
    for size, (kind, most) in zip(sizes, _TABLES, strict=True):
        if size > most:
            raise ValueError("a damaged site memory")
        tables.append(np.frombuffer(rest, kind, size, at))
        at += size * kind.itemsize
    texts, standing, places, articles = tables
    return SiteMemory(
        now, _read_counts(texts, now), _read_counts(standing, now), _read_places(places, now),
        tuple(LearntArticle(page, tuple(body[:size]), now - age) for page, age, size, body in articles.tolist()),
    )  # fmt: skip


def _read_counts(table: Table, now: int) -> dict[int, TextCount]:
    return {low | high << 32: TextCount(weight, now - age) for low, high, weight, age in table.tolist()}


def _read_places(table: Table, now: int) -> dict[int, PlaceRecord]:
    return {
        low | high << 32: PlaceRecord(pages, kept, fresh, compared, now - age)
        for low, high, pages, kept, fresh, compared, age in table.tolist()
    }
