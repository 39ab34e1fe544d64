"""Writes articles to a file."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

import orjson

from aggregator.archive.line_files import kind_of, writing
from aggregator.archive.search import Search, records
from aggregator.errors import UsageError
from aggregator.model import Json
from aggregator.store.article_json import EXPORTED
from aggregator.store.engine import Store
from aggregator.store.stored_articles import LISTS

Records = Iterator[Json]


def export(store: Store, path: str, asked: Search) -> int:
    """Writes every article that matches to `path`, in the order of ids; returns how many.

    The ending says how: .jsonl or .csv, with .gz or .zst on top; `-` is .jsonl to standard output. Memory stays small
    however many there are, and the file appears when it is complete. Raises UsageError, QueryError, StoreError.
    """
    write = writer(path)
    with writing(path) as file:
        return write(file, records(store, asked))


def jsonl(file: BinaryIO, articles: Records) -> int:
    """Writes one JSON object a line, UTF-8; returns how many."""
    written = 0
    for article in articles:
        file.write(orjson.dumps(article, option=orjson.OPT_APPEND_NEWLINE))
        written += 1
    return written


def table(file: BinaryIO, articles: Records) -> int:
    """Writes CSV (RFC 4180) with a header, UTF-8; lists are joined by `; `, what is not known is empty, and of earlier
    texts there is the number."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    out = csv.DictWriter(text, EXPORTED)
    out.writeheader()
    written = 0
    for article in articles:
        lists = {field: "; ".join(article[field]) for field in LISTS}
        out.writerow(article | lists | {"revisions": len(article["revisions"])})
        written += 1
    text.flush()
    text.detach()
    return written


def writer(path: str) -> Callable[[BinaryIO, Records], int]:
    """Returns what writes a file of that ending. Raises UsageError."""
    kind = ".jsonl" if path == "-" else kind_of(path)
    if kind == ".parquet":
        raise UsageError(f"{path}: Parquet is not written by this version; write .jsonl or .csv")
    try:
        return {".jsonl": jsonl, ".csv": table}[kind]
    except KeyError:
        raise UsageError(f"{path}: the ending says how to write: .jsonl or .csv, with .gz or .zst on top") from None
