"""Whether an article is a copy of another, and which of two copies is the head: `decide`.

The same overlap means different things across and within publishers: a house pastes background into its follow-ups,
so within one site only nearly the whole text of the same day is a copy. Names and numbers guard against templates
(earnings, weather, results): the sentences are the same there and the facts are not.

The head is the first copy, unless a later one is more complete: lengths within a fifth of each other count as equal,
then the earlier one is the head; otherwise the longer one.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from aggregator.stories.fingerprint import SAMPLE_MASK

WINDOW = 7 * 86_400  # seconds
CONTAINED = 0.40
CONTAINED_AT_HOME = 0.80
JACCARD_AT_HOME = 0.60
DAY = 86_400
GUARD = 0.60
FEWEST_SHARED = 3
COMPLETE = 0.8


@dataclass(frozen=True, slots=True)
class New:
    """An article that came, reduced to its rare n-grams (those in few articles). `at`: seconds; `words`: its length."""

    site: str
    at: int
    words: int
    text_hash: int
    hashes: frozenset[int]
    marks: frozenset[int]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An article of the database that may be the same text. `copy_of`: its head, if it is a copy."""

    article_id: int
    story_id: int
    copy_of: int | None
    site: str
    at: int
    words: int
    text_hash: int
    hashes: frozenset[int]
    marks: frozenset[int]

    @property
    def head(self) -> int:
        """The article that a copy of this one is a copy of."""
        return self.article_id if self.copy_of is None else self.copy_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """`copy_of`: the head; `story_id`: the story to join, None for a story of its own; `score`: 0 to 1."""

    copy_of: int | None = None
    story_id: int | None = None
    score: float = 0.0
    reason: str = "new"


def decide(new: New, candidates: Sequence[Candidate]) -> Verdict:
    """The best match among the candidates; never more than one, so that one wrong link joins no two stories."""
    verdicts = (_compare(new, candidate) for candidate in candidates)
    return max(verdicts, key=lambda v: (v.copy_of is not None, v.score, -(v.copy_of or 0)), default=Verdict())


def better_head(new_at: int, new_words: int, head_at: int, head_words: int) -> bool:
    """Whether a new copy takes the head's place."""
    if min(new_words, head_words) >= COMPLETE * max(new_words, head_words):
        return new_at < head_at
    return new_words > head_words


def _compare(new: New, other: Candidate) -> Verdict:
    if new.text_hash == other.text_hash:
        return Verdict(other.head, other.story_id, 1.0, "same text")
    contained, jaccard = overlap(new.hashes, other.hashes)
    guard = _agreement(new, other)
    if contained < CONTAINED or guard < GUARD:
        return Verdict()
    figures = f"{contained:.2f} contained, {guard:.2f} of names and numbers"
    if new.site != other.site:
        return Verdict(other.head, other.story_id, contained, figures)
    at_home = contained >= CONTAINED_AT_HOME and jaccard >= JACCARD_AT_HOME and abs(new.at - other.at) <= DAY
    if at_home:
        return Verdict(other.head, other.story_id, contained, f"{figures}, one site, {jaccard:.2f} alike")
    return Verdict(None, other.story_id, contained, f"follow-up: {figures}, one site")


def overlap(one: frozenset[int], other: frozenset[int]) -> tuple[float, float]:
    """Containment (of the shorter) and Jaccard of two sets of hashes, on what both kept."""
    shared = len(one & other)
    if shared < FEWEST_SHARED:
        return 0.0, 0.0
    if _is_sampled(one) != _is_sampled(other):
        one, other = (frozenset(h for h in hashes if not h & SAMPLE_MASK) for hashes in (one, other))
        shared = len(one & other)
        if shared < FEWEST_SHARED:
            return 0.0, 0.0
    return shared / min(len(one), len(other)), shared / len(one | other)


def _is_sampled(hashes: frozenset[int]) -> bool:
    return not any(h & SAMPLE_MASK for h in hashes)


def _agreement(new: New, other: Candidate) -> float:
    """How much of the shorter one's names and numbers the other has; 1 where there are none."""
    shorter, longer = (new.marks, other.marks) if new.words <= other.words else (other.marks, new.marks)
    return len(shorter & longer) / len(shorter) if shorter else 1.0
