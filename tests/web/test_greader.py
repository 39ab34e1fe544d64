"""The API of Google Reader, and conversations of apps with it, written down from what their public sources send."""

import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from tests.servers import Reply, Server
from tests.web.conftest import PASSWORD, USER, Running, closed, run, serving

READ, STARRED = "user/-/state/com.google/read", "user/-/state/com.google/starred"
MOON = (
    '<?xml version="1.0"?><rss version="2.0"><channel><title>Moon</title><link>https://moon.example/</link>'
    "<description>d</description><item><title>A crater</title><link>https://moon.example/1</link></item></channel></rss>"
)
READING_LIST = "user/-/state/com.google/reading-list"


@pytest.fixture(scope="module")
def running(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = closed(archive_folder, tmp_path_factory)
    token = run(folder, "web", "token", "tests").stdout.strip()
    with serving(folder, token=token) as running:
        yield running


@pytest.fixture(scope="module", params=["/api/greader.php", ""], ids=["as FreshRSS", "as Miniflux"])
def app(running: Running, request: pytest.FixtureRequest) -> Iterator[httpx.Client]:
    """A client that has logged in."""
    base = running.base + request.param
    login = httpx.post(f"{base}/accounts/ClientLogin", data={"Email": USER, "Passwd": PASSWORD})
    auth = dict(line.split("=") for line in login.text.split())["Auth"]
    with httpx.Client(base_url=base, headers={"Authorization": f"GoogleLogin auth={auth}"}, timeout=30) as client:
        yield client


def ids(app: httpx.Client, **asked: str | int) -> list[str]:
    answer = app.get("/reader/api/0/stream/items/ids", params={"s": READING_LIST, "output": "json", **asked})
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()["itemRefs"]]


def ok(answer: httpx.Response) -> None:
    assert (answer.status_code, answer.text) == (200, "OK")


def test_wrong_logins_are_refused(running: Running) -> None:
    base = f"{running.base}/api/greader.php"
    assert httpx.post(f"{base}/accounts/ClientLogin", data={"Email": USER, "Passwd": "wrong"}).status_code == 401
    refused = httpx.get(f"{base}/reader/api/0/user-info", headers={"Authorization": "GoogleLogin auth=x/y"})
    assert (refused.status_code, refused.headers["x-reader-google-bad-token"]) == (401, "true")
    assert httpx.get(f"{base}/reader/api/0/nothing").status_code == 401
    assert httpx.post(f"{base}/reader/api/0/edit-tag", data={"T": "x", "i": "1", "a": READ}).status_code == 401


def test_a_login_may_come_by_get_and_with_a_token(running: Running) -> None:
    asked = {"Email": USER, "Passwd": running.token, "output": "json"}
    answer = httpx.get(f"{running.base}/accounts/ClientLogin", params=asked).json()
    assert answer["SID"] == answer["LSID"] == answer["Auth"]
    header = {"Authorization": f"GoogleLogin auth={answer['Auth']}"}
    assert httpx.get(f"{running.base}/reader/api/0/user-info", headers=header).json()["userName"] == USER
    assert httpx.get(f"{running.base}/reader/api/0/token", headers=header).text == answer["Auth"]


def test_subscriptions_and_labels(app: httpx.Client) -> None:
    found = app.get("/reader/api/0/subscription/list", params={"output": "json"}).json()["subscriptions"]
    assert [one["categories"][0]["id"] for one in found] == ["user/-/label/World", "user/-/label/Science"]
    assert "<" not in found[0]["title"]
    icon = httpx.get(found[0]["iconUrl"])
    assert icon.content.startswith(b"\x89PNG")
    tags = app.get("/reader/api/0/tag/list", params={"output": "json"}).json()["tags"]
    assert {"id": "user/-/label/World", "label": "World", "type": "folder"} in tags
    assert {"id": STARRED} in tags


def test_streams_are_paged(app: httpx.Client) -> None:
    every, token, pages = ids(app), None, 0
    assert len(set(every)) == 24
    seen: list[str] = []
    while pages == 0 or token:
        page: dict[str, str | int] = {"s": READING_LIST, "n": 7, **({"c": token} if token else {})}
        answer = app.get("/reader/api/0/stream/items/ids", params=page).json()
        seen += [one["id"] for one in answer["itemRefs"]]
        token, pages = answer.get("continuation"), pages + 1
    assert (seen, pages) == (every, 4)
    assert ids(app, r="o") == every[::-1]
    contents = app.get(f"/reader/api/0/stream/contents/{quote(READING_LIST, safe='')}", params={"n": 7}).json()
    assert [int(one["id"][-16:], 16) for one in contents["items"]] == [int(one) for one in every[:7]]
    assert contents["continuation"] == every[6]


def test_streams_are_narrowed(app: httpx.Client) -> None:
    world = app.get("/reader/api/0/subscription/list").json()["subscriptions"][0]
    of_feed = ids(app, s=world["id"])
    assert len(of_feed) == 12
    assert ids(app, s=f"feed/{world['url']}") == ids(app, s="user/-/label/World") == ids(app, it="user/1/label/World")
    now = int(time.time())
    assert len(ids(app, ot=now - 3600)) == 24
    assert ids(app, ot=now + 3600) == ids(app, nt=now - 3600) == ids(app, s=READ, xt=READ) == []
    assert app.get("/reader/api/0/stream/items/ids", params={"s": "feed/999"}).status_code == 404
    assert app.get("/reader/api/0/stream/items/ids", params={"s": "user/-/label/None such"}).status_code == 404


def test_items_have_all_forms_of_ids(app: httpx.Client) -> None:
    first = int(ids(app)[0])
    forms = [str(first), f"{first:016x}", f"tag:google.com,2005:reader/item/{first:016x}"]
    for form in (*forms, f"tag:google.com,2005:reader/item/{first:x}"):
        items = app.post("/reader/api/0/stream/items/contents", data={"i": form}).json()["items"]
        assert [one["id"] for one in items] == [f"tag:google.com,2005:reader/item/{first:016x}"], form
    assert app.post("/reader/api/0/stream/items/contents", data={"i": ["x", "-1", "9" * 30]}).json()["items"] == []


def test_nothing_in_an_item_acts(app: httpx.Client) -> None:
    said = app.get("/reader/api/0/stream/contents/" + READING_LIST, params={"n": 100}).text
    assert "<script" not in said
    assert "onerror=alert(2)>" not in said
    assert "Vistula" in said


def test_items_are_marked_and_counted(app: httpx.Client) -> None:
    token, (first, second, *_) = app.get("/reader/api/0/token").text, ids(app)
    count = app.get("/reader/api/0/unread-count", params={"output": "json"}).json()["max"]
    assert count == 24
    ok(app.post("/reader/api/0/edit-tag", data={"T": token, "i": [first, second], "a": [READ, STARRED]}))
    assert app.get("/reader/api/0/unread-count").json()["max"] == count - 2
    assert ids(app, s=STARRED) == ids(app, s=READ) == [first, second]
    assert first not in ids(app, xt=READ)
    kept = "user/-/state/com.google/kept-unread"
    ok(app.post("/reader/api/0/edit-tag", data={"T": token, "i": first, "a": kept}))
    ok(app.post("/reader/api/0/edit-tag", data={"T": token, "i": second, "r": READ}))
    ok(app.post("/reader/api/0/edit-tag", data={"T": token, "i": [first, second], "r": STARRED}))
    assert ids(app, s=STARRED) == ids(app, s=READ) == []
    both = app.post("/reader/api/0/edit-tag", data={"T": token, "i": first, "a": READ, "r": READ})
    assert both.status_code == 400
    assert app.post("/reader/api/0/edit-tag", data={"i": first, "a": "user/-/label/Mine"}).status_code == 400


def test_everything_of_a_stream_is_read_up_to_a_time(app: httpx.Client) -> None:
    now = int(time.time())
    before = {"s": "user/-/label/World", "ts": str((now - 3600) * 1_000_000)}
    ok(app.post("/reader/api/0/mark-all-as-read", data=before))
    assert ids(app, s=READ) == []
    ok(app.post("/reader/api/0/mark-all-as-read", data=before | {"ts": str(now * 1_000_000)}))
    read = ids(app, s=READ)
    assert len(read) == 12
    ok(app.post("/reader/api/0/edit-tag", data={"i": read, "r": READ}))


def test_a_subscription_comes_changes_and_goes(app: httpx.Client, running: Running, newsroom: Server) -> None:
    newsroom.route("/Moon.xml", Reply(MOON, headers={"Content-Type": "application/rss+xml"}))
    address, config = newsroom.url("/Moon.xml"), running.folder / "feeds.yaml"
    before = config.read_text()
    added = app.post("/reader/api/0/subscription/quickadd", data={"quickadd": address}).json()
    assert added["numResults"] == 1
    edit = {"ac": "edit", "s": added["streamId"], "t": "The Moon", "a": "user/-/label/Sky"}
    ok(app.post("/reader/api/0/subscription/edit", data=edit))
    assert "category: Sky" in config.read_text()
    ok(app.post("/reader/api/0/rename-tag", data={"s": "user/-/label/Sky", "dest": "user/-/label/Heavens"}))
    found = app.get("/reader/api/0/subscription/list").json()["subscriptions"][2]
    assert (found["title"], found["categories"][0]["label"]) == ("The Moon", "Heavens")
    ok(app.post("/reader/api/0/disable-tag", data={"s": "user/-/label/Heavens"}))
    assert app.get("/reader/api/0/subscription/list").json()["subscriptions"][2]["categories"] == []
    ok(app.post("/reader/api/0/subscription/edit", data={"ac": "unsubscribe", "s": added["streamId"]}))
    assert config.read_text() == before
    subscribe = {"ac": "subscribe", "s": f"feed/{address}", "t": "Moon", "a": "user/-/label/World"}
    ok(app.post("/reader/api/0/subscription/edit", data=subscribe))
    assert "title: Moon" in config.read_text()
    ok(app.post("/reader/api/0/subscription/edit", data={"ac": "unsubscribe", "s": f"feed/{address}"}))
    nothing = app.post("/reader/api/0/subscription/quickadd", data={"quickadd": "nonsense"}).json()
    assert nothing["numResults"] == 0


def test_read_you(running: Running) -> None:
    """It wants its login as JSON, sends ids as 16 hexadecimal digits, and everything else with `output=json`."""
    base = f"{running.base}/api/greader.php/"
    form = {"output": "json", "Email": USER, "Passwd": PASSWORD, "client": "ReadYou", "service": "reader"}
    form["accountType"] = "HOSTED_OR_GOOGLE"
    auth = httpx.post(f"{base}accounts/ClientLogin", data=form).json()["Auth"]
    header = {"Authorization": f"GoogleLogin auth={auth}"}
    with httpx.Client(base_url=base, headers=header, timeout=30) as app:
        _read_you(app)


def _read_you(app: httpx.Client) -> None:
    token = app.get("reader/api/0/token").text
    assert app.get("reader/api/0/user-info?output=json").json()["userId"]
    feeds = app.get("reader/api/0/subscription/list?output=json").json()["subscriptions"]
    assert all(one["id"].startswith("feed/") and one["categories"][0]["label"] for one in feeds)
    since = int(time.time()) - 30 * 86_400
    unread = app.get(f"reader/api/0/stream/items/ids?output=json&s={READING_LIST}&xt={READ}&n=10000").json()["itemRefs"]
    assert app.get(f"reader/api/0/stream/items/ids?output=json&s={READ}&ot={since}&n=10000").json() == {"itemRefs": []}
    assert app.get(f"reader/api/0/stream/items/ids?output=json&s={STARRED}&n=10000").json() == {"itemRefs": []}
    hexed = [f"{int(one['id']):016x}" for one in unread]
    got = app.post("reader/api/0/stream/items/contents?output=json", data={"i": hexed, "T": token}).json()["items"]
    assert {one["id"].removeprefix("tag:google.com,2005:reader/item/") for one in got} == set(hexed)
    assert {one["origin"]["streamId"] for one in got} == {one["id"] for one in feeds}
    assert all(one["canonical"][0]["href"] and one["summary"]["content"] and one["published"] for one in got)
    for change in ({"a": READ}, {"r": READ}, {"a": STARRED}, {"r": STARRED}):
        ok(app.post("reader/api/0/edit-tag?output=json", data={"i": hexed[:2], "T": token} | change))


def test_netnewswire(running: Running) -> None:
    """It takes the login line by line, writes forms by hand, and sends ids in hexadecimal without leading zeros."""
    base = f"{running.base}/api/greader.php"
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    login = httpx.post(f"{base}/accounts/ClientLogin", content=f"Email={USER}&Passwd={quote(PASSWORD)}", headers=kind)
    auth = next(line.split("=")[1] for line in login.text.splitlines() if line.startswith("Auth="))
    with httpx.Client(headers={"Authorization": f"GoogleLogin auth={auth}"}, timeout=30) as app:
        _netnewswire(app, f"{base}/reader/api/0", kind)


def _netnewswire(app: httpx.Client, api: str, kind: dict[str, str]) -> None:
    token = app.get(f"{api}/token").text.removesuffix("\n")
    assert [one["type"] for one in app.get(f"{api}/tag/list?output=json").json()["tags"][1:]] == ["folder"] * 2
    feed = app.get(f"{api}/subscription/list?output=json").json()["subscriptions"][0]
    asked = f"n=1000&output=json&ot={int(time.time()) - 90 * 86_400}"
    unread = app.get(f"{api}/stream/items/ids?{asked}&s={READING_LIST}&xt={READ}").json()["itemRefs"]
    of_feed = app.get(f"{api}/stream/items/ids?{asked}&s={feed['id']}").json()["itemRefs"]
    assert (len(unread), len(of_feed)) == (24, 12)
    wanted = "&".join(f"i=tag:google.com,2005:reader/item/{int(one['id']):x}" for one in unread)
    got = app.post(f"{api}/stream/items/contents", content=f"T={token}&output=json&{wanted}", headers=kind).json()
    assert len(got["items"]) == 24
    assert all(one["crawlTimeMsec"].isdigit() and one["timestampUsec"].isdigit() for one in got["items"])
    for change in ("a", "r"):
        marked = f"T={token}&{change}={READ}&{wanted}"
        assert app.post(f"{api}/edit-tag", content=marked, headers=kind).text == "OK"
    moved = f"T={token}&s={feed['id']}&ac=edit&r=user/-/label/World&a=user/-/label/{quote('World & more')}"
    assert app.post(f"{api}/subscription/edit", content=moved, headers=kind).text == "OK"
    back = f"T={token}&s=user/-/label/{quote('World & more')}&dest=user/-/label/World%20again"
    assert app.post(f"{api}/rename-tag", content=back, headers=kind).text == "OK"
    labels = [one["label"] for one in app.get(f"{api}/tag/list?output=json").json()["tags"][1:]]
    assert "World again" in labels


def test_feedme(running: Running) -> None:
    """It asks for the contents of a stream by `s` or in the path, with an empty `ot`, and marks without a token."""
    base = f"{running.base}/api/greader.php"
    login = httpx.post(f"{base}/accounts/ClientLogin", data={"Email": USER, "Passwd": PASSWORD})
    auth = next(line.removeprefix("Auth=") for line in login.text.splitlines() if line.startswith("Auth="))
    header = {"Authorization": f"GoogleLogin auth={auth}"}
    with httpx.Client(base_url=f"{base}/reader/api/0", headers=header, timeout=30) as app:
        app.get("/user-info?output=json").json()
        counts = {one["id"]: one["count"] for one in app.get("/unread-count?output=json").json()["unreadcounts"]}
        feed = app.get("/subscription/list?output=json").json()["subscriptions"][0]
        assert counts[feed["id"]] == 12
        assert counts[READING_LIST] == 24
        asked: dict[str, str | int] = {"output": "json", "n": 1000, "xt": READ, "ot": ""}
        every = app.get("/stream/contents", params=asked | {"s": READING_LIST}).json()["items"]
        of_feed = app.get("/stream/contents/" + quote(feed["id"], safe=""), params=asked).json()["items"]
        assert (len(every), len(of_feed)) == (24, 12)
        refs = app.get("/stream/items/ids", params=asked | {"s": READING_LIST, "ot": "0"}).json()["itemRefs"]
        chosen = {"i": [one["id"] for one in refs]}
        got = app.post("/stream/items/contents?output=json", data=chosen).json()["items"]
        assert [one["id"] for one in got] == [one["id"] for one in every]
        for action in ("a", "r"):
            ok(app.post("/edit-tag", data={action: STARRED, "i": [one["id"] for one in got[:3]]}))
