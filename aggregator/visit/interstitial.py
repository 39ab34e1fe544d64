"""Consent and login pages: what stands before articles is stored as none of them.

No machine can tell such a page by itself, but it gives itself away: entries of other titles and other links are
redirected to one place, and there is the same text. Their entries keep what the feed says of them, as articles of the
feed's own words, until their pages can be had.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

from aggregator.articles import pool_jobs
from aggregator.articles.entry_facts import EntryFacts, FeedPolicy
from aggregator.articles.row import ArticleRow
from aggregator.model import Entry, Response
from aggregator.store.content import save_article, stored_articles
from aggregator.store.polling import entries, shared
from aggregator.store.polling.entries import ListedPage
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.urls import link_key
from aggregator.visit import save_new
from aggregator.visit.context import Context
from aggregator.visit.recognise import alike

REASON = "redirected to a page that stands before other articles too (consent, login)"


def held_up(conn: UnitOfWork, page: ListedPage, response: Response, found: ArticleRow) -> list[ListedPage] | None:
    """Returns the entries that the same page was stored for so far, whose article is taken away, if this entry is held
    up by such a page; else None."""
    place = _place(response.url)
    if not response.redirects or place == _place(page.url) or alike(found.title, page.facts.title):
        return None
    sign = f"{place} {found.text_hash}"
    if shared.has_page(conn, page.source.id, sign):
        return []
    for article_id, canonical_url in stored_articles.of_text(conn, found.text_hash):
        others = entries.pages_of(conn, article_id)
        if others and _place(canonical_url) == place and all(_is_other(one, page, place) for one in others):
            save_article.remove(conn, article_id)
            for feed_id in {page.source.id, *(one.source.id for one in others)}:
                shared.add_page(conn, feed_id, sign)
            return others
    return None


def _is_other(one: ListedPage, page: ListedPage, place: str) -> bool:
    """Tells whether this is another entry that was redirected to the place."""
    elsewhere = link_key(one.url) != link_key(page.url) and _place(one.url) != place
    return elsewhere and not alike(one.facts.title, page.facts.title)


def _place(url: str) -> str:
    """Returns host and path."""
    return link_key(url).partition("#")[0].partition("?")[0].rstrip("/")


async def keep_own_words(ctx: Context, pages: Sequence[ListedPage]) -> None:
    """Stores articles of what the feeds say of these entries, where they say anything; they go on waiting."""
    now = ctx.now()
    for page in pages:
        options = page.source.options
        policy = FeedPolicy(page.source.id, page.source.url, "never", None, options.lang, options.tags)
        (made,) = await ctx.pool.run(pool_jobs.prepare, [_entry(page.facts)], policy, now)
        if made.article is not None and page.source.kind == "feed":
            article = made.article

            def job(conn: UnitOfWork, page: ListedPage = page, article: ArticleRow = article) -> None:
                entries.give_article(conn, page.id, save_new.save(conn, article).id)

            await ctx.writer.do(job)


def _entry(facts: EntryFacts) -> Entry:
    """Returns an entry as a feed lists it, of what is stored of it."""
    published, updated = (
        None if at is None else datetime.fromtimestamp(at, UTC) for at in (facts.published_at, facts.updated_at)
    )
    return Entry(
        key=facts.url,
        url=facts.url,
        title=facts.title,
        authors=facts.authors,
        summary=escape(facts.summary) if facts.summary else None,
        published_at=published,
        updated_at=updated,
        tags=facts.tags,
        image=facts.image,
    )
