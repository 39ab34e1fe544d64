"""A news aggregator: polls feeds, keeps only the article, knows what is one story, stores everything in SQL.

As a library, `aggregator.extract(html, url=None) -> Article` is the extractor alone: no network, no database;
`aggregator.open(url=None) -> Archive` searches and reads an archive.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aggregator.archive.library import Archive
    from aggregator.archive.library import open_archive as open
    from aggregator.extraction.article import Article, Image
    from aggregator.extraction.memory.site_memory import SiteMemory
    from aggregator.extraction.pipeline import RawPage, learn
    from aggregator.extraction.pipeline import article as extract

__version__ = "0.1.0"
__all__ = ["Archive", "Article", "Image", "RawPage", "SiteMemory", "__version__", "extract", "learn", "open"]
_HOMES = {
    "open": ("aggregator.archive.library", "open_archive"),
    "Archive": ("aggregator.archive.library", "Archive"),
    "extract": ("aggregator.extraction.pipeline", "article"),
    "Article": ("aggregator.extraction.article", "Article"),
    "Image": ("aggregator.extraction.article", "Image"),
    "RawPage": ("aggregator.extraction.pipeline", "RawPage"),
    "SiteMemory": ("aggregator.extraction.memory.site_memory", "SiteMemory"),
    "learn": ("aggregator.extraction.pipeline", "learn"),
}


def __getattr__(name: str) -> Any:
    """Imports a public name when it is first used, so that `import aggregator` alone costs nothing.

    This is the only lazy package. Inside, every name is imported from the module that defines it; what only some
    commands need is imported in the function that needs it.
    """
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, attribute = _HOMES[name]
    return getattr(import_module(module), attribute)
