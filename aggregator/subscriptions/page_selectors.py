"""Finds the selectors that feeds.yaml has for a page."""

from aggregator.config.models import Config
from aggregator.extraction.selectors import Selectors, selectors_of
from aggregator.urls import site_of


def page_selectors(config: Config, url: str) -> Selectors | None:
    """Returns the selectors given for this very page, else those of the first subscription of its site."""
    sources = [source for source in (*config.articles, *config.feeds) if source.selectors]
    own = [source for source in sources if source.url == url]
    of_site = [source for source in sources if (source.site or site_of(source.url)) == site_of(url)]
    found = next(iter([*own, *of_site]), None)
    return selectors_of(found.selectors) if found else None
