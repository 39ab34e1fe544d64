"""Searching: from what a person asks to the articles with the place where they match."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from aggregator.archive.snippets import snippet
from aggregator.errors import UsageError
from aggregator.query import And, Not, Or, Query, Words, parse
from aggregator.store import ranking as rows
from aggregator.store.engine import Store
from aggregator.store.records import current, record


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked. `since` and `until` (without it) are aware times; `feed` is a URL or a title.

    `stories`: one hit a story, its best.
    """

    query: str = ""
    since: datetime | None = None
    until: datetime | None = None
    feed: str | None = None
    site: str | None = None
    lang: str | None = None
    sort: rows.Sort = "relevance"
    limit: int = 20
    offset: int = 0
    stories: bool = False

    @property
    def filters(self) -> rows.Filters:
        """The filters as the store takes them."""
        since, until = (None if at is None else int(at.timestamp()) for at in (self.since, self.until))
        return rows.Filters(since, until, self.feed, self.site, self.lang)


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that matches. `record`: its JSON object; `others`: how many more of its story match, where stories
    are folded; `snippet`: the text around the first words that match, one line."""

    record: dict[str, Any]
    snippet: str
    others: int
    rank: float


@dataclass(frozen=True, slots=True)
class Hits:
    """The hits asked for, and how many there are in all."""

    hits: tuple[Hit, ...]
    total: int


def search(store: Store, asked: Search) -> Hits:
    """The articles that match, best (or newest) first. Raises QueryError, StoreError, UsageError for a feed not known."""
    query = parse(asked.query)
    words = wanted(query)
    with store.read() as conn:
        _refuse_unknown(conn, asked.feed)
        found = rows.search(conn, query, asked.filters, asked.sort, asked.limit, asked.offset, stories=asked.stories)
        total = rows.count(conn, query, asked.filters, stories=asked.stories)
    return Hits(tuple(_hit(row, words) for row in found), total)


def records(store: Store, asked: Search) -> Iterator[dict[str, Any]]:
    """The JSON object of every article that matches, in the order of ids, read as it is asked for.

    Sorting, limit, offset and the folding of stories play no part. Raises QueryError, StoreError, UsageError for a feed not known.
    """
    query = parse(asked.query)
    with store.read() as conn:
        _refuse_unknown(conn, asked.feed)
        for row in rows.each(conn, query, asked.filters):
            yield record(row)


def _refuse_unknown(conn: Connection, feed: str | None) -> None:
    """A name mistyped should not look like a feed without articles."""
    if feed is not None and not rows.knows_feed(conn, feed):
        raise UsageError(
            f"--feed {feed}: no such feed in this archive; give its URL or title (`aggregator feeds list`)"
        )


def wanted(query: Query) -> tuple[Words, ...]:
    """The words that a match was found by: those that are not excluded."""
    if isinstance(query, Words):
        return (query,)
    if isinstance(query, And | Or):
        return tuple(words for part in query.parts if not isinstance(part, Not) for words in wanted(part))
    return ()


def _hit(row: Any, words: tuple[Words, ...]) -> Hit:
    text = "\n\n".join(part for part in (row.lead, row.text) if part)
    return Hit(current(row), snippet(text, words), int(row.others), float(row.rank))
