"""Defines the unit of work: one transaction that writes, with what its articles share kept until its end."""

from sqlalchemy import Connection, Engine

from aggregator.store.grouping.frequencies import TermFrequencies
from aggregator.store.searching.search_index import SearchIndex


class UnitOfWork(Connection):
    """A connection in a transaction that writes; `Store.write` begins, flushes and commits it.

    Functions that store or remove articles take it, because rows of the search index and counts of terms are written
    once for all articles of a transaction; whatever else reads or writes takes any `Connection`. One that is rolled
    back takes its unwritten rows with it.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.search_index = SearchIndex(self)
        self.frequencies = TermFrequencies(self)

    def flush(self) -> None:
        """Writes what waits for the transaction's end."""
        self.search_index.flush()
        self.frequencies.flush()
