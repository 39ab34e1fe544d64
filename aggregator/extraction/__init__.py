"""The article in a page.

bytes -> decode -> parse -> metadata
                         -> walk: blocks -> decide: kept, lead -> assembly: text, html, images -> Article

Scraped plain text has a way of its own: `extraction.plain`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aggregator.extraction.feed import from_feed
    from aggregator.extraction.memory import SiteMemory
    from aggregator.extraction.page import Explanation, RawPage, article, explain, learn, read_pages
    from aggregator.extraction.selectors import Selectors
    from aggregator.extraction.version import EXTRACTOR_VERSION

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
    "read_pages",
]
_HOMES = {"EXTRACTOR_VERSION": "version", "from_feed": "feed", "SiteMemory": "memory", "Selectors": "selectors"}


def __getattr__(name: str) -> Any:
    """Imports when first used: the models cost a program that only hands pages to the pool a fifth of a second."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES.get(name, 'page')}"), name)
    return found
