"""The API of Fever."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from freshrss_api import AuthenticationError, FreshRSSAPI

from tests.web.conftest import PASSWORD, USER, Running, closed, serving

KEY = hashlib.md5(f"{USER}:{PASSWORD}".encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
def running(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = closed(archive_folder, tmp_path_factory)
    with serving(folder) as running:
        yield running


def ask(running: Running, query: str, path: str = "/fever/", **form: object) -> Any:
    answer = httpx.post(f"{running.base}{path}?api&{query}", data={"api_key": KEY, **form}, timeout=30)
    assert answer.status_code == 200
    said = answer.json()
    assert (said["api_version"], said["auth"]) == (3, 1)
    return said


def test_a_wrong_key_is_told_so(running: Running) -> None:
    for key in ("", "x", KEY[:-1]):
        said = httpx.post(f"{running.base}/fever/?api&items", data={"api_key": key})
        assert (said.status_code, said.json()) == (200, {"api_version": 3, "auth": 0})


def test_the_address_has_three_forms_and_the_key_may_stand_in_the_query(running: Running) -> None:
    for path in ("/fever", "/fever/", "/api/fever.php"):
        assert ask(running, "feeds", path)["feeds"]
    assert httpx.get(f"{running.base}/fever/?api&api_key={KEY.upper()}&feeds").json()["auth"] == 1


def test_groups_feeds_and_icons(running: Running) -> None:
    said = ask(running, "groups&feeds&favicons&links")
    assert [one["title"] for one in said["groups"]] == ["Science", "World"]
    groups = {one["group_id"]: one["feed_ids"] for one in said["feeds_groups"]}
    assert set(groups) == {one["id"] for one in said["groups"]}
    assert sorted(groups.values()) == sorted(str(one["id"]) for one in said["feeds"])
    assert {one["favicon_id"] for one in said["feeds"]} == {one["id"] for one in said["favicons"]}
    assert said["favicons"][0]["data"].startswith("image/png;base64,")
    assert said["links"] == []


def test_items_come_by_ids(running: Running) -> None:
    said = ask(running, "items&since_id=0")
    assert said["total_items"] == len(said["items"]) == 24
    numbers = [one["id"] for one in said["items"]]
    assert numbers == sorted(numbers)
    assert [one["id"] for one in ask(running, f"items&since_id={numbers[20]}")["items"]] == numbers[21:]
    assert [one["id"] for one in ask(running, f"items&max_id={numbers[3]}")["items"]] == numbers[2::-1]
    some = f"{numbers[5]},{numbers[2]},x,999"
    assert {one["id"] for one in ask(running, f"items&with_ids={some}")["items"]} == {numbers[2], numbers[5]}
    assert ask(running, "unread_item_ids")["unread_item_ids"] == ",".join(map(str, numbers))
    html = "".join(one["html"] + one["title"] + one["author"] for one in said["items"])
    assert "<script" not in html
    assert "onerror=alert(2)>" not in html


def test_the_client_that_was_written_for_freshrss(running: Running) -> None:
    with pytest.raises(AuthenticationError):
        FreshRSSAPI(running.base, USER, "wrong")
    client = FreshRSSAPI(running.base, USER, PASSWORD)
    assert len(client.get_feeds()["feeds"]) == len(client.get_groups()["groups"]) == 2
    unread = client.get_unreads()
    assert len(unread) == 24
    client.set_mark("saved", unread[0].id)
    client.set_mark("read", unread[0].id)
    assert [one.id for one in client.get_saved()] == [unread[0].id]
    assert len(client.get_unreads()) == 23
    client.set_mark("unsaved", unread[0].id)
    assert client.get_saved() == []
    ask(running, "", mark="item", id=unread[0].id, **{"as": "unread"})


def test_marks(running: Running) -> None:
    first, second, *_ = (one["id"] for one in ask(running, "items&since_id=0")["items"])
    assert ask(running, "", mark="item", id=first, **{"as": "saved"})["saved_item_ids"] == str(first)
    assert ask(running, "", mark="item", id=first, **{"as": "saved"})["saved_item_ids"] == str(first)
    assert str(first) not in ask(running, "", mark="item", id=first, **{"as": "read"})["unread_item_ids"].split(",")
    item = ask(running, f"items&with_ids={first}")["items"][0]
    assert (item["is_saved"], item["is_read"]) == (1, 1)
    ask(running, "", mark="item", id=first, **{"as": "unsaved"})
    ask(running, "", mark="item", id=first, **{"as": "unread"})
    assert ask(running, "saved_item_ids")["saved_item_ids"] == ""
    assert len(ask(running, "unread_item_ids")["unread_item_ids"].split(",")) == 24
    group, now = ask(running, "groups")["groups"][0]["id"], ask(running, "")["last_refreshed_on_time"]
    early = ask(running, "", mark="group", id=group, before=now - 3600, **{"as": "read"})
    assert len(early["unread_item_ids"].split(",")) == 24
    late = ask(running, "", mark="group", id=group, before=now, **{"as": "read"})
    assert len(late["unread_item_ids"].split(",")) == 12
    feed = ask(running, f"items&with_ids={second}")["items"][0]["feed_id"]
    ask(running, "", mark="feed", id=feed, before=now, **{"as": "read"})
    assert ask(running, "", mark="group", id=0, **{"as": "read"})["unread_item_ids"] == ""
