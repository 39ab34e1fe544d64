"""`aggregator feeds discover` and `feeds add` of pages, against a real server on loopback."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from tests.feeds.section.sections import SECTIONS
from tests.servers import Reply, Server
from tests.visit import site

ASK = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0"}
HTML = {"Content-Type": "text/html; charset=utf-8"}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


def page(server: Server, path: str, head: str = "", body: str = "") -> str:
    text = f"<!doctype html><html><head><title>The Paper</title>{head}</head><body>{body}</body></html>"
    return server.route(path, Reply(text, headers=HTML))


def dated(server: Server, hours: float) -> str:
    at = (datetime.now(UTC) - timedelta(hours=hours)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    return site.rss(server, range(3)).replace("</title><link>", f"</title><pubDate>{at}</pubDate><link>", 2)


def alternate(href: str, kind: str = "rss+xml") -> str:
    return f'<link rel="alternate" type="application/{kind}" title="x" href="{href}">'


def test_what_a_page_names_best_first(run, server) -> None:
    site.serve_feed(server, "/comments.xml", site.rss(server, range(9)).replace("Paper", "Comments on Paper"))
    site.serve_feed(server, "/all.xml", dated(server, 5))
    site.serve_feed(server, "/atom", site.atom(server, range(4)))
    site.serve_feed(server, "/empty.xml", site.rss(server, range(0)))
    head = "".join(map(alternate, ("/comments.xml", "/empty.xml", "/missing.xml", "/oembed?x=1", "all.xml")))
    url = page(
        server, "/", head, "<footer><a href=/atom>RSS</a> <a href=https://other.example/rss.xml>RSS</a></footer>"
    )
    done = run("feeds", "discover", url, "--json", **ASK)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    told = ((one["url"].removeprefix(server.origin), one["format"], one["entries"], one["found_by"]) for one in found)
    assert list(told) == [
        ("/all.xml", "rss20", 3, "link"),
        ("/atom", "atom10", 4, "anchor"),
        ("/comments.xml", "rss20", 9, "link"),
        ("/empty.xml", "rss20", 0, "link"),
    ]  # fmt: skip
    assert found[0]["title"] == "Paper"
    assert 4 * 3600 < found[0]["age_seconds"] < 6 * 3600
    assert found[0]["command"] == f"aggregator feeds add {server.url('/all.xml')}"
    shown = run("feeds", "discover", url, **ASK).stdout
    assert shown.splitlines()[-1] == f"to subscribe: aggregator feeds add {server.url('/all.xml')}"
    assert "5 h ago" in shown
    assert "RSS 2.0" in shown
    assert run("feeds", "discover", url, "--format", "text", **ASK).stdout.split()[0] == server.url("/all.xml")
    assert (
        next(csv.DictReader(run("feeds", "discover", url, "--format", "csv", **ASK).stdout.splitlines()))["entries"]
        == "3"
    )


def test_common_addresses_where_the_page_names_none(run, server) -> None:
    site.serve_feed(server, "/atom.xml", site.atom(server, range(2)))
    url = page(server, "/world/asia")
    (found,) = json.loads(run("feeds", "discover", url, "--json", **ASK).stdout)
    assert (found["url"], found["found_by"]) == (server.url("/atom.xml"), "path")
    assert [seen.path for seen in server.requests][:4] == ["/robots.txt", "/world/asia", "/world/asia/feed/", "/feed/"]
    assert len({seen.path for seen in server.requests}) == len(server.requests)  # nothing is asked for twice


def test_sitemaps_of_robots_and_the_page_itself_as_the_last_resort(run, server) -> None:
    section = SECTIONS[1]
    sitemaps = f"Sitemap: {server.url('/plain.xml')}\nsitemap: /news.xml\n"
    server.route("/robots.txt", Reply(f"User-agent: *\nDisallow: /private\n{sitemaps}"))
    server.route(
        "/plain.xml", Reply(f"<urlset><url><loc>{server.url('/a/1')}</loc><lastmod>2026-01-01</lastmod></url></urlset>")
    )
    server.route(
        "/news.xml",
        Reply(
            f"<urlset xmlns:news='x'><url><loc>{server.url('/a/1')}</loc>"
            "<news:news><news:title>A</news:title></news:news></url></urlset>"
        ),
    )
    html = section.html.replace("<head>", "<head>" + alternate("/private/feed.xml"))
    url = server.route("/international", Reply(html, headers=HTML))
    found = json.loads(run("feeds", "discover", url, "--json", **ASK).stdout)
    assert [(one["format"], one["entries"], one["links"]) for one in found] == [
        ("news-sitemap", 1, None),
        ("sitemap", 1, None),
        ("section", 7, "auto"),
    ]
    assert found[2]["command"].endswith("/international --links auto")
    assert server.seen("/private/feed.xml") == []  # robots.txt forbids it


def test_a_feed_answers_itself(run, server) -> None:
    url = site.serve_feed(server, "/rss", site.rss(server, range(2)))
    (found,) = json.loads(run("feeds", "discover", url, "--json", **ASK).stdout)
    assert (found["url"], found["found_by"]) == (url, "itself")
    assert [seen.path for seen in server.requests] == ["/robots.txt", "/rss"]


def test_what_can_not_be_discovered(fails, server) -> None:
    url = page(server, "/")
    assert "no feed, sitemap or list of articles found" in fails("feeds", "discover", url, code=1, **ASK)
    assert "404" in fails("feeds", "discover", server.url("/missing"), code=1, **ASK)
    assert "not an http" in fails("feeds", "discover", "ftp://a.example/", code=2, **ASK)
    assert "private" in fails("feeds", "discover", url, code=1)
    server.route("/robots.txt", Reply("User-agent: *\nDisallow: /\n"))
    assert "robots.txt forbids" in fails("feeds", "discover", url, code=1, **ASK)


def test_a_page_that_can_not_be_had_hides_no_feed(run, server) -> None:
    url = server.route("/", Reply("No robots", 403))
    site.serve_feed(server, "/feed.xml", site.rss(server, range(2)))
    (found,) = json.loads(run("feeds", "discover", url, "--json", **ASK).stdout)
    assert (found["url"], found["found_by"]) == (server.url("/feed.xml"), "path")


def test_redirects_ask_robots_too(run, server) -> None:
    server.route("/robots.txt", Reply("User-agent: *\nDisallow: /secret\n"))
    server.route("/feed.xml", Reply(status=302, headers={"Location": "/secret/feed"}))
    url = page(server, "/", alternate("/feed.xml"))
    assert run("feeds", "discover", url, "--json", **ASK).returncode == 1
    assert server.seen("/secret/feed") == []


def test_requests_keep_their_gap(run, server) -> None:
    url = page(server, "/")
    run("feeds", "discover", url, **ASK | {"AGGREGATOR_SITE_GAP": "0.2s"})
    times = [seen.at for seen in server.requests]
    assert len(times) > 5
    assert all(later - earlier > 0.18 for earlier, later in pairwise(times))
    assert all((seen.header("user-agent") or "").startswith("aggregator/") for seen in server.requests)


def test_add_of_a_page_offers_what_it_found(run, server, tmp_path) -> None:
    site.serve_feed(server, "/all.xml", site.rss(server, range(3)))
    url = page(server, "/", alternate("/all.xml"))
    done = run("feeds", "add", url, **ASK)
    assert done.returncode == 1
    command = f"aggregator feeds add {server.url('/all.xml')}"
    assert done.stderr == f"aggregator: {url}: a page, not a feed; add one of these, the first with: {command}\n"
    assert server.url("/all.xml") in done.stdout
    assert not (tmp_path / "feeds.yaml").exists()
    assert run("feeds", "add", url, "--discover", "--category", "World", **ASK).returncode == 0
    assert (tmp_path / "feeds.yaml").read_text() == f"feeds:\n  - url: {server.url('/all.xml')}\n    category: World\n"


def test_add_of_a_section_page(run, fails, server, tmp_path) -> None:
    url = server.route("/europe", Reply(SECTIONS[8].html, headers=HTML))
    assert run("feeds", "add", url, "--discover", **ASK).returncode == 0
    assert "links: auto" in (tmp_path / "feeds.yaml").read_text()
    run("feeds", "remove", url)
    assert run("feeds", "add", url, "--links", "a[data-testid=internal-link]", **ASK).returncode == 0
    assert "links: a[data-testid=internal-link]" in (tmp_path / "feeds.yaml").read_text()
    run("feeds", "remove", url)
    assert "matches no link" in fails("feeds", "add", url, "--links", ".none", code=1, **ASK)
    assert "links" in fails("feeds", "add", url, "--links", ":::", "--no-check", **ASK)


def test_add_of_what_can_not_be_read(run, fails, server, tmp_path) -> None:
    assert "no feed, and none found" in fails("feeds", "add", page(server, "/"), code=1, **ASK)
    assert "404" in fails("feeds", "add", server.url("/missing"), code=1, **ASK)
    assert not (tmp_path / "feeds.yaml").exists()
    assert run("feeds", "add", server.url("/missing"), "--no-check", **ASK).returncode == 0
    server.route("/busy", Reply("", 503))
    done = run("feeds", "add", server.url("/busy"), **ASK)
    assert done.returncode == 0
    assert "503" in done.stderr
    assert "added without having been read" in done.stderr


def test_replace_keeps_the_options(run, fails, server, tmp_path) -> None:
    url = site.serve_feed(server, "/new", site.rss(server, range(1)))
    (tmp_path / "feeds.yaml").write_text("feeds:\n  - url: https://old.example/f  # mine\n    title: 'Old'\n")
    assert run("feeds", "add", url, "--replace", "https://old.example/f", **ASK).returncode == 0
    assert (tmp_path / "feeds.yaml").read_text() == f"feeds:\n  - url: {url}  # mine\n    title: 'Old'\n"
    assert "https://old.example/f: no subscription" in fails(
        "feeds", "add", url, "--no-check", "--replace", "https://old.example/f"
    )
    assert "--replace keeps" in fails("feeds", "add", "b.example", "--replace", url, "--title", "X")
