"""Pauses subscriptions: they and their articles' pages are not asked for until a time, whatever is made due."""

from aggregator.store.engine import Store
from aggregator.store.polling import feeds


def pause(store: Store, feed_id: int, until: int) -> None:
    """Pauses a subscription until a time, seconds since 1970. Raises NotFound."""
    with store.write() as unit:
        feeds.of_id(unit, feed_id)
        feeds.resume(unit, feed_id)
        feeds.pause(unit, feed_id, until)


def resume(store: Store, feed_id: int) -> None:
    """Ends the pause of a subscription. Raises NotFound."""
    with store.write() as unit:
        feeds.of_id(unit, feed_id)
        feeds.resume(unit, feed_id)
