"""Writes articles to a file."""

import csv
import io
from collections.abc import Callable, Iterator
from typing import BinaryIO

import orjson

from aggregator.archive.line_files import kind_of, writing
from aggregator.archive.search import Search, count, records
from aggregator.errors import UsageError, needing
from aggregator.model import Json, Tell
from aggregator.store.content.article_json import EXPORTED
from aggregator.store.content.stored_articles import LISTS
from aggregator.store.engine import Store
from aggregator.text import without_formula

Records = Iterator[Json]


def export(store: Store, path: str, asked: Search, progress: Tell | None = None) -> int:
    """Writes every article that matches to `path`, in the order of ids; returns how many.

    The ending says how: .jsonl, .csv or .parquet, with .gz or .zst on top; `-` is .jsonl to standard output. Memory
    stays small however many there are, and the file appears when it is complete. `progress` is told what is
    done, how much of it, and of how much. Raises UsageError, QueryError, StoreError.
    """
    write, found = writer(path), records(store, asked)
    if progress is not None:
        found = _told(found, count(store, asked), progress)
    with writing(path) as file:
        return write(file, found)


def _told(articles: Records, total: int, progress: Tell) -> Records:
    for done, article in enumerate(articles, 1):
        yield article
        if done % 100 == 0:
            progress("articles written", done, total)


def jsonl(file: BinaryIO, articles: Records) -> int:
    """Writes one JSON object a line, UTF-8; returns how many."""
    written = 0
    for article in articles:
        file.write(orjson.dumps(article, option=orjson.OPT_APPEND_NEWLINE))
        written += 1
    return written


def table(file: BinaryIO, articles: Records) -> int:
    """Writes CSV (RFC 4180) with a header, UTF-8; lists are joined by `; `, what is not known is empty, of earlier
    texts there is the number, and what spreadsheets would take for a formula begins with an apostrophe."""
    text = io.TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
    out = csv.DictWriter(text, EXPORTED)
    out.writeheader()
    written = 0
    for article in articles:
        lists = {field: "; ".join(article[field]) for field in LISTS}
        row = article | lists | {"revisions": len(article["revisions"])}
        out.writerow({name: without_formula(value) for name, value in row.items()})
        written += 1
    text.flush()
    text.detach()
    return written


def writer(path: str) -> Callable[[BinaryIO, Records], int]:
    """Returns what writes a file of that ending. Raises UsageError."""
    kind = ".jsonl" if path == "-" else kind_of(path)
    if kind == ".parquet":
        with needing("parquet", "pyarrow", f"{path}: Parquet"):
            from aggregator.archive import parquet_file
        return parquet_file.write
    try:
        return {".jsonl": jsonl, ".csv": table}[kind]
    except KeyError:
        endings = ".jsonl, .csv or .parquet, with .gz or .zst on top"
        raise UsageError(f"{path}: the ending says how to write: {endings}") from None
