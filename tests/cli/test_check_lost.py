"""`feeds check` finds feeds that are lost again on their site, and offers the change without making it."""

import json
from collections.abc import Iterator

import pytest

from tests.servers import Reply, Server
from tests.visit import site

ASK = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0"}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def front(server: Server, path: str, *feeds: str) -> None:
    links = "".join(f'<link rel=alternate type="application/rss+xml" href="{feed}">' for feed in feeds)
    server.route(
        path, Reply(f"<html><head><title>Paper</title>{links}</head></html>", headers={"Content-Type": "text/html"})
    )


@pytest.mark.parametrize(
    ("times", "answer"), [(1, Reply("gone", 410)), (3, Reply("no", 404)), (3, Reply("<html><p>Moved</p></html>"))]
)
def test_a_lost_feed_is_offered_again(run, server, tmp_path, times, answer) -> None:
    old = site.serve_feed(server, "/rss", site.rss(server, range(0)))
    (tmp_path / "feeds.yaml").write_text(f"# mine\nfeeds:\n  - url: {old}\n    category: World\n")
    run("fetch", "--all", **ASK)
    server.route("/rss", answer)
    site.serve_feed(server, "/comments", site.atom(server, range(2)).replace("Paper", "Comments"))
    new = site.serve_feed(server, "/new.xml", site.rss(server, range(0, 2)))
    front(server, "/", "/comments", "/new.xml", "/rss")
    for _ in range(times):
        run("fetch", "--all", **ASK)
    before = (tmp_path / "feeds.yaml").read_text()
    done = run("feeds", "check", **ASK)
    assert done.returncode == 1
    assert f"{old}: its site has {new} (RSS 2.0 'Paper', 2 entries, newest unknown)" in done.stdout
    command = next(line for line in done.stdout.splitlines() if "to follow it:" in line).partition("aggregator ")[2]
    assert (tmp_path / "feeds.yaml").read_text() == before
    (found,) = json.loads(run("feeds", "check", "--json", **ASK).stdout)
    assert (found["lost"], found["offer"]["url"], found["offer"]["command"]) == (True, new, f"aggregator {command}")
    asked = len(server.requests)
    assert json.loads(run("feeds", "check", "--offline", "--json", **ASK).stdout)[0]["offer"] is None
    assert len(server.requests) == asked
    assert run(*command.split(), **ASK).returncode == 0
    assert (tmp_path / "feeds.yaml").read_text() == before.replace(old, new)
    assert run("fetch", "--all", **ASK).returncode == 0
    assert run("feeds", "check", **ASK).returncode == 0


def test_a_feed_that_only_fails_is_not_lost(run, server, tmp_path) -> None:
    url = server.route("/rss", Reply("", 500))
    (tmp_path / "feeds.yaml").write_text(f"feeds:\n  - url: {url}\n")
    for _ in range(3):
        run("fetch", "--all", **ASK)
    asked = len(server.requests)
    done = run("feeds", "check", **ASK)
    assert done.returncode == 1
    assert "3 times in a row" in done.stdout
    assert len(server.requests) == asked


def test_a_site_that_is_gone_as_a_whole_or_has_nothing_else(run, server, tmp_path) -> None:
    url = server.route("/rss", Reply("", 410))
    (tmp_path / "feeds.yaml").write_text(f"feeds:\n  - url: {url}\n  - url: {server.url('/other')}\n")
    site.serve_feed(server, "/other", site.rss(server, range(0)))
    run("fetch", "--all", **ASK)
    front(server, "/", "/other")  # subscribed already
    done = run("feeds", "check", **ASK)
    assert "gone since" in done.stdout
    assert "to follow it" not in done.stdout
    server.route("/", Reply("", 500))
    assert run("feeds", "check", **ASK).returncode == 1
