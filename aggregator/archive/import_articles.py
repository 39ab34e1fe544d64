"""Imports articles from a file.

lines -> read and checked -> those with a `story_id` are restored as they stand, in the order of the file
                          -> the others go through the story path, in the order of time
      -> copies are pointed to their heads, once all are there

While a batch is stored, processes make the rows of the next one.
"""

import os
import pickle
import tempfile
import time
import zlib
from array import array
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

import zstandard

from aggregator.archive.import_lines import BadLine, Line, read
from aggregator.archive.line_files import OpenFile, kind_of, numbered_lines, reading
from aggregator.articles import pool_jobs
from aggregator.articles.row import ArticleRow
from aggregator.errors import AggregatorError, ExtractionError, UsageError, needing
from aggregator.model import Tell
from aggregator.pool import Pool
from aggregator.store.content import restore as restoring
from aggregator.store.content import save_article, stored_articles
from aggregator.store.engine import Store
from aggregator.store.grouping import stories
from aggregator.store.unit_of_work import UnitOfWork

_BATCH = 500  # lines a transaction
_JOB = 50  # lines that a process makes rows of at once
_MAX_LINE_BYTES = 16 * 1024 * 1024  # as much as is read of a page (`max_bytes`)

Report = Callable[[str], None]


@dataclass(slots=True)
class Counts:
    """What came of the lines: articles new, updated (the file's is younger), unchanged; lines failed."""

    new: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0

    @property
    def ok(self) -> bool:
        """Tells whether every line was taken."""
        return not self.failed


def import_file(
    store: Store, path: str, report: Report, now: int | None = None, progress: Tell | None = None
) -> Counts:
    """Imports the articles of a .jsonl or .parquet file (.gz, .zst; `-` is .jsonl from standard input) in the schema of
    the export.

    An article is known by `canonical_url`, else `url`; one that is stored already is left alone unless the file's was
    fetched later, so that an import can be repeated. A line that can't be used is told to `report` as `file:line: why`
    and the rest goes on. `progress` is told what is done, how much of it, and of how much. Raises UsageError (a file of
    another kind), AggregatorError (no such file, or a damaged one).
    """
    kind = ".jsonl" if path == "-" else kind_of(path)
    if kind == ".parquet":
        with needing("parquet", "pyarrow", f"{path}: Parquet"):
            from aggregator.archive.parquet_file import numbered_rows
    elif kind != ".jsonl":
        raise UsageError(f"{path}: only .jsonl, .parquet and .warc are imported, with .gz or .zst on top")
    run = _Run(store, path, report, int(time.time()) if now is None else now, progress)
    try:
        with reading(path, seekable=kind == ".parquet") as source, tempfile.TemporaryFile() as aside:
            later = _Aside(aside)
            lines = numbered_rows(source.file) if kind == ".parquet" else numbered_lines(source.file, _MAX_LINE_BYTES)
            run.restore(_restored(run, run.lines(lines), later), source)
            run.place(later.in_order(), len(later))
    finally:
        run.pool.close()
    run.point_copies()
    return run.counts


def _restored(run: "_Run", numbered: Iterator[tuple[int, bytes]], later: "_Aside") -> Iterator[Line]:
    """The lines that carry a story; the others are put aside."""
    for number, text in numbered:
        try:
            line = read(number, text)
        except BadLine as error:
            run.refuse(number, str(error))
            continue
        if line.story_id is not None:
            yield line
        else:
            later.add(line)


class _Aside:
    """Lines kept in a temporary file, as they were read, until all are known and can be put in order."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._times, self._offsets = array("q"), array("q")  # of each: sixteen bytes a line, however many there are

    def add(self, line: Line) -> None:
        self._times.append(line.at)
        self._offsets.append(self._file.tell())
        pickle.dump(line, self._file, pickle.HIGHEST_PROTOCOL)

    def __len__(self) -> int:
        return len(self._times)

    def in_order(self) -> Iterator[Line]:
        self._file.flush()
        for number in sorted(range(len(self)), key=self._times.__getitem__):
            self._file.seek(self._offsets[number], os.SEEK_SET)
            yield pickle.load(self._file)


@dataclass(slots=True)
class _Run:
    """One import: what the file's numbers became in this database."""

    store: Store
    path: str
    report: Report
    now: int
    progress: Tell | None
    pool: Pool = field(default_factory=Pool)
    counts: Counts = field(default_factory=Counts)
    ids: dict[int, int] = field(default_factory=dict)  # articles
    stories: dict[int, int] = field(default_factory=dict)
    copies: list[tuple[int, int]] = field(default_factory=list)  # our id, the head's number in the file

    def refuse(self, number: int, why: str) -> None:
        self.counts.failed += 1
        self.report(f"{self.path}:{number}: {why}; left out")

    def lines(self, numbered: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
        """The lines that are not empty, with their numbers."""
        number = 0
        try:
            for number, text in numbered:
                if len(text) > _MAX_LINE_BYTES:
                    self.refuse(number, f"longer than {_MAX_LINE_BYTES >> 20} MB")
                else:
                    yield number, text.removeprefix(b"\xef\xbb\xbf") if number == 1 else text
        except (OSError, EOFError, zlib.error, zstandard.ZstdError) as error:
            raise AggregatorError(f"{self.path}: damaged after line {number} ({error}); get the file again") from error

    def restore(self, lines: Iterator[Line], source: OpenFile) -> None:
        for _ in self._in_batches(lines, self._restore):
            self._tell("file read", source.done, source.size)

    def place(self, lines: Iterator[Line], total: int) -> None:
        for done in self._in_batches(lines, self._place):
            self._tell("articles stored", done, total)

    def _tell(self, what: str, done: int, total: int | None) -> None:
        if self.progress is not None:
            self.progress(what, done, total)

    def _in_batches(self, lines: Iterator[Line], add: "_Add") -> Iterator[int]:
        """Stores the lines, and yields after each batch how many; the rows of the first batch, which waits for nothing,
        are made here, so that a small file starts no process."""
        batch, rows, done = list(islice(lines, _BATCH)), dict[int, ArticleRow](), 0
        while batch:
            following = list(islice(lines, _BATCH))
            jobs = self._begun(following)
            self._store(batch, rows, add)
            done += len(batch)
            yield done
            batch, rows = following, _done(jobs)

    def _begun(self, batch: list[Line]) -> "list[_Job]":
        """Lets processes make the rows of the lines that are not stored yet."""
        with self.store.read() as conn:
            known = stored_articles.at_urls(conn, {line.own_url for line in batch})
        new = [line for line in batch if line.own_url not in known]
        parts = [new[start : start + _JOB] for start in range(0, len(new), _JOB)]
        return [
            (part, self.pool.submit(pool_jobs.from_records, [(line.record, line.times) for line in part], self.now))
            for part in parts
        ]

    def _store(self, batch: list[Line], rows: Mapping[int, ArticleRow], add: "_Add") -> None:
        """Stores lines in one transaction. `rows`: those that were made already, by the numbers of their lines."""
        with self.store.write() as unit:
            free = restoring.free_ids(unit, {line.id for line in batch if line.id is not None})
            known = stored_articles.at_urls(unit, {line.own_url for line in batch})
            for line in batch:
                found = known.get(line.own_url)
                if found is None:
                    row = rows.get(line.number) or self._row(line)
                    found = known[line.own_url] = add(unit, line, row, line.id if line.id in free else None)
                    restoring.past(unit, found, line.revisions, line.gone_at)
                    free.discard(found)
                    self.counts.new += 1
                else:
                    self._meet(unit, found, line)
                self._map(line, found)

    def _row(self, line: Line) -> ArticleRow:
        return pool_jobs.from_records([(line.record, line.times)], self.now)[0]

    def _map(self, line: Line, article_id: int) -> None:
        if line.id is not None:
            self.ids[line.id] = article_id
        if line.copy_of is not None and line.story_id is not None:
            self.copies.append((article_id, line.copy_of))

    def _restore(self, unit: UnitOfWork, line: Line, row: ArticleRow, wish: int | None) -> int:
        assert line.story_id is not None
        story = self.stories.get(line.story_id)
        if story is None:
            story = self.stories[line.story_id] = restoring.story(unit, line.story_id, row.at)
        else:
            stories.join(unit, story, row.at)
        return restoring.article(unit, row, story, wish)

    def _place(self, unit: UnitOfWork, line: Line, row: ArticleRow, wish: int | None) -> int:
        return save_article.save(unit, row, article_id=wish).id

    def _meet(self, unit: UnitOfWork, article_id: int, line: Line) -> None:
        """Updates an article that is stored already, if what the file has of it was fetched later."""
        stored = stored_articles.by_id(unit, article_id)
        assert stored is not None
        if line.story_id is not None:
            self.stories.setdefault(line.story_id, stored.story_id)
        fetched = line.times["fetched_at"]
        younger = fetched is not None and fetched > stored.fetched_at
        if younger and save_article.save(unit, self._row(line)).outcome == "updated":
            save_article.mark_gone(unit, [article_id], line.gone_at)
            self.counts.updated += 1
        else:
            self.counts.unchanged += 1

    def point_copies(self) -> None:
        """Points copies to their heads, by what the file's numbers became; a head that is not in the file is none."""
        known = [(copy, self.ids[head]) for copy, head in self.copies if head in self.ids]
        for start in range(0, len(known), _BATCH):
            with self.store.write() as conn:
                for copy, head in known[start : start + _BATCH]:
                    restoring.point(conn, copy, head)


_Add = Callable[[UnitOfWork, Line, ArticleRow, int | None], int]
_Job = tuple[list[Line], Future[list[ArticleRow]]]


def _done(jobs: list[_Job]) -> dict[int, ArticleRow]:
    """Waits for rows; those of a process that died, or took too long, are made when they are stored."""
    made: dict[int, ArticleRow] = {}
    for part, job in jobs:
        with suppress(ExtractionError):
            made |= zip((line.number for line in part), job.result(), strict=True)
    return made
