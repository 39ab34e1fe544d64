"""Rows of subscriptions for tests of pure functions."""

from dataclasses import replace
from typing import Any

from aggregator.config.feed_options import Options
from aggregator.model import Hints
from aggregator.store.polling.feeds import FeedRow

_NOTHING: dict[str, Any] = dict.fromkeys(FeedRow.__slots__)
_NEW = FeedRow(
    **_NOTHING
    | {"id": 1, "url": "http://a.example/", "kind": "feed", "site": "a.example", "options": Options(), "position": 0}
    | {"hints": Hints(), "next_poll_at": 0, "failures": 0, "added_at": 0}
)


def feed_row(**values: Any) -> FeedRow:
    """Returns a new subscription with these values."""
    return replace(_NEW, **values)
