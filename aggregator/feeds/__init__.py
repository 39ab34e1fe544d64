"""Feeds: bytes -> FeedDocument, and lists of subscriptions as OPML."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aggregator.feeds.reading import parse

__all__ = ["parse"]


def __getattr__(name: str) -> Any:
    """Imports when first used: where nothing has changed, nothing is parsed."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from aggregator.feeds import reading

    found = globals()[name] = getattr(reading, name)
    return found
