"""Decides whether an article is a copy of another, and which of two copies is the head: `decide`.

The same overlap means different things across and within publishers: a publisher pastes background into its follow-ups,
so within one site only nearly the whole text of the same day is a copy. Entities (names and numbers) guard against
templates (earnings, weather, results): the sentences are the same there and the facts are not.

The head is the first copy, unless a later one is more complete: lengths within a fifth of each other count as equal,
then the earlier one is the head; otherwise the longer one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.stories.fingerprint import SAMPLE_MASK, is_sampled
from aggregator.times import DAY

WINDOW = 7 * DAY  # seconds
MIN_SHARED = 3  # sampled n-grams
# Set on made wire copies (1,316 documents, development half) and Reuters earnings of 1987, November 2026. Two hundred
# shared n-grams are no template, whatever the names in them; the templates of those sets share up to 84.
MIN_CONTAINED = 0.35
FEW_SHARED, MANY_SHARED = 100, 200  # n-grams
FEW_AGREEMENT, MANY_AGREEMENT = 0.75, 0.30  # the share of entities that must agree then; between them a line
MIN_CONTAINED_SAME_SITE = 0.80
MIN_JACCARD_SAME_SITE = 0.60
MIN_CONTAINED_FOLLOW_UP = 0.25  # in an earlier article of the same site
MIN_JACCARD_TEMPLATE = 0.3  # so alike are two texts that one form was filled in for,
MAX_AGREEMENT_TEMPLATE = 0.2  # if they share fewer of the entities than this and that
SHORT_WORDS = 40  # texts that short are copies only if they are equal, and so are their titles
COMPLETE_SHARE = 0.8  # of the longer text's words


@dataclass(frozen=True, slots=True)
class NewArticle:
    """Holds an article that came, reduced to its rare n-grams (those in few articles). `at`: seconds since 1970;
    `title`: folded; `entities`: hashes of names and numbers."""

    site: str
    at: int
    title: str
    words: int
    text_hash: int
    hashes: frozenset[int]
    entities: frozenset[int]


@dataclass(frozen=True, slots=True)
class CopyCandidate:
    """Holds an article of the database that may be the same text. `copy_of`: its head, if it is a copy."""

    article_id: int
    story_id: int
    copy_of: int | None
    site: str
    at: int
    title: str
    words: int
    text_hash: int
    hashes: frozenset[int]
    entities: frozenset[int]

    @property
    def head(self) -> int:
        """Returns the article that a copy of this one is a copy of."""
        return self.article_id if self.copy_of is None else self.copy_of


@dataclass(frozen=True, slots=True)
class CopyVerdict:
    """Says what an article is. `copy_of`: the head; `story_id`: the story to join, None if none of the candidates says
    which; `score`: 0 to 1; `apart`: the stories that hold the same sentences on other things, such as another company's
    earnings."""

    copy_of: int | None = None
    story_id: int | None = None
    score: float = 0.0
    reason: str = "new"
    apart: frozenset[int] = frozenset()


def decide(new: NewArticle, candidates: Sequence[CopyCandidate]) -> CopyVerdict:
    """Returns the best match among the candidates; never more than one, so that one wrong link merges no two stories.

    What follows up on an article of its own site is no copy of that article's copies elsewhere.
    """
    found = [(candidate, verdict) for candidate in candidates if (verdict := _compare(new, candidate)) is not None]
    followed = {candidate.head for candidate, verdict in found if verdict.copy_of is None}
    copies = [v for _, v in found if v.copy_of is not None and (v.copy_of not in followed or v.score == 1.0)]
    others = [v for _, v in found if v.copy_of is None]
    if not found:
        return CopyVerdict(apart=frozenset(c.story_id for c in candidates if is_template(new, c)))
    return max(copies or others, key=lambda v: (v.score, -(v.copy_of or 0)))


def is_template(new: NewArticle, other: CopyCandidate) -> bool:
    """Tells whether two texts are one form filled in twice: many of the same n-grams, few of the same entities."""
    _, jaccard, _ = overlap(new.hashes, other.hashes)
    return jaccard >= MIN_JACCARD_TEMPLATE and _agreement(new, other) < MAX_AGREEMENT_TEMPLATE + jaccard


def better_head(new_at: int, new_words: int, head_at: int, head_words: int) -> bool:
    """Tells whether a new copy takes the head's place."""
    if min(new_words, head_words) >= COMPLETE_SHARE * max(new_words, head_words):
        return new_at < head_at
    return new_words > head_words


def _compare(new: NewArticle, other: CopyCandidate) -> CopyVerdict | None:
    """Returns what the new article is to the other one; None if the two have nothing to do with each other."""
    short = min(new.words, other.words) < SHORT_WORDS
    if new.text_hash == other.text_hash and (not short or new.title == other.title):
        return CopyVerdict(other.head, other.story_id, 1.0, "same text")
    contained, jaccard, shared = overlap(new.hashes, other.hashes)
    if short or contained < MIN_CONTAINED_FOLLOW_UP:
        return None
    agreement = _agreement(new, other)
    figures = f"{contained:.2f} contained, {shared} shared, {agreement:.2f} of names and numbers"
    agreed = agreement >= _needed_agreement(shared)
    if new.site != other.site:
        is_copy = agreed and contained >= MIN_CONTAINED
        return CopyVerdict(other.head, other.story_id, contained, figures) if is_copy else None
    same_day = abs(new.at - other.at) <= DAY
    if agreed and same_day and contained >= MIN_CONTAINED_SAME_SITE and jaccard >= MIN_JACCARD_SAME_SITE:
        return CopyVerdict(other.head, other.story_id, contained, f"{figures}, one site, {jaccard:.2f} alike")
    if not agreed and shared < FEW_SHARED:
        return None
    return CopyVerdict(None, other.story_id, contained, f"follow-up: {figures}, one site")


def overlap(one: frozenset[int], other: frozenset[int]) -> tuple[float, float, int]:
    """Returns containment (of the shorter) and Jaccard of two sets of hashes, on what both kept, and how many n-grams
    of the texts are shared (an estimate where only a sample was kept)."""
    sampled, also = is_sampled(one), is_sampled(other)
    if sampled != also:
        one, other = (frozenset(value for value in hashes if not value & SAMPLE_MASK) for hashes in (one, other))
    every = SAMPLE_MASK + 1 if sampled or also else 1
    shared = len(one & other)
    if shared < MIN_SHARED:
        return 0.0, 0.0, 0
    return shared / min(len(one), len(other)), shared / len(one | other), shared * every


def _needed_agreement(shared: int) -> float:
    """Returns the share of entities that must agree: the more n-grams are shared, the less likely is a template."""
    part = min(1.0, max(0.0, (shared - FEW_SHARED) / (MANY_SHARED - FEW_SHARED)))
    return FEW_AGREEMENT + part * (MANY_AGREEMENT - FEW_AGREEMENT)


def _agreement(new: NewArticle, other: CopyCandidate) -> float:
    """Returns the share of the shorter one's entities that the other has; 1 where there are none."""
    shorter, longer = (new.entities, other.entities) if new.words <= other.words else (other.entities, new.entities)
    return len(shorter & longer) / len(shorter) if shorter else 1.0
