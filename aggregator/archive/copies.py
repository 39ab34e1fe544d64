"""Shows the copies of an article: how much of the text they share, and what differs."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from aggregator.model import Json
from aggregator.revisions.word_diff import Piece, word_diff
from aggregator.store.content import stored_articles
from aggregator.store.content.article_json import record
from aggregator.store.content.stored_articles import StoredArticle
from aggregator.store.engine import Store
from aggregator.stories import fingerprint
from aggregator.stories.copy_verdict import overlap
from aggregator.text import words

_MIN_CHARACTERS = 400  # a shorter text has too few runs of words to be scored by


@dataclass(frozen=True, slots=True)
class Copy:
    """An article with the same text as another. `record`: its JSON object; `score`: how much of the shorter text's runs
    of words the other one has, 0 to 1; `changes`: from the other one's text to this one's."""

    record: Json
    score: float
    changes: tuple[Piece, ...]


def copies(store: Store, article_id: int) -> list[Copy]:
    """Returns the other articles of the same text, oldest first, compared with this one. Raises UsageError."""
    with store.read() as conn:
        article = stored_articles.get(conn, article_id)
        others = stored_articles.copies_of(conn, article)
    return [Copy(record(other), score(article, other), word_diff(article.text, other.text)) for other in others]


def score(one: StoredArticle, other: StoredArticle) -> float:
    """Returns how much of the shorter text the other one has, 0 to 1."""
    if one.text_hash == other.text_hash:
        return 1.0
    if min(len(one.text), len(other.text)) < _MIN_CHARACTERS:
        return round(SequenceMatcher(None, words(one.text)[:200], words(other.text)[:200]).ratio(), 3)
    a, b = (frozenset(fingerprint(article.text, article.lang).hashes) for article in (one, other))
    return round(overlap(a, b)[0], 3)
