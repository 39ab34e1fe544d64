"""Reads what a page of stories shows of them: of each the article that leads it, and the others in few words."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, select, text

from aggregator.store.schema import article_marks, articles, stories
from aggregator.store.sql import listed, run, tuples

_BEGINNING = 600  # characters of a text that are shown where there is no lead


@dataclass(frozen=True, slots=True)
class Teaser:
    """The article that leads a story. `text`: how its text begins; `at`: seconds UTC."""

    id: int
    title: str | None
    url: str
    site: str
    lang: str | None
    lead: str | None
    image: str | None
    at: int
    text: str


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a story, in one line. `copy_of`: its head, if it is a copy; times: seconds UTC or None."""

    id: int
    story_id: int
    title: str | None
    url: str
    site: str
    lang: str | None
    copy_of: int | None
    at: int
    read_at: int | None
    starred_at: int | None


_MEMBER = [articles.c[name] for name in Member.__slots__[:8]]
_MARKS = [article_marks.c.read_at, article_marks.c.starred_at]
_TEASED = [articles.c[name] for name in Teaser.__slots__[:-1]]
_TIME = text("SELECT at FROM articles WHERE id = :id")
_AROUND = text(
    "SELECT (SELECT id FROM articles WHERE at = :at AND id > :id ORDER BY id LIMIT 1),"
    " (SELECT id FROM articles WHERE at > :at ORDER BY at, id LIMIT 1),"
    " (SELECT id FROM articles WHERE at = :at AND id < :id ORDER BY id DESC LIMIT 1),"
    " (SELECT id FROM articles WHERE at < :at ORDER BY at DESC, id DESC LIMIT 1)"
)


def teasers(conn: Connection, article_ids: Collection[int]) -> dict[int, Teaser]:
    """Returns these articles by their ids."""
    wanted = select(*_TEASED, func.substr(articles.c.text, 1, _BEGINNING))
    found = tuples(conn, wanted.where(articles.c.id.in_(listed(conn, list(article_ids)))))
    return {row[0]: Teaser(*row) for row in found}


def members(conn: Connection, story_ids: Collection[int]) -> dict[int, list[Member]]:
    """Returns the articles of each of these stories, oldest first."""
    wanted = select(*_MEMBER, *_MARKS).outerjoin(article_marks, article_marks.c.article_id == articles.c.id)
    wanted = wanted.where(articles.c.story_id.in_(listed(conn, list(story_ids)))).order_by(articles.c.at, articles.c.id)
    found: dict[int, list[Member]] = {}
    for row in tuples(conn, wanted):
        one = Member(*row)
        found.setdefault(one.story_id, []).append(one)
    return found


def newest(conn: Connection, until: int) -> int | None:
    """Returns the time of the newest story before a time; None if there is none."""
    found = conn.execute(select(func.max(stories.c.last_at)).where(stories.c.last_at < until)).scalar()
    return None if found is None else int(found)


def neighbours(conn: Connection, article_id: int) -> tuple[int | None, int | None]:
    """Returns the ids of the articles just newer and just older than this one."""
    ((at,),) = run(conn, _TIME, {"id": article_id})
    ((later, newer, earlier, older),) = run(conn, _AROUND, {"id": article_id, "at": at})
    return later or newer, earlier or older
