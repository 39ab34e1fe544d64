"""The pages as they are sent: what a person without JavaScript gets."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.servers import Reply, Server
from tests.web.conftest import PASSWORD, USER, Running, closed, copied, run, serving

PAGES = (
    "/",
    "/search",
    "/search?q=bridge",
    "/search?q=nothing-of-that-kind",
    "/story/1",
    "/article/1",
    "/article/1/versions",
    "/article/1/copies",
    "/feeds",
    "/feeds/1",
    "/searches",
    "/help",
    "/docs",
    "/login",
)
BROWSER = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture(scope="module")
def mine(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """A browser that is logged in to a server whose archive may be changed."""
    folder = closed(archive_folder, tmp_path_factory)
    (folder / "old.jsonl").write_text(_OLD)
    assert run(folder, "import", "old.jsonl").returncode == 0
    with (
        serving(folder) as running,
        httpx.Client(base_url=running.base, headers=BROWSER | {"Origin": running.base}, timeout=30) as client,
    ):
        assert client.post("/login", data={"username": USER, "password": PASSWORD}).status_code == 303
        yield client


def browsing(running: Running) -> httpx.Client:
    """A browser that is not logged in."""
    return httpx.Client(base_url=running.base, headers=BROWSER, timeout=30)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_holds_nothing_that_its_policy_forbids(served: Running, path: str) -> None:
    with browsing(served) as client:
        answer = client.get(path)
    assert answer.status_code == 200
    assert "unsafe-inline" not in answer.headers["content-security-policy"]
    for forbidden in ("<script>", "<img src=x", 'href="javascript:', " style=", "<style"):
        assert forbidden not in answer.text


def test_what_is_wrong_is_told_in_a_page_to_a_browser_and_as_a_problem_to_others(served: Running) -> None:
    with served.client() as client:  # which asks for anything
        for path, status in (("/article/999999", 404), ("/story/999999", 404), ("/nothing", 404), ("/article/x", 404)):
            page, problem = client.get(path, headers=BROWSER), client.get(path)
            assert (page.status_code, problem.status_code) == (status, status)
            assert 'role="alert"' in page.text
            assert problem.headers["content-type"] == "application/problem+json"
        wrong = client.get("/search?q=title%3A(", headers=BROWSER)
        assert wrong.status_code == 400
        assert 'role="alert"' in wrong.text
        assert "problem" in client.get("/api/v1/articles/999999", headers=BROWSER).headers["content-type"]


def test_the_front_page_shows_what_is_unread_until_it_is_read(mine: httpx.Client) -> None:
    assert "report number 1" in mine.get("/?unread=1").text
    every = ",".join(str(one["id"]) for one in mine.get("/api/v1/articles?limit=100").json()["items"])
    told = mine.post("/mark", data={"action": "read", "article": every, "next": "/?unread=1"})
    assert (told.status_code, told.headers["location"]) == (303, "/?unread=1")
    assert "All read." in mine.get("/?unread=1").text
    away = mine.post("/mark", data={"action": "unread", "q": "*", "next": "https://evil.example/"})
    assert away.headers["location"] == "/"
    assert "report number 1" in mine.get("/?unread=1").text


def test_what_is_starred_is_found(mine: httpx.Client) -> None:
    assert "Nothing is starred" in mine.get("/search?q=is:starred").text
    mine.post("/mark", data={"action": "star", "article": 3})
    found = mine.get("/search?q=is:starred").text
    assert "1 article" in found
    assert 'href="/article/3"' in found
    assert mine.post("/mark", data={"action": "eat", "article": 3}).status_code == 400


def test_a_search_is_narrowed_drawn_and_saved(mine: httpx.Client) -> None:
    found = mine.get("/search?q=said&sort=date").text
    assert "25 articles" in found
    assert "<mark>said</mark>" in found
    assert 'class="chart"' in found
    second = found.partition('rel="next" data-next href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "First page" in mine.get(second).text
    assert mine.post("/searches", data={"name": "bridges", "query": "bridge"}).status_code == 303
    assert "bridges" in mine.get("/searches").text
    assert "12 articles" in mine.get("/search?q=saved:bridges").text
    assert mine.post("/searches", data={"name": "a b", "query": "x"}).status_code == 400
    told = mine.post("/searches/bridges/alert", data={"channel": "webhook", "target": "https://hook.example/x"})
    assert "whsec_" in told.text
    assert mine.post("/searches/bridges/alert", data={"channel": "command", "target": "id"}).status_code == 422
    assert mine.post("/searches/bridges/remove").status_code == 303


def test_an_address_where_nothing_is_says_so(served: Running) -> None:
    with served.client() as client:
        for path in ("/nothing", "/article/abc", "/story/0", f"/article/{'9' * 30}", "/feeds/x"):
            answer = client.get(path, headers={"Accept": "text/html"})
            assert answer.status_code == 404
            assert "there is nothing at this address" in answer.text
        assert client.get("/api/v1/articles/abc").status_code == 422


def test_stories_are_compared_split_and_merged(mine: httpx.Client) -> None:
    stories = mine.get("/api/v1/stories?since=7d&limit=50").json()["items"]
    big = max(stories, key=lambda one: int(one["reports"]))
    articles = [one["id"] for one in mine.get(f"/api/v1/stories/{big['id']}").json()["items"]]
    other = next(one for one in stories if one["id"] != big["id"])
    merged = mine.post(f"/story/{big['id']}/merge", data={"other": other["id"]})
    assert merged.headers["location"] == f"/story/{big['id']}"
    compared = mine.get(f"/story/{big['id']}?a={articles[0]}&b={other['article_id']}").text
    assert "<ins>" in compared
    split = mine.post(f"/story/{big['id']}/split", data={"article": other["article_id"]})
    assert split.status_code == 303
    assert f'href="/article/{other["article_id"]}"' in mine.get(split.headers["location"]).text


def test_subscriptions_are_added_found_changed_paused_and_removed(mine: httpx.Client, newsroom: Server) -> None:
    feed = newsroom.url("/more.xml")
    page = f'<html><head><link rel="alternate" type="application/rss+xml" href="{feed}"></head></html>'
    newsroom.route(
        "/more.xml", Reply(_RSS.format(origin=newsroom.origin), headers={"Content-Type": "application/rss+xml"})
    )
    newsroom.route("/home", Reply(page, headers={"Content-Type": "text/html"}))
    found = mine.post("/feeds", data={"url": newsroom.url("/home"), "category": "New"})
    assert f'name="url" value="{feed}"' in found.text
    assert "Subscribed to More news" in mine.post("/feeds", data={"url": feed, "category": "New"}).text
    assert 'role="alert"' in mine.post("/feeds", data={"url": feed}).text
    feed_id = next(one["id"] for one in mine.get("/api/v1/feeds").json() if one["url"] == feed)
    at = f"/feeds/{feed_id}"
    assert mine.post(at, data={"title": "Renamed", "category": "Old"}).status_code == 303
    assert "Renamed" in mine.get(at).text
    assert mine.post(at, data={"interval": "now and then"}).status_code == 400
    mine.post(f"{at}/pause", data={"length": "7d"})
    assert "It rests until" in mine.get(at).text
    mine.post(f"{at}/resume")
    assert "It rests until" not in mine.get(at).text
    assert mine.post(f"{at}/refresh").status_code == 303
    opml = mine.get("/feeds.opml")
    assert feed in opml.text
    assert mine.post(f"{at}/remove").headers["location"] == "/feeds"
    assert mine.get(at).status_code == 404
    back = mine.post("/feeds/opml", files={"file": ("feeds.opml", opml.content)}).text
    assert "1 added, 2 known before" in back
    assert 'role="alert"' in mine.post("/feeds/opml", files={"file": ("x", b"no outline")}).text


def test_what_was_removed_is_told_from_the_kept_page(
    archive_folder: Path, newsroom: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = copied(archive_folder, tmp_path_factory)
    said = "".join(f"<p>The council of Velden voted on bridge {n}, and the vote was close again.</p>" for n in range(9))
    menu = "<nav><a href=/x>Sign up for our newsletter</a></nav>"
    about = "<p class=about>The author went there.</p>"
    for name in ("vote", "ballot"):
        page = f"<html><body>{menu}<article><h1>A {name}</h1>{said}{about}</article></body></html>"
        newsroom.route(f"/{name}", Reply(page, headers={"Content-Type": "text/html"}))
    with (folder / "feeds.yaml").open("a") as config:
        config.write(f"articles:\n  - {{url: '{newsroom.url('/ballot')}', selectors: {{remove: [.about]}}}}\n")
    assert run(folder, "fetch", newsroom.url("/vote")).returncode == 0
    assert run(folder, "fetch", newsroom.url("/ballot")).returncode == 0
    with serving(folder) as running, browsing(running) as client:
        ids = {one["title"]: one["id"] for one in client.get("/api/v1/articles?limit=100").json()["items"]}
        assert "Sign up for our newsletter" in client.get(f"/article/{ids['A vote']}/removed").text
        assert "selector remove (.about) cuts out 1" in client.get(f"/article/{ids['A ballot']}/removed").text
        assert client.get("/article/1/removed").status_code == 404


_OLD = '{"url": "https://old.example/1", "text": "It was said.", "published_at": "2026-01-02T03:04:05Z"}'
_RSS = """<?xml version="1.0"?><rss version="2.0"><channel><title>More news</title><link>{origin}/</link>
<description>d</description><item><title>One</title><link>{origin}/one</link><guid>one</guid></item></channel></rss>"""
