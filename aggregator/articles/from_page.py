"""Makes the article that is stored of a page that was served."""

from aggregator.articles.assemble import assemble
from aggregator.articles.entry_facts import EntryFacts
from aggregator.articles.row import ArticleRow, RawPage, ServedPage, packed
from aggregator.extraction.article import Article
from aggregator.urls import believable_canonical, normalise


def from_page(article: Article, page: ServedPage, facts: EntryFacts, *, keep_raw: bool) -> ArticleRow | None:
    """Returns the row of the article that was found on a page; None if there is no text in it."""
    if not article.text.strip():
        return None
    raw = RawPage(page.url, page.content_type, packed(page.body)) if keep_raw else None
    claimed = believable_canonical(article.canonical_url, page.url)
    return assemble(article, facts, normalise(page.url), claimed, page.fetched_at, "page", raw)
