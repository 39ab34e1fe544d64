"""Changes subscriptions in feeds.yaml: what they are called, the category they are in, whether there are any."""

from pathlib import Path

from aggregator.config import edit
from aggregator.config.models import Config
from aggregator.errors import UsageError
from aggregator.store.engine import Store
from aggregator.store.polling import categories
from aggregator.store.polling.categories import Category
from aggregator.text import squeeze


def change_feed(path: Path, url: str, **values: str | None) -> None:
    """Gives a feed other values, None for none: `title="News", category=None`. Raises ConfigError."""
    edit.change_feeds(path, {url: values})


def add_category(store: Store, name: str) -> Category:
    """Makes a category that has no feeds yet. Raises UsageError where there is one of that name."""
    name = _checked(store, name)
    with store.write() as unit:
        categories.learn(unit, [name])
        made = categories.named(unit, name)
        assert made is not None
        return made


def rename_category(store: Store, path: Path, config: Config, category_id: int, name: str) -> None:
    """Gives a category another name, with all its feeds. Raises NotFound, UsageError, ConfigError."""
    old, name = _named(store, category_id), _checked(store, name)
    _move(path, config, old.name, name)
    with store.write() as unit:
        categories.rename(unit, category_id, name)


def remove_category(store: Store, path: Path, config: Config, category_id: int) -> None:
    """Removes a category; its feeds are in none then. Raises NotFound, UsageError, ConfigError."""
    old = _named(store, category_id)
    _move(path, config, old.name, None)
    with store.write() as unit:
        categories.remove(unit, category_id)


def _move(path: Path, config: Config, old: str, new: str | None) -> None:
    if any(item.category == old for item in config.articles):
        raise UsageError(f"{old!r} holds pages of `articles:` too; change their category in feeds.yaml")
    moved = {feed.url: {"category": new} for feed in config.feeds if feed.category == old}
    if moved:
        edit.change_feeds(path, moved)


def _named(store: Store, category_id: int) -> Category:
    with store.read() as conn:
        found = categories.of_id(conn, category_id)
    if found.name == categories.NONE:
        raise UsageError("this is the category of feeds that are in none; it stays as it is")
    return found


def _checked(store: Store, name: str) -> str:
    name = squeeze(name)
    with store.read() as conn:
        if not name or categories.named(conn, name) is not None:
            raise UsageError(f"a category is called {name!r} already" if name else "a category needs a name")
    return name
