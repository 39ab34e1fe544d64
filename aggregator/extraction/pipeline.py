"""Makes an Article of a page's bytes: the pipeline written out."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from os import PathLike

from aggregator.dom import decode, parse
from aggregator.extraction.apply_selectors import apply_selectors, body_of, refuse_bad_selectors
from aggregator.extraction.article import Article, Block
from aggregator.extraction.body.blocks import PageTree, Segment, walk
from aggregator.extraction.body.classify import judge, probabilities
from aggregator.extraction.body.embedded_json import json_body
from aggregator.extraction.body.features import StatedFacts
from aggregator.extraction.body.images import pictures_of_body
from aggregator.extraction.body.is_article import ENOUGH, likeness, paywall
from aggregator.extraction.body.reasons import path_of, reasons
from aggregator.extraction.body.render import join_html, join_text
from aggregator.extraction.body.verdicts import BlockVerdict
from aggregator.extraction.memory.learn import adjusted, trace
from aggregator.extraction.memory.site_memory import SiteMemory, Trace, recall
from aggregator.extraction.memory.site_memory import learn as learn_traces
from aggregator.extraction.metadata.collect import Metadata, metadata
from aggregator.extraction.metadata.language import detect_lang
from aggregator.extraction.plain.scraped_text import plain
from aggregator.extraction.selectors import Selectors
from aggregator.extraction.served_type import is_plain_text, no_page
from aggregator.extraction.version import EXTRACTOR_VERSION
from aggregator.model import Json
from aggregator.text import count_words, index_form, storable
from aggregator.urls import site_of

_ENOUGH = 1500  # characters of text: a page with more does not hide its body in JSON, unless it states one much longer
_TOO_LITTLE = 0.4  # share of the characters of a body in JSON, below which the markup is believed to lack the body


@dataclass(frozen=True, slots=True)
class Explanation:
    """An article, all blocks of its page with the reasons for keeping or dropping each, and what selectors did."""

    article: Article
    blocks: tuple[Block, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> Json:
        """Returns the article's object, with each block of its page and the notes."""
        return self.article.to_dict() | {"blocks": list(map(asdict, self.blocks)), "notes": list(self.notes)}


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page as it was served; for the rest see `article`. Raises TypeError for what is neither str nor bytes."""

    html: str | bytes
    url: str | None = None
    selectors: Selectors | None = None
    content_type: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.html, str | bytes):
            file = "; read the file first (`path.read_bytes()`)" if isinstance(self.html, PathLike) else ""
            raise TypeError(f"a page is str or bytes, not {type(self.html).__name__}{file}")


@dataclass(frozen=True, slots=True)
class _Reading:
    """Holds what became of a page on the way to its article. `source`: the page as text; `scores`, `leads`: the models'
    probabilities, None if none was asked; `selected`: a person's selector says where the body is."""

    url: str | None
    source: str
    facts: Metadata
    page: PageTree
    verdicts: list[BlockVerdict]
    notes: list[str]
    scores: list[float] | None = None
    leads: list[float] | None = None
    selected: bool = False


def article(
    html: str | bytes,
    url: str | None = None,
    *,
    selectors: Selectors | None = None,
    content_type: str | None = None,
    site: SiteMemory | None = None,
) -> Article:
    """Returns the article of a page, or of plain text; what has none gives `is_article` False. No page makes it raise:
    TypeError is for what is neither str nor bytes, ValueError for a selector that is no CSS.

    `content_type` is the header's value and helps to decode bytes, and to tell what they are; `url` makes addresses
    absolute; `site` is what is remembered of the page's site, and is only read.
    """
    page = RawPage(html, url, selectors, content_type)
    refuse_bad_selectors(selectors)
    found = _without_markup(page)
    return _assembled(_finished(_read(page), site)) if found is None else found


def _without_markup(page: RawPage) -> Article | None:
    """Returns the article of plain text, an empty one of what is no page; None for a page."""
    if isinstance(page.html, str):
        return None
    if no_page(page.html, page.content_type):
        found = Article(extractor_version=EXTRACTOR_VERSION)
    elif is_plain_text(page.html, page.content_type):
        found = plain(decode(page.html, page.content_type))
    else:
        return None
    return replace(found, url=page.url, site=site_of(page.url) if page.url else None)


def explain(
    html: str | bytes,
    url: str | None = None,
    *,
    selectors: Selectors | None = None,
    content_type: str | None = None,
    site: SiteMemory | None = None,
) -> Explanation:
    """Returns the same as `article`, with every block of the page and the reasons for its verdict."""
    refuse_bad_selectors(selectors)
    reading = _finished(_read(RawPage(html, url, selectors, content_type)), site)
    blocks = tuple(
        Block(
            storable(segment.text), path_of(segment.element), verdict.kept or verdict.lead, round(verdict.score, 4),
            reasons(segment, verdict),
        )
        for segment, verdict in zip(reading.page.segments, reading.verdicts, strict=True)
    )  # fmt: skip
    return Explanation(_assembled(reading), blocks, tuple(reading.notes))


def read_pages(pages: Iterable[RawPage], memory: SiteMemory) -> tuple[list[Article], SiteMemory]:
    """Returns the articles of pages of one site, and the memory after them, by which they are judged themselves: what a
    page has taught does not count for it, so that the pages of a first visit help each other."""
    found = [_without_markup(page) or _read(page) for page in pages]
    after = _learnt(memory, [one for one in found if isinstance(one, _Reading)])
    return [_assembled(_finished(one, after)) if isinstance(one, _Reading) else one for one in found], after


def learn(memory: SiteMemory, pages: Iterable[RawPage]) -> SiteMemory:
    """Returns the memory after these pages of its site. Those that are no articles, and near-copies, teach nothing."""
    return _learnt(memory, [_read(page) for page in pages])


def _learnt(memory: SiteMemory, readings: Iterable[_Reading]) -> SiteMemory:
    return learn_traces(memory, [_trace(one, memory) for one in readings if one.scores is not None and _teaches(one)])


def _teaches(reading: _Reading) -> bool:
    kept = [s for s, verdict in zip(reading.page.segments, reading.verdicts, strict=True) if verdict.kept]
    words = sum(count_words(segment.text) for segment in kept)
    return likeness(reading.facts, reading.url, kept, words, reading.verdicts) >= ENOUGH


def _trace(reading: _Reading, memory: SiteMemory) -> Trace:
    kept = [verdict.kept or verdict.lead for verdict in reading.verdicts]
    return trace(reading.page, reading.scores or [], kept, reading.url, memory)


def _finished(reading: _Reading, site: SiteMemory | None) -> _Reading:
    """Returns the reading with what memory knows, or of a body that only the page's JSON has."""
    if reading.selected:
        return reading
    if site is None or not site.pages or reading.scores is None or reading.leads is None:
        return _or_hidden(reading)
    remembered = recall(site, _trace(reading, site))
    scores, leads, reasons = adjusted(reading.scores, reading.leads, remembered)
    verdicts = judge(reading.page, StatedFacts.of(reading.facts), scores, leads)
    for verdict, reason in zip(verdicts, reasons, strict=True):
        verdict.reason = verdict.reason or (reason if not verdict.kept else "")
    return _or_hidden(replace(reading, verdicts=verdicts))


def _read(raw: RawPage) -> _Reading:
    """Returns the page as the models see it, without memory."""
    url, selectors = raw.url, raw.selectors
    source = decode(raw.html, raw.content_type) if isinstance(raw.html, bytes) else raw.html
    tree = parse(source)
    facts = metadata(tree, url)
    notes: list[str] = []
    page = None
    if selectors is not None:
        facts, notes = apply_selectors(tree, selectors, facts)
        page = body_of(tree, selectors)
    if page is not None:
        title, reason = index_form(facts.title or ""), f"selector body: {selectors.body}" if selectors else ""
        shown = [bool(title) and index_form(segment.text) == title for segment in page.segments]
        verdicts = [
            BlockVerdict(not is_title, score=1.0, reason="the title" if is_title else reason) for is_title in shown
        ]
        return _Reading(url, source, facts, page, verdicts, notes, selected=True)
    page = walk(tree)
    if selectors is None and sum([len(segment.text) for segment in page.segments]) < _ENOUGH:
        page = walk(parse(source), frame=True)  # a page that stands in its navigation, or has little to say
    stated = StatedFacts.of(facts)
    scores, leads = probabilities(page, stated)
    return _Reading(url, source, facts, page, judge(page, stated, scores, leads), notes, scores, leads)


def _or_hidden(reading: _Reading) -> _Reading:
    """Returns the reading, or one of a body that only the page's JSON has."""
    shown = " ".join([s.text for s, v in zip(reading.page.segments, reading.verdicts, strict=True) if v.kept])
    stated = reading.facts.article_body
    if len(shown) >= _ENOUGH and len(shown) >= _TOO_LITTLE * len(stated or ""):
        return reading
    body = json_body(reading.source, stated, reading.facts.title, shown)
    if body is None:
        return reading
    markup = body if "</p>" in body or "<br" in body else "".join(f"<p>{part}</p>" for part in body.split("\n"))
    page = walk(parse(markup))
    if len(shown) >= _TOO_LITTLE * sum([len(segment.text) for segment in page.segments]):
        return reading
    verdicts = [
        BlockVerdict(True, score=0.9, reason="from the page's JSON: its markup lacks the body") for _ in page.segments
    ]
    return replace(reading, page=page, verdicts=verdicts, scores=None, leads=None)


def _assembled(reading: _Reading) -> Article:
    url, facts, page, verdicts = reading.url, reading.facts, reading.page, reading.verdicts
    kept = [segment for segment, verdict in zip(page.segments, verdicts, strict=True) if verdict.kept]
    lead = _lead(page.segments, verdicts)
    pictures = pictures_of_body(page, kept, facts.base)
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
        html=join_html(page, kept, pictures, facts.base),
        image=facts.image or (pictures[0][1].url if pictures else None),
        images=tuple(image for _, image in pictures),
        tags=facts.tags,
        url=url,
        canonical_url=facts.canonical_url,
        site=site_of(url) if url else None,
        site_name=facts.site_name,
        word_count=words,
        is_article=score >= ENOUGH or (reading.selected and bool(text)),
        score=round(score, 4),
        paywalled=paywall(facts, page, words),
        extractor_version=EXTRACTOR_VERSION,
    )


def _lead(segments: Sequence[Segment], verdicts: Sequence[BlockVerdict]) -> str | None:
    lead = " ".join(segment.text for segment, verdict in zip(segments, verdicts, strict=True) if verdict.lead)
    return storable(lead) or None
