"""Answers that are kept: made once, never stale for who changed something, never another's."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from hashlib import md5
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import Response

from aggregator.access.logins import Logins
from aggregator.errors import NotFound
from aggregator.store import engine
from aggregator.store.engine import Store
from aggregator.subscriptions.known_config import KnownConfig
from aggregator.web import kept_answers
from aggregator.web.application import create_app
from aggregator.web.kept_answers import CHANGED_SECONDS, MOST_BYTES
from aggregator.web.server_state import ServerState
from tests.web.conftest import PASSWORD, USER, Running, closed, run, serving

KEPT = (
    "/",
    "/search?q=bridge",
    "/article/1",
    "/article/1/versions",
    "/story/1",
    "/api/v1/articles?q=bridge",
    "/api/v1/articles/1",
    "/api/v1/stories",
    "/out/search.rss?q=bridge",
)
NOT_KEPT = (
    *(
        "/feeds",
        "/searches",
        "/login",
        "/help",
        "/healthz",
        "/readyz",
        "/metrics",
        "/static/style.css",
        "/openapi.json",
    ),
    *("/api/v1/feeds", "/api/v1/stats", "/out/subscriptions.opml", "/v1/entries"),
)
_LINE = '{{"url": "https://late.example/{0}", "title": "Late {0}", "text": "{0} came to the harbour at night."}}\n'


@pytest.fixture(scope="module")
def mine(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with a password whose archive may be changed; the use of its token is noted already."""
    folder = closed(archive_folder, tmp_path_factory)
    token = run(folder, "web", "token", "tests").stdout.strip()
    with serving(folder, token=token) as running:
        with running.client() as client:
            assert client.get("/readyz").status_code == 200
        yield running


def is_again(answer: httpx.Response) -> bool:
    """Tells whether an answer was there before it was asked for."""
    assert answer.status_code == 200
    return "age" in answer.headers


@pytest.mark.parametrize("path", KEPT)
def test_what_is_asked_for_twice_is_made_once(mine: Running, path: str) -> None:
    with mine.client() as client:
        first, second = client.get(path), client.get(path)
    assert (is_again(first), is_again(second)) == (False, True)
    assert second.content == first.content
    ours = {name: value for name, value in second.headers.items() if name not in ("age", "date")}
    assert ours == {name: value for name, value in first.headers.items() if name != "date"}


@pytest.mark.parametrize("path", NOT_KEPT)
def test_what_is_not_of_the_database_alone_is_made_each_time(mine: Running, path: str) -> None:
    with mine.client() as client:
        assert not any(is_again(client.get(path)) for _ in range(2))


def test_what_is_wrong_is_not_kept(mine: Running) -> None:
    with mine.client() as client:
        answers = [client.get(path) for path in ("/article/9999", "/api/v1/articles?q=title:(") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [404, 404, 400, 400]
    assert not any("age" in answer.headers for answer in answers)


def test_of_a_kept_answer_is_sent_what_is_asked_for(mine: Running) -> None:
    path = "/search?q=moons"
    with mine.client() as client:
        for encoding in ("gzip", "identity"):
            headers = {"Accept-Encoding": encoding}
            whole = client.get(path, headers=headers)
            assert whole.headers.get("content-encoding", "identity") == encoding
            known = client.get(path, headers=headers | {"If-None-Match": whole.headers["etag"]})
            assert (known.status_code, known.content, "age" in known.headers) == (304, b"", False)
            head = client.head(path, headers=headers)
            assert is_again(head)
            assert head.content == b""
            assert head.headers["content-length"] == whole.headers["content-length"]
            assert head.headers["etag"] == whole.headers["etag"]
            other = client.get(path, headers=headers | {"If-None-Match": '"another"'})
            assert is_again(other)
            assert other.text == whole.text
    with mine.client() as client:  # asked for by who knows it first, it is kept whole
        path = "/search?q=moons&sort=date"
        tag = client.get(path).headers["etag"]
        client.put("/api/v1/articles/3/state", json={"starred": False})
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
        assert is_again(client.get(path))


@pytest.mark.parametrize("by", ["page", "API", "Miniflux", "Fever by POST", "Fever by GET"])
def test_a_change_is_seen_at_once(mine: Running, by: str) -> None:
    article, api = 5, "/api/v1/articles/5"
    paths = (f"/article/{article}", "/", "/search?q=is:starred", api)
    fever = {
        "api_key": md5(f"{USER}:{PASSWORD}".encode()).hexdigest(),
        "mark": "item",
        "as": "saved",
        "id": str(article),
    }
    with mine.client() as client:
        client.put(f"{api}/state", json={"starred": False})
        for path in paths:
            client.get(path)
        assert all(is_again(client.get(path)) for path in paths)
        changed = {
            "page": lambda: client.post("/mark", data={"action": "star", "article": str(article)}),
            "API": lambda: client.put(f"{api}/state", json={"starred": True}),
            "Miniflux": lambda: client.put(f"/v1/entries/{article}/bookmark"),
            "Fever by POST": lambda: client.post("/fever/?api", data=fever),
            "Fever by GET": lambda: client.get("/fever/?api", params=fever),
        }[by]()
        assert changed.status_code in (200, 204, 303)
        answers = [client.get(path) for path in paths]
        assert not any(map(is_again, answers))
        assert answers[-1].json()["starred_at"] is not None
        assert f'href="/article/{article}"' in answers[-2].text


def test_what_another_process_stores_is_seen_within_half_a_second(mine: Running) -> None:
    with mine.client() as client:
        for word in ("Peregrine", "Albatross"):  # asked for in between, and not
            path = f"/api/v1/articles?q={word}"
            assert client.get(path).json()["total"] == 0
            (mine.folder / "late.jsonl").write_text(_LINE.format(word))
            assert mine.run("import", "late.jsonl").returncode == 0
            if word == "Peregrine":
                client.get(path)
            time.sleep(CHANGED_SECONDS)
            assert client.get(path).json()["total"] == 1


def test_each_login_has_its_own(mine: Running) -> None:
    path, origin = "/article/7", {"Origin": mine.base}
    other = mine.run("web", "token", "another").stdout.strip()
    with (
        mine.client() as program,
        httpx.Client(base_url=mine.base, headers={"X-Auth-Token": other}) as second,
        httpx.Client(base_url=mine.base, headers=origin) as browser,
    ):
        program.get(path)
        assert is_again(program.get(path))
        assert second.get(path).status_code == 200  # its use is noted: a change
        program.get(path)
        second.get("/article/8")
        assert not is_again(program.get("/article/8"))
        assert is_again(second.get("/article/8"))
        for headers in ({}, {"X-Auth-Token": "wrong"}, {"Cookie": "aggregator_session=wrong"}):
            assert httpx.get(mine.base + path, headers=headers).status_code == 401
        assert browser.post("/login", data={"username": USER, "password": PASSWORD}).status_code == 303
        page = browser.get(path)
        assert not is_again(page)
        assert is_again(browser.get(path))
        session = dict(browser.cookies)
        assert browser.post("/logout").status_code == 303
        assert httpx.get(mine.base + path, cookies=session).status_code == 401
        assert mine.run("web", "revoke", "another").returncode == 0
        assert second.get("/article/8").status_code == 401  # at once


def test_a_password_counts_at_once(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = closed(archive_folder, tmp_path_factory)
    with serving(folder) as running, httpx.Client(base_url=running.base, auth=(USER, PASSWORD)) as client:
        client.get("/article/1")
        assert is_again(client.get("/article/1"))
        assert running.run("web", "password", USER, "--stdin", stdin="another one\n").returncode == 0
        assert client.get("/article/1").status_code == 401
        assert client.get("/article/1", auth=(USER, "another one")).status_code == 200


def test_links_are_those_of_the_host_that_is_asked(mine: Running) -> None:
    with mine.client() as client:
        client.get("/out/search.atom")
        assert is_again(client.get("/out/search.atom"))
        assert "http://localhost:1/out/" in client.get("/out/search.atom", headers={"Host": "localhost:1"}).text


def test_feeds_that_are_not_fetched_yet_are_told_of_at_once(tmp_path: Path) -> None:
    (tmp_path / "feeds.yaml").write_text("feeds: []\n")
    engine.open(f"sqlite:///{tmp_path / 'aggregator.db'}").close()
    with serving(tmp_path) as running, running.client() as client:
        for _ in range(2):
            before = client.get("/")
            assert not is_again(before)
        (tmp_path / "feeds.yaml").write_text("feeds:\n  - url: https://feed.example/\n")
        assert client.get("/").text != before.text


# From here on the maker of an answer is part of what is tested: routes that count, wait and fail, in the application.


@pytest.fixture
def made(store: Store, tmp_path: Path) -> "Made":
    """The application over an empty archive, with routes under the path of an article."""
    return Made(store, tmp_path)


class Made:
    def __init__(self, store: Store, folder: Path) -> None:
        logins, known = Logins(store), KnownConfig(store, folder / "feeds.yaml")
        self.app: FastAPI = create_app(ServerState(store=store, logins=logins, known=known))
        self.calls = Counter[str]()
        self.going = asyncio.Event()
        self.app.get("/article/made/{what}")(self.make)

    async def make(self, what: str) -> Response:
        self.calls[what] += 1
        number = self.calls[what]
        if what.startswith("slow"):
            await self.going.wait()
        if what.endswith("fails"):
            raise ZeroDivisionError
        if what.endswith("missing"):
            raise NotFound(f"nothing, {number}")
        body = "x" * (MOST_BYTES if what == "huge" else MOST_BYTES // 10 if what.startswith("big") else 10)
        headers = {"Set-Cookie": f"number={number}"} if what.endswith("cookie") else {}
        return Response(f"{number} {body}", headers=headers)

    def client(self) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        headers = {"Accept-Encoding": "identity"}
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1/article/made/", headers=headers)

    async def at_once(self, client: httpx.AsyncClient, what: str, number: int) -> list[httpx.Response]:
        """Asks so often before the first answer is made."""
        asked = [asyncio.create_task(client.get(what)) for _ in range(number)]
        while self.calls[what] == 0:
            await asyncio.sleep(0.01)
        await asyncio.sleep(1)  # the others reach it too
        self.going.set()
        return await asyncio.gather(*asked)


def test_what_many_ask_for_at_once_is_made_once(made: Made) -> None:
    async def ask() -> None:
        async with made.client() as client:
            answers = await made.at_once(client, "slow", 50)
            assert [answer.text for answer in answers] == ["1 xxxxxxxxxx"] * 50
            assert made.calls["slow"] == 1
            assert is_again(await client.get("slow"))

    asyncio.run(ask())


def test_what_fails_fails_for_all_who_wait_and_is_tried_again(made: Made) -> None:
    async def ask() -> None:
        async with made.client() as client:
            for what, status in (("slow-fails", 500), ("slow-missing", 404)):
                made.going.clear()
                answers = await made.at_once(client, what, 10)
                assert {answer.status_code for answer in answers} == {status}
                assert made.calls[what] == 1
                assert (await client.get(what)).status_code == status
                assert made.calls[what] == 2

    asyncio.run(ask())


def test_who_stops_waiting_stops_nobody_else(made: Made) -> None:
    async def ask() -> None:
        async with made.client() as client:
            first = asyncio.create_task(client.get("slow"))
            while made.calls["slow"] == 0:
                await asyncio.sleep(0.01)
            second = asyncio.create_task(client.get("slow"))
            await asyncio.sleep(0.1)
            first.cancel()
            made.going.set()
            assert (await second).text == "1 xxxxxxxxxx"

    asyncio.run(ask())


def test_a_cookie_is_for_one_alone(made: Made) -> None:
    async def ask() -> None:
        async with made.client() as client:
            answers = await made.at_once(client, "slow-cookie", 5)
            assert len({answer.headers["set-cookie"] for answer in answers}) == 5
            assert not is_again(await client.get("slow-cookie"))

    asyncio.run(ask())


def test_what_was_being_made_before_a_change_is_not_given_after_it(made: Made) -> None:
    async def ask() -> None:
        async with made.client() as client:
            before = asyncio.create_task(client.get("slow"))
            while made.calls["slow"] == 0:
                await asyncio.sleep(0.01)
            assert (await client.get("http://127.0.0.1/fever/")).status_code == 200
            after = asyncio.create_task(client.get("slow"))
            while made.calls["slow"] == 1:
                await asyncio.sleep(0.01)
            made.going.set()
            assert [(await one).text[0] for one in (before, after)] == ["1", "2"]
            assert made.calls["slow"] == 2

    asyncio.run(ask())


def test_what_is_kept_has_an_end(made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask() -> None:
        async with made.client() as client:
            for what in ("small", "huge"):
                await client.get(what)
            assert is_again(await client.get("small"))
            assert not is_again(await client.get("huge"))  # too large
            for number in range(11):
                await client.get(f"big-{number}")
            assert not is_again(await client.get("small"))  # others took its place
            assert not is_again(await client.get("big-0"))
            assert is_again(await client.get("big-10"))
            monkeypatch.setattr(kept_answers, "LONGEST_SECONDS", 0)
            monkeypatch.setattr(kept_answers, "CHANGED_SECONDS", 0)
            assert not is_again(await client.get("big-10"))

    asyncio.run(ask())
