"""Feeds: bytes -> FeedDocument, and lists of subscriptions as OPML."""

from aggregator.feeds.reading import parse

__all__ = ["parse"]
