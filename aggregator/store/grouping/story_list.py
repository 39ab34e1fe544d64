"""Reads the stories of a time span, as they are shown: who leads them and why, their sources, copies and reports."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, bindparam, text

from aggregator.store.grouping import muted
from aggregator.stories.lead import NO_SOURCE, StoryReport, lead

_LISTING = text(
    "SELECT id, first_at, last_at, articles FROM stories WHERE last_at >= :since AND first_at < :until"
    " ORDER BY articles DESC, last_at DESC, id DESC LIMIT :limit OFFSET :offset"
)
_ONE = text("SELECT id, first_at, last_at, articles FROM stories WHERE id = :id")
_MEMBERS = text(
    "SELECT a.story_id, a.id, a.title, a.site, a.copy_of, a.at, a.word_count,"
    f" coalesce(f.position, {NO_SOURCE}) AS source_rank FROM articles a"
    " LEFT JOIN feeds f ON f.url = a.feed AND f.retired_at IS NULL WHERE a.story_id IN :ids ORDER BY a.at, a.id"
).bindparams(bindparam("ids", expanding=True))


@dataclass(frozen=True, slots=True)
class StoryRow:
    """A story as `aggregator stories` lists it. `article_id`, `title`: of the article that leads it; `reports`: its
    articles that are no copies."""

    id: int
    title: str | None
    article_id: int
    lead_reason: str
    articles: int
    reports: int
    copies: int
    sites: tuple[str, ...]
    first_at: int
    last_at: int


def listing(conn: Connection, since: int, until: int, limit: int, *, with_muted: bool = False) -> list[StoryRow]:
    """Returns the stories with articles between two times, biggest first; those that are muted if they are wanted."""
    found: list[RowMapping] = []
    span = {"since": since, "until": until, "limit": limit}
    offset = 0
    while len(found) < limit and (rows := conn.execute(_LISTING, span | {"offset": offset}).mappings().all()):
        hidden = set() if with_muted else muted.of_stories(conn, [row["id"] for row in rows])
        found += [row for row in rows if row["id"] not in hidden]
        offset += len(rows)
    return _stories(conn, found[:limit])


def one(conn: Connection, story_id: int) -> StoryRow | None:
    """Returns the story of this id; None if there is none."""
    found = _stories(conn, conn.execute(_ONE, {"id": story_id}).mappings().all())
    return found[0] if found else None


def _stories(conn: Connection, found: Sequence[RowMapping]) -> list[StoryRow]:
    if not found:
        return []
    members: dict[int, list[RowMapping]] = defaultdict(list)
    for row in conn.execute(_MEMBERS, {"ids": [row["id"] for row in found]}).mappings():
        members[row["story_id"]].append(row)
    return [_story(row, members[row["id"]]) for row in found if members[row["id"]]]


def _story(row: RowMapping, articles: Sequence[RowMapping]) -> StoryRow:
    reports = [article for article in articles if article["copy_of"] is None] or articles
    led = lead([StoryReport(one["id"], one["word_count"], one["at"], one["source_rank"]) for one in reports])
    return StoryRow(
        id=row["id"],
        title=next(article["title"] for article in reports if article["id"] == led.article_id),
        article_id=led.article_id,
        lead_reason=led.reason,
        articles=len(articles),
        reports=len(reports),
        copies=len(articles) - len(reports),
        sites=tuple(dict.fromkeys(article["site"] for article in articles)),
        first_at=row["first_at"],
        last_at=row["last_at"],
    )
