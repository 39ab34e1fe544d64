"""Tells how a person calls the sites that articles come from: by the title of their feed."""

from markupsafe import Markup

from aggregator.store import feeds
from aggregator.store.engine import Store


def source_names(store: Store) -> dict[str, str]:
    """Returns the titles of feeds, without the tags that some write into them, by their sites: of those sites that have
    one subscription alone."""
    with store.read() as conn:
        found = feeds.names_of_sites(conn)
    return {site: name for site, title in found.items() if (name := Markup(title).striptags())}
