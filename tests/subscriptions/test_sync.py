"""feeds.yaml and the rows of feeds: what is read again, and when."""

from pathlib import Path

import pytest

from aggregator.store.engine import Store
from aggregator.store.polling import feeds
from aggregator.subscriptions.known_config import KnownConfig
from aggregator.subscriptions.sync import load, sync, synced_settings


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "feeds.yaml"


def write(file: Path, visits: int, *urls: str) -> None:
    file.write_text(f"settings: {{visits: {visits}}}\nfeeds:\n" + "".join(f"  - url: {url}\n" for url in urls))


def urls(store: Store) -> list[str]:
    with store.read() as conn:
        return [row.url for row in feeds.active(conn)]


def test_settings_follow_the_file(store: Store, file: Path) -> None:
    write(file, 3, "https://a.example/f")
    assert synced_settings(store, file, {}, 1).visits == 3
    assert synced_settings(store, file, {"AGGREGATOR_VISITS": "7"}, 2).visits == 7
    assert urls(store) == ["https://a.example/f"]


def test_a_fetch_sees_what_a_daemon_synced_between(store: Store, file: Path) -> None:
    write(file, 3, "https://a.example/f")
    synced_settings(store, file, {}, 1)
    write(file, 4, "https://b.example/f")
    assert sync(store, *load(store, file, {}), 2).added == 1  # as a daemon does on SIGHUP
    assert urls(store) == ["https://b.example/f"]
    write(file, 3, "https://a.example/f")
    assert synced_settings(store, file, {}, 3).visits == 3
    assert urls(store) == ["https://a.example/f"]


def test_a_file_that_nothing_synced_is_parsed_once(store: Store, file: Path) -> None:
    write(file, 3, "https://a.example/f")
    known = KnownConfig(store, file, {})
    first = known.read()
    assert known.read() is first
    write(file, 4, "https://b.example/f")
    assert [feed.url for feed in known.read().feeds] == ["https://b.example/f"]
    known.follow(1)
    assert urls(store) == ["https://b.example/f"]
    file.unlink()
    assert not known.read().feeds
