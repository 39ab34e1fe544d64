"""A news aggregator: polls feeds, keeps only the article, knows what is one story, stores everything in SQL.

As a library, `aggregator.extract(html, url=None) -> Article` is the extractor alone: no network, no database.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aggregator.extraction import article as extract
    from aggregator.model import Article, Image

__version__ = "0.1.0"
__all__ = ["Article", "Image", "__version__", "extract"]


def __getattr__(name: str) -> Any:  # imported when first used: `import aggregator` alone costs nothing
    if name == "extract":
        from aggregator.extraction import article

        return article
    if name in ("Article", "Image"):
        from aggregator import model

        return getattr(model, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
