"""Which blocks are the article: the learned verdict on each, then what can only be seen over all of them.

rows of numbers -> forest: a probability each -> lead, title, other articles, detached runs, posts, repetitions -> verdicts
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.extraction.features import Facts, lead_candidate, rows
from aggregator.extraction.forest import forest
from aggregator.extraction.walk import Element, Page, Segment
from aggregator.text import index_form

# Swept over the development sets with cross-validated probabilities (benchmarks/train_blocks.py --sweep).
KEEP = 0.45  # probability from which a block is kept
LEAD = 0.5  # probability from which a block is the standfirst
_OTHER_ARTICLE = 0.3  # factor for blocks of an <article> that is not the title's
_OWN_ARTICLE = 250  # characters that the title's own <article> must hold for that
_GAP_CHARS, _GAP_BLOCKS = 300, 12  # dropped between two runs that are then detached from each other
_WEAK_RUN = 0.2  # share of the best run's weight, below which a detached run is dropped
_SURE_RUN = 0.8  # mean probability from which it is kept all the same
_LITTLE = 200  # characters: if less is kept, the best blocks there are, are taken
# What stands over an advertisement, folded. It is never a paragraph, however well it is placed.
_AD_LABELS = frozenset(
    [
        "advertisement", "advertisements", "advertising", "ad", "sponsored", "anzeige", "werbung", "publicidad", "publicidade",
        "publicite", "pubblicita", "advertentie", "reklame", "reklama", "reklam", "mainos", "annons", "annonse", "hirdetes",
        "oglas", "inzerce", "iklan", "quang cao", "реклама", "διαφημιση", "إعلان", "פרסומת", "विज्ञापन", "โ ฆ ษ ณ า", "広 告", "广 告",
        "廣 告", "광고",
    ]
)  # fmt: skip
_POSTS = ("twitter-tweet", "twitter-video", "instagram-media", "tiktok-embed", "bluesky-embed", "text-post-media")


@dataclass(slots=True)
class Verdict:
    """What is decided on a block. `score`: probability that it belongs to the article; `reason`: a rule that decided."""

    kept: bool = False
    lead: bool = False
    score: float = 0.0
    reason: str = ""


def decide(page: Page, facts: Facts) -> list[Verdict]:
    """A verdict for each block of the page."""
    body, lead = forest("body"), forest("lead")
    table = rows(page, facts)
    scores = [body(row) if row else None for row in table]
    return judge(page, facts, scores, [lead(row) if row and lead_candidate(row) else 0.0 for row in table])


def judge(page: Page, facts: Facts, scores: Sequence[float | None], leads: Sequence[float]) -> list[Verdict]:
    """The verdicts from the models' probabilities; a score of None is a block that no model was asked about."""
    verdicts = [Verdict(reason="nothing but links") if score is None else Verdict(score=score) for score in scores]
    _choose_lead(verdicts, leads)
    _drop_title(page, verdicts, facts)
    _drop_labels(page, verdicts)
    _drop_other_articles(page, verdicts, facts)
    _raise_if_little(page, verdicts)
    for verdict in verdicts:
        verdict.kept = verdict.score >= KEEP and not verdict.lead and not verdict.reason
    _drop_detached(page, verdicts)
    _keep_posts(page, verdicts)
    _keep_once(page, verdicts)
    return verdicts


def _choose_lead(verdicts: Sequence[Verdict], leads: Sequence[float]) -> None:
    best = max(leads, default=0.0)
    if best >= LEAD:
        verdict = verdicts[leads.index(best)]
        verdict.lead = True
        verdict.reason = f"standfirst ({best:.2f})"


def _drop_title(page: Page, verdicts: Sequence[Verdict], facts: Facts) -> None:
    title = index_form(facts.title or "")
    for segment, verdict in zip(page.segments, verdicts, strict=True):
        if verdict.score >= KEEP and len(segment.text) < 400 and title and index_form(segment.text) == title:
            verdict.reason = "the title"


def _drop_labels(page: Page, verdicts: Sequence[Verdict]) -> None:
    for segment, verdict in zip(page.segments, verdicts, strict=True):
        if len(segment.text) <= 20 and index_form(segment.text) in _AD_LABELS:
            verdict.reason = "the label of an advertisement"


def _drop_other_articles(page: Page, verdicts: Sequence[Verdict], facts: Facts) -> None:
    """Where the title's own <article> holds a text, what stands in other <article>s is lowered."""
    articles = [element for element in page.elements if element.tag == "article" and element.blocks]
    title = index_form(facts.title or "")
    if len(articles) < 2 or not title:
        return
    places = [s.number for s in page.segments if len(s.text) < 400 and index_form(s.text) == title]
    own = next((article for article in articles for place in places if _holds(article, place)), None)
    if own is None:
        return
    inside = range(own.first, own.first + own.blocks)
    if sum(len(page.segments[n].text) for n in inside if verdicts[n].score >= _OTHER_ARTICLE) < _OWN_ARTICLE:
        return
    for article in articles:
        if article.first not in inside:
            for verdict in verdicts[article.first : article.first + article.blocks]:
                if verdict.score >= KEEP and not verdict.reason:
                    verdict.score *= _OTHER_ARTICLE
                    verdict.reason = "in another article of the page"


def _holds(element: Element, number: int) -> bool:
    return element.first <= number < element.first + element.blocks


def _raise_if_little(page: Page, verdicts: Sequence[Verdict]) -> None:
    """Scores of a page on which hardly a block is kept, raised so that its best blocks are."""
    pairs = [(len(s.text), v) for s, v in zip(page.segments, verdicts, strict=True) if not v.reason]
    if sum(length for length, verdict in pairs if verdict.score >= KEEP) >= _LITTLE:
        return
    best = max((verdict.score for length, verdict in pairs if length > 40), default=0.0)
    if 0.1 < best < KEEP:
        for _, verdict in pairs:
            verdict.score = min(1.0, verdict.score * KEEP / (0.6 * best))


def _drop_detached(page: Page, verdicts: Sequence[Verdict]) -> None:
    """Drops weak runs of kept blocks that much dropped text parts from the article."""
    runs = _runs(page, verdicts)
    weights = [sum(len(s.text) * verdicts[s.number].score for s in run) for run in runs]
    best = max(weights, default=0.0)
    for run, weight in zip(runs, weights, strict=True):
        chars = sum(len(segment.text) for segment in run)
        if weight < _WEAK_RUN * best and weight < _SURE_RUN * chars:
            for segment in run:
                verdicts[segment.number].kept = False
                verdicts[segment.number].reason = "far from the article"


def _runs(page: Page, verdicts: Sequence[Verdict]) -> list[list[Segment]]:
    runs: list[list[Segment]] = []
    dropped = blocks = 0
    for segment in page.segments:
        if not verdicts[segment.number].kept:
            dropped += len(segment.text)
            blocks += 1
            continue
        if not runs or dropped > _GAP_CHARS or blocks > _GAP_BLOCKS:
            runs.append([])
        runs[-1].append(segment)
        dropped = blocks = 0
    return runs


def _keep_posts(page: Page, verdicts: Sequence[Verdict]) -> None:
    """Keeps posts embedded between kept blocks: they are quotes."""
    kept = [number for number, verdict in enumerate(verdicts) if verdict.kept]
    if not kept:
        return
    for element in page.elements:
        if element.tag == "blockquote" and any(name in element.name for name in _POSTS):
            for number in range(element.first, element.first + element.blocks):
                if kept[0] < number < kept[-1] and not verdicts[number].kept:
                    verdicts[number].kept = True
                    verdicts[number].reason = "an embedded post"


def _keep_once(page: Page, verdicts: Sequence[Verdict]) -> None:
    """Of blocks with the same words only the first stays."""
    seen: dict[str, int] = {}
    for segment, verdict in zip(page.segments, verdicts, strict=True):
        if (verdict.kept or verdict.lead) and len(segment.text) > 30:
            first = seen.setdefault(segment.text, segment.number)
            if first != segment.number:
                verdict.kept = verdict.lead = False
                verdict.reason = f"the same text as block {first}"
