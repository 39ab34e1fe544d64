"""Changes subscriptions for feed readers: in feeds.yaml, which the rows follow at once."""

from collections.abc import Mapping

from aggregator.config import edit
from aggregator.errors import NotFound
from aggregator.store.polling.categories import Category
from aggregator.subscriptions import add, change
from aggregator.subscriptions.add import NewFeed
from aggregator.subscriptions.subscribed import Subscribed, learn_title, move, subscriptions
from aggregator.web.server_state import ServerState


def subscribe(
    served: ServerState, url: str, title: str | None, category: Category | None, full_text: str | None = None
) -> Subscribed:
    """Subscribes to a feed, or to the best one that a page has. Raises UsageError, FetchError, AggregatorError."""
    named = category.name or None if category is not None else None
    wanted = NewFeed(url, title or None, named, full_text=full_text)
    added = add.add(served.config_path, wanted, served.environ, lambda _: None, best=True)
    if added.unread is not None:  # who stands before an app finds out at once, or never
        edit.remove_feed(served.config_path, added.url)
        raise added.unread
    served.follow_config()
    if added.found is not None and added.found.title:
        learn_title(served.store, added.url, added.found.title)
    return subscriptions(served.store).of_url(added.url)


def unsubscribe(served: ServerState, one: Subscribed) -> None:
    """Ends a subscription; its articles stay in the archive. Raises ConfigError."""
    edit.remove_feed(served.config_path, one.feed.url)
    served.follow_config()


def change_feed(served: ServerState, one: Subscribed, values: Mapping[str, str | None]) -> None:
    """Gives a subscription other values of feeds.yaml, None for none, in one edit. Raises ConfigError."""
    if values:
        change.change_feed(served.config_path, one.feed.url, **values)
        served.follow_config()


def rename(served: ServerState, one: Subscribed, title: str) -> None:
    """Gives a subscription another title. Raises ConfigError."""
    if title and title != one.title:
        change_feed(served, one, {"title": title})


def file_under(served: ServerState, one: Subscribed, name: str) -> None:
    """Puts a subscription into the category of this name, which is made if there is none; '': into none. Raises
    ConfigError."""
    if name != one.category.name:
        change_feed(served, one, {"category": name or None})


def readdress(served: ServerState, one: Subscribed, url: str) -> None:
    """Gives a subscription another address; its articles stay its own. Raises ConfigError."""
    if url != one.feed.url:
        edit.replace_url(served.config_path, one.feed.url, url)
        move(served.store, one.feed.url, url)
        served.follow_config()


def category_named(served: ServerState, name: str) -> Category:
    """Returns the category of this name, which is made if there is none."""
    try:
        return subscriptions(served.store).named(name)
    except NotFound:
        return change.add_category(served.store, name)


def rename_category(served: ServerState, one: Category, name: str) -> None:
    """Gives a category another name. Raises UsageError, ConfigError."""
    if name != one.name:
        change.rename_category(served.store, served.config_path, served.config(), one.id, name)
        served.follow_config()


def remove_category(served: ServerState, one: Category) -> None:
    """Removes a category; its feeds are in none then. Raises UsageError, ConfigError."""
    change.remove_category(served.store, served.config_path, served.config(), one.id)
    served.follow_config()
