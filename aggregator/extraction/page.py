"""A page from its bytes to its Article: the pipeline written out."""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.dom import LexborHTMLParser, decode, parse
from aggregator.extraction.assembly import join_html, join_text
from aggregator.extraction.decide import Verdict, decide
from aggregator.extraction.features import Facts
from aggregator.extraction.hidden import json_body
from aggregator.extraction.language import detect_lang
from aggregator.extraction.likeness import ENOUGH, likeness, paywall
from aggregator.extraction.metadata import Metadata, metadata
from aggregator.extraction.pictures import pictures_of_body
from aggregator.extraction.reasons import path_of, reasons
from aggregator.extraction.selectors import Selectors, apply_selectors, body_of
from aggregator.extraction.walk import Page, Segment, walk
from aggregator.model import Article, Block
from aggregator.text import count_words, index_form, storable
from aggregator.urls import site_of

EXTRACTOR_VERSION = 1
_ENOUGH = 1500  # characters of text: a page with more does not hide its body in JSON, unless it states one much longer
_TOO_LITTLE = 0.5  # share of the characters of a body in JSON, below which the markup is believed to lack the body


@dataclass(frozen=True, slots=True)
class Explanation:
    """An article, all blocks of its page with the reasons for keeping or dropping each, and what selectors did."""

    article: Article
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """What became of a page on the way to its article."""

    facts: Metadata
    page: Page
    verdicts: list[Verdict]
    notes: list[str]


def article(
    html: str | bytes,
    url: str | None = None,
    *,
    selectors: Selectors | None = None,
    content_type: str | None = None,
) -> Article:
    """The article of a page. Never raises; a page without one gives `is_article` False.

    `content_type` is the header's value and helps to decode bytes; `url` makes addresses absolute.
    """
    return _assembled(_read(html, url, selectors, content_type), url)


def explain(
    html: str | bytes,
    url: str | None = None,
    *,
    selectors: Selectors | None = None,
    content_type: str | None = None,
) -> Explanation:
    """The same as `article`, with every block of the page and the reasons for its verdict."""
    reading = _read(html, url, selectors, content_type)
    blocks = tuple(
        Block(
            storable(segment.text), path_of(segment.element), verdict.kept or verdict.lead, round(verdict.score, 4),
            reasons(segment, verdict),
        )
        for segment, verdict in zip(reading.page.segments, reading.verdicts, strict=True)
    )  # fmt: skip
    return Explanation(_assembled(reading, url), blocks, tuple(reading.notes))


def _read(html: str | bytes, url: str | None, selectors: Selectors | None, content_type: str | None) -> _Reading:
    tree = parse(decode(html, content_type) if isinstance(html, bytes) else html)
    facts = metadata(tree, url)
    notes: list[str] = []
    page = None
    if selectors is not None:
        facts, notes = apply_selectors(tree, selectors, facts)
        page = body_of(tree, selectors)
    if page is not None:
        title = index_form(facts.title or "")
        verdicts = [
            Verdict(
                index_form(segment.text) != title,
                score=1.0,
                reason=f"selector body: {selectors.body}" if selectors else "",
            )
            for segment in page.segments
        ]
        return _Reading(facts, page, verdicts, notes)
    page = walk(tree)
    verdicts = decide(page, Facts.of(facts))
    return _or_hidden(tree, _Reading(facts, page, verdicts, notes))


def _or_hidden(tree: LexborHTMLParser, reading: _Reading) -> _Reading:
    """The reading, or one of a body that only the page's JSON has."""
    shown = sum([len(s.text) for s, v in zip(reading.page.segments, reading.verdicts, strict=True) if v.kept])
    if shown >= _ENOUGH and shown >= _TOO_LITTLE * len(reading.facts.article_body or ""):
        return reading
    body = json_body(tree, reading.facts.article_body)
    if body is None or shown >= _TOO_LITTLE * len(body):
        return reading
    markup = body if "</p>" in body or "<br" in body else "".join(f"<p>{part}</p>" for part in body.split("\n"))
    page = walk(parse(markup))
    verdicts = [
        Verdict(True, score=0.9, reason="from the page's JSON: its markup lacks the body") for _ in page.segments
    ]
    return _Reading(reading.facts, page, verdicts, reading.notes)


def _assembled(reading: _Reading, url: str | None) -> Article:
    facts, page, verdicts = reading.facts, reading.page, reading.verdicts
    kept = [segment for segment, verdict in zip(page.segments, verdicts, strict=True) if verdict.kept]
    lead = _lead(page.segments, verdicts)
    pictures = pictures_of_body(page, kept, url)
    text = join_text(kept)
    words = count_words(text)
    score = likeness(facts, url, kept, words, verdicts)
    return Article(
        title=facts.title,
        authors=facts.authors,
        published_at=facts.published_at,
        published_precision=facts.published_precision,
        modified_at=facts.modified_at,
        lang=detect_lang(f"{facts.title or ''} {lead or ''} {text[:2000]}", facts.lang),
        lead=lead,
        text=text,
        html=join_html(page, kept, pictures, url),
        image=facts.image or (pictures[0][1].url if pictures else None),
        images=tuple(image for _, image in pictures),
        tags=facts.tags,
        url=url,
        canonical_url=facts.canonical_url,
        site=site_of(url) if url else None,
        site_name=facts.site_name,
        word_count=words,
        is_article=score >= ENOUGH,
        score=round(score, 4),
        paywalled=paywall(facts, page, words),
        extractor_version=EXTRACTOR_VERSION,
    )


def _lead(segments: Sequence[Segment], verdicts: Sequence[Verdict]) -> str | None:
    lead = " ".join(segment.text for segment, verdict in zip(segments, verdicts, strict=True) if verdict.lead)
    return storable(lead) or None
