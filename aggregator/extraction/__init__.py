"""The article in a page.

bytes -> decode -> parse -> metadata
                         -> walk: blocks -> decide: kept, lead -> assembly: text, html, images -> Article
"""

from aggregator.extraction.feed import from_feed
from aggregator.extraction.memory import SiteMemory
from aggregator.extraction.page import EXTRACTOR_VERSION, Explanation, RawPage, article, explain, learn, read_pages
from aggregator.extraction.plain import plain
from aggregator.extraction.selectors import Selectors

__all__ = [
    "EXTRACTOR_VERSION",
    "Explanation",
    "RawPage",
    "Selectors",
    "SiteMemory",
    "article",
    "explain",
    "from_feed",
    "learn",
    "plain",
    "read_pages",
]
