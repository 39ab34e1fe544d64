"""The API of Miniflux, asked by the client of its own makers."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import miniflux
import pytest

from tests.web.conftest import PASSWORD, USER, Running, closed, run, serving


@pytest.fixture
def running(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose marks and feeds these tests change: each looks at what it changes itself."""
    folder = closed(archive_folder, tmp_path_factory)
    token = run(folder, "web", "token", "tests").stdout.strip()
    with serving(folder, token=token) as running:
        yield running


@pytest.fixture
def client(running: Running) -> miniflux.Client:
    return miniflux.Client(running.base, username=USER, password=PASSWORD)


@pytest.fixture
def world(client: miniflux.Client) -> int:
    return next(one["id"] for one in client.get_feeds() if one["feed_url"].endswith("/World.xml"))


def test_the_account_is_the_one_user(client: miniflux.Client, running: Running) -> None:
    me = client.me()
    assert me["username"] == USER
    assert client.get_users() == [me] == [client.get_user_by_id(me["id"])] == [client.get_user_by_username(USER)]
    assert miniflux.Client(running.base, api_key=running.token).me() == me
    for _ in range(7):  # no failed logins
        assert miniflux.Client(running.base, username="phone", password=running.token).me() == me


def test_feeds_have_their_category_and_icon(client: miniflux.Client, world: int) -> None:
    feed = client.get_feed(world)
    assert feed["category"]["title"] == "World"
    assert feed["title"].startswith("World ")
    assert client.get_feed_icon(world)["mime_type"] == "image/png"
    assert [one["id"] for one in client.get_category_feeds(feed["category"]["id"])] == [world]


def test_entries_are_articles(client: miniflux.Client, world: int) -> None:
    found = client.get_entries(order="published_at", direction="desc", limit=5)
    assert found["total"] == 24
    assert len(found["entries"]) == 5
    assert found["entries"][0]["published_at"] > found["entries"][4]["published_at"]
    entry = client.get_feed_entries(world, search='"report number 3"')["entries"][0]
    assert entry["title"] == "World report number 3"
    assert "Vistula" in entry["content"]
    assert entry["feed"]["id"] == entry["feed_id"] == world
    assert client.get_entry(entry["id"]) == client.get_feed_entry(world, entry["id"]) == entry


def test_what_is_read_and_starred(client: miniflux.Client, world: int) -> None:
    entry = client.get_feed_entries(world, limit=1)["entries"][0]["id"]
    unread = client.get_entries(status="unread")["total"]
    client.update_entries([entry], "read")
    client.toggle_bookmark(entry)
    assert (client.get_entry(entry)["status"], client.get_entry(entry)["starred"]) == ("read", True)
    assert client.get_entries(status="unread")["total"] == unread - 1
    assert [one["id"] for one in client.get_entries(starred="true")["entries"]] == [entry]
    client.toggle_bookmark(entry)
    client.update_entries([entry], "unread")
    assert client.get_entries(status="unread")["total"] == unread


def test_every_method_of_the_client_is_answered(client: miniflux.Client, world: int) -> None:
    """Those that are not for a feed reader to do here are refused, each with its reason."""
    entry = client.get_feed_entries(world, limit=1, direction="desc")["entries"][0]
    category = client.create_category("Later")["id"]
    assert client.update_category(category, "Much later")["title"] == "Much later"
    assert client.update_feed(world, title="The world", category_id=category)["title"] == "The world"
    assert client.get_category_entry(category, entry["id"])["id"] == entry["id"]
    assert client.get_category_entries(category)["total"] == 12
    client.mark_category_entries_as_read(category)
    assert client.get_feed_counters()["reads"][str(world)] == 12
    client.delete_category(category)
    assert client.get_feed(world)["category"]["title"] == "All"
    assert client.refresh_feed(world)
    assert client.refresh_all_feeds()
    assert client.refresh_category(client.get_categories()[0]["id"])
    assert "World.xml" in client.export()
    assert client.import_feeds(client.export_feeds())["message"]
    assert client.get_icon(world) == client.get_icon_by_feed_id(world)
    assert "Vistula" in client.fetch_entry_content(entry["id"])["content"]
    assert client.get_version()["version"]
    assert client.get_integrations_status() is False
    key = client.create_api_key("a phone")
    assert key["token"]
    assert "a phone" in [one["description"] for one in client.get_api_keys()]
    client.delete_api_key(key["id"])
    assert client.flush_history()
    assert client.get_feed_entries(world)["total"] == 0
    assert client.update_entries(list(range(1, 25)), "unread")
    client.mark_feed_entries_as_read(world)
    client.mark_user_entries_as_read(1)
    assert client.get_entries(status="unread")["total"] == 0
    for refused in (
        lambda: client.create_user("other", PASSWORD),
        lambda: client.update_user(1, theme="dark_serif"),
        lambda: client.delete_user(1),
        lambda: client.update_entry(entry["id"], title="Another"),
        lambda: client.import_entry(world, "https://a.example/1"),
    ):
        with pytest.raises(miniflux.AccessForbidden):
            refused()
    with pytest.raises(miniflux.BadRequest, match="no third-party integration"):
        client.save_entry(entry["id"])
    for missing in (lambda: client.get_enclosure(1), lambda: client.update_enclosure(1, 20)):
        with pytest.raises(miniflux.ResourceNotFound):
            missing()
    client.delete_feed(world)
    assert len(client.get_feeds()) == 1


def test_copies_are_folded_where_that_is_set(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = closed(archive_folder, tmp_path_factory)
    with sqlite3.connect(folder / "aggregator.db") as database:
        database.execute("UPDATE articles SET copy_of = CASE WHEN id IN (2, 3) THEN 1 END")
    database.close()
    config = folder / "feeds.yaml"
    with serving(folder) as running, miniflux.Client(running.base, username=USER, password=PASSWORD) as client:
        assert client.get_entries()["total"] == 24
        config.write_text(config.read_text().replace("settings:\n", "settings:\n  copies: fold\n"))
        found = client.get_entries()
        assert found["total"] == 22
        assert {1, 2, 3} & {one["id"] for one in found["entries"]} == {1}
        assert sum(client.get_feed_counters()["unreads"].values()) == 22
