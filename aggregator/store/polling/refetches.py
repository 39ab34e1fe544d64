"""Stores the plan by which the pages of young articles are fetched again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select, update

from aggregator.model import NO_VALIDATORS, Validators
from aggregator.store.schema import articles, refetches
from aggregator.store.sql import Values, insert
from aggregator.store.work.leases import Scope, due_refetch


@dataclass(frozen=True, slots=True)
class Refetch:
    """The plan of one article's page: when it is fetched next (None: not by plan), and what came of it so far.

    `looked_at`: when it was fetched last; `same`: times in a row that it said nothing new; `tries`: failures in a row;
    `validators`: of its last answer; `note`: what was wrong then, or why the text that is stored stays.
    """

    article_id: int
    site: str
    next_at: int | None
    looked_at: int
    same: int = 0
    tries: int = 0
    validators: Validators = NO_VALIDATORS
    note: str | None = None


@dataclass(frozen=True, slots=True)
class DueRefetch:
    """A refetch that is due. `since`: when the article came out; `gone_at`: since when its page is gone."""

    refetch: Refetch
    since: int
    gone_at: int | None


@dataclass(frozen=True, slots=True)
class PageHistory:
    """When the page of an article was fetched first, and the plan of its refetches, if there is one."""

    fetched_at: int
    refetch: Refetch | None


_COLUMNS = [
    *(refetches.c[name] for name in ("article_id", "site", "next_at", "looked_at", "same", "tries")),
    *(refetches.c[name] for name in (*Validators.__slots__, "note")),
]


def put(conn: Connection, refetch: Refetch) -> None:
    """Stores the plan of an article's page."""
    values = _values(refetch)
    row = insert(conn, refetches).values(article_id=refetch.article_id, **values)
    conn.execute(row.on_conflict_do_update(index_elements=["article_id"], set_=values))


def update_plan(conn: Connection, refetch: Refetch) -> None:
    """Stores what a refetch changes of its plan, unless the article was removed meanwhile."""
    conn.execute(update(refetches).where(refetches.c.article_id == refetch.article_id).values(**_values(refetch)))


def postpone(conn: Connection, article_id: int, next_at: int) -> None:
    """Moves the next refetch of an article's page, if it has a plan."""
    conn.execute(update(refetches).where(refetches.c.article_id == article_id).values(next_at=next_at))


def end(conn: Connection, article_ids: Collection[int]) -> None:
    """Ends the plans of these articles' pages."""
    conn.execute(update(refetches).where(refetches.c.article_id.in_(article_ids)).values(next_at=None))


def due(conn: Connection, site: str, now: int, scope: Scope, limit: int) -> list[DueRefetch]:
    """Returns what is to be fetched again of a site, longest due first."""
    query = (
        select(*_COLUMNS, articles.c.at, articles.c.gone_at)
        .join(articles, articles.c.id == refetches.c.article_id)
        .where(refetches.c.site == site, due_refetch(now, scope))
        .order_by(refetches.c.next_at, refetches.c.article_id)
    )
    return [DueRefetch(_refetch(row), *row[-2:]) for row in conn.execute(query.limit(limit))]


def histories(conn: Connection, article_ids: Collection[int]) -> dict[int, PageHistory]:
    """Returns those of the articles that were made from a page."""
    if not article_ids:
        return {}
    query = select(*_COLUMNS, articles.c.id, articles.c.fetched_at)
    query = query.select_from(articles).outerjoin(refetches, refetches.c.article_id == articles.c.id)
    rows = conn.execute(query.where(articles.c.id.in_(article_ids), articles.c.body_from == "page"))
    return {row.id: PageHistory(row.fetched_at, _refetch(row) if row.article_id is not None else None) for row in rows}


def of_article(conn: Connection, article_id: int) -> Refetch | None:
    """Returns the plan of an article's page; None if there is none."""
    row = conn.execute(select(*_COLUMNS).where(refetches.c.article_id == article_id)).first()
    return None if row is None else _refetch(row)


def _values(refetch: Refetch) -> Values:
    said = {name: getattr(refetch, name) for name in ("site", "next_at", "looked_at", "same", "tries", "note")}
    return said | {name: getattr(refetch.validators, name) for name in Validators.__slots__}


def _refetch(row: Sequence[Any]) -> Refetch:
    article_id, site, next_at, looked_at, same, tries, etag, last_modified, validated_url, note, *_ = row
    validators = Validators(etag, last_modified, validated_url)
    return Refetch(article_id, site, next_at, looked_at, same, tries, validators, note)
