"""Makes the JSON object of an article, one for search, show and export. Its names and their order are a contract."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Text

from aggregator.model import Json
from aggregator.store.content.stored_articles import LISTS, Revision, StoredArticle
from aggregator.store.schema import NOT_EXPORTED, articles
from aggregator.times import iso

# Plain strings, which orjson takes; SQLAlchemy's names are of a class of their own.
_EXPORTED = [column for column in articles.c if column.info is not NOT_EXPORTED]
FIELDS = tuple(str(column.name) for column in _EXPORTED)
EXPORTED = (*FIELDS, "revisions", "gone_at")
TIMES = frozenset(name for name in FIELDS if name.endswith("_at"))
TEXTS = frozenset(column.name for column in _EXPORTED if isinstance(column.type, Text)) - LISTS


def record(article: StoredArticle) -> Json:
    """Returns an article as a JSON object: `FIELDS` in their order, times ISO 8601 in UTC, null for the unknown."""
    return {name: _value(name, getattr(article, name)) for name in FIELDS}


def current(article: StoredArticle) -> Json:
    """Returns the same and what only this database knows of the page: how many earlier texts are kept, and since when
    it is gone."""
    return record(article) | {"revisions": article.revisions, "gone_at": iso(article.gone_at)}


def exported(article: StoredArticle, earlier: Sequence[Revision]) -> Json:
    """Returns the same as `record`, with the earlier texts, oldest first, and since when the page is gone."""
    texts = [{name: _value(name, getattr(one, name)) for name in Revision.__slots__} for one in earlier]
    return record(article) | {"revisions": texts, "gone_at": iso(article.gone_at)}


def _value(name: str, value: Any) -> Any:
    if name.endswith("_at"):
        return iso(value)
    return list(value) if name in LISTS else value
