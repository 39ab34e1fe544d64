"""Finds the story that an independent report belongs to: `closest`. One best match or none; it merges no stories.

A story is the sum of its reports' unit vectors, cut to its heaviest terms, with the days and years they name. A report
joins the story it is most alike, if alike enough; what they say of days and years, and the time between them, counts.

How alike the two are is the geometric mean of two cosines: of the report and the story as a whole, which grows with the
story, as what its reports do not share cancels out, and of the report and the story's reports on average, which falls
as the story goes on to other things.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import repeat
from math import hypot, log, log1p, sqrt
from operator import itemgetter, mul
from struct import pack, unpack_from

from aggregator.stories.fingerprint import Fingerprint
from aggregator.stories.terms import FIRST_YEAR
from aggregator.times import DAY

WINDOW = 30 * DAY  # seconds between a report and the story's first or last one
# The score, the fading, the mean of two cosines and the weights of `terms` were chosen together in November 2026 on
# ECB+, FNC-1 and a stream of 2017 (development halves), some of it cut to leads, some spread over weeks: no set alone;
# see docs/decisions/stories.md.
MIN_SCORE = 0.17
OTHER_TIMES_FACTOR = 0.75  # both name days, or years, and none is the same
SAME_DAY_FACTOR = 1.1
RARE_SHARE = 0.005  # of the articles of a language: a word in so few is rare
# Set on Reuters notices of 1987 (dividends, results, ratings), each of another company.
SAME_SUBJECT_SHARE = 0.5  # of the rare words of a report's title; where a story has fewer, it is about another subject
OTHER_SUBJECT_FACTOR = 2.5  # than the site's articles in the story: so much more alike it must be
SAME_SITE_SHARE = 0.3  # more alike for each article of the site: an event has few there, a series (earnings) many
FADING = 8 * DAY  # so far from the mean of its articles' times, and by as much more as it has run, it is half as alike
RARITY = 0.75  # the power of how rare a term is: by rare terms alone two reports of an event share too little
PRIOR_ARTICLES = 30  # that are taken to have been read before the first, with none of its words
_STEPS = 64  # in which the articles read double: how rare a term is hardly changes within one, and is remembered
MAX_REPORT_TERMS = 64
MAX_STORY_TERMS = 120
MAX_STORY_TIMES = 200
MIN_WORDS = 8  # a shorter text says too little to be compared
_MAX_HALF = 60_000.0  # what half a float holds


@dataclass(frozen=True, slots=True)
class Centroid:
    """Holds what the reports of a story have in common. `terms`: sums of their weights; `times`: see `terms.times`;
    `subject`: the rare words of a single report's title, which say what it is about."""

    terms: Mapping[int, float]
    times: frozenset[int] = frozenset()
    subject: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class NearStory:
    """Holds a story that a report may belong to, and when its first and last article and, on average, all of them are
    from (seconds since 1970).

    `own`: how many of its articles are from the report's own site; `reports`: how many are no copies.
    """

    story_id: int
    first_at: int
    last_at: int
    mean_at: int
    centroid: Centroid
    own: int = 0
    reports: int = 1


@dataclass(frozen=True, slots=True)
class StoryMatch:
    """Holds the story to join; how alike it is, 0 to about 1, after days `apart`; the share of the words (`alike`)."""

    story: NearStory
    score: float
    alike: float
    apart: float

    @property
    def reason(self) -> str:
        """Returns why, for people."""
        return f"{self.score:.2f} alike: {self.alike:.2f} of the words, {self.apart:.1f} days apart"


def report(made: Fingerprint, frequencies: Mapping[int, int], articles: int) -> Centroid:
    """Returns a report as a story of its own: a vector of length 1, of its heaviest terms, heaviest first.

    `frequencies`: in how many of the `articles` of its language each term occurs, not counting this one.
    """
    if made.words < MIN_WORDS:
        return Centroid({})
    read = articles - articles % max(1, articles // _STEPS)
    rarity = map(_rarities(read).__getitem__, map(frequencies.get, made.terms, repeat(0)))
    weighed = map(mul, made.weights, rarity)
    kept = heaviest(zip(made.terms, weighed, strict=True), MAX_REPORT_TERMS)
    length = hypot(*(w for _, w in kept)) or 1.0
    rare = RARE_SHARE * articles
    subject = frozenset(t for t in made.title if frequencies.get(t, 0) <= rare)
    return Centroid({term: w / length for term, w in kept if w > 0}, frozenset(made.times), subject)


class _Rarities(dict[int, float]):
    """Remembers how much a term says that occurs in so many of the articles read."""

    def __init__(self, articles: int) -> None:
        self._read = log(articles + PRIOR_ARTICLES + 2)

    def __missing__(self, often: int) -> float:
        rarity = self._read - log1p(often)  # a hash that two languages share may seem too common
        self[often] = made = rarity**RARITY if rarity > 0 else 0.0
        return made


_rarities = lru_cache(maxsize=8)(_Rarities)


def heaviest(weighed: Iterable[tuple[int, float]], most: int) -> list[tuple[int, float]]:
    """Returns the terms that weigh most, heaviest first; equal ones in the order in which they are given."""
    return sorted(weighed, key=itemgetter(1), reverse=True)[:most]


def closest(new: Centroid, at: int, stories: Iterable[NearStory], apart: Collection[int] = ()) -> StoryMatch | None:
    """Returns the story that a report is most alike, if any is alike enough. `at`: seconds since 1970; `apart`: stories
    that it is known not to belong to."""
    found = [_match(new, at, story) for story in stories if story.story_id not in apart]
    return max(
        (m for m in found if m.score >= _needed(new, m.story)), key=lambda m: (m.score, -m.story.story_id), default=None
    )


def merge_centroids(one: Centroid, other: Centroid) -> Centroid:
    """Returns a story with one more report, or two stories made one."""
    total = dict(one.terms)
    for term, weight in other.terms.items():
        total[term] = total.get(term, 0.0) + weight
    kept = heaviest(total.items(), MAX_STORY_TERMS) if len(total) > MAX_STORY_TERMS else total.items()
    return Centroid(dict(kept), one.times | other.times)


def _needed(new: Centroid, story: NearStory) -> float:
    """Returns the score that is needed: the more articles of its site a story has, the more alike the next must be; and
    more so where none of the rare words of its title is in the story, as one form is filled in for many companies."""
    told = len(new.subject & story.centroid.terms.keys())
    other = story.own > 0 and bool(new.subject) and told < SAME_SUBJECT_SHARE * len(new.subject)
    return MIN_SCORE * (1 + SAME_SITE_SHARE * story.own) * (OTHER_SUBJECT_FACTOR if other else 1.0)


def _match(new: Centroid, at: int, story: NearStory) -> StoryMatch:
    theirs = story.centroid.terms
    length = sqrt(hypot(*theirs.values()) * story.reports) or 1.0
    alike = sum(new.terms[term] * theirs[term] for term in new.terms.keys() & theirs.keys()) / length
    apart = abs(at - story.mean_at)
    fading = FADING + story.last_at - story.first_at  # an event that goes on for weeks is given weeks
    score = alike * _agreement(new.times, story.centroid.times) / (1 + apart / fading)
    return StoryMatch(story, score, alike, apart / DAY)


def _agreement(ours: frozenset[int], theirs: frozenset[int]) -> float:
    """Returns a factor for the times that both name: two events of one kind differ in their dates."""
    factor = 1.0
    for years in (True, False):
        mine = {time for time in ours if (time >= FIRST_YEAR) is years}
        other = {time for time in theirs if (time >= FIRST_YEAR) is years}
        if mine and other:
            factor *= OTHER_TIMES_FACTOR if not mine & other else 1.0 if years else SAME_DAY_FACTOR
    return factor


def pack_centroid(centroid: Centroid) -> bytes:
    """Packs a centroid: how many terms and times, then 32-bit terms, half-precision weights, 16-bit times."""
    terms, times = tuple(centroid.terms), sorted(centroid.times)[-MAX_STORY_TIMES:]
    values: Sequence[float] = tuple(centroid.terms.values())
    if max(values, default=0.0) > _MAX_HALF:
        values = [min(_MAX_HALF, weight) for weight in values]
    return pack(f"<HH{len(terms)}I{len(terms)}e{len(times)}H", len(terms), len(times), *terms, *values, *times)


def unpack_centroid(blob: bytes) -> Centroid:
    """Unpacks what `pack_centroid` gave."""
    n, m = unpack_from("<HH", blob)
    values = unpack_from(f"<{n}I{n}e{m}H", blob, 4)
    return Centroid(dict(zip(values[:n], values[n : 2 * n], strict=True)), frozenset(values[2 * n :]))
