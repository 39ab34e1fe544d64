"""Puts together what a reader begins with: the stories of the last day, each with what tells of it at a glance."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from aggregator.archive.list_stories import list_stories
from aggregator.store.engine import Store
from aggregator.store.grouping import story_cards
from aggregator.store.grouping.story_cards import Member, Teaser
from aggregator.store.grouping.story_list import StoryRow
from aggregator.text import shortened, squeeze

MOST_STORIES = 300  # on one page
_MOST_TEASER = 220  # characters


@dataclass(frozen=True, slots=True)
class StoryCard:
    """A story as a list shows it: the article that leads it, a few lines of that, and all its articles, oldest
    first."""

    story: StoryRow
    leader: Teaser
    teaser: str
    members: tuple[Member, ...]

    @property
    def reports(self) -> list[Member]:
        """Returns those that are no copies, and do not lead it."""
        return [one for one in self.members if one.copy_of is None and one.id != self.leader.id]

    @property
    def is_read(self) -> bool:
        """Tells whether nothing of it is unread, but for copies."""
        return all(one.read_at is not None for one in self.members if one.copy_of is None)

    @property
    def starred(self) -> bool:
        """Tells whether the article that leads it is starred."""
        return any(one.starred_at is not None for one in self.members if one.id == self.leader.id)


@dataclass(frozen=True, slots=True)
class FrontPage:
    """The stories between two times (aware), biggest first. `is_late`: there was no news in the time that was asked
    for, these are of the same length before the newest there are; `more`: whether there are more; `all_read`: there are
    stories, and none of them is unread."""

    cards: tuple[StoryCard, ...]
    since: datetime
    until: datetime
    is_late: bool
    more: bool
    all_read: bool = False


def front_page(store: Store, length: timedelta, now: datetime, limit: int) -> FrontPage:
    """Returns the stories of the last `length`; where there are none, of the last `length` with news."""
    found = _latest(store, length, now, limit + 1)
    return replace(found, cards=found.cards[:limit], more=len(found.cards) > limit)


def unread_page(store: Store, length: timedelta, now: datetime, limit: int) -> FrontPage:
    """Returns those of the stories that `front_page` has of a time with something unread, of the biggest
    `MOST_STORIES`."""
    found = _latest(store, length, now, MOST_STORIES + 1)
    unread = tuple(card for card in found.cards if not card.is_read)
    more = len(unread) > limit
    return replace(found, cards=unread[:limit], more=more, all_read=bool(found.cards) and not unread)


def _latest(store: Store, length: timedelta, now: datetime, most: int) -> FrontPage:
    since, until, is_late = now - length, now + timedelta(seconds=1), False
    found = list_stories(store, since, until, most)
    if not found:
        with store.read() as conn:
            newest = story_cards.newest(conn, int(until.timestamp()))
        if newest is not None:
            until, is_late = datetime.fromtimestamp(newest + 1, UTC), True
            since = until - length
            found = list_stories(store, since, until, most)
    return FrontPage(cards(store, found), since, until, is_late, more=False)


def cards(store: Store, stories: list[StoryRow]) -> tuple[StoryCard, ...]:
    """Returns stories as a list shows them."""
    with store.read() as conn:
        leaders = story_cards.teasers(conn, [one.article_id for one in stories])
        members = story_cards.members(conn, [one.id for one in stories])
    return tuple(
        StoryCard(
            one,
            leader,
            teaser(leader.title, leader.lead or leader.text),
            tuple(members.get(one.id, ())),
        )
        for one in stories
        if (leader := leaders.get(one.article_id)) is not None
    )


def teaser(title: str | None, said: str | None) -> str:
    """Returns how a lead or a text begins, after what only repeats the title, in few lines."""
    said = squeeze(said or "")
    return shortened(said.removeprefix(squeeze(title or "")).lstrip(" .:–-"), _MOST_TEASER)
