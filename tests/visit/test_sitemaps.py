"""Sitemaps and section pages as feeds, through the whole path: a real server, a real database."""

import gzip
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from aggregator.engines import fetch as fetch_engine
from aggregator.pool import Pool
from aggregator.store import engine
from aggregator.visit.sitemap_index import MAX_SITEMAPS
from tests.servers import Reply, Server, conditional
from tests.visit import site

ENVIRON = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0", "AGGREGATOR_WORKERS": "1"}
NOW = datetime.now(UTC)
Fetch = Callable[[], fetch_engine.Summary]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "feeds.yaml"


@pytest.fixture
def fetch(config: Path, database_url: str, pool: Pool) -> Fetch:
    request = fetch_engine.FetchRequest(config, database_url, (), True)
    return lambda: fetch_engine.run(request, environ=ENVIRON, pool=pool)


@pytest.fixture
def ask(database_url: str) -> Callable[[str], list[tuple[object, ...]]]:
    def rows(query: str) -> list[tuple[object, ...]]:
        opened = engine.open(database_url)
        try:
            with opened.read() as conn:
                return [tuple(row) for row in conn.execute(text(query))]
        finally:
            opened.close()

    return rows


def subscribe(config: Path, url: str, more: str = "") -> None:
    config.write_text(f"feeds:\n  - url: {url}\n    {more}\n")


def ago(days: float) -> str:
    return (NOW - timedelta(days=days)).isoformat(timespec="seconds")


def urlset(*items: tuple[str, float | None]) -> str:
    rows = (
        f"<url><loc>{url}</loc>{f'<lastmod>{ago(age)}</lastmod>' if age is not None else ''}</url>"
        for url, age in items
    )
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(rows)}</urlset>'


def index(*items: tuple[str, float | None]) -> str:
    rows = (
        f"<sitemap><loc>{url}</loc>{f'<lastmod>{ago(age)}</lastmod>' if age is not None else ''}</sitemap>"
        for url, age in items
    )
    return f"<sitemapindex>{''.join(rows)}</sitemapindex>"


def asked(server: Server, prefix: str) -> list[str]:
    return [seen.path for seen in server.requests if seen.path.startswith(prefix)]


def test_only_what_came_out_since_the_subscription_is_fetched(server, config, fetch, ask) -> None:
    site.serve_pages(server, range(10))
    pages = [(server.url(f"/a/{n}"), None if n == 9 else n + 0.5) for n in range(10)]
    subscribe(config, server.route("/sitemap.xml", Reply(urlset(*pages))))
    summary = fetch()
    assert (summary.entries_new, summary.articles_new) == (2, 2)
    assert sorted(asked(server, "/a/")) == ["/a/0", "/a/1"]
    assert ask("SELECT format FROM feeds") == [("sitemap",)]
    assert ask("SELECT count(*) FROM entries WHERE error = 'older than the subscription'") == [(8,)]
    # an old article that is saved again is no new one; one that has no date is new if it was not there before
    changed = [(url, 0 if n == 5 else age) for n, (url, age) in enumerate(pages)]
    site.serve_pages(server, range(10, 12))
    server.route("/sitemap.xml", Reply(urlset(*changed, (server.url("/a/10"), None), (server.url("/a/11"), 0))))
    summary = fetch()
    assert (summary.entries_new, summary.articles_new) == (2, 2)
    assert sorted(asked(server, "/a/")[2:]) == ["/a/10", "/a/11"]


def test_the_backlog_is_configurable(server, config, fetch) -> None:
    site.serve_pages(server, range(5))
    url = server.route("/sitemap.xml", Reply(urlset(*((server.url(f"/a/{n}"), n * 3) for n in range(5)))))
    subscribe(config, url, "backlog: 7d")
    assert fetch().articles_new == 3


def test_a_news_sitemap_gives_titles_and_dates(server, config, fetch, ask) -> None:
    site.serve_pages(server, range(1))
    news = (
        f"<urlset xmlns:news='x'><url><loc>{server.url('/a/0')}</loc>"
        "<news:news><news:publication><news:name>Paper</news:name></news:publication>"
        f"<news:publication_date>{ago(0.1)}</news:publication_date><news:title>Listed title</news:title>"
        "</news:news></url></urlset>"
    )
    packed = Reply(gzip.compress(news.encode()), headers={"Content-Type": "application/x-gzip"})
    subscribe(config, server.route("/news.xml.gz", packed))
    assert fetch().articles_new == 1
    assert ask("SELECT title, published_at IS NOT NULL FROM entries") == [("Listed title", True)]
    assert ask("SELECT title, format FROM feeds") == [("Paper", "news-sitemap")]


def test_of_an_index_only_what_changed_is_read(server, config, fetch, ask) -> None:
    site.serve_pages(server, range(8))
    server.route("/s/new.xml", conditional(urlset((server.url("/a/0"), 0.1), (server.url("/a/1"), 9)), '"1"'))
    server.route("/s/today.xml.gz", Reply(gzip.compress(urlset((server.url("/a/2"), None)).encode())))
    server.route("/s/old.xml", Reply(urlset((server.url("/a/3"), 0.1))))
    listed = [(server.url("/s/new.xml"), 0.1), (server.url("/s/today.xml.gz"), 0.2), (server.url("/s/old.xml"), 400)]
    foreign = ("https://elsewhere.example/s.xml", 0.1)
    subscribe(config, server.route("/index.xml", conditional(index(*listed, foreign), '"i1"')))
    summary = fetch()
    assert summary.feeds_failed == 0, summary.feed_failures
    assert asked(server, "/s/") == ["/s/new.xml", "/s/today.xml.gz"]
    assert asked(server, "/a/") == ["/a/0"]  # what has no date may be old
    # nothing changed: nothing is read
    assert fetch().feeds_unchanged == 1
    assert len(asked(server, "/s/")) == 2
    # one sitemap changed: it alone is read, with its validators, and its new entry is fetched even without a date
    server.route("/s/today.xml.gz", Reply(urlset((server.url("/a/2"), None), (server.url("/a/4"), None))))
    listed[1] = (server.url("/s/today.xml.gz"), 0)
    server.route("/index.xml", conditional(index(*listed), '"i2"'))
    assert fetch().articles_new == 1
    assert asked(server, "/s/")[2:] == ["/s/today.xml.gz"]
    assert asked(server, "/a/") == ["/a/0", "/a/4"]
    # one is no longer listed
    server.route("/index.xml", conditional(index(*listed[:2]), '"i3"'))
    fetch()
    assert ask("SELECT count(*) FROM sitemaps") == [(2,)]


def test_a_large_index_is_read_over_several_polls(server, config, fetch, ask) -> None:
    for n in range(MAX_SITEMAPS + 5):
        server.route(f"/s/{n}", conditional(urlset((server.url(f"/a/{n}"), 300)), f'"{n}"'))
    listed = [(server.url(f"/s/{n}"), n / 100) for n in range(MAX_SITEMAPS + 5)]
    subscribe(config, server.route("/index.xml", conditional(index(*listed), '"i"')))
    fetch()
    assert asked(server, "/s/") == [f"/s/{n}" for n in range(MAX_SITEMAPS)]  # the newest first
    fetch()  # the index answers 304
    assert asked(server, "/s/")[MAX_SITEMAPS:] == [f"/s/{n}" for n in range(MAX_SITEMAPS, MAX_SITEMAPS + 5)]
    fetch()
    assert len(asked(server, "/s/")) == MAX_SITEMAPS + 5
    assert ask("SELECT count(*) FROM entries") == [(MAX_SITEMAPS + 5,)]
    assert asked(server, "/a/") == []


def test_an_index_without_dates_is_read_in_turn(server, config, fetch) -> None:
    for n in range(MAX_SITEMAPS + 5):
        server.route(f"/s/{n}", conditional(urlset((server.url(f"/a/{n}"), None)), f'"{n}"'))
    listed = index(*((server.url(f"/s/{n}"), None) for n in range(MAX_SITEMAPS + 5)))
    subscribe(config, server.route("/index.xml", conditional(listed, '"i"')))
    fetch()
    fetch()
    assert set(asked(server, "/s/")) == {f"/s/{n}" for n in range(MAX_SITEMAPS + 5)}
    assert asked(server, "/a/") == []
    site.serve_pages(server, range(100, 101))
    server.route("/s/3", Reply(urlset((server.url("/a/3"), None), (server.url("/a/100"), None))))
    fetch()
    fetch()
    assert asked(server, "/a/") == ["/a/100"]


def test_an_index_of_indexes(server, config, fetch) -> None:
    site.serve_pages(server, range(1))
    server.route("/s/leaf.xml", Reply(urlset((server.url("/a/0"), 0))))
    server.route("/s/inner.xml", Reply(index((server.url("/s/leaf.xml"), 0), (server.url("/s/inner.xml"), 0))))
    subscribe(config, server.route("/index.xml", Reply(index((server.url("/s/inner.xml"), 0)))))
    assert fetch().articles_new == 1
    assert asked(server, "/s/") == ["/s/inner.xml", "/s/leaf.xml"]


def test_sitemaps_that_fail(server, config, fetch, ask) -> None:
    site.serve_pages(server, range(1))
    server.route("/s/html.xml", Reply("<html><p>Sorry</p></html>"))
    server.route("/s/good.xml", Reply(urlset((server.url("/a/0"), 0))))
    listed = [(server.url(f"/s/{name}.xml"), 0.1) for name in ("missing", "html", "good")]
    subscribe(config, server.route("/index.xml", Reply(index(*listed))))
    assert fetch().articles_new == 1  # the others do no harm
    server.route("/index.xml", Reply(index((server.url("/s/gone.xml"), 0))))
    summary = fetch()
    assert summary.feeds_failed == 1
    assert "404" in summary.feed_failures[0][1]
    server.route("/s/busy.xml", Reply("", 503, headers={"Retry-After": "100"}))
    server.route("/index.xml", Reply(index((server.url("/s/busy.xml"), 0), (server.url("/s/other.xml"), 0))))
    assert fetch().feeds_failed == 1
    assert asked(server, "/s/other") == []  # the site is left alone
    assert ask("SELECT count(*) FROM sites WHERE quiet_until IS NOT NULL") == [(1,)]


def test_what_was_read_before_the_site_pushed_back_stays(server, config, fetch, ask) -> None:
    site.serve_pages(server, range(1))
    server.route("/s/good.xml", Reply(urlset((server.url("/a/0"), 0))))
    server.route("/s/busy.xml", Reply("", 503))
    listed = [(server.url("/s/good.xml"), 0.1), (server.url("/s/busy.xml"), 0.2), (server.url("/s/other.xml"), 0.3)]
    subscribe(config, server.route("/index.xml", Reply(index(*listed))))
    summary = fetch()
    assert (summary.feeds_failed, summary.articles_new) == (0, 1)
    assert asked(server, "/s/") == ["/s/good.xml", "/s/busy.xml"]
    server.route("/s/busy.xml", Reply(urlset()))
    server.route("/s/other.xml", Reply(urlset()))
    fetch()
    assert asked(server, "/s/")[2:] == ["/s/busy.xml", "/s/other.xml"]


def test_robots_count_for_sitemaps(server, config, fetch) -> None:
    server.route("/robots.txt", Reply("User-agent: *\nDisallow: /s/"))
    server.route("/s/a.xml", Reply(urlset((server.url("/a/0"), 0))))
    subscribe(config, server.route("/index.xml", Reply(index((server.url("/s/a.xml"), 0)))))
    summary = fetch()
    assert (summary.feeds_failed, asked(server, "/s/")) == (1, [])
    assert "robots.txt" in summary.feed_failures[0][1]


def test_a_section_page_is_a_feed(server, config, fetch, ask) -> None:
    site.serve_pages(server, range(6))

    def front(numbers: range) -> str:
        rows = "".join(
            f"<article><h2><a href='/a/{n}?utm_source=front{len(numbers)}'>Bridge {n} of Northtown</a></h2></article>"
            for n in numbers
        )
        nav = "<nav><a href=/weather>The weather of the whole week</a></nav>"
        return f"<html><title>The Paper</title>{nav}<main>{rows}</main></html>"

    url = server.route("/news", Reply(front(range(5))))
    subscribe(config, url)
    assert "an HTML page" in fetch().feed_failures[0][1]
    subscribe(config, url, "links: auto")
    assert fetch().articles_new == 5
    assert ask("SELECT title, format FROM feeds") == [("The Paper", "section")]
    server.route("/news", Reply(front(range(6))))
    assert (fetch().articles_new, len(asked(server, "/a/"))) == (1, 6)
    subscribe(config, url, "links: h2 a")
    fetch()
    subscribe(config, url, "links: .nothing")
    server.route("/news", Reply(front(range(4))))
    assert "matches no link" in fetch().feed_failures[0][1]
