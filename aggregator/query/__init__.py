"""Reads the query language of search into frozen values: words, phrases, operators and fields, as Lucene has them."""

from aggregator.query.parser import parse, wordless
from aggregator.query.saved_queries import with_saved
from aggregator.query.time_words import moment, span
from aggregator.query.tree import And, Between, Everything, HasState, Is, Not, Nothing, Or, Query, Words

__all__ = [
    "And",
    "Between",
    "Everything",
    "HasState",
    "Is",
    "Not",
    "Nothing",
    "Or",
    "Query",
    "Words",
    "moment",
    "parse",
    "span",
    "with_saved",
    "wordless",
]
