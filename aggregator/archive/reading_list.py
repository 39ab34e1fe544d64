"""Lists the articles of subscriptions as feed readers show them, with their marks, bodies and enclosures."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aggregator.archive.archived_article import ArchivedArticle, archived
from aggregator.archive.body_html import body_html
from aggregator.errors import NotFound
from aggregator.model import Enclosure
from aggregator.query import Query
from aggregator.store.alerting.saved_searches import read_query
from aggregator.store.content import marks, reader_lists, stored_articles
from aggregator.store.content.marks import UNMARKED, Action, Mark
from aggregator.store.content.reader_lists import Counted, Page, Wanted
from aggregator.store.engine import Store
from aggregator.store.polling import entries as feed_entries
from aggregator.store.time_limit import limited


@dataclass(frozen=True, slots=True)
class ReadingItem:
    """An article as a feed reader shows it. `html`: its picture, lead and body, sanitised when they were stored;
    `enclosures`: as the feed has them."""

    article: ArchivedArticle
    at: int
    html: str
    mark: Mark
    enclosures: tuple[Enclosure, ...]

    @property
    def changed_at(self) -> int:
        """Returns when its text or its marks changed last, in seconds UTC."""
        return max(self.mark.changed_at, int(self.article.fetched_at.timestamp()))


@dataclass(frozen=True, slots=True)
class ReadingList:
    """The items of a page, and how many there are in all pages."""

    items: list[ReadingItem]
    total: int


def query_of(store: Store, text: str) -> Query:
    """Reads what a person searches for. Raises QueryError."""
    with store.read() as conn:
        return read_query(conn, text, datetime.now(UTC))


def reading_list(store: Store, wanted: Wanted) -> ReadingList:
    """Returns a page of what is asked, with all that is shown of it."""
    with store.read() as conn:
        with limited(conn):
            page = reader_lists.page(conn, wanted)
        known = stored_articles.by_ids(conn, page.ids)
        found = [known[one] for one in page.ids if one in known]
        marked = marks.of_articles(conn, page.ids)
        bodies = stored_articles.bodies_of(conn, page.ids)
        listed = feed_entries.facts_from_feeds(conn, page.ids)
    items = []
    for one in found:
        entry = listed.get(one.id)
        enclosures = entry.details.enclosures if entry is not None else ()
        html = body_html(one, bodies.get(one.id))
        items.append(ReadingItem(archived(one), one.at, html, marked.get(one.id, UNMARKED), enclosures))
    return ReadingList(items, page.total)


def reading_item(store: Store, wanted: Wanted) -> ReadingItem:
    """Returns the one article that is asked for. Raises NotFound if there is none."""
    for item in reading_list(store, wanted).items:
        return item
    raise NotFound("no such article among those of today's subscriptions")


def ids(store: Store, wanted: Wanted) -> Page:
    """Returns a page of what is asked, the ids alone."""
    with store.read() as conn, limited(conn):
        return reader_lists.page(conn, wanted)


def per_feed(store: Store, *, folded: bool) -> dict[str, Counted]:
    """Counts what was read and what was not of each subscription that has some, by its URL."""
    with store.read() as conn:
        return reader_lists.per_feed(conn, folded=folded)


def mark_all(store: Store, wanted: Wanted, actions: Sequence[Action], now: int) -> None:
    """Marks everything that is asked, on all pages."""
    with store.write() as unit:
        for action in actions:
            marks.change(unit, reader_lists.condition(unit, wanted), action, now)


def mark_ids(store: Store, ids: Collection[int], actions: Sequence[Action], now: int) -> None:
    """Marks these articles; ids that no article has are passed over."""
    with store.write() as unit:
        for action in actions:
            marks.change(unit, marks.among(unit, ids), action, now)
