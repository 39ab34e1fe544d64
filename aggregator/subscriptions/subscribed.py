"""Lists today's subscriptions, each with its category."""

from collections.abc import Collection
from dataclasses import dataclass

from aggregator.errors import NotFound
from aggregator.store.engine import Store
from aggregator.store.polling import categories, feeds
from aggregator.store.polling.categories import NONE, Category
from aggregator.store.polling.feeds import FeedRow
from aggregator.urls import is_http


@dataclass(frozen=True, slots=True)
class Subscribed:
    """A subscription, and the category it is in: the one called '' if it is in none."""

    feed: FeedRow
    category: Category

    @property
    def title(self) -> str:
        """Returns what it is called: its address, as long as nothing else is known."""
        return self.feed.title or self.feed.url

    @property
    def page(self) -> str:
        """Returns the page that it belongs to: its own address where it names none."""
        return self.feed.link if self.feed.link and is_http(self.feed.link) else self.feed.url


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """The subscriptions in the order of feeds.yaml, and all categories by name, those without feeds too."""

    all: tuple[Subscribed, ...]
    categories: tuple[Category, ...]

    @property
    def by_url(self) -> dict[str, Subscribed]:
        """Returns the subscriptions by their addresses."""
        return {one.feed.url: one for one in self.all}

    def of_id(self, feed_id: int) -> Subscribed:
        """Returns the subscription of this id. Raises NotFound."""
        return self._one([one for one in self.all if one.feed.id == feed_id], f"no subscription {feed_id}")

    def of_url(self, url: str) -> Subscribed:
        """Returns the subscription of this address. Raises NotFound."""
        return self._one([one for one in self.all if one.feed.url == url], f"no subscription of {url}")

    def category(self, category_id: int) -> Category:
        """Returns the category of this id. Raises NotFound."""
        for one in self.categories:
            if one.id == category_id:
                return one
        raise NotFound(f"no category {category_id}")

    def named(self, name: str) -> Category:
        """Returns the category of this name. Raises NotFound."""
        for one in self.categories:
            if one.name == name:
                return one
        raise NotFound(f"no category {name}")

    def in_category(self, category_id: int) -> list[Subscribed]:
        """Returns the subscriptions in a category."""
        return [one for one in self.all if one.category.id == category_id]

    @staticmethod
    def _one(found: list[Subscribed], missing: str) -> Subscribed:
        if not found:
            raise NotFound(missing)
        return found[0]


def subscriptions(store: Store) -> Subscriptions:
    """Returns today's subscriptions."""
    with store.read() as conn:
        rows, every = feeds.active(conn), categories.every(conn)
    by_name = {one.name: one for one in every}
    return Subscriptions(tuple(Subscribed(row, by_name[row.category or NONE]) for row in rows), tuple(every))


def refresh(store: Store, feed_ids: Collection[int] | None, now: int) -> None:
    """Makes subscriptions (None: all) due now: the daemon polls them at once, else the next fetch does."""
    with store.write() as unit:
        feeds.make_due(unit, feed_ids, now)


def learn_title(store: Store, url: str, title: str) -> None:
    """Calls a subscription what its feed calls itself, if it has no title yet: its first poll would."""
    with store.write() as unit:
        feeds.learn_title(unit, url, title)


def move(store: Store, old: str, new: str) -> None:
    """Gives the row of a subscription another address, as feeds.yaml has it by now; its articles stay its own."""
    with store.write() as unit:
        feeds.readdress(unit, old, new)
