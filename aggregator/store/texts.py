"""What an article says and said: its row as texts are compared, its earlier texts, whether its page is there."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, select, update

from aggregator.articles.row import ArticleRow
from aggregator.revisions import compare
from aggregator.store.schema import articles, revisions


def version(one: Any) -> compare.ComparedText:
    """A row of `articles`, or a finished article, as far as texts are compared."""
    return compare.ComparedText(one.title, one.lead, one.text, one.word_count, bool(one.is_article), one.paywalled)


def stored(conn: Connection, article_id: int) -> compare.ComparedText | None:
    """An article as far as texts are compared; None if it is not stored."""
    row = conn.execute(select(articles).where(articles.c.id == article_id)).first()
    return None if row is None else version(row)


def held(conn: Connection, article_id: int) -> Row[Any] | None:
    """The row of an article, held for this transaction; None if it is not stored."""
    return conn.execute(select(articles).where(articles.c.id == article_id).with_for_update()).first()


def mark_gone(conn: Connection, article_ids: Collection[int], at: int | None) -> None:
    """Their pages are gone, since `at` unless that was known; or they are there again (None)."""
    which = articles.c.id.in_(article_ids)
    other = articles.c.gone_at.is_not(None) if at is None else articles.c.gone_at.is_(None)
    conn.execute(update(articles).where(which, other).values(gone_at=at))


def flaps(conn: Connection, row: Row[Any], new: ArticleRow) -> bool:
    """True if the text that there is and the next one were both replaced before: a page that goes to and fro.

    Without this it would make a revision at every look. The first return to an earlier text is a revision like others.
    """
    if row.revisions < 2:
        return False
    query = select(revisions.c.title, revisions.c.lead, revisions.c.text).where(revisions.c.article_id == row.id)
    earlier = [compare.ComparedText(one.title, one.lead, one.text) for one in conn.execute(query)]
    return all(any(compare.same(one, now) for one in earlier) for now in (version(row), version(new)))
