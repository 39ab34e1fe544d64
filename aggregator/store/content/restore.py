"""Stores articles as another database had them: with their ids, their stories and their heads."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, func, select, text, update

from aggregator.articles.row import ArticleRow
from aggregator.store.content import save_article
from aggregator.store.content.stored_articles import Revision
from aggregator.store.grouping import centroids, near_copies
from aggregator.store.grouping import stories as story_rows
from aggregator.store.schema import articles, revisions, stories
from aggregator.store.sql import insert, portions
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.stories.clustering import merge_centroids
from aggregator.stories.copy_verdict import CopyVerdict

_RESERVE = "SELECT setval('{0}_id_seq', greatest(:id, (SELECT last_value FROM {0}_id_seq)))"


def free_ids(conn: Connection, asked: Collection[int]) -> set[int]:
    """Returns those of the ids that no article has; the database will not give them out by itself from now on."""
    free = set(asked)
    for some in portions(asked):
        free -= set(conn.execute(select(articles.c.id).where(articles.c.id.in_(some))).scalars())
    if free:
        _reserve(conn, "articles", max(free))
    return free


def story(conn: Connection, wish: int, at: int) -> int:
    """Creates a story of one article of that time; returns its id: the one wished for if that is free."""
    taken = conn.execute(select(stories.c.id).where(stories.c.id == wish)).first()
    if taken is not None:
        return story_rows.create(conn, at)
    _reserve(conn, "stories", wish)
    conn.execute(insert(conn, stories).values(id=wish, first_at=at, last_at=at, articles=1))
    return wish


def article(unit: UnitOfWork, new: ArticleRow, story_id: int, wish: int | None) -> int:
    """Stores an article in that story, as no copy (`point` makes it one); its id is the one wished for, if any."""
    made = new.fingerprint
    rare, _ = near_copies.find(unit, at=new.at, text_hash=new.text_hash, fingerprint=made)
    story_rows.serialise(unit)
    own = centroids.count(unit, made)
    assignment = story_rows.Assignment(
        story_id=story_id,
        copy_of=None,
        takes_from=None,
        at=new.at,
        rare=rare,
        entities=made.entities,
        verdict=CopyVerdict(reason="restored"),
        centroid=merge_centroids(centroids.of_story(unit, story_id), own),
        found_by=own.terms,
    )
    return save_article.insert(unit, new, new.own_url, assignment, wish)


def past(conn: Connection, article_id: int, earlier: Sequence[Revision], gone_at: int | None) -> None:
    """Gives a new article its earlier texts, and the time since when its page is gone."""
    if earlier:
        names = Revision.__slots__
        rows = [{"article_id": article_id, **{name: getattr(one, name) for name in names}} for one in earlier]
        conn.execute(revisions.insert(), rows)
        conn.execute(update(articles).where(articles.c.id == article_id).values(revisions=len(earlier)))
    if gone_at is not None:
        save_article.mark_gone(conn, [article_id], gone_at)


def point(conn: Connection, copy: int, head: int) -> None:
    """Makes an article a copy of another of its story, or of that one's own head, unless it is a copy or has copies by
    now. In another story than the other it is where a person has split them."""
    found = select(func.coalesce(articles.c.copy_of, articles.c.id), articles.c.story_id).where(articles.c.id == head)
    above, story_id = conn.execute(found).first() or (None, None)
    if above is None or above == copy:
        return
    below = select(articles.c.id).where(articles.c.copy_of == copy)
    lone = update(articles).where(articles.c.id == copy, articles.c.copy_of.is_(None), ~below.exists())
    lone = lone.where(articles.c.story_id == story_id)
    conn.execute(lone.values(copy_of=above))


def _reserve(conn: Connection, table: str, upto: int) -> None:
    if conn.dialect.name == "postgresql":  # SQLite goes on after its largest id by itself
        conn.execute(text(_RESERVE.format(table)), {"id": upto})
