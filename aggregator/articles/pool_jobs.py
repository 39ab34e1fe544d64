"""Holds the jobs that are handed to the pool.

Each imports what it needs when it runs: the models, numpy, feedparser and what else is heavy is loaded by the processes
of the pool alone, and the process that hands the jobs over starts without it.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from aggregator.model import NOTHING_SHARED

if TYPE_CHECKING:
    from aggregator.articles.entry_facts import FeedPolicy, PreparedEntry
    from aggregator.articles.read_pages import Batch, PageJob
    from aggregator.articles.row import ArticleRow
    from aggregator.model import Entry, FeedDocument, Shared

Record = tuple[Mapping[str, Any], Mapping[str, int | None]]  # a line of a file, and its times


def parse(
    body: bytes, headers: Mapping[str, str], url: str, links: str | None = None, shared: "Shared" = NOTHING_SHARED
) -> "FeedDocument":
    """Returns the feed in an answer: `feeds.parse_feed.parse`."""
    from aggregator.feeds import parse_feed

    return parse_feed.parse(body, headers, url, links, shared)


def prepare(entries: Sequence["Entry"], feed: "FeedPolicy", now: int) -> "list[PreparedEntry]":
    """Returns what is to be stored of entries: `articles.from_entry.prepare`."""
    from aggregator.articles import from_entry

    return from_entry.prepare(entries, feed, now)


def read_batch(jobs: Sequence["PageJob"], packed: bytes | None) -> "Batch":
    """Returns the articles of pages of one site: `articles.read_batch.read_batch`."""
    from aggregator.articles import read_batch

    began = time.process_time()
    found = read_batch.read_batch(jobs, packed)
    return replace(found, seconds=time.process_time() - began)


def from_records(records: Sequence["Record"], now: int) -> "list[ArticleRow]":
    """Returns the rows of imported articles, each given with its times: `articles.from_record.from_record`."""
    from aggregator.articles.from_record import from_record

    return [from_record(record, times, now) for record, times in records]
