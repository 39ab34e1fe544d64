"""Stores what a visit has read, and queues what is new for the alerts."""

from collections.abc import Collection

from aggregator.articles.row import ArticleRow
from aggregator.store.alerting import deliveries
from aggregator.store.content import save_article
from aggregator.store.content.save_article import Saved
from aggregator.store.unit_of_work import UnitOfWork


def save(unit: UnitOfWork, new: ArticleRow, entry_ids: Collection[int] = (), *, had: int | None = None) -> Saved:
    """Stores an article as `save_article.save` does; a new one waits for the alerts from then on."""
    saved = save_article.save(unit, new, entry_ids, had=had)
    if saved.outcome == "new":
        deliveries.queue(unit, saved.id)
    return saved
