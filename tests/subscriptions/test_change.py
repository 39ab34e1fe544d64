"""Subscriptions that are called otherwise, and categories with numbers that stay theirs."""

from pathlib import Path

import pytest

from aggregator.errors import NotFound, UsageError
from aggregator.store.engine import Store
from aggregator.store.polling import categories
from aggregator.subscriptions import change, sync

FEEDS = "feeds:\n- {url: https://a.org/f, category: World}\n- url: https://b.org/f\n  category: World\n- url: https://c.org/f\n"


def test_a_category_keeps_its_number_when_it_is_renamed(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text(FEEDS)

    def synced() -> list[tuple[int, str]]:
        config, digest = sync.load(store, path, {})
        sync.sync(store, config, digest, 1)
        with store.read() as conn:
            return [(one.id, one.name) for one in categories.every(conn)]

    (none, _), (world, _) = synced()
    assert change.add_category(store, " Local  news ").name == "Local news"
    config, _ = sync.load(store, path, {})
    change.rename_category(store, path, config, world, "Earth")
    assert (world, "Earth") in synced()
    assert path.read_text().count("category: Earth") == 2
    for number, name, error in ((99, "x", NotFound), (none, "x", UsageError), (world, "Local news", UsageError)):
        with pytest.raises(error):
            change.rename_category(store, path, config, number, name)
    config, _ = sync.load(store, path, {})
    change.remove_category(store, path, config, world)
    assert [name for _, name in synced()] == ["", "Local news"]
    assert "category" not in path.read_text()


def test_a_category_with_pages_is_changed_in_the_file_alone(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "feeds.yaml"
    path.write_text("articles:\n- {url: https://a.org/live, category: Pages}\n")
    config, digest = sync.load(store, path, {})
    sync.sync(store, config, digest, 1)
    with store.read() as conn:
        found = categories.named(conn, "Pages")
    assert found is not None
    with pytest.raises(UsageError, match="pages of `articles:`"):
        change.remove_category(store, path, config, found.id)
