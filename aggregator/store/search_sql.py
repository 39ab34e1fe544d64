"""A query's tree, and what narrows it, as SQL on both databases.

Terms of text become one expression of the search index as far as they can (on SQLite FTS5's MATCH, on PostgreSQL a
tsvector's @@). Fields that few articles share become sets of ids, which are looked up by their own index; everything
else becomes a condition on `article_keys`, the narrow view that is read from an index alone: a row of `articles` is a
page of the database, and a common word matches most of them.
"""

from dataclasses import dataclass, replace
from typing import TypeAlias
from urllib.parse import urlsplit

import orjson
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    column,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    table,
    true,
    union_all,
)
from sqlalchemy.sql.selectable import SelectBase

from aggregator.query import And, Between, HasState, Is, Not, Nothing, Or, Query, Words
from aggregator.store import marks
from aggregator.store.schema import articles, entries, feeds, revisions
from aggregator.store.stored_articles import MAX_ID
from aggregator.urls import host_of

_TS_LABELS = {"title": "A", "lead": "B", "text": "C"}
_STATES: dict[str, SelectBase] = {
    "copy": select(articles.c.id).where(articles.c.copy_of.is_not(None)),
    "gone": select(articles.c.id).where(articles.c.gone_at.is_not(None)),
    "paywalled": select(articles.c.id).where(articles.c.paywalled.is_not(None)),
    # As its index has it: a parameter is not known to be 0.
    "revised": select(articles.c.id).where(articles.c.revisions > literal_column("0")),
    "read": marks.read_ids(),
    "starred": marks.starred_ids(),
}
_MAX_BOUNDED = 400_000  # articles of a time span whose lowest and highest ids are looked up

_MAX_IN_SET = 50_000  # articles that meet a condition, for it to be looked up first

Ids: TypeAlias = ColumnElement[int]

keys = table("article_keys", *map(column, ("id", "at", "published_at", "story_id", "site", "lang")))
fts = table("articles_fts", column("rowid"))
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
    changed_after: tuple[int, int] | None = None  # the ids of an article and of a revision: what came after either
    stored_until: int | None = None  # the id of an article: that one, and what was stored before it
    category: str | None = None  # of the subscription that listed it first; '': of one in none


@dataclass(frozen=True, slots=True)
class Plan:
    """A query in parts that all must hold: an expression of the search index (None: none), sets of ids, conditions on
    `keys`, and a span of the articles' time."""

    match: str | None
    sets: tuple[SelectBase, ...]
    conditions: tuple[ColumnElement[bool], ...]
    since: int | None
    until: int | None

    def holds(self, ids: Ids, *, with_span: bool) -> list[ColumnElement[bool]]:
        """Returns all but the expression and, unless wished for, the span, as conditions on a column of ids."""
        wanted = [*self.conditions, *(self.span(keys.c.at) if with_span else ())]
        held = [exists(select(literal_column("1")).select_from(keys).where(keys.c.id == ids, *wanted))]
        return [*(ids.in_(some) for some in self.sets), *(held if wanted else ())]

    def on_keys(self) -> list[ColumnElement[bool]]:
        """Returns all but the expression as conditions on `keys`."""
        return [*(keys.c.id.in_(some) for some in self.sets), *self.conditions, *self.span(keys.c.at)]

    def span(self, at: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """Returns the span as conditions on a column of times."""
        since = [] if self.since is None else [at >= self.since]
        return since if self.until is None else [*since, at < self.until]


def plan(query: Query, filters: Filters, dialect: str) -> Plan:
    """Returns how to ask `query` of a database of this dialect ("sqlite" or "postgresql")."""
    said = (("feed", filters.feed), ("site", filters.site), ("lang", filters.lang))
    asked = query.parts if isinstance(query, And) else (query,)
    parts: tuple[Query, ...] = (*asked, *(Is(field, value) for field, value in said if value))  # type: ignore[arg-type]
    terms = tuple(part for part in parts if _expression(_positive(part), dialect) is not None)
    match = _expression(And(terms), dialect)
    sets = [] if filters.changed_after is None else [_changed_after(*filters.changed_after)]
    if filters.category is not None:
        sets.append(_category(filters.category))
    conditions = [] if filters.stored_until is None else [keys.c.id <= filters.stored_until]
    for part in parts:
        if match is not None and part in terms:
            continue
        found = _ids(part, dialect)
        if found is not None:
            sets.append(found)
        elif (one := condition(part, dialect)) is not None:
            conditions.append(one)
    return Plan(match, tuple(sets), tuple(conditions), filters.since, filters.until)


def hits(match: str, dialect: str, within: tuple[int, int] | None = None) -> Select[int]:
    """Returns the articles whose text matches, with ids from `within[0]` to `within[1]` alone: `id`."""
    if dialect == "sqlite":
        ids, found = fts.c.rowid, literal_column("articles_fts").op("MATCH")(match)
    else:
        ids, found = article_search.c.article_id, article_search.c.search.op("@@")(func.to_tsquery("simple", match))
    return select(ids.label("id")).where(found, *(() if within is None else (ids >= within[0], ids <= within[1])))


def hit_id(dialect: str) -> Ids:
    """Returns the id of a hit, as a column on which conditions are checked after the search index was asked: with its
    bare row id, FTS5 would be asked once for every id of a set."""
    return fts.c.rowid + literal_column("0") if dialect == "sqlite" else article_search.c.article_id


def narrowed(conn: Connection, asked: Plan) -> Plan:
    """Returns the plan with those conditions that few articles meet as sets of ids: of a rare language, a common word
    would be looked up in nearly all its hits before enough are found."""
    sets, conditions = list(asked.sets), list[ColumnElement[bool]]()
    for one in asked.conditions:
        met = select(keys.c.id).where(one)
        some = select(func.count()).select_from(met.limit(_MAX_IN_SET + 1).subquery())
        if int(conn.execute(some).scalar_one()) > _MAX_IN_SET:
            conditions.append(one)
        else:
            sets.append(met)
    return replace(asked, sets=tuple(sets), conditions=tuple(conditions))


def bounds(conn: Connection, asked: Plan) -> tuple[int, int] | None:
    """Returns the lowest and the highest id in the span of time that is asked for: ids follow time roughly, so that
    the index need be read between these alone. None: all of it."""
    if asked.since is None and asked.until is None:
        return None
    few = select(articles.c.id).where(*asked.span(articles.c.at)).limit(_MAX_BOUNDED + 1).subquery()
    low, high, number = conn.execute(select(func.min(few.c.id), func.max(few.c.id), func.count())).one()
    return None if number > _MAX_BOUNDED else (low or 0, high or 0)


def matching(conn: Connection, query: Query, filters: Filters) -> ColumnElement[bool]:
    """Returns what matches as a condition on `articles`: for where no rank is needed, which is the costly part."""
    dialect = conn.dialect.name
    asked = plan(query, filters, dialect)
    found = [] if asked.match is None else [articles.c.id.in_(hits(asked.match, dialect))]
    return and_(true(), *found, *asked.holds(articles.c.id, with_span=False), *asked.span(articles.c.at))


def condition(query: Query, dialect: str) -> ColumnElement[bool] | None:
    """Returns `query` as a condition on `keys`; None if it asks for everything."""
    match = _expression(query, dialect)
    if match is not None:
        return keys.c.id.in_(hits(match, dialect))
    found = _ids(query, dialect)
    if found is not None:
        return keys.c.id.in_(found)
    if isinstance(query, And | Or):
        parts = [condition(part, dialect) for part in query.parts]
        known = [part for part in parts if part is not None]
        if isinstance(query, And):
            return and_(true(), *known)
        return or_(false(), *known) if len(known) == len(parts) else None
    if isinstance(query, Not):  # a null is no match, and so its opposite is one
        part = condition(query.part, dialect)
        return false() if part is None else not_(func.coalesce(part, false()))
    if isinstance(query, Between):
        return _between(query)
    if isinstance(query, Nothing):
        return false()
    return _lang(query.value, dialect) if isinstance(query, Is) else None


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
    at = keys.c.published_at
    since = at >= query.since if query.since is not None else at.is_not(None)
    return since if query.until is None else and_(since, at < query.until)


def _lang(value: str, dialect: str) -> ColumnElement[bool]:
    like = keys.c.lang.like if dialect == "sqlite" else keys.c.lang.ilike  # SQLite's LIKE knows no case as it is
    asked = value.strip().replace("_", "-").replace("/", "//").replace("%", "/%")
    return or_(like(asked, escape="/"), like(f"{asked}-%", escape="/"))


def _ids(query: Query, dialect: str) -> SelectBase | None:
    """Returns the ids of a property that few articles share; None for what is no such property."""
    if isinstance(query, HasState):
        return _STATES[query.state]
    if not isinstance(query, Is) or query.field == "lang":
        return None
    value = query.value.strip()
    if query.field == "site":
        return _site(value, dialect)
    if query.field == "feed":
        return _feed(value)
    wanted = select(articles.c.id)
    if query.field == "story":
        known = value.isdecimal() and int(value) <= MAX_ID
        return wanted.where(articles.c.story_id == int(value) if known else false())
    listed = articles.c.authors if query.field == "author" else articles.c.tags
    return wanted.where(or_(*(_in_list(listed, one, whole=query.field == "tag") for one in _spellings(value))))


def _changed_after(article: int, revision: int) -> SelectBase:
    """Returns the ids of what was stored, or got another text, after these were the newest."""
    again = select(revisions.c.article_id).where(revisions.c.id > revision)
    return union_all(select(articles.c.id).where(articles.c.id > article), again)


def _site(value: str, dialect: str) -> SelectBase:
    """Returns the ids of a site by its name, one host of it, or any URL in it."""
    wanted = select(articles.c.id)
    try:
        parts = urlsplit(value if "//" in value else f"//{value}")
        host = host_of(parts) + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return wanted.where(false())
    bare = host.removeprefix("www.")
    pages = (wanted.where(_begins(f"{scheme}://{bare}/", dialect)) for scheme in ("https", "http"))
    return union_all(wanted.where(articles.c.site == bare), *pages)


def _begins(start: str, dialect: str) -> ColumnElement[bool]:
    url = articles.c.canonical_url
    if dialect == "sqlite":  # whose LIKE uses no index
        return and_(url >= start, url < start[:-1] + chr(ord(start[-1]) + 1))
    return url.startswith(start, autoescape=True)


def named(value: str) -> ColumnElement[bool]:
    """Returns the condition, on `feeds`, of a feed of that URL or title, in any case of letters."""
    return or_(feeds.c.url == value, func.lower(feeds.c.title) == value.lower(), feeds.c.title == value)


def _feed(value: str) -> SelectBase:
    """Returns the ids of a feed by its URL or title; an article that several feeds list is found by each."""
    wanted, listed = select(articles.c.id), select(entries.c.article_id).join(feeds, feeds.c.id == entries.c.feed_id)
    return union_all(
        wanted.where(articles.c.feed == value),
        wanted.where(articles.c.feed.in_(select(feeds.c.url).where(named(value)))),
        listed.where(named(value), entries.c.article_id.is_not(None)),
    )


def _category(name: str) -> SelectBase:
    """Returns the ids of the articles that a subscription of this category listed first."""
    alive = feeds.c.retired_at.is_(None) & (feeds.c.kind != "hand")
    of_name = select(feeds.c.url).where(func.coalesce(feeds.c.category, "") == name, alive)
    return select(articles.c.id).where(articles.c.feed.in_(of_name))


def _spellings(value: str) -> list[str]:
    # SQLite's LIKE knows the case of ASCII letters alone.
    return list(dict.fromkeys((value, value.lower(), value.title(), value.upper())))


def _in_list(listed: ColumnElement[str | None], value: str, *, whole: bool) -> ColumnElement[bool]:
    spelled = orjson.dumps(value).decode()
    found: ColumnElement[bool] = listed.icontains(spelled if whole else spelled[1:-1], autoescape=True)
    return found
