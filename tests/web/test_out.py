"""Feeds out, read back by two parsers."""

import feedparser
import httpx
import pytest

from aggregator.feeds.parse_feed import parse
from tests.web.conftest import EVIL, PASSWORD, USER, Running

FORMS = {"rss": "application/rss+xml", "atom": "application/atom+xml", "json": "application/feed+json"}
ASKED = ("search?q=moons", "search?q=moons&stories=true", "story", "story?id=1", "feed?id=1", "category?id=3")


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("asked", ASKED)
def test_every_feed_is_read_without_a_complaint(served: Running, asked: str, form: str) -> None:
    kind, _, query = asked.partition("?")
    with served.client() as client:
        answer = client.get(f"/out/{kind}.{form}?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith(FORMS[form])
    ours = parse(answer.content, dict(answer.headers), str(answer.url))
    assert ours.problem is None
    assert ours.entries
    assert all(entry.content and len(entry.content) > 300 for entry in ours.entries)
    assert len({entry.key for entry in ours.entries}) == len(ours.entries)
    assert "<script" not in "".join(entry.content or "" for entry in ours.entries)
    if form != "json":
        theirs = feedparser.parse(answer.content)
        assert not theirs.bozo
        assert [one.id for one in theirs.entries] == [entry.guid for entry in ours.entries]


def test_titles_come_back_as_they_are(served: Running) -> None:
    with served.client() as client:
        for form in FORMS:
            answer = client.get(f"/out/search.{form}?q=alert&stories=true")
            assert EVIL in [entry.title for entry in parse(answer.content, {}, str(answer.url)).entries]


def test_what_is_not_there_is_said(served: Running) -> None:
    with served.client() as client:
        for path, status in (("feed.rss", 400), ("feed.rss?id=99", 404), ("story.rss?id=99999", 404), ("x.rss", 422)):
            assert client.get(f"/out/{path}").status_code == status, path
        assert "Science.xml" in client.get("/out/subscriptions.opml").text


def test_a_token_for_feeds_opens_nothing_else(locked: Running) -> None:
    key = locked.run("web", "token", "lounge", "--out").stdout.strip()
    with httpx.Client(base_url=locked.base) as client:
        feed = client.get(f"/out/search.rss?key={key}&q=moons")
        assert feed.status_code == 200
        assert key not in feed.text
        assert client.get("/out/search.rss", auth=("anybody", key)).status_code == 200
        assert client.get("/out/search.rss", auth=(USER, PASSWORD)).status_code == 200
        refused = client.get("/out/search.rss?key=x")
        assert (refused.status_code, refused.headers["www-authenticate"][:5]) == (401, "Basic")
        for headers in ({"Authorization": f"Bearer {key}"}, {"X-Auth-Token": key}):
            assert client.get("/api/v1/articles", headers=headers).status_code == 401
        assert client.get(f"/api/v1/articles?key={key}").status_code == 401
        assert locked.run("web", "revoke", "lounge").returncode == 0
        assert client.get(f"/out/search.rss?key={key}").status_code == 401
