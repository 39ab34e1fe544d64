"""The copies of an article: how much of the text they share, and what differs."""

from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import Row

from aggregator.errors import UsageError
from aggregator.revisions.word_diff import Piece, word_diff
from aggregator.store import details
from aggregator.store.engine import Store
from aggregator.store.records import record
from aggregator.stories import fingerprint
from aggregator.stories.copy_verdict import overlap
from aggregator.text import words

_FEW = 400  # characters: a shorter text has too few runs of words to be scored by


@dataclass(frozen=True, slots=True)
class Copy:
    """An article with the same text as another. `record`: its JSON object; `score`: how much of the shorter text's runs
    of words the other one has, 0 to 1; `changes`: from the other one's text to this one's."""

    record: dict[str, Any]
    score: float
    changes: tuple[Piece, ...]


def copies(store: Store, article_id: int) -> list[Copy]:
    """The other articles that are the same text, oldest first, compared with this one. Raises UsageError."""
    with store.read() as conn:
        row = details.article(conn, article_id)
        if row is None:
            raise UsageError(f"no article {article_id} in this database; `aggregator search` prints the ids there are")
        others = details.copies_of(conn, row)
    return [Copy(record(other), score(row, other), word_diff(row.text, other.text)) for other in others]


def score(one: Row[Any], other: Row[Any]) -> float:
    """How much of the shorter text the other one has, 0 to 1."""
    if one.text_hash == other.text_hash:
        return 1.0
    if min(len(one.text), len(other.text)) < _FEW:
        return round(SequenceMatcher(None, words(one.text)[:200], words(other.text)[:200]).ratio(), 3)
    a, b = (frozenset(fingerprint(row.text, row.lang).hashes) for row in (one, other))
    return round(overlap(a, b)[0], 3)
