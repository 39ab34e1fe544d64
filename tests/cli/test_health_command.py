"""Feeds that fare badly, as a person sees it: fetch says it once, list sorts by it, explain tells why."""

import json

import pytest

from tests.servers import Reply, Server
from tests.visit import site


@pytest.fixture
def server():
    with Server() as running:
        yield running


SETTINGS = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0", "AGGREGATOR_WORKERS": "1"}


def subscribe(folder, *urls):
    (folder / "feeds.yaml").write_text("feeds:\n" + "".join(f"  - url: {url}\n    full_text: never\n" for url in urls))


def fetch(run, *more):
    return json.loads(run("fetch", "--all", "--json", *more, **SETTINGS).stdout)


def listed(run):
    return {record["url"]: record for record in json.loads(run("feeds", "list", "--json").stdout)}


def test_a_change_of_state_is_said_once(run, tmp_path, server):
    good = site.serve_feed(server, "/good", site.rss(server, range(3)))
    bad = server.route("/bad", Reply(b"", 403))
    wall = server.route("/wall", Reply(b"<html><title>Just a moment...</title></html>"))
    subscribe(tmp_path, good, bad, wall)
    (first,) = fetch(run)["state_changes"]
    assert (first["feed"], first["before"], first["state"]) == (wall, "new", "blocked")
    (second,) = fetch(run)["state_changes"]
    assert (second["feed"], second["state"]) == (bad, "blocked")
    assert second["advice"]
    assert fetch(run)["state_changes"] == []
    states = listed(run)
    assert list(states) == [bad, wall, good]
    assert [record["state"] for record in states.values()] == ["blocked", "blocked", "healthy"]
    assert states[bad]["state_why"] == "the server answered 403 Forbidden, 3 times in a row"
    server.route("/bad", Reply(site.rss(server, range(3))))
    (back,) = fetch(run)["state_changes"]
    assert (back["feed"], back["before"], back["state"]) == (bad, "blocked", "healthy")
    shown = run("feeds", "list").stdout
    assert "3 feeds: 1 blocked, 2 healthy" in shown
    assert f"aggregator feeds remove {wall}" in shown
    assert run("feeds", "check", "--offline").returncode == 1


def test_a_feed_that_is_cut_off_is_said_to_be(run, tmp_path, server):
    whole = site.rss(server, range(3))
    cut = server.route("/cut", Reply(whole[: whole.index("<guid>g2")].encode(), headers={"ETag": '"1"'}))
    subscribe(tmp_path, cut)
    for _ in range(2):
        run("fetch", "--all", **SETTINGS)
        assert "its document is damaged" in " ".join(run("feeds", "list", COLUMNS="200").stdout.split())


@pytest.mark.parametrize("width", ["80", "200"])
def test_explain(run, tmp_path, server, width):
    url = site.serve_feed(server, "/f", site.rss(server, range(3)))
    server.route("/robots.txt", Reply(b"User-agent: *\nCrawl-delay: 1\n"))
    subscribe(tmp_path, url)
    before = run("feeds", "explain", url).stdout
    assert "never polled" in before
    fetch(run)
    site.serve_feed(server, "/f", site.rss(server, range(10, 13)))
    fetch(run)
    shown = run("feeds", "explain", "Paper", COLUMNS=width).stdout
    assert max(map(len, shown.splitlines())) <= int(width)
    flat = " ".join(shown.split())
    for words in (
        "asked for by `aggregator fetch`",
        "it listed 3 entries, 3 of them new",
        "may have been missed",
        "no cool-down",
        "Crawl-delay of 1 s",
        "`interval: 30m`",
    ):
        assert words in flat
    found = json.loads(run("feeds", "explain", url, "--json").stdout)
    assert found["state"] == "healthy"
    assert [(poll["outcome"], poll["new"]) for poll in found["polls"]] == [("changed", 3), ("changed", 3)]
    assert found["next_poll_at"] > found["last_poll_at"]
    assert found["site"]["robots"].startswith("robots.txt allows it")


def test_explain_of_what_asks_for_quiet(run, tmp_path, server):
    url = server.route("/f", Reply(b"", 429, headers={"Retry-After": "7200"}))
    subscribe(tmp_path, url)
    fetch(run)
    found = json.loads(run("feeds", "explain", url, "--json").stdout)
    assert found["site"]["quiet_until"]
    assert found["next_poll"][0] == "its server asks to wait 2h (Retry-After)"


def test_explain_of_what_is_gone_or_unknown(run, fails, tmp_path, server):
    url = server.route("/f", Reply(b"", 410))
    subscribe(tmp_path, url)
    fetch(run)
    found = json.loads(run("feeds", "explain", url, "--json").stdout)
    assert (found["state"], found["next_poll_at"]) == ("gone", None)
    assert f"aggregator fetch {url}" in found["next_poll"][0]
    assert "feeds list" in fails("feeds", "explain", "https://nowhere.example/")


def test_a_feed_that_was_never_polled_is_explained(run, tmp_path, server):
    subscribe(tmp_path, server.url("/f"))
    done = run("feeds", "explain", server.url("/f"))
    assert done.returncode == 0, done.stderr
    assert json.loads(run("feeds", "explain", server.url("/f"), "--json").stdout)["polls"] == []
