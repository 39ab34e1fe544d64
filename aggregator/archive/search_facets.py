"""Counts what a search found by what may narrow it."""

from aggregator.archive.search import Search, asking
from aggregator.store.engine import Store
from aggregator.store.searching import facets
from aggregator.store.searching.facets import Facets


def search_facets(store: Store, asked: Search) -> Facets:
    """Counts the matches by source and language; sorting, limit, offset and folding play no part. Raises as `search`
    does."""
    with asking(store, asked) as (conn, query):
        return facets.facets(conn, query, asked.filters)
