"""Names that move to `articles` and `stored_articles`."""

from sqlalchemy import Connection

from aggregator.articles.row import ArticleContent
from aggregator.revisions.compare import ComparedText
from aggregator.store.articles import mark_gone as mark_gone
from aggregator.store.stored_articles import by_id


def version(one: ArticleContent) -> ComparedText:
    return one.compared


def stored(conn: Connection, article_id: int) -> ComparedText | None:
    found = by_id(conn, article_id)
    return None if found is None else found.compared
