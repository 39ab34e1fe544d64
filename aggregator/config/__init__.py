"""The configuration: feeds.yaml and AGGREGATOR_* variables, read, validated and edited."""

from aggregator.config.editing import add_feed, add_feeds, check_feed, remove_feed, replace_url
from aggregator.config.loading import load, parse
from aggregator.config.models import Config, Feed, Page, SelectorSpec, Settings, json_schema
from aggregator.config.values import Keep, Networks, format_duration, parse_duration

__all__ = [
    "Config",
    "Feed",
    "Keep",
    "Networks",
    "Page",
    "SelectorSpec",
    "Settings",
    "add_feed",
    "add_feeds",
    "check_feed",
    "format_duration",
    "json_schema",
    "load",
    "parse",
    "parse_duration",
    "remove_feed",
    "replace_url",
]
