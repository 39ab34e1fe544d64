"""Asks the search index for one expression (FTS5's MATCH, or a tsvector's @@), and names the tables of a search."""

from collections.abc import Sequence
from typing import TypeAlias

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    cast,
    column,
    func,
    literal_column,
    select,
    table,
)

from aggregator.store.searching.index_words import quoted
from aggregator.store.searching.search_index import runs

Ids: TypeAlias = ColumnElement[int]

keys = table("article_keys", *map(column, ("id", "at", "published_at", "story_id", "site", "lang")))
fts = table("articles_fts", column("rowid"))
article_search = table("article_search", column("article_id"), column("search"), column("words"))


def hits(match: str | ColumnElement[str], dialect: str, within: tuple[int, int] | None = None) -> Select[int]:
    """Returns the articles whose text matches, with ids from `within[0]` to `within[1]` alone: `id`. On PostgreSQL
    `match` may be a tsquery that is worked out, which asks for these runs of ids by itself (`in_runs`)."""
    if dialect == "sqlite":
        ids: Ids = fts.c.rowid
        found: ColumnElement[bool] = literal_column("articles_fts").op("MATCH", is_comparison=True)(match)
    else:
        ids = hit_id(dialect)
        found = matches(article_search, in_runs(match, within) if isinstance(match, str) else match)
    return select(ids.label("id")).where(found, *(() if within is None else (ids >= within[0], ids <= within[1])))


def in_runs(match: str, within: tuple[int, int] | None) -> str:
    """Returns an expression of PostgreSQL's index that asks besides for the runs of these ids."""
    some = [] if within is None else runs(*within)
    return f"{match} & ({' | '.join(map(quoted, some))})" if some else match


def last_id(conn: Connection) -> int:
    """Returns the greatest id of an article in PostgreSQL's index; 0 if there is none."""
    return int(conn.execute(select(func.max(article_search.c.article_id))).scalar() or 0)


def matches(vectors: FromClause, match: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Returns the condition of PostgreSQL that vectors match a tsquery, as it is written or worked out."""
    from sqlalchemy.dialects.postgresql import TSQUERY  # imported when needed: who has SQLite does not pay for it

    asked = cast(match, TSQUERY()) if isinstance(match, str) else match
    return vectors.c.search.op("@@", is_comparison=True)(asked)


def tsqueries(matches: Sequence[str]) -> ColumnElement[Sequence[str]]:
    """Returns expressions as PostgreSQL's array of tsqueries, whose words no dictionary changes."""
    from sqlalchemy.dialects.postgresql import TSQUERY

    return cast(list(matches), ARRAY(TSQUERY()))


def hit_id(dialect: str) -> Ids:
    """Returns the id of a hit, as a column on which conditions are checked after the search index was asked: with its
    bare row id, FTS5 would be asked once for every id of a set, and PostgreSQL would read all vectors by their ids."""
    return (fts.c.rowid if dialect == "sqlite" else article_search.c.article_id) + literal_column("0")
