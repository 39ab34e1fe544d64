"""Searches the archive: from what a person asks to the articles with the place where they match."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import get_args

from sqlalchemy import Connection

from aggregator.archive.archived_article import ArchivedArticle
from aggregator.archive.archived_article import archived as archived_article
from aggregator.archive.snippets import marks, snippet
from aggregator.errors import UsageError
from aggregator.model import Json
from aggregator.query import And, Everything, Is, Not, Or, Query, Words, parse, wordless
from aggregator.store.alerting.saved_searches import read_query
from aggregator.store.content import stored_articles
from aggregator.store.content.article_json import exported
from aggregator.store.engine import Store
from aggregator.store.searching import search_articles
from aggregator.store.searching.ranking import Sort
from aggregator.store.searching.search_articles import FoundArticle
from aggregator.store.searching.search_sql import Filters
from aggregator.store.time_limit import limited

_CURSOR = re.compile(r"(\d{1,18})-(\d{1,18})")


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked. `since` and `until` (without it) are aware times; `feed` is a URL or a title.

    `stories`: one hit a story, its best; `exact`: all matches are ranked and counted, however many there are;
    `changed_after`: the `cursor` of earlier results, for what was stored or got another text since then;
    `stored_until`: the id of an article, for that one and those stored before it; `category`: of subscriptions, ''
    those in none.
    """

    query: str = ""
    since: datetime | None = None
    until: datetime | None = None
    feed: str | None = None
    site: str | None = None
    lang: str | None = None
    sort: Sort = "relevance"
    limit: int = 20
    offset: int = 0
    stories: bool = False
    exact: bool = False
    changed_after: str | None = None
    stored_until: int | None = None
    category: str | None = None

    def __post_init__(self) -> None:
        """Raises UsageError for what is no order, and for fewer hits than none."""
        if self.sort not in get_args(Sort):
            raise UsageError(f"sort {self.sort!r}: hits are sorted by {' or '.join(get_args(Sort))}")
        if min(self.limit, self.offset) < 0:
            raise UsageError(f"limit {self.limit}, offset {self.offset}: neither may be below 0")

    @property
    def filters(self) -> Filters:
        """Returns the filters as the store takes them. Raises UsageError for what is no cursor."""
        since, until = (None if at is None else int(at.timestamp()) for at in (self.since, self.until))
        after = None if self.changed_after is None else _cursor(self.changed_after)
        return Filters(since, until, self.feed, self.site, self.lang, after, self.stored_until, self.category)


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that matches. `snippet`: the text around the first words that match, one line; `marks`: where words
    that match stand in it, as pairs of offsets; `others`: how many more of its story match, where stories are folded;
    `rank`: greater is better."""

    article: ArchivedArticle
    snippet: str
    marks: tuple[tuple[int, int], ...]
    others: int
    rank: float

    def to_dict(self) -> Json:
        """Returns the article's JSON object with `snippet`, `marks` and `others`."""
        found = {"snippet": self.snippet, "marks": [*map(list, self.marks)], "others": self.others}
        return self.article.to_dict() | found

    def marked(self) -> str:
        """Returns the snippet as HTML, with words that match in <mark>."""
        parts, at = [], 0
        for start, end in self.marks:
            parts += [escape(self.snippet[at:start]), "<mark>", escape(self.snippet[start:end]), "</mark>"]
            at = end
        return "".join((*parts, escape(self.snippet[at:])))


@dataclass(frozen=True, slots=True)
class Results:
    """The hits asked for, iterable, and how many there are in all.

    `total_is_exact`: False where more match than were counted. `wordless`: the terms that nothing is found by, because
    they hold neither letters nor digits. `archived`: how many articles there are at all, where none is found. `words`:
    what matches were found by. `cursor`: given as `changed_after`, it asks for what came after these results.
    """

    hits: tuple[Hit, ...]
    total: int
    total_is_exact: bool = True
    wordless: tuple[str, ...] = ()
    archived: int | None = None
    words: tuple[Words, ...] = ()
    cursor: str = ""

    def __iter__(self) -> Iterator[Hit]:
        return iter(self.hits)

    def __len__(self) -> int:
        return len(self.hits)

    def to_dicts(self) -> list[Json]:
        """Returns the hits as JSON objects, the rows of a data frame."""
        return [hit.to_dict() for hit in self.hits]

    def _repr_html_(self) -> str:
        """Shows the hits in a notebook."""
        rows = "".join(
            f"<tr><td>{one.article.id}</td><td>{escape(str(one.article.published_at or ''))}</td>"
            f"<td>{escape(one.article.site)}</td><td>{escape(one.article.title or one.article.url)}<br>"
            f"{one.marked()}</td></tr>"
            for one in self.hits
        )
        return f"<table>{rows}</table><p>{len(self.hits)} of {self.total}{'' if self.total_is_exact else '+'}</p>"


def search(store: Store, asked: Search) -> Results:
    """Returns what matches, best (or newest) first. Raises QueryError, StoreError, UsageError for an unknown feed."""
    filters = asked.filters
    with asking(store, asked) as (conn, query):
        words = wanted(query)
        cursor = search_articles.newest(conn)
        page = (asked.sort, asked.limit, asked.offset)
        found = search_articles.search(conn, query, filters, *page, stories=asked.stories, exact=asked.exact)
        archived = search_articles.count(conn, Everything(), Filters()) if found.total == 0 else None
    hits = tuple(_hit(one, words) for one in found.articles)
    return Results(hits, found.total, found.exact, wordless(query), archived, words, "{}-{}".format(*cursor))


def _cursor(text: str) -> tuple[int, int]:
    found = _CURSOR.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is no cursor; give the one of an earlier answer as it stands")
    return int(found[1]), int(found[2])


def records(store: Store, asked: Search) -> Iterator[Json]:
    """Yields the JSON object of every article that matches, in the order of ids, read as it is asked for.

    Its earlier texts are in it. Sorting, limit, offset and folding play no part. Raises as `search` does.
    """
    with store.read() as conn:
        for article in search_articles.each(conn, _query(conn, asked), asked.filters):
            earlier = stored_articles.revisions_of(conn, article.id) if article.revisions else ()
            yield exported(article, earlier)


def count(store: Store, asked: Search) -> int:
    """Returns how many articles match, however many there are. Raises as `search` does."""
    with asking(store, asked) as (conn, query):
        return search_articles.count(conn, query, asked.filters)


def matching_ids(store: Store, asked: Search) -> list[int]:
    """Returns the ids of all articles that match, in no order. Raises as `search` does."""
    with asking(store, asked) as (conn, query):
        return search_articles.matching_ids(conn, query, asked.filters)


@contextmanager
def asking(store: Store, asked: Search) -> Iterator[tuple[Connection, Query]]:
    """Lends a connection and the query that is asked, for as long as a search may take. Raises QueryError, StoreError,
    UsageError for an unknown feed."""
    with store.read() as conn, limited(conn):
        yield conn, _query(conn, asked)


def _query(conn: Connection, asked: Search) -> Query:
    query = read_query(conn, asked.query, datetime.now(UTC))
    refuse_unknown_feed(conn, asked.feed)
    return query


def of_one_story(query: str) -> bool:
    """Tells whether a query asks for the articles of a story, so that folding them to one would hide the answer.
    Raises QueryError."""
    tree = parse(query, datetime.now(UTC))
    return any(isinstance(part, Is) and part.field == "story" for part in getattr(tree, "parts", (tree,)))


def refuse_unknown_feed(conn: Connection, feed: str | None) -> None:
    """Raises UsageError for an unknown feed: a name mistyped should not look like a feed without articles."""
    if feed is not None and not search_articles.knows_feed(conn, feed):
        raise UsageError(f"{feed}: no such feed in this archive; give its URL or title (`aggregator feeds list`)")


def refuse_unknown_site(conn: Connection, site: str | None) -> None:
    """Raises UsageError for a site of which there is no article."""
    if site is not None and not search_articles.count(conn, Everything(), Filters(site=site)):
        raise UsageError(f"{site}: no article of that site in this archive; `aggregator search` shows sites")


def wanted(query: Query) -> tuple[Words, ...]:
    """Returns the words that a match was found by: those that are not excluded."""
    if isinstance(query, Words):
        return (query,)
    if isinstance(query, And | Or):
        return tuple(words for part in query.parts if not isinstance(part, Not) for words in wanted(part))
    return ()


def _hit(found: FoundArticle, words: tuple[Words, ...]) -> Hit:
    text = "\n\n".join(part for part in (found.article.lead, found.article.text) if part)
    lang = found.article.lang
    shown = snippet(text, words, lang)
    return Hit(archived_article(found.article), shown, marks(shown, words, lang), found.others, found.rank)
