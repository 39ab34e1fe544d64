"""Puts saved queries where a query names them: `saved:ferries -football`."""

from collections.abc import Callable
from dataclasses import replace

from aggregator.errors import QueryError
from aggregator.query.tree import And, Is, Not, Or, Query

Lookup = Callable[[str], Query | None]
"""Returns the query that is saved under a name, which may name others itself; None if there is none."""


def with_saved(query: Query, lookup: Lookup, within: tuple[str, ...] = ()) -> Query:
    """Returns the query with what is saved under the names in it. Raises QueryError for a name that there is not, and
    for one that names itself. `within`: the names that led here."""
    if isinstance(query, And | Or):
        return replace(query, parts=tuple(with_saved(part, lookup, within) for part in query.parts))
    if isinstance(query, Not):
        return Not(with_saved(query.part, lookup, within))
    if not isinstance(query, Is) or query.field != "saved":
        return query
    name = query.value
    if name in within:
        raise QueryError(f"saved:{name} names itself ({' > '.join((*within, name))}); save one of them anew")
    found = lookup(name)
    if found is None:
        raise QueryError(f"no search is saved as {name!r}; `aggregator alerts list` prints those there are")
    return with_saved(found, lookup, (*within, name))
