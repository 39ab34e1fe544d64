"""Hands out kept raw pages as jobs of the extractor, and brings their articles to what it finds on them.

The publisher's page did not change, so no revision is made.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from aggregator.articles.entry_facts import EntryFacts
from aggregator.articles.read_pages import PageJob, Read, memory_key
from aggregator.articles.row import ArticleRow, ServedPage, unpacked
from aggregator.config.feed_options import Options
from aggregator.extraction.selectors import selectors_of
from aggregator.store.content import raw_pages, save_article
from aggregator.store.content.raw_pages import KeptPage
from aggregator.store.content.stored_articles import StoredArticle
from aggregator.store.polling import entries
from aggregator.store.polling.entries import ListedPage
from aggregator.store.searching.search_sql import Filters
from aggregator.store.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored article and its page; `job` is None if the page is damaged."""

    article: StoredArticle
    page: KeptPage
    job: PageJob | None

    def better(self, read: Read) -> ArticleRow | None:
        """Returns the new article, unless it would lose the stored one. What a person's selector picks is believed."""
        new, selectors = read.article, self.job.selectors if self.job else None
        picked = selectors is not None and selectors.body and not any(one.name == "body" for one in read.unmatched)
        return None if new is None or (self.article.is_article and not new.is_article and not picked) else new


def after(
    conn: Connection, filters: Filters, article_id: int, limit: int, options: Mapping[str, Options] | None = None
) -> list[Kept]:
    """Returns the next articles with a raw page after that id, in the order of ids. `options`: by the feeds' URLs; they
    count instead of the stored ones."""
    return _kept(conn, raw_pages.after(conn, filters, article_id, limit), options)


def of_articles(conn: Connection, ids: Sequence[int]) -> list[Kept]:
    """Returns those of these articles that have a raw page, in the order of ids."""
    return _kept(conn, raw_pages.of_articles(conn, ids))


def of_article(conn: Connection, article_id: int) -> Kept | None:
    """Returns the page of an article; None where none is kept."""
    found = of_articles(conn, [article_id])
    return found[0] if found else None


def first_of_site(conn: Connection, site: str, limit: int) -> list[Kept]:
    """Returns the pages that are read with the memory of a site, of the articles that were stored first."""
    return [one for one in after(conn, Filters(site=site), -1, limit) if memory_key(one.page.url) == site]


def renew(unit: UnitOfWork, kept: Kept, new: ArticleRow) -> tuple[StoredArticle, tuple[str, ...]] | None:
    """Brings an article to what was found on its page; returns it as it was, and the fields that changed. None if it
    was fetched again meanwhile, and so read by today's extractor, or pruned."""
    stored = raw_pages.unchanged(unit, kept.article.id, kept.page.fetched_at)
    return None if stored is None else (stored, save_article.renew(unit, stored, new))


def _kept(
    conn: Connection, found: list[tuple[StoredArticle, KeptPage]], options: Mapping[str, Options] | None = None
) -> list[Kept]:
    listed = entries.listing(conn, [article.id for article, _ in found], subscribed=False, options=options)
    return [Kept(article, page, _job(article, page, listed.get(article.id))) for article, page in found]


def _job(article: StoredArticle, page: KeptPage, listed: ListedPage | None) -> PageJob | None:
    body = unpacked(page.body)
    if body is None:
        return None
    served = ServedPage(page.url, body, page.content_type, page.fetched_at)
    if listed is None:
        return PageJob(served, _facts(article), None, keep_raw=False)
    return PageJob(served, listed.facts, selectors_of(listed.source.options.selectors), keep_raw=False)


def _facts(article: StoredArticle) -> EntryFacts:
    """Returns what is known of an article that no entry holds any more."""
    return EntryFacts(
        url=article.url,
        feed=article.feed,
        title=article.title,
        authors=article.authors,
        published_at=article.published_at,
        updated_at=article.modified_at,
        summary=article.summary,
        lang=article.lang,
        tags=article.tags,
        image=article.image,
    )
