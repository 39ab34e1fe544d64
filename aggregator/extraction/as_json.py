"""Makes of an article and an explanation the JSON objects that `aggregator extract` prints."""

from dataclasses import asdict
from datetime import datetime

from aggregator.extraction.article import Article
from aggregator.extraction.pipeline import Explanation
from aggregator.model import Json
from aggregator.times import iso

_NAMES = (
    *("url", "canonical_url", "site", "title", "authors", "published_at", "modified_at", "lang", "lead", "text"),
    *("image", "images", "tags", "word_count", "is_article", "score", "paywalled"),
)


def article_json(article: Article) -> Json:
    """Returns an article under the names of an export, without what only a database knows."""
    times = {name: _utc(getattr(article, name)) for name in ("published_at", "modified_at")}
    images, score = [asdict(image) for image in article.images], round(article.score, 3)
    return {name: getattr(article, name) for name in _NAMES} | times | {"images": images, "score": score}


def explanation_json(found: Explanation) -> Json:
    """Returns the article, each block of its page and the notes."""
    return article_json(found.article) | {"blocks": list(map(asdict, found.blocks)), "notes": list(found.notes)}


def _utc(when: datetime | None) -> str | None:
    return None if when is None else iso(int(when.timestamp()))
