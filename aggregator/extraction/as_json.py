"""An article and an explanation as the JSON objects that `aggregator extract` prints."""

from dataclasses import asdict
from datetime import datetime

from aggregator.extraction.article import Article
from aggregator.extraction.pipeline import Explanation
from aggregator.model import Json
from aggregator.times import iso


def article_json(article: Article) -> Json:
    """Returns an article under the names of an export, without what only a database knows."""
    return {
        "url": article.url,
        "canonical_url": article.canonical_url,
        "site": article.site,
        "title": article.title,
        "authors": list(article.authors),
        "published_at": _utc(article.published_at),
        "modified_at": _utc(article.modified_at),
        "lang": article.lang,
        "lead": article.lead,
        "text": article.text,
        "image": article.image,
        "images": [asdict(image) for image in article.images],
        "tags": list(article.tags),
        "word_count": article.word_count,
        "is_article": article.is_article,
        "score": round(article.score, 3),
        "paywalled": article.paywalled,
    }


def explanation_json(found: Explanation) -> Json:
    """Returns the article, each block of its page and the notes."""
    return article_json(found.article) | {"blocks": list(map(asdict, found.blocks)), "notes": list(found.notes)}


def _utc(when: datetime | None) -> str | None:
    return None if when is None else iso(int(when.timestamp()))
