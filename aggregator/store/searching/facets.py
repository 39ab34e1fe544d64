"""Counts the matches of a search by source and by language."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from aggregator.query import Query
from aggregator.store.searching.hits import keys
from aggregator.store.searching.search_articles import newest_matches
from aggregator.store.searching.search_sql import Filters
from aggregator.store.sql import listed, tuples

MOST = 1_000  # matches that are counted: those that were stored last
_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Facets:
    """The sites and languages with the most matches, and how many match of each. `is_whole`: False where only the
    newest `MOST` were counted."""

    sites: tuple[tuple[str, int], ...]
    langs: tuple[tuple[str, int], ...]
    is_whole: bool


def facets(conn: Connection, query: Query, filters: Filters) -> Facets:
    """Counts the matches, no more than `MOST`."""
    ids = newest_matches(conn, query, filters, MOST)
    if not ids:
        return Facets((), (), is_whole=True)
    counted = {}
    for column in (keys.c.site, keys.c.lang):
        wanted = select(column, func.count()).where(keys.c.id.in_(listed(conn, ids)), column.is_not(None))
        wanted = wanted.group_by(column).order_by(func.count().desc(), column).limit(_SHOWN)
        counted[column.name] = tuple((str(name), int(number)) for name, number in tuples(conn, wanted))
    return Facets(counted["site"], counted["lang"], is_whole=len(ids) < MOST)
