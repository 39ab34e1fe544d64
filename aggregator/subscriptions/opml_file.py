"""Reads and writes subscriptions as OPML, which other feed readers write and read."""

from dataclasses import dataclass
from pathlib import Path

from aggregator.config import edit
from aggregator.config.models import Config
from aggregator.feeds import opml
from aggregator.store.engine import Store
from aggregator.store.polling import feeds


@dataclass(frozen=True, slots=True)
class ImportedFeeds:
    """How many feeds an OPML document listed: added, known before, and skipped, which have no http address.

    `problem`: what is wrong with the document, of which the rest was taken.
    """

    added: int
    known: int
    skipped: int
    problem: str | None


def import_opml(path: Path, body: bytes) -> ImportedFeeds:
    """Adds what an OPML document lists to feeds.yaml, which is made if there is none. Raises FeedError, ConfigError."""
    listed = opml.read(body)
    names = ("url", "title", "category", "lang", "links")
    new = edit.add_feeds(path, [{name: getattr(outline, name) for name in names} for outline in listed.outlines])
    return ImportedFeeds(new, len(listed.outlines) - new, len(listed.skipped), listed.problem)


def export_opml(store: Store | None, config: Config) -> str:
    """Writes the feeds as OPML, with the titles and pages that polls told of. `store` None: there was no poll yet."""
    titles: dict[str, str | None] = {}
    pages: dict[str, str | None] = {}
    if store is not None:
        with store.read() as conn:
            rows = feeds.active(conn)
        titles, pages = {row.url: row.title for row in rows}, {row.url: row.link for row in rows}
    outlines = [
        opml.Outline(
            feed.url, feed.title or titles.get(feed.url), feed.category, feed.lang, pages.get(feed.url), feed.links
        )
        for feed in config.feeds
    ]
    return opml.write(outlines, "Subscriptions")
