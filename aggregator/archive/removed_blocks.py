"""Shows what extraction left out of an article's page: its boilerplate, read again from the kept raw page."""

from dataclasses import dataclass

from aggregator.articles.read_pages import memory_key
from aggregator.errors import ExtractionError, NotFound
from aggregator.extraction import pipeline
from aggregator.extraction.article import Block
from aggregator.extraction.memory.site_memory import SiteMemory
from aggregator.store.content import kept_pages, stored_articles
from aggregator.store.engine import Store
from aggregator.store.polling import site_memories
from aggregator.text import count_words


@dataclass(frozen=True, slots=True)
class Removed:
    """The blocks of a page that were dropped, in their order, and how many words were kept and dropped; `notes`: what
    selectors did before."""

    blocks: tuple[Block, ...]
    kept_words: int
    dropped_words: int
    notes: tuple[str, ...]


def removed_blocks(store: Store, article_id: int) -> Removed:
    """Returns what was dropped of the page of this article, as today's extractor judges it with the selectors of its
    feed and what was learnt of its site. Raises NotFound where there is no such article, or its page is not kept."""
    with store.read() as conn:
        stored_articles.get(conn, article_id)
        kept = kept_pages.of_article(conn, article_id)
        memory = None if kept is None else site_memories.load(conn, memory_key(kept.page.url))[0]
    if kept is None or kept.job is None:
        raise NotFound(
            f"the page of article {article_id} is not kept: it came whole from a feed or an import, or is old"
        )
    page, site = kept.job.page, None if memory is None else SiteMemory.unpacked(memory)
    try:
        found = pipeline.explain(
            page.body, page.url, selectors=kept.job.selectors, content_type=page.content_type, site=site
        )
    except ExtractionError as error:
        raise NotFound(f"the page of article {article_id} can't be read: {error}") from None
    dropped = tuple(block for block in found.blocks if not block.kept and block.text.strip())
    words = sum(count_words(block.text) for block in found.blocks if block.kept)
    return Removed(dropped, words, sum(count_words(block.text) for block in dropped), found.notes)
