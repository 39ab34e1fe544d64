"""The query language of search: Lucene's words, phrases, operators and fields, read into frozen values."""

from aggregator.query.dates import moment, span
from aggregator.query.parsing import parse
from aggregator.query.tree import And, Between, Everything, Is, Not, Or, Query, Words

__all__ = ["And", "Between", "Everything", "Is", "Not", "Or", "Query", "Words", "moment", "parse", "span"]
