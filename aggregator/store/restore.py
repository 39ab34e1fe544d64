"""Storing articles as another database had them: with their ids, their stories and their heads."""

from collections.abc import Collection

from sqlalchemy import Connection, func, select, text, update

from aggregator.articles.row import ArticleRow
from aggregator.store import articles as article_rows
from aggregator.store import centroids
from aggregator.store import stories as story_rows
from aggregator.store.schema import articles, stories
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.store.upsert import insert
from aggregator.stories.clustering import merge_centroids
from aggregator.stories.copy_verdict import CopyVerdict

_RESERVE = "SELECT setval('{0}_id_seq', greatest(:id, (SELECT last_value FROM {0}_id_seq)))"


def free_ids(conn: Connection, asked: Collection[int]) -> set[int]:
    """Those of the ids that no article has; the database will not give them out by itself from now on."""
    free = set(asked)
    some = list(asked)
    for start in range(0, len(some), 900):
        free -= set(conn.execute(select(articles.c.id).where(articles.c.id.in_(some[start : start + 900]))).scalars())
    if free:
        _reserve(conn, "articles", max(free))
    return free


def stored(conn: Connection, article_id: int) -> tuple[int, int]:
    """Story and time of fetching of an article that is there."""
    row = conn.execute(select(articles.c.story_id, articles.c.fetched_at).where(articles.c.id == article_id)).one()
    return int(row.story_id), int(row.fetched_at)


def story(conn: Connection, wish: int, at: int) -> int:
    """A new story with one article of that time; its id is the one wished for if that is free."""
    taken = conn.execute(select(stories.c.id).where(stories.c.id == wish)).first()
    if taken is not None:
        return story_rows.create(conn, at)
    _reserve(conn, "stories", wish)
    conn.execute(insert(conn, stories).values(id=wish, first_at=at, last_at=at, articles=1))
    return wish


def join(conn: Connection, story_id: int, at: int) -> None:
    """One more article of that time is in the story."""
    story_rows.join(conn, story_id, at)


def article(unit: UnitOfWork, new: ArticleRow, story_id: int, wish: int | None) -> int:
    """Stores an article in that story, as no copy (`point` makes it one); its id is the one wished for, if any."""
    entities, week = new.fingerprint.entities, new.at // story_rows.WEEK
    rare, _ = story_rows.find(unit, at=new.at, text_hash=new.text_hash, fingerprint=new.fingerprint)
    story_rows.serialise(unit)
    own = centroids.count(unit, new.fingerprint)
    both = merge_centroids(centroids.of_story(unit, story_id), own)
    verdict = CopyVerdict(reason="restored")
    placed = story_rows.Placed(story_id, None, None, week, rare, entities, verdict, new.at, both, own.terms)
    return article_rows.put(unit, new, new.own_url, placed, wish)


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
