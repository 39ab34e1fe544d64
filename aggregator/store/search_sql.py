"""Translates a query's tree, and what narrows it, into SQL on both databases.

Terms of text become one expression of the search index as far as they can; everything else becomes conditions on
`articles`. On SQLite the index is FTS5 (MATCH), on PostgreSQL a tsvector (@@).
"""

from dataclasses import dataclass
from urllib.parse import urlsplit

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    column,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    table,
    true,
)

from aggregator.query import And, Between, Is, Not, Nothing, Or, Query, Words
from aggregator.store.schema import articles, entries, feeds
from aggregator.store.stored_articles import MAX_ID
from aggregator.urls import host_of

_TS_LABELS = {"title": "A", "lead": "B", "text": "C"}
_REVISED = articles.c.revisions > literal_column("0")  # as its index has it: a parameter would not be known to be 0

_fts = table("articles_fts", column("rowid"))
article_search = table("article_search", column("article_id"), column("search"))


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a search. `since`, `until` (without it): seconds of an article's time, which is when it was
    published, or fetched if that is not known or lies in the future."""

    since: int | None = None
    until: int | None = None
    feed: str | None = None  # its URL or its title
    site: str | None = None
    lang: str | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """A query in two parts that both must hold: an expression of the search index (None: none), and conditions."""

    match: str | None
    condition: ColumnElement[bool]


def plan(query: Query, dialect: str) -> Plan:
    """Returns how to ask `query` of a database of this dialect ("sqlite" or "postgresql")."""
    parts = query.parts if isinstance(query, And) else (query,)
    terms = tuple(part for part in parts if _expression(_positive(part), dialect) is not None)
    match = _expression(And(terms), dialect)
    rest = [part for part in parts if match is None or part not in terms]
    return Plan(match, and_(true(), *(condition(part, dialect) for part in rest)))


def hits(match: str, dialect: str) -> Select[tuple[int]]:
    """Returns the articles whose text matches: `id`."""
    if dialect == "sqlite":
        return select(_fts.c.rowid.label("id")).where(literal_column("articles_fts").op("MATCH")(match))
    found = article_search.c.search.op("@@")(func.to_tsquery("simple", match))
    return select(article_search.c.article_id.label("id")).where(found)


def matching(conn: Connection, query: Query, filters: Filters) -> ColumnElement[bool]:
    """Returns what matches as a condition on `articles`: for where no rank is needed, which is the costly part."""
    dialect = conn.dialect.name
    asked = plan(narrowed(query, filters), dialect)
    where = and_(filtered(filters), asked.condition)
    return where if asked.match is None else and_(articles.c.id.in_(hits(asked.match, dialect)), where)


def narrowed(query: Query, filters: Filters) -> Query:
    """Returns the query with the filters that it could have said itself."""
    parts = query.parts if isinstance(query, And) else (query,)
    said = (("feed", filters.feed), ("site", filters.site), ("lang", filters.lang))
    return And((*parts, *(Is(field, value) for field, value in said if value)))  # type: ignore[arg-type]


def filtered(filters: Filters) -> ColumnElement[bool]:
    """Returns the other filters as a condition on `articles`."""
    since = articles.c.at >= filters.since if filters.since is not None else articles.c.id.is_not(None)
    return since if filters.until is None else and_(since, articles.c.at < filters.until)


def condition(query: Query, dialect: str) -> ColumnElement[bool]:
    """Returns `query` as a condition on `articles`."""
    match = _expression(query, dialect)
    if match is not None:
        return articles.c.id.in_(hits(match, dialect))
    if isinstance(query, And):
        return and_(true(), *(condition(part, dialect) for part in query.parts))
    if isinstance(query, Or):
        return or_(false(), *(condition(part, dialect) for part in query.parts))
    if isinstance(query, Not):  # a null is no match, and so its opposite is one
        return not_(func.coalesce(condition(query.part, dialect), false()))
    if isinstance(query, Between):
        return _between(query)
    if isinstance(query, Nothing):
        return false()
    return _property(query) if isinstance(query, Is) else true()


def _positive(query: Query) -> Query:
    return query.part if isinstance(query, Not) else query


def _expression(query: Query, dialect: str) -> str | None:
    """Returns `query` in the language of the search index; None if it says more than that can, or only negates."""
    if isinstance(query, Words):
        return _fts_words(query) if dialect == "sqlite" else _ts_words(query)
    if isinstance(query, Or):
        some = [_expression(part, dialect) for part in query.parts if not isinstance(part, Nothing)]
        return _joined(some, " OR " if dialect == "sqlite" else " | ")
    if not isinstance(query, And):
        return None
    wanted = [_expression(part, dialect) for part in query.parts if not isinstance(part, Not)]
    unwanted = [_expression(part.part, dialect) for part in query.parts if isinstance(part, Not)]
    found = _joined(wanted, " AND " if dialect == "sqlite" else " & ")
    if not unwanted or found is None:
        return found
    against = _joined(unwanted, " OR " if dialect == "sqlite" else " | ")
    if against is None:
        return None
    return f"({found} NOT {against})" if dialect == "sqlite" else f"({found} & !{against})"


def _joined(expressions: list[str | None], operator: str) -> str | None:
    known = [expression for expression in expressions if expression is not None]
    return f"({operator.join(known)})" if known and len(known) == len(expressions) else None


def _fts_words(query: Words) -> str:
    phrase = f'"{" ".join(query.words)}"' + (" *" if query.prefix else "")
    return f"({query.field} : {phrase})" if query.field else phrase


def _ts_words(query: Words) -> str:
    if len(query.words) == 1 or query.field:
        return _ts_phrase(query, _TS_LABELS[query.field] if query.field else "")
    # Positions go on from field to field: with its label, a phrase can't begin in the title and end in the lead.
    return f"({' | '.join(_ts_phrase(query, label) for label in _TS_LABELS.values())})"


def _ts_phrase(query: Words, label: str) -> str:
    flags = [label] * len(query.words)
    if query.prefix:
        flags[-1] += "*"
    lexemes = [f"'{word}'" + (f":{flag}" if flag else "") for word, flag in zip(query.words, flags, strict=True)]
    return f"({' <-> '.join(lexemes)})"


def _between(query: Between) -> ColumnElement[bool]:
    at = articles.c.published_at
    since = at >= query.since if query.since is not None else at.is_not(None)
    return since if query.until is None else and_(since, at < query.until)


def _property(query: Is) -> ColumnElement[bool]:
    value = query.value.strip()
    if query.field == "site":
        return _site(value)
    if query.field == "feed":
        return _feed(value)
    if query.field == "lang":
        lang, asked = func.lower(articles.c.lang), value.lower().replace("_", "-")
        return or_(lang == asked, lang.startswith(f"{asked}-", autoescape=True))
    if query.field == "story":
        return articles.c.story_id == int(value) if value.isdecimal() and int(value) <= MAX_ID else false()
    if query.field in ("revised", "gone"):
        found = _REVISED if query.field == "revised" else articles.c.gone_at.is_not(None)
        return found if value.lower() == "true" else not_(found)
    listed = articles.c.authors if query.field == "author" else articles.c.tags
    return or_(*(_in_list(listed, spelling, whole=query.field == "tag") for spelling in _spellings(value)))


def _site(value: str) -> ColumnElement[bool]:
    """Returns the condition of a site by its name, one host of it, or any URL in it."""
    try:
        parts = urlsplit(value if "//" in value else f"//{value}")
        host = host_of(parts) + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return false()
    bare = host.removeprefix("www.")
    url = articles.c.canonical_url
    pages = (url.startswith(f"{scheme}://{bare}/", autoescape=True) for scheme in ("https", "http"))
    return or_(articles.c.site == bare, *pages)


def named(value: str) -> ColumnElement[bool]:
    """Returns the condition, on `feeds`, of a feed of that URL or title."""
    return or_(feeds.c.url == value, func.lower(feeds.c.title) == value.lower(), feeds.c.title == value)


def _feed(value: str) -> ColumnElement[bool]:
    """Returns the condition of a feed by its URL or title; an article that several feeds list is found by each."""
    listed = select(entries.c.article_id).join(feeds, feeds.c.id == entries.c.feed_id)
    return or_(
        articles.c.feed == value,
        articles.c.feed.in_(select(feeds.c.url).where(named(value))),
        articles.c.id.in_(listed.where(named(value), entries.c.article_id.is_not(None))),
    )


def _spellings(value: str) -> list[str]:
    # SQLite's LIKE knows the case of ASCII letters alone.
    return list(dict.fromkeys((value, value.lower(), value.title(), value.upper())))


def _in_list(listed: ColumnElement[str | None], value: str, *, whole: bool) -> ColumnElement[bool]:
    spelled = orjson.dumps(value).decode()
    found: ColumnElement[bool] = listed.icontains(spelled if whole else spelled[1:-1], autoescape=True)
    return found
