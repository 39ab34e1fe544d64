"""A page from its bytes to its Article."""

from dataclasses import dataclass

from aggregator.dom import decode, parse
from aggregator.extraction.assembly import join_html, join_text
from aggregator.extraction.decide import Verdict, decide
from aggregator.extraction.metadata import metadata
from aggregator.extraction.pictures import pictures_of_body
from aggregator.extraction.selectors import Selectors
from aggregator.extraction.walk import Element, Page, walk
from aggregator.model import Article, Block
from aggregator.text import count_words, storable
from aggregator.urls import site_of

EXTRACTOR_VERSION = 1


@dataclass(frozen=True, slots=True)
class Explanation:
    """An article and all blocks of its page with the reasons for keeping or dropping each."""

    article: Article
    blocks: tuple[Block, ...]


def article(
    html: str | bytes,
    url: str | None = None,
    *,
    selectors: Selectors | None = None,
    content_type: str | None = None,
) -> Article:
    """The article of a page. Never raises; a page without an article gives `is_article` False."""
    return _extract(html, url, selectors, content_type)[0]


def explain(
    html: str | bytes,
    url: str | None = None,
    *,
    selectors: Selectors | None = None,
    content_type: str | None = None,
) -> Explanation:
    """The same as `article`, with every block of the page and the reasons for its verdict."""
    found, page, verdicts = _extract(html, url, selectors, content_type)
    blocks = tuple(
        Block(
            storable(segment.text), _path(segment.element), verdict.kept or verdict.lead, verdict.score, verdict.reasons
        )
        for segment, verdict in zip(page.segments, verdicts, strict=True)
    )
    return Explanation(found, blocks)


def _extract(
    html: str | bytes, url: str | None, selectors: Selectors | None, content_type: str | None
) -> tuple[Article, Page, list[Verdict]]:
    tree = parse(decode(html, content_type) if isinstance(html, bytes) else html)
    facts = metadata(tree, url)
    page = walk(tree.body)
    verdicts = decide(page, facts.title)
    kept = [segment for segment, verdict in zip(page.segments, verdicts, strict=True) if verdict.kept]
    lead = next((s.text for s, v in zip(page.segments, verdicts, strict=True) if v.lead), None)
    text = join_text(kept)
    pictures = pictures_of_body(page, kept, url)
    words = count_words(text)
    score = min(1.0, words / 200)
    return (
        Article(
            title=facts.title,
            authors=facts.authors,
            published_at=facts.published_at,
            published_precision=facts.published_precision,
            modified_at=facts.modified_at,
            lang=facts.lang,
            lead=storable(lead) if lead else None,
            text=text,
            html=join_html(kept, pictures, url),
            image=facts.image,
            images=tuple(image for _, image in pictures),
            tags=facts.tags,
            url=url,
            canonical_url=facts.canonical_url,
            site=site_of(url) if url else None,
            site_name=facts.site_name,
            word_count=words,
            is_article=score > 0.3,
            score=score,
            extractor_version=EXTRACTOR_VERSION,
        ),
        page,
        verdicts,
    )


def _path(element: Element | None) -> str:
    names: list[str] = []
    while element is not None and element.parent is not None:
        first = element.name.split()[:1]
        names.append(element.tag + (f".{first[0]}" if first else ""))
        element = element.parent
    return " > ".join(reversed(names))
