"""Learns what recurs over a site's pages, and recalls it: texts that recur over different articles, and what stood
where in its template.

Every article that is learnt makes what was learnt before weigh a little less, so that a redesign is forgotten within
some fifty pages. Only the model's own verdicts teach, never those that memory changed: a mistake can't feed on itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from aggregator.extraction.memory.sketches import holds, joint_key

MAX_TEXTS, MAX_PLACES, MAX_ARTICLES = 6_000, 1_500, 60
_TEXT_DECAY, _PLACE_DECAY = 0.975, 0.95  # what an article's weight is multiplied with at each later one
_SPARED = 0.75  # of what is too much, so much is left, lest the next page does it again

# Swept over one half of the sites of benchmarks/transplant.py, tested on the other.
_RECURS, _RECURS_IN_BODY = 1.8, 2.6  # articles, weighed: two and three of the last few
_EVERYWHERE, _EVERYWHERE_IN_BODY = 0.5, 0.7  # shares of the articles
_BODY_KEPT, _BODY_FRESH = 0.4, 0.8  # shares of the words at a place that holds bodies
_PLACE_PAGES = 3  # pages, weighed, from which a place is known
_COPY, _SAME_ADDRESS = 0.7, 0.2  # shares of a body that another one holds: the same article, the same one later
_LEAST_LEFT = 0.1  # share of the words the model keeps: if memory left less, it does not speak
_MIN_WORDS = 4  # words: a shorter text may recur in bodies, as "Background" or a speaker's name does
_FURNITURE, _COPIED, _BODY = -12.0, -1.5, 1.0  # log-odds


class BlockTrace(NamedTuple):
    """A block of a page. `text`, `place`: keys (see `sketches`); `kept`: the model's verdict without memory."""

    text: int
    place: int
    words: int
    kept: bool


@dataclass(frozen=True, slots=True)
class Trace:
    """Holds what a page can teach. `body`: sketch of the text that was kept; `page`: key of its address, 0 if it has
    none."""

    blocks: tuple[BlockTrace, ...]
    body: tuple[int, ...] = ()
    page: int = 0


class TextCount(NamedTuple):
    """Counts in how many articles something was, as weighed when article number `at` was learnt."""

    weight: float
    at: int


class PlaceRecord(NamedTuple):
    """Sums up what stood at a place; each number is a sum over pages, as weighed when article number `at` was learnt.

    `kept`: shares of its words that the model kept; `fresh`: shares that no page before had there, over the `compared`
    pages that had one before.
    """

    pages: float = 0.0
    kept: float = 0.0
    fresh: float = 0.0
    compared: float = 0.0
    at: int = 0

    @property
    def is_known(self) -> bool:
        return self.pages >= _PLACE_PAGES

    @property
    def is_body(self) -> bool:
        return self.kept >= _BODY_KEPT * self.pages and self.fresh >= _BODY_FRESH * self.compared


class LearntArticle(NamedTuple):
    """Names an article that taught, as number `at`: the key of its address, and its sketch."""

    page: int
    body: tuple[int, ...]
    at: int


@dataclass(frozen=True, slots=True)
class SiteMemory:
    """Holds what is known of a site after `pages` articles. Never changed: `learn` makes the next one.

    `texts`: by key of the text; `standing`: by key of text and place; `places`: by key of the place.
    """

    pages: int = 0
    texts: Mapping[int, TextCount] = field(default_factory=dict)
    standing: Mapping[int, TextCount] = field(default_factory=dict)
    places: Mapping[int, PlaceRecord] = field(default_factory=dict)
    articles: tuple[LearntArticle, ...] = ()

    def recurs(self, text: int) -> bool:
        """Tells whether a text, given by its key, stood in more than one article of late."""
        return _weight(self.texts.get(text), self.pages) >= _RECURS

    def packed(self) -> bytes:
        """Returns the memory as bytes, at most 200,000."""
        from aggregator.extraction.memory.codec import pack

        return pack(self)

    @staticmethod
    def unpacked(data: bytes) -> "SiteMemory":
        """Returns the memory of `packed`. Raises ValueError for bytes that are none, or of another version."""
        from aggregator.extraction.memory.codec import unpack

        return unpack(data)


class Remembered(NamedTuple):
    """Says what is remembered of a block. `elsewhere`, `here`: other articles that had its text, at any place and at
    this one, weighed; `kept`: share of the words at its place that were (None: not known); `adjustment`: for its
    log-odds."""

    elsewhere: float = 0.0
    here: float = 0.0
    kept: float | None = None
    adjustment: float = 0.0


def learn(memory: SiteMemory, traces: Iterable[Trace]) -> SiteMemory:
    """Returns the memory after these articles. One that it knows already, near-copies included, teaches nothing."""
    now = memory.pages
    texts, standing, places = dict(memory.texts), dict(memory.standing), dict(memory.places)
    articles = list(memory.articles)
    for trace in traces:
        if not trace.body or _known(articles, trace) is not None:
            continue
        now += 1
        _learn_places(places, standing, trace.blocks, now)
        _count(texts, {block.text for block in trace.blocks}, now)
        _count(standing, {joint_key(block.text, block.place) for block in trace.blocks}, now)
        articles = [*articles[1 - MAX_ARTICLES :], LearntArticle(trace.page, trace.body, now)]
        texts, standing = _bounded(texts, now), _bounded(standing, now)
        places = _bounded_places(places, now)
    return SiteMemory(now, texts, standing, places, tuple(articles))


def _known(articles: Iterable[LearntArticle], trace: Trace) -> LearntArticle | None:
    """Returns the article that the page is: fetched again, or published again. An address may come to hold another
    article."""
    for article in articles:
        is_same = trace.page and article.page == trace.page
        if holds(article.body, trace.body, _SAME_ADDRESS if is_same else _COPY):
            return article
    return None


def _count(counts: dict[int, TextCount], keys: Iterable[int], now: int) -> None:
    for key in keys:
        counts[key] = TextCount(_weight(counts.get(key), now) + 1.0, now)


def _weight(count: TextCount | None, now: int) -> float:
    return count.weight * _TEXT_DECAY ** (now - count.at) if count is not None else 0.0


def _learn_places(
    places: dict[int, PlaceRecord], standing: Mapping[int, TextCount], blocks: Sequence[BlockTrace], now: int
) -> None:
    by_place: dict[int, list[BlockTrace]] = {}
    for block in blocks:
        by_place.setdefault(block.place, []).append(block)
    for key, here in by_place.items():
        old = places.get(key)
        words = sum(block.words for block in here) or 1
        kept = sum(block.words for block in here if block.kept) / words
        if old is None:
            places[key] = PlaceRecord(1.0, kept, at=now)
            continue
        fresh = sum(block.words for block in here if joint_key(block.text, key) not in standing) / words
        fade = _PLACE_DECAY ** (now - old.at)
        places[key] = PlaceRecord(
            fade * old.pages + 1.0, fade * old.kept + kept, fade * old.fresh + fresh, fade * old.compared + 1.0, now
        )


def _bounded(counts: dict[int, TextCount], now: int) -> dict[int, TextCount]:
    """Returns the most frequent and latest, if there are too many."""
    if len(counts) <= MAX_TEXTS:
        return counts
    best = sorted(counts, key=lambda key: (-_weight(counts[key], now), key))[: int(_SPARED * MAX_TEXTS)]
    return {key: counts[key] for key in best}


def _bounded_places(places: dict[int, PlaceRecord], now: int) -> dict[int, PlaceRecord]:
    if len(places) <= MAX_PLACES:
        return places
    weights = {key: place.pages * _PLACE_DECAY ** (now - place.at) for key, place in places.items()}
    best = sorted(places, key=lambda key: (-weights[key], key))[: int(_SPARED * MAX_PLACES)]
    return {key: places[key] for key in best}


def recall(memory: SiteMemory, trace: Trace) -> list[Remembered]:
    """Returns what is known of each block of a page. What the page has taught itself, if it was learnt before, does not
    count."""
    now = memory.pages
    if not now:
        return [Remembered()] * len(trace.blocks)
    itself = _known(memory.articles, trace)
    own = _TEXT_DECAY ** (now - itself.at) if itself else 0.0
    others = (1 - _TEXT_DECAY**now) / (1 - _TEXT_DECAY) - own
    found = []
    for block in trace.blocks:
        elsewhere = max(0.0, _weight(memory.texts.get(block.text), now) - own)
        here = max(0.0, _weight(memory.standing.get(joint_key(block.text, block.place)), now) - own)
        place = memory.places.get(block.place, PlaceRecord())
        adjustment = _adjustment(block, elsewhere, here, place, others)
        found.append(Remembered(elsewhere, here, place.kept / place.pages if place.pages else None, adjustment))
    return found if _leaves_enough(trace, found) else [one._replace(adjustment=0.0) for one in found]


def _leaves_enough(trace: Trace, found: Sequence[Remembered]) -> bool:
    """Tells whether memory leaves something of the page: news by form have little that is new, and are news all the
    same."""
    kept = [
        (block.words, one.adjustment > _FURNITURE) for block, one in zip(trace.blocks, found, strict=True) if block.kept
    ]
    return sum(words for words, stays in kept if stays) >= _LEAST_LEFT * sum(words for words, _ in kept)


def _adjustment(block: BlockTrace, elsewhere: float, here: float, place: PlaceRecord, others: float) -> float:
    """Returns what to add to the log-odds of a block: what recurs is furniture; what is new where bodies stand belongs
    to one."""
    is_body = place.pages > 0 and place.is_body
    enough = _RECURS_IN_BODY if is_body else _RECURS
    if here >= enough and (not is_body or block.words >= _MIN_WORDS or here >= _EVERYWHERE * others):
        return _FURNITURE
    if elsewhere >= max(_RECURS, (_EVERYWHERE_IN_BODY if is_body else _EVERYWHERE) * others):
        # In a body it may be a standfirst that the other pages show in their lists of articles.
        return _COPIED if is_body else _FURNITURE
    if place.is_known and is_body and elsewhere < 0.5:
        return _BODY
    return 0.0
