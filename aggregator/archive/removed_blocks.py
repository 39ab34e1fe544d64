"""Shows what extraction left out of an article's page: its boilerplate, read again from the kept raw page."""

from dataclasses import dataclass

from aggregator.articles.row import unpacked
from aggregator.errors import ExtractionError, NotFound
from aggregator.extraction import pipeline
from aggregator.extraction.article import Block
from aggregator.store import raw_pages, stored_articles
from aggregator.store.engine import Store
from aggregator.text import count_words


@dataclass(frozen=True, slots=True)
class Removed:
    """The blocks of a page that were dropped, in their order, and how many words were kept and dropped."""

    blocks: tuple[Block, ...]
    kept_words: int
    dropped_words: int


def removed_blocks(store: Store, article_id: int) -> Removed:
    """Returns what was dropped of the page of this article, as today's extractor judges it. Raises NotFound where there
    is no such article, or its page is not kept."""
    with store.read() as conn:
        stored_articles.get(conn, article_id)
        page = raw_pages.page(conn, article_id)
    body = None if page is None else unpacked(page.body)
    if page is None or body is None:
        raise NotFound(
            f"the page of article {article_id} is not kept: it came whole from a feed or an import, or is old"
        )
    try:
        found = pipeline.explain(body, page.url, content_type=page.content_type)
    except ExtractionError as error:
        raise NotFound(f"the page of article {article_id} can't be read: {error}") from None
    dropped = tuple(block for block in found.blocks if not block.kept and block.text.strip())
    kept = sum(count_words(block.text) for block in found.blocks if block.kept)
    return Removed(dropped, kept, sum(count_words(block.text) for block in dropped))
