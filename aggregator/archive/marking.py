"""Marks articles as read and starred, and counts what is unread."""

from collections.abc import Collection, Mapping

from aggregator.archive.search import Search, matching_ids
from aggregator.store.content import marks, reader_lists
from aggregator.store.content.marks import Action, Mark
from aggregator.store.engine import Store


def mark(store: Store, article_ids: Collection[int], action: Action, now: int) -> int:
    """Marks articles; returns how many of them were not marked so before. Ids that no article has are passed over."""
    with store.write() as unit:
        return marks.change(unit, marks.among(unit, article_ids), action, now)


def mark_matching(store: Store, asked: Search, action: Action, now: int) -> int:
    """Marks every article that matches; sorting, limit, offset and folding play no part. Returns how many were not
    marked so before. Raises QueryError, StoreError, UsageError for an unknown feed."""
    return mark(store, matching_ids(store, asked), action, now)  # asked before: a search must not hold the writer


def marks_of(store: Store, article_ids: Collection[int]) -> Mapping[int, Mark]:
    """Returns the marks of those of the articles that have any."""
    with store.read() as conn:
        return marks.of_articles(conn, article_ids)


def unread(store: Store) -> dict[str, int]:
    """Returns how many articles are unread of each subscription that has some, by its URL: of those that it listed
    first."""
    with store.read() as conn:
        return {url: one.unread for url, one in reader_lists.per_feed(conn, folded=False).items()}
