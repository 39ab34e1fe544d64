"""Chooses what a feed out holds: articles of a search, a subscription, a category, a story; or the latest stories."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from aggregator.archive.archived_article import ArchivedArticle, archived
from aggregator.archive.list_stories import list_stories
from aggregator.archive.search import Search, search
from aggregator.archive.show import html_of
from aggregator.errors import NotFound
from aggregator.store.content import stored_articles
from aggregator.store.engine import Store
from aggregator.store.polling import categories, feeds

STORIES_OF = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class ListedArticle:
    """An article with its body as HTML, which is not sanitised a second time yet. `story`: it stands for its story."""

    article: ArchivedArticle
    html: str
    story: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """The articles of a feed out, from new to old, and what it is called."""

    title: str
    articles: tuple[ListedArticle, ...]


def of_search(store: Store, asked: Search, title: str) -> Listed:
    """Returns what matches, newest first; where stories are folded, the articles stand for them. Raises as `search`."""
    found = [hit.article for hit in search(store, asked)]
    return _listed(store, title, found, story=asked.stories)


def of_feed(store: Store, feed_id: int, asked: Search) -> Listed:
    """Returns the same of one subscription. Raises NotFound."""
    with store.read() as conn:
        row = feeds.of_id(conn, feed_id)
    return of_search(store, replace(asked, feed=row.url), row.title or row.url)


def of_category(store: Store, category_id: int, asked: Search) -> Listed:
    """Returns the same of the subscriptions of a category. Raises NotFound."""
    with store.read() as conn:
        found = categories.of_id(conn, category_id)
    return of_search(store, replace(asked, category=found.name), found.name or "Uncategorised")


def of_story(store: Store, story_id: int, limit: int) -> Listed:
    """Returns the newest articles of a story. Raises NotFound."""
    with store.read() as conn:
        members = stored_articles.of_stories(conn, [story_id]).get(story_id, [])
    if not members:
        raise NotFound(f"no story {story_id} in this archive")
    found = [archived(one) for one in reversed(members)][:limit]
    return _listed(store, members[0].title or f"Story {story_id}", found, story=False)


def of_stories(store: Store, limit: int) -> Listed:
    """Returns the biggest stories of the last days, each by the article that leads it, the latest first."""
    now = datetime.now(UTC)
    rows = list_stories(store, now - STORIES_OF, now + timedelta(days=1), limit)
    with store.read() as conn:
        known = stored_articles.by_ids(conn, [row.article_id for row in rows])
    leads = [archived(known[row.article_id]) for row in rows if row.article_id in known]
    leads.sort(key=lambda one: one.published_at or one.fetched_at, reverse=True)
    return _listed(store, "Stories", leads, story=True)


def _listed(store: Store, title: str, found: list[ArchivedArticle], *, story: bool) -> Listed:
    bodies = html_of(store, {one.id: one.text for one in found})
    return Listed(title, tuple(ListedArticle(one, bodies[one.id], story) for one in found))
