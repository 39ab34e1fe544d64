"""The API, asked over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.servers import Reply, Server
from tests.web.conftest import EVIL, Running, closed, run, serving


@pytest.fixture(scope="module")
def writable(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A client that may change an archive of its own."""
    folder = closed(archive_folder, tmp_path_factory)
    token = run(folder, "web", "token", "tests").stdout.strip()
    with serving(folder, token=token) as running, running.client() as client:
        yield client


def test_articles_are_searched(served: Running) -> None:
    with served.client() as client:
        found = client.get("/api/v1/articles", params={"q": "moons", "limit": 5, "sort": "date"}).json()
        assert found["total"] == 12
        assert len(found["items"]) == 5
        assert found["items"][0]["read_at"] is None
        assert "<" not in found["items"][0]["snippet"]


@pytest.mark.parametrize("sort", ["date", "relevance"])
def test_pages_follow_one_another_to_the_end(served: Running, sort: str) -> None:
    with served.client() as client:
        seen: list[int] = []
        cursor = None
        while True:
            asked: dict[str, str | int] = {
                "q": "moons",
                "limit": 5,
                "sort": sort,
                **({"cursor": cursor} if cursor else {}),
            }
            page = client.get("/api/v1/articles", params=asked).json()
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert len(seen) == len(set(seen)) == 12


def test_one_article_in_every_form(served: Running) -> None:
    with served.client() as client:
        known = client.get("/api/v1/articles/2")
        assert known.headers["last-modified"]
        article = known.json()
        types = {"text": "text/plain", "markdown": "text/markdown", "html": "text/html"}
        for form, media_type in types.items():
            answer = client.get("/api/v1/articles/2", params={"format": form})
            assert answer.headers["content-type"] == f"{media_type}; charset=utf-8"
            assert article["text"][:40] in answer.text
        assert client.get("/api/v1/articles/2", params={"format": "markdown"}).text.startswith("# ")
        assert client.get("/api/v1/articles/2/revisions").json()["versions"][0]["number"] == 1
        assert client.get("/api/v1/articles/2/diff").json() is None
        assert isinstance(client.get("/api/v1/articles/2/copies").json(), list)


def test_html_of_an_article_holds_nothing_that_acts(served: Running) -> None:
    with served.client() as client:
        evil = client.get("/api/v1/articles", params={"q": "alert"}).json()["items"]
        assert {item["title"] for item in evil} == {EVIL}
        for item in evil:
            html = client.get(f"/api/v1/articles/{item['id']}", params={"format": "html"}).text
            assert "<script" not in html
            assert "onerror=" not in html.replace("onerror=alert(2)&gt;", "")


def test_stories(served: Running) -> None:
    with served.client() as client:
        stories = client.get("/api/v1/stories", params={"since": "7d"}).json()["items"]
        story = client.get(f"/api/v1/stories/{stories[0]['id']}").json()
        assert len(story["items"]) == story["articles"] == stories[0]["articles"]
        assert client.get("/api/v1/stories/999999").status_code == 404


def test_feeds_and_what_is_unread_of_them(served: Running) -> None:
    with served.client() as client:
        feeds = client.get("/api/v1/feeds").json()
        assert [feed["state"] for feed in feeds] == ["healthy", "healthy"]
        one = client.get(f"/api/v1/feeds/{feeds[0]['id']}").json()
        assert one == feeds[0]
        why = client.get(f"/api/v1/feeds/{feeds[0]['id']}/explain").json()
        assert why["next_poll"]
        categories = client.get("/api/v1/categories").json()
        assert [(one["name"], one["unread"]) for one in categories] == [("", 0), ("Science", 12), ("World", 12)]


def test_an_answer_that_is_known_is_not_sent_again(served: Running) -> None:
    with served.client() as client:
        for path in ("/api/v1/articles?q=moons", "/api/v1/articles/2", "/api/v1/feeds", "/login"):
            answer = client.get(path)
            again = client.get(path, headers={"If-None-Match": f'"other", {answer.headers["etag"]}'})
            assert again.status_code == 304, path
            assert not again.content
            assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
            head = client.head(path)
            assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])
        since = {"If-Modified-Since": client.get("/api/v1/articles/2").headers["last-modified"]}
        assert client.get("/api/v1/articles/2", headers=since).status_code == 304


def test_answers_are_compressed(served: Running) -> None:
    with served.client() as client:
        answer = client.get("/api/v1/articles", params={"limit": 24})
        assert answer.headers["content-encoding"] == "gzip"
        assert int(answer.headers["content-length"]) < len(answer.content) / 2


def test_mistakes_are_problems(served: Running) -> None:
    wrong = (
        ("?q=title:(", 400),
        ("?limit=x", 422),
        ("?feed=none", 400),
        ("?cursor=x", 400),
        ("/0", 422),
        ("/999", 404),
    )
    with served.client() as client:
        for path, status in (*wrong, ("/x/y", 404)):
            answer = client.get(f"/api/v1/articles{path}")
            assert answer.status_code == status, path
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["status"] == status
            assert answer.json()["detail"]
        wrong_method = client.request("OPTIONS", "/api/v1/feeds")
        assert (wrong_method.status_code, wrong_method.headers["allow"]) == (405, "GET, POST")


def test_articles_are_read_and_starred(writable: httpx.Client) -> None:
    state = writable.put("/api/v1/articles/3/state", json={"read": True, "starred": True}).json()
    assert state["read_at"]
    assert writable.get("/api/v1/articles", params={"q": "is:starred"}).json()["items"][0]["starred_at"]
    assert writable.post("/api/v1/state", json={"q": "moons", "read": True}).json()["changed"] in (11, 12)
    assert writable.get("/api/v1/articles", params={"q": "is:unread moons"}).json()["total"] == 0
    assert writable.post("/api/v1/state", json={"ids": [3], "read": False, "starred": False}).json()["changed"] == 2
    assert writable.get("/api/v1/articles/3/state").json() == {"read_at": None, "starred_at": None}
    assert writable.post("/api/v1/state", json={}).status_code == 400
    assert writable.get("/api/v1/stats").json()["read"] >= 11


def test_feeds_are_subscribed_changed_and_left(writable: httpx.Client, newsroom: Server) -> None:
    newsroom.route("/new.xml", Reply('<rss version="2.0"><channel><title>New</title><link>x</link></channel></rss>'))
    page = newsroom.route("/page", Reply('<link rel="alternate" type="application/rss+xml" href="/new.xml"><p>Hi'))
    refused = writable.post("/api/v1/feeds", json={"url": page})
    assert refused.status_code == 422
    assert [one["url"] for one in refused.json()["candidates"]] == [newsroom.url("/new.xml")]
    made = writable.post("/api/v1/feeds", json={"url": newsroom.url("/new.xml"), "category": "Fresh"})
    assert made.status_code == 201, made.text
    feed = f"/api/v1/feeds/{made.json()['id']}"
    assert "Fresh" in [one["name"] for one in writable.get("/api/v1/categories").json()]
    changed = writable.patch(feed, json={"title": "Newer"}).json()
    assert (changed["title"], changed["category"]) == ("Newer", "Fresh")
    assert writable.post(f"{feed}/refresh").status_code == 202
    assert writable.delete(feed).status_code == 204
    assert writable.get(feed).status_code == 404
    assert len(writable.get("/api/v1/feeds").json()) == 2


def test_searches_are_saved(writable: httpx.Client) -> None:
    assert writable.put("/api/v1/searches/moons", json={"query": "moons -pier"}).json()["query"] == "moons -pier"
    assert writable.get("/api/v1/articles", params={"q": "saved:moons"}).json()["total"] == 12
    assert writable.put("/api/v1/searches/bad", json={"query": "title:("}).status_code == 400
    assert [one["name"] for one in writable.get("/api/v1/searches").json()] == ["moons"]
    assert writable.delete("/api/v1/searches/moons").status_code == 204
    assert writable.delete("/api/v1/searches/moons").status_code == 404
