"""The API of Miniflux, asked by the client of its own makers."""

from collections.abc import Iterator
from pathlib import Path

import miniflux
import pytest

from tests.web.conftest import PASSWORD, USER, Running, copied, run, serving


@pytest.fixture(scope="module")
def running(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server whose marks and feeds these tests change: each looks at what it changes itself."""
    folder = copied(archive_folder, tmp_path_factory)
    assert run(folder, "web", "password", USER, "--stdin", stdin=f"{PASSWORD}\n").returncode == 0
    token = run(folder, "web", "token", "tests").stdout.strip()
    with serving(folder, token=token) as running:
        yield running


@pytest.fixture(scope="module")
def client(running: Running) -> miniflux.Client:
    return miniflux.Client(running.base, username=USER, password=PASSWORD)


@pytest.fixture(scope="module")
def world(client: miniflux.Client) -> int:
    return next(one["id"] for one in client.get_feeds() if one["feed_url"].endswith("/World.xml"))


def test_the_account_is_the_one_user(client: miniflux.Client, running: Running) -> None:
    me = client.me()
    assert me["username"] == USER
    assert client.get_users() == [me] == [client.get_user_by_id(me["id"])] == [client.get_user_by_username(USER)]
    assert miniflux.Client(running.base, api_key=running.token).me() == me


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
