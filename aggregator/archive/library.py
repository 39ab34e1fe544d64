"""Opens an archive for programs: `aggregator.open(url)` gives an `Archive` to search and read."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from types import TracebackType
from typing import Self

from aggregator.archive.archived_article import ArchivedArticle, archived
from aggregator.archive.search import Results, Search, search
from aggregator.config import paths
from aggregator.errors import NotFound, StoreError
from aggregator.query import moment
from aggregator.store import engine
from aggregator.store.content import stored_articles
from aggregator.store.engine import Store
from aggregator.store.grouping import story_list
from aggregator.store.grouping.story_list import StoryRow
from aggregator.store.polling import feeds
from aggregator.store.searching.ranking import Sort

Time = datetime | date | str
"""A time: aware, or naive UTC; a day; or one of the words that --since takes (`7d`, `today`, `2026-11`)."""


@dataclass(frozen=True, slots=True)
class Story:
    """A story and its articles, oldest first. `lead`: the one that leads it, `reports`: how many are no copies."""

    id: int
    title: str | None
    lead: ArchivedArticle
    lead_reason: str
    reports: int
    sites: tuple[str, ...]
    articles: tuple[ArchivedArticle, ...]


@dataclass(frozen=True, slots=True)
class ArchivedFeed:
    """A subscription as the archive knows it. `articles`: how many of its entries have one."""

    url: str
    title: str | None
    category: str | None
    lang: str | None
    entries: int
    articles: int


class Archive:
    """An archive to search and read; close it, or use it in a `with` statement. Safe in threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def search(
        self,
        query: str = "",
        *,
        since: Time | None = None,
        until: Time | None = None,
        feed: str | None = None,
        site: str | None = None,
        lang: str | None = None,
        sort: Sort = "relevance",
        limit: int = 20,
        offset: int = 0,
        stories: bool = False,
        exact: bool = False,
        changed_after: str | None = None,
    ) -> Results:
        """Returns what `aggregator search` finds with the same options. `changed_after`: the `cursor` of earlier
        results, for what was stored or got another text since. Raises QueryError, UsageError, StoreError."""
        asked = Search(
            query, _start(since), _end(until), feed, site, lang, sort, limit, offset, stories, exact, changed_after
        )
        return search(self._store, asked)

    def article(self, article_id: int) -> ArchivedArticle:
        """Returns the article of this id. Raises NotFound if there is none."""
        with self._store.read() as conn:
            return archived(stored_articles.get(conn, article_id))

    def story(self, story_id: int) -> Story:
        """Returns the story of this id. Raises NotFound if there is none."""
        with self._store.read() as conn:
            row = story_list.one(conn, story_id) if 0 < story_id <= stored_articles.MAX_ID else None
        if row is None:
            raise NotFound(f"no story {story_id} in this archive")
        return self._with_articles([row])[0]

    def stories(self, since: Time | None = None, until: Time | None = None, limit: int = 20) -> list[Story]:
        """Returns the stories with articles in a time, biggest first; without `since` those of all times. What is muted
        is left out."""
        return self._with_articles(self.story_rows(since, until, limit))

    def story_rows(self, since: Time | None = None, until: Time | None = None, limit: int = 20) -> list[StoryRow]:
        """Returns the same as `stories` without their articles: titles, sites and counts."""
        start, end = _start(since), _end(until) or datetime.now(UTC) + timedelta(seconds=1)
        with self._store.read() as conn:
            return story_list.listing(conn, int(start.timestamp()) if start else 0, int(end.timestamp()), limit)

    def feeds(self) -> list[ArchivedFeed]:
        """Returns the subscriptions that were last synced, in the order of feeds.yaml."""
        with self._store.read() as conn:
            found = [(one.feed, one) for one in feeds.overview(conn)]
        return [ArchivedFeed(of.url, of.title, of.category, of.lang, n.entries, n.articles) for of, n in found]

    def close(self) -> None:
        """Closes the database."""
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _with_articles(self, rows: list[StoryRow]) -> list[Story]:
        with self._store.read() as conn:
            members = stored_articles.of_stories(conn, [row.id for row in rows])
        found = []
        for row in rows:
            articles = tuple(archived(one) for one in members.get(row.id, ()))
            lead = next((one for one in articles if one.id == row.article_id), None)
            if lead is not None:
                found.append(Story(row.id, row.title, lead, row.lead_reason, row.reports, row.sites, articles))
        return found


def open_archive(url: str | None = None) -> Archive:  # read as `aggregator.open`
    """Opens the archive at a database's URL (`sqlite:///FILE`, `postgresql://…`); None: the configured one.

    Raises StoreError where there is none or it can't be used, ConfigError for what is no URL.
    """
    found = paths.database_url(url, paths.find_config(None) if url is None else None)
    if not paths.database_exists(found):
        raise StoreError(f"{found}: no such file; `aggregator fetch` makes the archive")
    return Archive(engine.open(found))


def _start(at: Time | None) -> datetime | None:
    return _moment(at, after=False)


def _end(at: Time | None) -> datetime | None:
    return _moment(at, after=True)


def _moment(at: Time | None, *, after: bool) -> datetime | None:
    if isinstance(at, datetime):
        return at if at.tzinfo else at.replace(tzinfo=UTC)
    if at is None:
        return None
    return moment(at.isoformat() if isinstance(at, date) else at, datetime.now(UTC), after=after)
