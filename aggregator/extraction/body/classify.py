"""Decides which blocks are the article: by the models' probability of each, then by what can only be seen over all of
them.

rows of numbers -> first model: a probability each -> second model, where the first is unsure: it sees the first's
verdicts around a block
-> lead, title, other articles, detached runs, posts, repetitions -> verdicts
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate
from operator import itemgetter
from typing import Any

import numpy as np

from aggregator.extraction.body import class_names, set_phrases
from aggregator.extraction.body.blocks import Element, PageTree, Segment, landmark
from aggregator.extraction.body.date_lines import is_date
from aggregator.extraction.body.features import BlockFeatures, StatedFacts, measure, stacked
from aggregator.extraction.body.furniture import Furniture, branch, common
from aggregator.extraction.body.neighbours import surroundings
from aggregator.extraction.body.phrases import begins_as
from aggregator.extraction.body.trees import trees
from aggregator.extraction.body.verdicts import LEAST, MOST, BlockVerdict
from aggregator.text import index_form

Array = np.ndarray[Any, Any]

_SURE = 0.03  # probability of the first model that is below this, or as near to 1, stands: the second changes none
# Swept over the development sets with cross-validated probabilities (python -m benchmarks.train_blocks
# --cross-validate, November 2026).
LEAD = 0.5  # probability from which a block is the standfirst
NAMED_LEAD = 0.1  # the same for a block that its element names so
LOST_LEAD = 0.3  # the same for a block that is no part of the text: else it would be lost
_OTHER_ARTICLE = 0.3  # factor for blocks of an <article> that is not the title's
_OWN_ARTICLE = 250  # characters that the title's own <article> must hold for that
_BYLINE = 60  # characters of what may stand below the heading of another article and say whose it is
_FEWEST_ENTRIES = 3  # alike side by side that are entries of a live blog
_ENTRY, _ENTRY_LINKS = 100, 0.3  # characters of an entry, and the share of them that may be links
_CLOCK = re.compile(r"\d{1,2}\s?[:.hH時시]\s?\d{2}(?!\d)")
_GAP_CHARS, _GAP_BLOCKS = 300, 12  # dropped between two runs that are then detached from each other
_FEWEST_PULLED, _MOST_PULLED = 25, 300  # characters of a quote that may be pulled out of the text
_SET_APART, _TABLE = landmark("blockquote", "aside", "figure"), landmark("table")
_NO_QUOTES = frozenset("h1 h2 h3 h4 h5 h6 li dt dd".split())
_WHOLE = 1500  # characters of a block that may be the whole article again: many samples of it stand in other blocks
_SAMPLES, _SAMPLE, _AGAIN = 16, 40, 0.7
_MAX_WHOLES = 5  # blocks that are looked at for that
_WEAK_RUN = 0.2  # share of the best run's weight, below which a detached run is dropped
_SURE_RUN = 0.8  # mean probability from which it is kept all the same
_LIKELY_RUN = 0.7  # the same for one that looks like the best
_POSTS = ("twitter-tweet", "twitter-video", "instagram-media", "tiktok-embed", "bluesky-embed", "text-post-media")


def decide(page: PageTree, facts: StatedFacts) -> list[BlockVerdict]:
    """Returns a verdict for each block of the page."""
    return judge(page, facts, *probabilities(page, facts))


def probabilities(page: PageTree, facts: StatedFacts) -> tuple[list[float], list[float]]:
    """Returns the probabilities of each block: that it belongs to the text (NaN: no model is asked about it), and that
    it is the standfirst."""
    scores, leads = np.full(len(page.segments), np.nan), np.zeros(len(page.segments))
    if not page.segments:
        return [], []
    features = measure(page, facts)
    first = _probabilities("body/blocks", features)
    scores[features.asked] = first
    features = with_surroundings(features.of(is_unsure(first) | features.is_lead_candidate), scores)
    again = features.of(is_unsure(scores[features.asked]))
    scores[again.asked] = _probabilities("body/blocks_again", again)
    candidates = features.of(features.is_lead_candidate)
    leads[candidates.asked] = _probabilities("body/lead", candidates)
    return scores.tolist(), leads.tolist()


def is_unsure(first: Array) -> Array:
    """Tells of which blocks the second model is asked too, by what the first says."""
    result: Array = (first > _SURE) & (first < 1.0 - _SURE)
    return result


def with_surroundings(features: BlockFeatures, scores: Array) -> BlockFeatures:
    """Adds the features that only the later models see. `scores`: of each block of the page, the first probability or
    NaN."""
    seen = surroundings(features.arrays, np.nan_to_num(scores))
    columns = np.concatenate((features.columns, stacked(seen).take(features.asked, 1)))
    return replace(features, names=(*features.names, *seen), columns=columns)


def _probabilities(model: str, features: BlockFeatures) -> Array:
    return trees(model).probabilities(features.columns.take(_columns(model, features.names), 0))


@lru_cache(maxsize=4)
def _columns(model: str, names: tuple[str, ...]) -> Array:
    """Returns where the columns that a model looks at stand among `names`."""
    places = {name: number for number, name in enumerate(names)}
    return np.array([places[name] for name in trees(model).names], np.intp)


def judge(page: PageTree, facts: StatedFacts, scores: Sequence[float], leads: Sequence[float]) -> list[BlockVerdict]:
    """Returns the verdicts from the models' probabilities; a score of NaN is a block that no model was asked about."""
    verdicts = [
        BlockVerdict(reason="nothing but links") if score != score else BlockVerdict(score=score) for score in scores
    ]
    titles = _showing(page, index_form(facts.title or ""))
    _choose_lead(page, verdicts, leads, titles)
    Furniture(page, verdicts, titles).drop(facts.authors)
    _drop_other_articles(page, verdicts, titles)
    _drop_next_articles(page, verdicts, titles)
    least = _threshold(page, verdicts)
    for verdict in verdicts:
        verdict.kept = verdict.score >= least and not verdict.lead and not verdict.reason
    _drop_detached(page, verdicts)
    _keep_posts(page, verdicts)
    _keep_once(page, verdicts)
    _drop_pull_quotes(page, verdicts)
    return verdicts


def _choose_lead(
    page: PageTree, verdicts: Sequence[BlockVerdict], leads: Sequence[float], titles: Sequence[int]
) -> None:
    """Chooses the likeliest standfirst, which is not the title. What its element names so needs less: at least it
    stands at the right place."""
    chances = {
        number: max(chance, LEAD) if page.segments[number].element.own & class_names.LEAD else chance
        for number, chance in enumerate(leads)
        if chance >= NAMED_LEAD and number not in titles
    }
    if not chances:
        return
    number, best = max(chances.items(), key=itemgetter(1))
    verdict = verdicts[number]
    if best >= LEAD or (best >= LOST_LEAD and verdict.score < MOST):
        verdict.lead = True
        verdict.reason = f"standfirst ({best:.2f})"


def _showing(page: PageTree, title: str) -> list[int]:
    """Returns the blocks whose words are those of the title, which is given folded."""
    if not title:
        return []
    low, high = 0.8 * len(title), 1.3 * len(title) + 12
    return [s.number for s in page.segments if low <= len(s.text) <= high and _says(s.text, title)]


def _says(text: str, title: str) -> bool:
    """Tells whether the words of a text are those of a title, which is given folded."""
    first = text[0].lower()
    if first != title[0] and first.isascii() and first.isalnum():
        return False  # which is told sooner than by folding all of it
    return index_form(text) == title


def _drop_other_articles(page: PageTree, verdicts: Sequence[BlockVerdict], titles: Sequence[int]) -> None:
    """Lowers what stands in other <article>s, where the title's own holds a text; not the entries of a live blog."""
    articles = [element for element in page.elements if element.tag == "article" and element.blocks]
    if len(articles) < 2:
        return
    own = next((article for article in articles for place in titles if _holds(article, place)), None)
    if own is None:
        return
    inside = range(own.first, own.first + own.blocks)
    if sum(len(page.segments[n].text) for n in inside if verdicts[n].score >= _OTHER_ARTICLE) < _OWN_ARTICLE:
        return
    others: dict[tuple[Element | None, str], list[Element]] = {}
    for article in articles:
        if article.first not in inside:
            others.setdefault((article.parent, article.name), []).append(article)
    for alike in others.values():
        if len(alike) >= _FEWEST_ENTRIES and all(_is_entry(page, article) for article in alike):
            continue
        for article in alike:
            for verdict in verdicts[article.first : article.first + article.blocks]:
                if not verdict.reason:
                    verdict.score *= _OTHER_ARTICLE
                    verdict.reason = "in another article of the page"


def _drop_next_articles(page: PageTree, verdicts: Sequence[BlockVerdict], titles: Sequence[int]) -> None:
    """Drops articles that a page shows below its own, in elements like the own one's: each begins with a main heading
    and says whose it is or of when."""
    headings = [segment for segment in page.segments if segment.element.tag == "h1"]
    own = next((segment for segment in headings if segment.number in titles), None)
    if own is None or len(headings) < 2:
        return
    for segment in headings[headings.index(own) + 1 :]:
        around = common(own.element, segment.element)
        mine, other = branch(around, own.element), branch(around, segment.element)
        end = other.first + other.blocks
        below = page.segments[segment.number + 1 : min(segment.number + 4, end)]
        is_like = segment.number not in titles and (mine.tag, mine.name) == (other.tag, other.name)
        if is_like and any(_is_byline(one.text) for one in below) and _chars(page, mine) >= _OWN_ARTICLE:
            for verdict in verdicts[other.first : end]:
                verdict.reason = verdict.reason or "in another article of the page"


def _is_byline(text: str) -> bool:
    return len(text) <= _BYLINE and (begins_as(text, "first_byline") or is_date(text))


def _chars(page: PageTree, element: Element) -> int:
    return sum([len(segment.text) for segment in page.segments[element.first : element.first + element.blocks]])


def _is_entry(page: PageTree, article: Element) -> bool:
    """Tells whether an <article> is an entry of a live blog: prose that is told with its time and leads nowhere else,
    as the cards of other articles do."""
    blocks = page.segments[article.first : article.first + article.blocks]
    chars, linked = sum([len(s.text) for s in blocks]), sum([s.link_chars for s in blocks])
    return (
        chars >= _ENTRY
        and linked <= _ENTRY_LINKS * chars
        and any(_CLOCK.search(s.text) for s in blocks if len(s.text) <= 40)
    )


def _holds(element: Element, number: int) -> bool:
    return element.first <= number < element.first + element.blocks


def _threshold(page: PageTree, verdicts: Sequence[BlockVerdict]) -> float:
    """Returns the probability from which keeping blocks gives the best F1 to be expected, taking the probabilities as
    they are.

    That is half of this F1 (Lipton, Elkan and Naryanaswamy, 2014): a page of doubtful blocks keeps more of them.
    """
    pairs = [
        (v.score, len(s.text)) for s, v in zip(page.segments, verdicts, strict=True) if not v.reason and v.score > 0
    ]
    pairs.sort(key=itemgetter(0), reverse=True)
    kept = list(accumulate([length for _, length in pairs]))
    right = list(accumulate([score * length for score, length in pairs]))
    halves = [good / (chars + right[-1]) for chars, good in zip(kept, right, strict=True)]
    return min(MOST, max(LEAST, max(halves, default=MOST)))


def _drop_detached(page: PageTree, verdicts: Sequence[BlockVerdict]) -> None:
    """Drops weak runs of kept blocks that much dropped text parts from the article. One whose blocks look like those of
    the article needs less to stay: it is what follows a chart, a consent panel or a list of links."""
    runs = _runs(page, verdicts)
    if len(runs) < 2:
        return
    weights = [sum(len(s.text) * verdicts[s.number].score for s in run) for run in runs]
    best = max(weights)
    look = _look(runs[weights.index(best)])
    for run, weight in zip(runs, weights, strict=True):
        chars = sum(len(segment.text) for segment in run)
        if weight < _WEAK_RUN * best and weight < (_LIKELY_RUN if _look(run) == look else _SURE_RUN) * chars:
            for segment in run:
                verdicts[segment.number].kept = False
                verdicts[segment.number].reason = "far from the article"


def _look(run: Sequence[Segment]) -> tuple[str, ...]:
    """Returns the tag and the names of the element, and of the one around it, that hold most of a run's text."""
    looks: dict[tuple[str, ...], int] = {}
    for segment in run:
        element, around = segment.element, segment.element.parent or segment.element
        look = (element.tag, element.name, around.tag, around.name)
        looks[look] = looks.get(look, 0) + len(segment.text)
    return max(looks, key=looks.__getitem__)


def _runs(page: PageTree, verdicts: Sequence[BlockVerdict]) -> list[list[Segment]]:
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


def _keep_posts(page: PageTree, verdicts: Sequence[BlockVerdict]) -> None:
    """Keeps posts embedded between kept blocks: they are quotes."""
    kept = [number for number, verdict in enumerate(verdicts) if verdict.kept]
    if not kept:
        return
    for element in page.elements:
        if element.tag == "blockquote" and any(name in element.name for name in _POSTS):
            for number in range(element.first, element.first + element.blocks):
                is_between = kept[0] < number < kept[-1] and not verdicts[number].kept
                if is_between and not set_phrases.labels_post(page.segments[number].text):
                    verdicts[number].kept = True
                    verdicts[number].reason = "an embedded post"


def _keep_once(page: PageTree, verdicts: Sequence[BlockVerdict]) -> None:
    """Keeps only the first of blocks with the same words."""
    seen: dict[str, int] = {}
    for segment, verdict in zip(page.segments, verdicts, strict=True):
        if (verdict.kept or verdict.lead) and len(segment.text) > 30:
            first = seen.setdefault(segment.text, segment.number)
            if first != segment.number:
                verdict.kept = verdict.lead = False
                verdict.reason = f"the same text as block {first}"
    long = [s for s, v in zip(page.segments, verdicts, strict=True) if v.kept and len(s.text) > _WHOLE]
    for segment in sorted(long, key=lambda s: -len(s.text))[:_MAX_WHOLES]:
        if _is_made_of(segment, page, verdicts):
            verdicts[segment.number].kept = False
            verdicts[segment.number].reason = "the text of other blocks again"


def _drop_pull_quotes(page: PageTree, verdicts: Sequence[BlockVerdict]) -> None:
    """Drops quotes that repeat what stands in another kept block: a line of the text, shown large beside it."""
    kept = [segment for segment, verdict in zip(page.segments, verdicts, strict=True) if verdict.kept]
    quotes = [
        segment
        for segment in kept
        if _FEWEST_PULLED <= len(segment.text) <= _MOST_PULLED
        and segment.element.tag not in _NO_QUOTES
        and not segment.element.within & _TABLE
        and (segment.element.within & _SET_APART or (segment.element.own | segment.element.around) & class_names.QUOTE)
    ]
    texts = [index_form(segment.text) for segment in kept] if quotes else []
    for quote in quotes:
        words = index_form(quote.text)
        if any(words in text and len(text) > len(words) for text in texts):
            verdicts[quote.number].kept = False
            verdicts[quote.number].reason = "repeats a line of the text"


def _is_made_of(segment: Segment, page: PageTree, verdicts: Sequence[BlockVerdict]) -> bool:
    """Tells whether samples of a long text stand in several other kept blocks: it is the article again, as one run. If
    they stand in one, both are versions of a text that is meant to be there in each."""
    others = [s.text for s, v in zip(page.segments, verdicts, strict=True) if v.kept and s is not segment]
    step = len(segment.text) // (_SAMPLES + 1)
    samples = [segment.text[at : at + _SAMPLE] for at in range(step // 2, step * _SAMPLES, step)]
    found = [sum([sample in other for sample in samples]) for other in others]
    return sum(found) >= _AGAIN * len(samples) and 2 * max(found) <= len(samples)
