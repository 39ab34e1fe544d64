"""Tells how a person calls the sites that articles come from: by the title of their feed."""

from aggregator.store.engine import Store
from aggregator.store.polling import feeds


class SourceNames(dict[str, str]):
    """The titles of feeds by their sites; a site of which there is none is called by itself."""

    def __missing__(self, site: str) -> str:
        return site


def source_names(store: Store) -> SourceNames:
    """Returns the titles of feeds by their sites, of those sites that have one subscription alone."""
    with store.read() as conn:
        return SourceNames(feeds.names_of_sites(conn))
