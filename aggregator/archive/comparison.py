"""Compares two articles of any kind: two reports of a story, an article and its copy."""

from dataclasses import dataclass

from aggregator.archive.copies import score
from aggregator.model import Json
from aggregator.revisions.word_diff import Piece, word_diff
from aggregator.store.content import stored_articles
from aggregator.store.content.article_json import record
from aggregator.store.engine import Store


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two articles, their JSON objects. `score`: how much of the shorter text's runs of words the other one has, 0 to
    1; `changes`: from the first one's text to the second one's."""

    first: Json
    second: Json
    score: float
    changes: tuple[Piece, ...]


def compare(store: Store, first_id: int, second_id: int) -> Comparison:
    """Compares two articles. Raises NotFound where there is none of such an id."""
    with store.read() as conn:
        first, second = stored_articles.get(conn, first_id), stored_articles.get(conn, second_id)
    return Comparison(record(first), record(second), score(first, second), word_diff(first.text, second.text))
