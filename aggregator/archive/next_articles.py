"""Tells what stands before and after an article, in the order of time."""

from aggregator.store.engine import Store
from aggregator.store.grouping import story_cards


def neighbours(store: Store, article_id: int) -> tuple[int | None, int | None]:
    """Returns the ids of the articles just newer and just older than this one; None where there is none."""
    with store.read() as conn:
        return story_cards.neighbours(conn, article_id)
