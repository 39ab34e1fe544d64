"""Edits stories as a person decides: splits one, merges two."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection

from aggregator.errors import NotFound, UsageError
from aggregator.store.content.stored_articles import MAX_ID
from aggregator.store.engine import Store
from aggregator.store.grouping import centroids, stories, story_decisions, story_list
from aggregator.store.grouping.story_decisions import StoryMember
from aggregator.store.grouping.story_list import StoryRow
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.stories import fingerprint


def split(store: Store, story_id: int, chosen: Collection[int], now: int) -> list[StoryRow]:
    """Takes articles out of a story: the chosen ones, with their heads and copies, become one new story; where none is
    chosen, every report becomes a story of its own. Returns the stories that there are then; the first keeps the id.
    Raises UsageError."""
    with store.write() as unit:
        stories.serialise(unit)
        rows = members(unit, story_id)
        groups = _chosen(story_id, rows, chosen) if chosen else _reports(rows)
        if not groups:
            raise UsageError(f"story {story_id} has one report alone; there is nothing to split")
        ids = [story_id, *(story_decisions.split(unit, story_id, group, now) for group in groups)]
        for one in ids:
            _recentre(unit, one)
        return [row for one in ids if (row := story_list.one(unit, one)) is not None]


def merge(store: Store, story_id: int, other_id: int, now: int) -> StoryRow:
    """Puts the articles of the other story into the first, which keeps its id; returns it. Raises UsageError."""
    if story_id == other_id:
        raise UsageError("a story can't be merged with itself; name two stories")
    with store.write() as unit:
        stories.serialise(unit)
        for one in (story_id, other_id):
            members(unit, one)
        story_decisions.merge(unit, story_id, other_id, now)
        row = story_list.one(unit, story_id)
        assert row is not None
        return row


def members(conn: Connection, story_id: int) -> list[StoryMember]:
    """Returns the articles of a story, oldest first. Raises NotFound if there is no such story."""
    in_range = 0 <= story_id <= MAX_ID
    found = story_decisions.members(conn, story_id) if in_range else []
    if not found:
        into = story_decisions.merged_into(conn, story_id) if in_range else None
        more = "`aggregator stories` prints the ids there are" if into is None else f"it was merged into story {into}"
        raise NotFound(f"no story {story_id} in this database; {more}")
    return found


def _chosen(story_id: int, rows: Sequence[StoryMember], chosen: Collection[int]) -> list[set[int]]:
    strange = sorted(set(chosen) - {row.id for row in rows})
    if strange:
        raise UsageError(f"article {strange[0]} is not in story {story_id}; name articles of that story")
    heads = {row.copy_of or row.id for row in rows if row.id in chosen}
    group = {row.id for row in rows if (row.copy_of or row.id) in heads}
    if len(group) == len(rows):
        raise UsageError(
            f"that is all of story {story_id}, as copies go with their head; name some of its reports, or none to split"
            " them all"
        )
    return [group]


def _reports(rows: Sequence[StoryMember]) -> list[set[int]]:
    """Returns the reports after the first, each with its copies."""
    heads = [row.id for row in rows if row.copy_of is None]
    return [{row.id for row in rows if head in (row.id, row.copy_of)} for head in heads[1:]]


def _recentre(unit: UnitOfWork, story_id: int) -> None:
    reports = [row for row in story_decisions.members(unit, story_id) if row.copy_of is None]
    made = [(row.at, centroids.weighed(unit, fingerprint(row.text, row.lang, row.title))) for row in reports]
    story_decisions.recentre(unit, story_id, made)
