"""Stores what a person decides of stories: one made two, two made one. Each decision is a row and stays.

Nothing undoes them: a new article joins at most one story, stories are never made one by the program, and an article
that was split off is made a copy of nothing again (`restore.point` asks for one story).
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from aggregator.store.grouping import centroids
from aggregator.store.grouping.stories import create, update_times
from aggregator.store.schema import articles, stories, story_decisions
from aggregator.stories.clustering import Centroid, merge_centroids

Kind = Literal["split", "merge"]

_COUNT = text("UPDATE stories SET articles = (SELECT count(*) FROM articles WHERE story_id = :story) WHERE id = :story")
_LOOSE = text(
    "UPDATE articles SET copy_of = NULL WHERE story_id = :story AND copy_of IS NOT NULL AND copy_of NOT IN"
    " (SELECT id FROM articles WHERE story_id = :story)"
)
_MOVE = update(articles).where(articles.c.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class StoryMember:
    """An article of a story: its head if it is a copy, its time (seconds UTC), and what a fingerprint is made of."""

    id: int
    copy_of: int | None
    at: int
    title: str | None
    text: str
    lang: str | None


def members(conn: Connection, story_id: int) -> list[StoryMember]:
    """Returns the articles of a story, oldest first."""
    query = select(*(articles.c[name] for name in StoryMember.__slots__)).where(articles.c.story_id == story_id)
    return [StoryMember(*row) for row in conn.execute(query.order_by(articles.c.at, articles.c.id))]


def merged_into(conn: Connection, story_id: int) -> int | None:
    """Returns the story that this one was merged into, if it was; that may have been merged too."""
    merged = (story_decisions.c.other_id == story_id, story_decisions.c.kind == "merge")
    return conn.execute(select(story_decisions.c.story_id).where(*merged)).scalar()


def split(conn: Connection, story_id: int, moved: Collection[int], now: int) -> int:
    """Makes a new story of some of a story's articles; returns its id. Copies of a head in the other become reports."""
    ids = sorted(moved)
    first = conn.execute(select(func.min(articles.c.at)).where(articles.c.id.in_(ids))).scalar_one()
    made = create(conn, int(first))
    conn.execute(_MOVE.values(story_id=made), {"ids": ids})
    for story in (story_id, made):
        conn.execute(_LOOSE, {"story": story})
        conn.execute(_COUNT, {"story": story})
        update_times(conn, story)
    _remember(conn, "split", story_id, made, ids, now)
    return made


def merge(conn: Connection, story_id: int, other_id: int, now: int) -> None:
    """Puts the articles of another story into this one; the other one is gone, and its id leads here."""
    own, others = centroids.of_story(conn, story_id), centroids.of_story(conn, other_id)
    last = conn.execute(select(stories.c.last_at).where(stories.c.id == other_id)).scalar_one()
    moved = update(articles).where(articles.c.story_id == other_id).values(story_id=story_id)
    ids = sorted(conn.execute(moved.returning(articles.c.id)).scalars())
    conn.execute(stories.delete().where(stories.c.id == other_id))
    conn.execute(_COUNT, {"story": story_id})
    update_times(conn, story_id)
    centroids.keep(conn, story_id, int(last), merge_centroids(own, others), others.terms)
    _remember(conn, "merge", story_id, other_id, ids, now)


def recentre(conn: Connection, story_id: int, reports: Sequence[tuple[int, Centroid]]) -> None:
    """Makes what a story has in common anew, of its reports and their times."""
    centroids.delete(conn, [story_id])
    total = Centroid({})
    for at, report in reports:
        total = merge_centroids(total, report)
        centroids.keep(conn, story_id, at, total, report.terms)


def _remember(conn: Connection, kind: Kind, story_id: int, other_id: int, ids: Sequence[int], now: int) -> None:
    row = {"at": now, "kind": kind, "story_id": story_id, "other_id": other_id, "articles": json.dumps(ids)}
    conn.execute(insert(story_decisions).values(row))
