"""A query's tree, and what narrows it, as SQL on both databases.

Terms of text become one expression of the search index as far as they can (on SQLite FTS5's MATCH, on PostgreSQL a
tsvector's @@). Fields that few articles share become sets of ids, which are looked up by their own index; everything
else becomes a condition on `article_keys`, the narrow view that is read from an index alone: a row of `articles` is a
page of the database, and a common word matches most of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from sqlalchemy import (
    ColumnElement,
    Connection,
    Exists,
    FromClause,
    Select,
    and_,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.sql.selectable import SelectBase

from aggregator.query import And, Between, Everything, HasState, Is, Not, Nothing, Or, Query, Words
from aggregator.search_facts import host
from aggregator.store.content import marks
from aggregator.store.content.stored_articles import MAX_ID
from aggregator.store.schema import SUBSCRIBED, articles, entries, feeds, revisions
from aggregator.store.searching.hits import Ids, hits, keys
from aggregator.store.searching.index_words import (
    FIELDS,
    Index,
    Phrase,
    fact,
    fts_likely,
    fts_words,
    ranked_by,
    ts_words,
)
from aggregator.store.searching.word_check import spelt

_SAMPLE, _USUAL = 2_000, 4  # the articles that were stored last; a language of more than one in so many is usual
_STATES: dict[str, SelectBase] = {
    "copy": select(articles.c.id).where(articles.c.copy_of.is_not(None)),
    "gone": select(articles.c.id).where(articles.c.gone_at.is_not(None)),
    "paywalled": select(articles.c.id).where(articles.c.paywalled.is_not(None)),
    # As its index has it: a parameter is not known to be 0.
    "revised": select(articles.c.id).where(articles.c.revisions > literal_column("0")),
    "read": marks.read_ids(),
    "starred": marks.starred_ids(),
}


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
    `keys`, a span of the articles' time, and `checks`: conditions that find nothing by themselves, because they read
    the article itself or the span says nearly the same. `phrases`: what PostgreSQL ranks by. `host`: all that the plan
    asks for, where it is a site, or a host of one, and nothing else. `ranks`: whether the expression asks for words of
    a text, of which some articles say more than others."""

    match: str | None
    sets: tuple[SelectBase, ...]
    conditions: tuple[ColumnElement[bool], ...]
    since: int | None
    until: int | None
    checks: tuple[ColumnElement[bool], ...] = ()
    phrases: tuple[Phrase, ...] = ()
    host: str | None = None
    ranks: bool = False

    def holds(self, ids: Ids, *, with_span: bool) -> list[ColumnElement[bool]]:
        """Returns all but the expression and, unless wished for, the span, as conditions on a column of ids."""
        wanted = [*self.conditions, *(self.span(keys.c.at) if with_span else ()), *self.checks]
        held = [exists(select(literal_column("1")).select_from(keys).where(keys.c.id == ids, *wanted))]
        return [*(ids.in_(some) for some in self.sets), *(held if wanted else ())]

    def on_keys(self) -> list[ColumnElement[bool]]:
        """Returns all but the expression as conditions on `keys`."""
        return [*(keys.c.id.in_(some) for some in self.sets), *self.conditions, *self.span(keys.c.at), *self.checks]

    def in_sets(self) -> Select[int]:
        """Returns the ids that are in all sets, of which there is one at least."""
        first, *others = self.sets
        ids = next(iter(first.subquery().c))
        return select(ids).where(*(ids.in_(other) for other in others)).distinct()

    def span(self, at: ColumnElement[int]) -> list[ColumnElement[bool]]:
        """Returns the span as conditions on a column of times."""
        since = [] if self.since is None else [at >= self.since]
        return since if self.until is None else [*since, at < self.until]


@dataclass(frozen=True, slots=True)
class _Likely:
    """What the search index can say of words that it does not tell apart itself: it finds all that match, and more."""

    words: Words


@dataclass(frozen=True, slots=True)
class _Checked:
    """Words that are looked for in the article itself."""

    words: Words


@dataclass(frozen=True, slots=True)
class _Usual:
    """A language of so many articles that hits are asked for it one by one: to look its word up costs more."""

    language: str


_Part: TypeAlias = Query | _Likely | _Checked | _Usual


def plan(conn: Connection, query: Query, filters: Filters) -> Plan:
    """Returns how to ask `query`."""
    index = Index.of(conn)
    said = (("feed", filters.feed), ("site", filters.site), ("lang", filters.lang))
    narrowing = (Is(field, value) for field, value in said if value)  # type: ignore[arg-type]
    asked_for = [*(query.parts if isinstance(query, And) else (query,)), *narrowing]
    ranks = any(_ranks(one, index) for one in asked_for)
    parts: list[_Part] = []
    for one in asked_for:
        if isinstance(one, Words) and _is_checked(one, index):
            parts += [_Likely(one), _Checked(one)]
        elif ranks and isinstance(one, Is) and one.field == "lang" and _is_usual(conn, one.value):
            parts.append(_Usual(one.value))
        else:
            parts.append(one)
    terms = [part for part in parts if _expression(_positive(part), index) is not None]
    match = _all_of(terms, index)
    sets = [] if filters.changed_after is None else [_changed_after(*filters.changed_after)]
    if filters.category is not None:
        sets.append(_category(filters.category))
    conditions = [] if filters.stored_until is None else [keys.c.id <= filters.stored_until]
    checks = list[ColumnElement[bool]]()
    for part in parts:
        if match is not None and part in terms:
            continue
        found = _ids(part)
        if found is not None:
            sets.append(found)
        elif (held := condition(part, index)) is not None:
            (checks if isinstance(part, _Checked | Between) else conditions).append(held)
    whole = [part for part in terms if not isinstance(part, _Likely | _Checked | _Usual)]
    phrases = [phrase for part in whole for phrase in ranked_by(part, index)]
    since, until = _span(conn, [part for part in parts if isinstance(part, Between)], filters)
    asked = Plan(match, tuple(sets), tuple(conditions), since, until, tuple(checks), tuple(phrases), ranks=ranks)
    alone = not (sets or conditions or checks or asked.span(articles.c.at))
    what = [one for one in asked_for if not isinstance(one, Everything)]
    if alone and len(what) == 1 and isinstance(what[0], Is) and what[0].field == "site":
        return replace(asked, host=host(what[0].value))
    return asked


def _ranks(query: Query, index: Index) -> bool:
    """Tells whether words of a text that the search index is asked for make an article a better match."""
    if isinstance(query, And | Or):
        return _expression(query, index) is not None and any(_ranks(part, index) for part in query.parts)
    return isinstance(query, Words)


def _is_usual(conn: Connection, language: str) -> bool:
    """Tells whether a good part of the articles that were stored last are in a language."""
    last = select(func.max(articles.c.id)).scalar_subquery()
    lately = select(func.count()).where(keys.c.id > last - _SAMPLE, _lang(language, conn.dialect.name))
    return int(conn.execute(lately).scalar_one()) > _SAMPLE // _USUAL


def _span(conn: Connection, published: Sequence[Between], filters: Filters) -> tuple[int | None, int | None]:
    """Returns the span of articles' times that holds all that is left by the filters and by when it was published: the
    same time, but for the few articles whose date lies in the future, or became known or another one later."""
    since, until = [filters.since], [filters.until]
    for one in published:
        apart = select(articles.c.at).where(articles.c.published_at != articles.c.at, _within(articles, one))
        few = apart.offset(0).subquery()  # kept apart: PostgreSQL would look for the first of all articles that is one
        first, last = conn.execute(select(func.min(few.c.at), func.max(few.c.at))).one()
        if one.since is not None:
            since.append(one.since if first is None else min(one.since, first))
        if one.until is not None:
            until.append(one.until if last is None else max(one.until, last + 1))
    known = [[at for at in some if at is not None] for some in (since, until)]
    return max(known[0], default=None), min(known[1], default=None)


def matching(conn: Connection, query: Query, filters: Filters) -> ColumnElement[bool]:
    """Returns what matches as a condition on `articles`: for where no rank is needed, which is the costly part."""
    asked = plan(conn, query, filters)
    found = [] if asked.match is None else [articles.c.id.in_(hits(asked.match, conn.dialect.name))]
    return and_(true(), *found, *asked.holds(articles.c.id, with_span=False), *asked.span(articles.c.at))


def condition(query: _Part, index: Index) -> ColumnElement[bool] | None:
    """Returns `query` as a condition on `keys`; None if it asks for everything."""
    match = _expression(query, index)
    if match is not None:
        return keys.c.id.in_(hits(match, index.dialect))
    if isinstance(query, HasState) and query.state == "read":  # of most articles: a set of them would be made each time
        return marks.is_read(keys.c.id)
    found = _ids(query)
    if found is not None:
        return keys.c.id.in_(found)
    if isinstance(query, Words):
        parts = [condition(_Likely(query), index), condition(_Checked(query), index)]
        return and_(*(part for part in parts if part is not None))
    if isinstance(query, And | Or):
        parts = [condition(part, index) for part in query.parts]
        known = [part for part in parts if part is not None]
        if isinstance(query, And):
            return and_(true(), *known)
        return or_(false(), *known) if len(known) == len(parts) else None
    if isinstance(query, Not):  # a null is no match, and so its opposite is one
        part = condition(query.part, index)
        if part is None:
            return false()
        return ~part if isinstance(part, Exists) else not_(func.coalesce(part, false()))
    if isinstance(query, _Checked):
        return _in_article(query.words)
    if isinstance(query, Between):
        return _within(keys, query)
    if isinstance(query, Nothing):
        return false()
    return _lang(query.language, index.dialect) if isinstance(query, _Usual) else None


def _positive(query: _Part) -> _Part:
    return query.part if isinstance(query, Not) else query


def _is_checked(words: Words, index: Index) -> bool:
    """Tells whether the search index finds words only together with others: FTS5 has no place for two words at once, so
    that the forms that are no stems stand in a column of their own, in no order."""
    several = words.field is not None or len(words.words) > 1
    return index.dialect == "sqlite" and (words.exact or (words.prefix and several))


def _in_article(words: Words) -> ColumnElement[bool]:
    """Returns the condition, on `keys`, that an article holds these words as they stand (`word_check.holds`)."""
    asked = [words.field] if words.field else FIELDS
    texts = (articles.c[name] if name in asked else literal_column("NULL") for name in FIELDS)
    said = func.holds_words(spelt(words), articles.c.lang, *texts)
    return exists(select(literal_column("1")).select_from(articles).where(articles.c.id == keys.c.id, said))


def _expression(query: _Part, index: Index) -> str | None:
    """Returns `query` in the language of the search index; None if it says more than that can, or only negates."""
    if isinstance(query, _Likely):
        return fts_likely(query.words, index)
    if isinstance(query, Words):
        if _is_checked(query, index):
            return None
        return fts_words(query, index) if index.dialect == "sqlite" else ts_words(query, index)
    if isinstance(query, Is):
        return fact(query, index)
    if isinstance(query, Or):
        some = [_expression(part, index) for part in query.parts if not isinstance(part, Nothing)]
        return _joined(some, " OR " if index.dialect == "sqlite" else " | ")
    return _all_of(query.parts, index) if isinstance(query, And) else None


def _all_of(parts: Sequence[_Part], index: Index) -> str | None:
    wanted = [_expression(part, index) for part in parts if not isinstance(part, Not)]
    unwanted = [_expression(part.part, index) for part in parts if isinstance(part, Not)]
    found = _joined(wanted, " AND " if index.dialect == "sqlite" else " & ")
    if not unwanted or found is None:
        return found
    against = _joined(unwanted, " OR " if index.dialect == "sqlite" else " | ")
    if against is None:
        return None
    return f"({found} NOT {against})" if index.dialect == "sqlite" else f"({found} & !{against})"


def _joined(expressions: Sequence[str | None], operator: str) -> str | None:
    known = [expression for expression in expressions if expression is not None]
    return f"({operator.join(known)})" if known and len(known) == len(expressions) else None


def _within(of: FromClause, query: Between) -> ColumnElement[bool]:
    at = of.c.published_at
    since = at >= query.since if query.since is not None else at.is_not(None)
    return since if query.until is None else and_(since, at < query.until)


def _lang(value: str, dialect: str) -> ColumnElement[bool]:
    like = keys.c.lang.like if dialect == "sqlite" else keys.c.lang.ilike  # SQLite's LIKE knows no case as it is
    asked = value.strip().replace("_", "-").replace("/", "//").replace("%", "/%")
    return or_(like(asked, escape="/"), like(f"{asked}-%", escape="/"))


def _ids(query: _Part) -> SelectBase | None:
    """Returns the ids of a property that few articles share; None for what is no such property."""
    if isinstance(query, HasState):
        return _STATES[query.state]
    if not isinstance(query, Is):
        return None
    value = query.value.strip()
    if query.field == "feed":
        return _feed(value)
    known = value.isdecimal() and int(value) <= MAX_ID
    return select(articles.c.id).where(articles.c.story_id == int(value) if known else false())


def _changed_after(article: int, revision: int) -> SelectBase:
    """Returns the ids of what was stored, or got another text, after these were the newest."""
    again = select(revisions.c.article_id).where(revisions.c.id > revision)
    return union_all(select(articles.c.id).where(articles.c.id > article), again)


def named(value: str) -> ColumnElement[bool]:
    """Returns the condition, on `feeds`, of a feed of that URL or title, in any case of letters."""
    return or_(feeds.c.url == value, func.lower(feeds.c.title) == value.lower(), feeds.c.title == value)


def _feed(value: str) -> SelectBase:
    """Returns the ids of a feed by its URL or title; an article that several feeds list is found by each."""
    wanted, entered = select(articles.c.id), select(entries.c.article_id).where(entries.c.article_id.is_not(None))
    return union_all(
        wanted.where(articles.c.feed == value),
        wanted.where(articles.c.feed.in_(select(feeds.c.url).where(named(value)))),
        entered.where(entries.c.feed_id.in_(select(feeds.c.id).where(named(value)))),  # a join would read all entries
    )


def _category(name: str) -> SelectBase:
    """Returns the ids of the articles that a subscription of this category listed first."""
    of_name = select(feeds.c.url).where(func.coalesce(feeds.c.category, "") == name, SUBSCRIBED)
    return select(articles.c.id).where(articles.c.feed.in_(of_name))
