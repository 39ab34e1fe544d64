"""Finds what matches a plan and was stored last, so that a common word costs no more than a page of it is worth."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Connection, Select, func, select, union_all

from aggregator.store.schema import articles
from aggregator.store.searching.hits import article_search, hit_id, hits, keys, last_id, matches
from aggregator.store.searching.search_sql import Plan
from aggregator.store.sql import listed

_MAX_BOUNDED = 400_000  # articles of a time span whose lowest and highest ids are looked up
_MAX_IN_SET = 50_000  # articles that meet a condition, for it to be looked up first
_MAX_PROBED = 5_000  # articles of a set whose vectors PostgreSQL reads, rather than all that match
_WINDOWS = tuple(1 << bits for bits in range(11, 20))  # ids that PostgreSQL looks through, one after the other


def newest_hits(conn: Connection, asked: Plan, most: int | None) -> Select[int]:
    """Returns those that match a plan and were stored last, no more than `most`: `id`.

    FTS5 gives them in that order. GIN finds all that match before any is read, and so is asked for those of a few runs
    of ids at a time: the parts of the union are asked one after the other, until there are enough.
    """
    assert asked.match is not None
    dialect, within = conn.dialect.name, bounds(conn, asked)
    conditions = asked.holds(hit_id(dialect), with_span=True)
    if dialect == "sqlite" or most is None:
        found = hits(asked.match, dialect, within).where(*conditions)
        return found.order_by(found.selected_columns.id.desc()).limit(most)
    if asked.sets and (few := _few_of_sets(conn, asked)) is not None:
        return _newest_of(conn, few, asked, most)
    parts = []
    for part in _windows(*(within or (0, last_id(conn)))):
        found = hits(asked.match, dialect, part).where(*conditions)
        parts.append(found.order_by(found.selected_columns.id.desc()).subquery())
    some = union_all(*(select(part.c.id) for part in parts)).subquery()
    return select(some.c.id).limit(most)


def _few_of_sets(conn: Connection, asked: Plan) -> Sequence[int] | None:
    """Returns the ids that are in all sets of a plan; None where they are many."""
    found = conn.execute(asked.in_sets().limit(_MAX_PROBED + 1)).scalars().all()
    return found if len(found) <= _MAX_PROBED else None


def _newest_of(conn: Connection, few: Sequence[int], asked: Plan, most: int) -> Select[int]:
    """Returns the hits among these articles, whose vectors are looked up before any is asked whether it matches."""
    these = select(article_search).where(article_search.c.article_id.in_(listed(conn, few)))
    some = these.cte("few").prefix_with("MATERIALIZED")
    held = replace(asked, sets=()).holds(some.c.article_id, with_span=True)
    found = select(some.c.article_id.label("id")).where(matches(some, asked.match or ""), *held)
    return found.order_by(some.c.article_id.desc()).limit(most)


def _windows(low: int, high: int) -> Iterator[tuple[int, int]]:
    for width in _WINDOWS:
        if high - low < width:
            break
        yield high - width + 1, high
        high -= width
    yield low, high


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
