"""Counts what a search found by what may narrow it."""

from datetime import UTC, datetime

from aggregator.archive.search import Search, refuse_unknown_feed
from aggregator.store import facets
from aggregator.store.engine import Store
from aggregator.store.facets import Facets
from aggregator.store.saved_searches import read_query
from aggregator.store.time_limit import limited


def search_facets(store: Store, asked: Search) -> Facets:
    """Counts the matches by source and language; sorting, limit, offset and folding play no part. Raises as `search`
    does."""
    with store.read() as conn, limited(conn):
        query = read_query(conn, asked.query, datetime.now(UTC))
        refuse_unknown_feed(conn, asked.feed)
        return facets.facets(conn, query, asked.filters)
