"""Shows one article with all that is stored of it."""

from collections.abc import Mapping
from dataclasses import dataclass

from aggregator.archive.body_html import text_html
from aggregator.errors import NotFound, UsageError
from aggregator.model import Json
from aggregator.store.content import stored_articles
from aggregator.store.content.article_json import current, record
from aggregator.store.engine import Store
from aggregator.times import iso
from aggregator.urls import is_http, normalise


@dataclass(frozen=True, slots=True)
class Shown:
    """An article: its JSON object, its sanitised body, the objects of its copies (or, if it is a copy itself, of its
    head and the head's other copies), since when its page is gone, and when its text or its state changed last (seconds
    UTC)."""

    record: Json
    html: str
    copies: tuple[Json, ...]
    gone_at: str | None
    changed_at: int


def refuse_no_name(named: str) -> None:
    """Raises UsageError for what can name no article."""
    if not (named.isascii() and named.isdigit()) and not is_http(named):
        raise UsageError(f"{named}: neither the id of an article nor its address; `aggregator search` prints both")


def article_id(store: Store, named: str) -> int:
    """Returns the id of the article that a person names: by its id, or by its address or that of an entry of a feed.
    Raises UsageError if there is none."""
    if named.isascii() and named.isdigit():
        return int(named)
    refuse_no_name(named)
    with store.read() as conn:
        found = stored_articles.at_urls(conn, [normalise(named)]).get(normalise(named))
        found = stored_articles.asked_at(conn, named) if found is None else found
    if found is None:
        raise NotFound(f"{named}: no article of that address in this database")
    return found


def show(store: Store, article_id: int) -> Shown:
    """Returns the article of this id. Raises UsageError if there is none."""
    with store.read() as conn:
        article = stored_articles.get(conn, article_id)
        return Shown(
            record=current(article),
            html=text_html(article.text, stored_articles.body(conn, article_id)),
            copies=tuple(record(one) for one in stored_articles.copies_of(conn, article)),
            gone_at=iso(article.gone_at),
            changed_at=max(article.fetched_at, article.gone_at or 0),
        )


def html_of(store: Store, texts: Mapping[int, str]) -> dict[int, str]:
    """Returns the bodies of these articles, whose texts are given, as HTML."""
    with store.read() as conn:
        packed = stored_articles.bodies_of(conn, [*texts])
    return {one: text_html(text, packed.get(one)) for one, text in texts.items()}
