"""Writes and reads articles as Parquet: columns of the names of the JSON object, times as times. Needs pyarrow."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any, BinaryIO

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from aggregator.model import Json
from aggregator.store.content.article_json import EXPORTED, TEXTS, TIMES
from aggregator.store.content.stored_articles import LISTS

_ROWS = 1000  # articles of a row group, which is what stands in memory

_TIME = pa.timestamp("ms", "UTC")  # Parquet knows no seconds
_EARLIER = {"fetched_at": _TIME, "replaced_at": _TIME, "title": pa.string(), "lead": pa.string(), "text": pa.string()}
_KINDS = {
    **dict.fromkeys(TEXTS, pa.string()),
    **dict.fromkeys((*TIMES, "gone_at"), _TIME),
    **dict.fromkeys(LISTS, pa.list_(pa.string())),
    "is_article": pa.bool_(),
    "revisions": pa.list_(pa.struct(list(_EARLIER.items()))),
}
_SCHEMA = pa.schema([(name, _KINDS.get(name, pa.int64())) for name in EXPORTED])


def write(file: BinaryIO, articles: Iterator[Json]) -> int:
    """Writes the articles in groups of rows; returns how many."""
    written = 0
    with pq.ParquetWriter(file, _SCHEMA, compression="zstd") as out:
        while group := [_row(article) for article in islice(articles, _ROWS)]:
            out.write_table(pa.Table.from_pylist(group, _SCHEMA))
            written += len(group)
    return written


def numbered_rows(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    """Yields the rows of a file, which must be seekable, with their numbers, each as a line of JSON Lines. Raises
    OSError for what is no Parquet."""
    number = 0
    try:
        source = pq.ParquetFile(file)
        columns = [name for name in source.schema_arrow.names if name in _SCHEMA.names]
        for batch in source.iter_batches(_ROWS // 4, columns=columns):
            for row in batch.to_pylist():
                number += 1
                yield number, orjson.dumps(row, str, orjson.OPT_UTC_Z)
    except (pa.ArrowException, ValueError, OverflowError) as error:
        raise OSError(str(error)) from error


def _row(article: Json) -> Json:
    times = {name: _time(article[name]) for name in (*TIMES, "gone_at")}
    earlier = [one | {name: _time(one[name]) for name in ("fetched_at", "replaced_at")} for one in article["revisions"]]
    return {**article, **times, "revisions": earlier}


def _time(text: Any) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
