"""One fetch against real servers and real databases: what is stored, what a second fetch does."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from aggregator.config.models import Settings
from aggregator.engines import fetch as fetch_engine
from aggregator.errors import AggregatorError, ConfigError, UsageError
from aggregator.net.client import Net
from aggregator.net.net_settings import net_settings
from aggregator.pool import Pool
from aggregator.store import engine, locks
from aggregator.store.schema import articles, entries, feeds, polls, revisions
from aggregator.store.upkeep import maintenance
from tests.servers import Canned, Reply, Server
from tests.visit import site

ENVIRON = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0", "AGGREGATOR_WORKERS": "1"}
Fetch = Callable[..., fetch_engine.Summary]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "feeds.yaml"


@pytest.fixture
def fetch(config: Path, database_url: str, pool: Pool) -> Fetch:
    def run(*targets: str, everything: bool = True) -> fetch_engine.Summary:
        path = config if config.exists() else None
        request = fetch_engine.FetchRequest(path, database_url, targets, everything and not targets)
        return fetch_engine.run(request, environ=ENVIRON, pool=pool)

    return run


def subscribe(config: Path, *lines: str) -> None:
    config.write_text("feeds:\n" + "".join(f"  - url: {line}\n" for line in lines))


def count(url: str, table: str, where: str = "1 = 1") -> int:
    opened = engine.open(url)
    try:
        with opened.read() as conn:
            return int(conn.execute(text(f"SELECT count(*) FROM {table} WHERE {where}")).scalar_one())
    finally:
        opened.close()


def sound(url: str) -> bool:
    opened = engine.open(url)
    try:
        return list(maintenance.check(opened)) == []
    finally:
        opened.close()


def test_every_format_is_polled_and_its_pages_stored_once(
    server: Server, config: Path, fetch: Fetch, database_url: str
) -> None:
    site.serve_pages(server, range(8))
    urls = [
        site.serve_feed(server, "/rss", site.rss(server, range(0, 3))),
        site.serve_feed(server, "/atom", site.atom(server, range(2, 5))),
        site.serve_feed(server, "/rdf", site.rdf(server, range(4, 7))),
        site.serve_feed(server, "/json", site.jsonfeed(server, range(6, 8)), "application/feed+json"),
    ]
    subscribe(config, *urls)
    first = fetch()
    assert (first.feeds_changed, first.feeds_failed, first.entries_new) == (4, 0, 11)
    assert count(database_url, "articles") == 8
    assert count(database_url, "entries", "state = 'done'") == 11
    assert sound(database_url)
    asked = len(server.requests)
    second = fetch()
    assert (second.feeds_unchanged, second.entries_new, second.articles_new) == (4, 0, 0)
    assert all(seen.header("if-none-match") for seen in server.requests[asked:])
    assert not [seen for seen in server.requests[asked:] if seen.path.startswith("/a/")]


def test_boilerplate_is_left_out_and_the_article_is_found(
    server: Server, config: Path, fetch: Fetch, database_url: str
) -> None:
    site.serve_pages(server, range(1))
    subscribe(config, site.serve_feed(server, "/rss", site.rss(server, range(1))))
    fetch()
    opened = engine.open(database_url)
    with opened.read() as conn:
        row = conn.execute(select(articles)).one()
    opened.close()
    assert row.title == "Bridge 0 of Northtown"
    assert "pillars no longer hold" in row.text
    assert "newsletter" not in row.text
    assert row.feed == server.url("/rss")


def test_validators_go_back_byte_for_byte(server: Server, config: Path, fetch: Fetch) -> None:
    odd = 'W/"odd  \t, tag"'
    replies = Reply(site.rss(server, range(0)), headers={"ETag": odd.encode("latin-1"), "Last-Modified": "yesterday"})
    subscribe(config, server.route("/rss", replies))
    fetch()
    fetch()
    last = server.seen("/rss")[-1]
    assert last.headers["if-none-match"] == odd.encode("latin-1")
    assert last.headers["if-modified-since"] == b"yesterday"


def test_a_feed_is_called_what_it_calls_itself_now_or_as_the_file_says(
    server: Server, config: Path, fetch: Fetch, database_url: str
) -> None:
    def serve(title: str) -> None:
        for path in ("/a.xml", "/b.xml"):
            server.route(path, Reply(f"<rss version='2.0'><channel><title>{title}</title></channel></rss>".encode()))

    serve("Old")
    subscribe(config, server.url("/a.xml"), f"{server.url('/b.xml')}\n    title: Mine")
    fetch()
    serve("New")
    fetch()
    assert [count(database_url, "feeds", f"title = '{title}'") for title in ("Old", "New", "Mine")] == [0, 1, 1]


def test_the_same_body_without_validators_is_unchanged(server: Server, config: Path, fetch: Fetch) -> None:
    subscribe(config, server.route("/rss", Reply(site.rss(server, range(0)))))
    assert fetch().feeds_changed == 1
    assert fetch().feeds_unchanged == 1


def test_entries_of_a_full_text_feed_become_articles_without_a_request(
    server: Server, config: Path, fetch: Fetch, database_url: str
) -> None:
    body = site.rss(server, range(3), description="<p>All of the news in one feed, as it should be.</p>")
    config.write_text(f"feeds:\n  - url: {server.route('/rss', Reply(body))}\n    full_text: never\n")
    summary = fetch()
    assert summary.articles_new == 3
    assert not [seen for seen in server.requests if seen.path.startswith("/a/")]
    assert count(database_url, "articles", "body_from = 'feed'") == 3


def test_an_entry_is_saved_though_its_page_fails_and_is_tried_again(
    server: Server, config: Path, fetch: Fetch, database_url: str
) -> None:
    server.route("/a/0", Reply(b"oops", 500), Reply(site.page(0), headers={"Content-Type": "text/html"}))
    subscribe(config, site.serve_feed(server, "/rss", site.rss(server, range(1))))
    summary = fetch()
    assert (summary.articles_failed, summary.exit_code) == (1, 0)
    assert count(database_url, "entries", "state = 'waiting' AND tries = 1") == 1
    assert fetch().articles_new == 1
    assert sound(database_url)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 429, 500, 503])
def test_a_feed_that_answers_an_error_fails_with_its_reason(
    server: Server, config: Path, fetch: Fetch, database_url: str, status: int
) -> None:
    if "postgresql" in database_url:
        pytest.skip("the same on both; once is enough")
    subscribe(config, server.route("/rss", Reply(b"no", status)))
    summary = fetch()
    assert summary.exit_code == 1
    assert str(status) in summary.feed_failures[0][1]
    assert count(database_url, "polls", f"outcome = 'failed' AND status = {status}") == 1


BAD_FEEDS = {
    "html": Reply("<!doctype html><html><body><h1>Sorry</h1></body></html>", headers={"Content-Type": "text/html"}),
    "empty": Reply(b""),
    "binary": Reply(bytes(range(256)) * 20),
    "cut": Reply(b"<rss><channel>" * 100, cut=300),
    "reset": Reply(b"x" * 5000, cut=100, then="reset"),
    "garbage": Reply(raw=b"\x00\x01\x02 not http\r\n\r\n"),
    "wrong gzip": Reply(b"\x1f\x8bnothing", headers={"Content-Encoding": "gzip"}),
    "loop": Reply(b"", 302, headers={"Location": "/rss"}),
}


@pytest.mark.parametrize("fault", sorted(BAD_FEEDS))
def test_a_bad_document_fails_its_feed_and_no_other(
    server: Server, config: Path, tmp_path: Path, pool: Pool, fault: str
) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    site.serve_pages(server, range(1))
    good = site.serve_feed(server, "/good", site.rss(server, range(1)))
    subscribe(config, server.route("/rss", BAD_FEEDS[fault]), good)
    summary = fetch_engine.run(fetch_engine.FetchRequest(config, url, force=True), environ=ENVIRON, pool=pool)
    assert (summary.feeds_failed, summary.feeds_changed, summary.articles_new) == (1, 1, 1)
    assert summary.feed_failures[0][1]
    assert summary.exit_code == 0


def test_retry_after_quiets_the_site(server: Server, config: Path, fetch: Fetch) -> None:
    subscribe(config, server.route("/rss", Reply(b"", 429, headers={"Retry-After": "3600"})))
    assert fetch().feeds_failed == 1
    again = fetch()
    assert (again.feeds_polled, again.sites_quiet) == (0, 1)


def test_robots_are_honoured_and_overridden(server: Server, config: Path, fetch: Fetch) -> None:
    server.route("/robots.txt", Reply("User-agent: *\nDisallow: /a/\n", headers={"Content-Type": "text/plain"}))
    site.serve_pages(server, range(1))
    url = site.serve_feed(server, "/rss", site.rss(server, range(1)))
    subscribe(config, url)
    summary = fetch()
    assert "robots.txt" in summary.page_failures[0][1]
    config.write_text(f"feeds:\n  - url: {url}\n    robots: false\n")
    assert fetch().articles_new == 1


def test_pages_given_by_hand(server: Server, fetch: Fetch, database_url: str) -> None:
    site.serve_pages(server, range(1))
    assert fetch(server.url("/a/0")).articles_new == 1
    assert fetch(server.url("/a/0")).articles_unchanged == 1
    failed = fetch(server.url("/missing"))
    assert failed.exit_code == 1
    assert count(database_url, "articles") == 1


def test_a_page_fetched_again_by_hand_keeps_what_its_feed_said(
    server: Server, config: Path, fetch: Fetch, database_url: str
) -> None:
    item = (
        f"<item><title>The feed's own title</title><link>{server.url('/a')}</link><category>bridges</category>"
        "<pubDate>Tue, 03 Nov 2026 10:00:00 GMT</pubDate></item>"
    )
    line = "<p>The council met on Tuesday and decided that the old bridge over the river will be rebuilt next year.</p>"
    server.route("/a", Reply(line * 3), Reply(line * 3 + "<p>The mayor said on Thursday that she welcomes it.</p>"))
    subscribe(config, server.route("/rss", Reply(f"<rss version='2.0'><channel>{item}</channel></rss>")))
    query = select(articles.c.title, articles.c.tags, articles.c.published_at)
    assert fetch().articles_new == 1
    opened = engine.open(database_url)
    with opened.read() as conn:
        before = conn.execute(query).one()
    assert fetch(server.url("/a")).articles_updated == 1
    with opened.read() as conn:
        assert conn.execute(query).one() == before
    opened.close()
    assert (before.title, before.tags) == ("The feed's own title", '["bridges"]')
    assert before.published_at is not None


def test_a_page_of_the_file_is_polled_itself_and_its_changes_are_revisions(
    server: Server, config: Path, fetch: Fetch, database_url: str
) -> None:
    url = server.route("/live", Reply(site.page(1)), Reply(site.page(2)))
    config.write_text(f"articles:\n  - url: {url}\n")
    assert fetch().articles_new == 1
    assert fetch().articles_updated == 1
    assert fetch().feeds_unchanged == 1
    opened = engine.open(database_url)
    with opened.read() as conn:
        assert conn.execute(select(func.count()).select_from(revisions)).scalar_one() == 1
        assert conn.execute(select(articles.c.revisions)).scalar_one() == 1
    opened.close()
    assert sound(database_url)


def test_syncing_retires_and_never_deletes(server: Server, config: Path, fetch: Fetch, database_url: str) -> None:
    site.serve_pages(server, range(2))
    subscribe(config, site.serve_feed(server, "/rss", site.rss(server, range(2))))
    fetch()
    config.write_text("feeds: []\n")
    assert fetch().feeds_polled == 0
    assert count(database_url, "feeds", "retired_at IS NOT NULL") == 1
    assert count(database_url, "articles") == 2
    subscribe(config, server.url("/rss"))
    assert fetch().feeds_unchanged == 1


def test_private_networks_are_refused_by_default(server: Server, config: Path, tmp_path: Path) -> None:
    subscribe(config, server.url("/rss"))
    summary = fetch_engine.run(fetch_engine.FetchRequest(config, f"sqlite:///{tmp_path}/a.db", force=True), environ={})
    assert "allow_private_networks" in summary.feed_failures[0][1]
    assert not server.requests


def test_a_feed_of_many_entries_is_taken_in_parts(
    server: Server, config: Path, fetch: Fetch, database_url: str
) -> None:
    body = site.rss(server, range(2500), description="One short line of news.")
    config.write_text(f"feeds:\n  - url: {server.route('/rss', Reply(body))}\n    full_text: never\n")
    assert [fetch().entries_new for _ in range(4)] == [1000, 1000, 500, 0]  # so many a visit, the newest first
    assert count(database_url, "articles") == 2500


def test_one_fetch_at_a_time(config: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config.write_text("feeds: []\n")
    url = f"sqlite:///{tmp_path}/a.db"
    opened = engine.open(url)
    monkeypatch.setattr(fetch_engine, "MAX_WAIT_SECONDS", 0.3)
    said: list[object] = []
    with locks.hold(opened, "fetch") as taken:
        assert taken
        with pytest.raises(AggregatorError, match="another fetch"):
            fetch_engine.run(fetch_engine.FetchRequest(config, url), said.append, ENVIRON)
    assert isinstance(said[0], fetch_engine.Waiting)
    fetch_engine.run(fetch_engine.FetchRequest(config, url), said.append, ENVIRON)
    opened.close()


def test_what_cannot_be_fetched_is_wrong_usage(config: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/a.db"
    with pytest.raises(UsageError, match=r"feeds\.yaml"):
        fetch_engine.run(fetch_engine.FetchRequest(None, url), environ=ENVIRON)
    with pytest.raises(UsageError, match="neither a subscription"):
        fetch_engine.run(fetch_engine.FetchRequest(None, url, ("nonsense",)), environ=ENVIRON)
    config.write_text("feeds:\n  - url: ftp://x\n")
    with pytest.raises(ConfigError, match=r"feeds\.yaml:2"):
        fetch_engine.run(fetch_engine.FetchRequest(config, url), environ=ENVIRON)


def test_next_poll_is_later(server: Server, config: Path, fetch: Fetch, database_url: str) -> None:
    subscribe(config, server.route("/rss", Reply(site.rss(server, range(0)))))
    fetch()
    assert fetch(everything=False).feeds_polled == 0
    opened = engine.open(database_url)
    with opened.read() as conn:
        row = conn.execute(select(feeds)).one()
        assert row.next_poll_at > row.last_poll_at
        assert row.next_poll_reason
        assert conn.execute(select(func.count()).select_from(polls)).scalar_one() == 1
        assert conn.execute(select(func.count()).select_from(entries)).scalar_one() == 0
    opened.close()


def test_copies_are_counted_whichever_was_published_first(
    server: Server, config: Path, fetch: Fetch, database_url: str
) -> None:
    text = "".join(f"<p>{site.WORDS.format('Northtown', part)}</p>" for part in range(6))
    for hour in (12, 11, 10):  # each takes the place of the head before it
        head = f"<meta property=article:published_time content=2026-11-03T{hour}:00:00Z>"
        server.route(f"/b/{hour}", Reply(f"<head>{head}</head><main><h1>The bridge</h1>{text}</main>"))
    counted = [fetch(server.url(f"/b/{hour}")).duplicates for hour in (12, 11, 10)]
    assert counted == [0, 1, 1]
    assert count(database_url, "articles", "copy_of IS NOT NULL") == 2


def test_a_fetch_over_a_transport_of_the_callers(config: Path, database_url: str, pool: Pool) -> None:
    site_of_no_server = Canned("https://site.example")
    site.serve_pages(site_of_no_server, range(2))
    subscribe(config, site.serve_feed(site_of_no_server, "/rss", site.rss(site_of_no_server, range(2))))
    settings = replace(net_settings(Settings()), site_gap=0)
    net = Net(settings, transport=site_of_no_server.transport)
    summary = fetch_engine.run(fetch_engine.FetchRequest(config, database_url, force=True), net=net, pool=pool)
    assert (summary.feeds_changed, summary.articles_new) == (1, 2)
