"""The health of subscriptions: failing polls and pages, selectors that stopped matching."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from aggregator.config import load_config
from aggregator.config.models import Config
from aggregator.engines import fetch as fetch_engine
from aggregator.errors import UsageError
from aggregator.pool import Pool
from aggregator.store.engine import Store
from aggregator.subscriptions.check import Health, check
from tests.servers import Reply, Server
from tests.visit import site

Fetch = Callable[[str], None]
ENVIRON = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0", "AGGREGATOR_WORKERS": "1"}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def fetch(store: Store, tmp_path: Path, pool: Pool) -> Fetch:
    def run(url: str) -> None:
        path = tmp_path / "feeds.yaml"
        path.write_text(f"feeds:\n  - url: {url}\n")
        fetch_engine.run(fetch_engine.FetchRequest(path, store.url, force=True), environ=ENVIRON, pool=pool)

    return run


def parsed(url: str, more: str = "") -> Config:
    return load_config.parse(f"feeds:\n  - url: {url}\n    {more}\n", "feeds.yaml", {})


def one(store: Store | None, config: Config) -> Health:
    (found,) = check(store, config)
    return found


def test_what_was_never_polled_is_no_problem(store: Store) -> None:
    for known in (None, store):
        found = one(known, parsed("https://example.org/feed"))
        assert (found.last_poll_at, found.problems, found.notes) == (None, (), ())


def test_a_subscription_is_named_by_url_or_title(store: Store, server: Server, fetch: Fetch) -> None:
    url = site.serve_feed(server, "/rss", site.rss(server, range(0)))
    fetch(url)
    assert [found.url for found in check(store, parsed(url), url)] == [url]
    assert [found.title for found in check(store, parsed(url), "Paper")] == ["Paper"]  # what it calls itself
    assert [found.url for found in check(store, parsed(url, "title: Mine"), "Mine")] == [url]
    with pytest.raises(UsageError, match="no subscription"):
        check(store, parsed(url), "Other")


def test_polls_that_fail_again_and_again(store: Store, server: Server, fetch: Fetch) -> None:
    url = server.route("/rss", Reply(b"", 500))
    for times in range(1, 4):
        fetch(url)
        found = one(store, parsed(url))
        assert found.failures == times
        assert bool(found.problems) == (times == 3)
    assert found.state == "failing"
    assert found.problems[0].startswith("failing since 20")
    assert "500 Internal Server Error, 3 times in a row; it never worked" in found.problems[0]


def test_pages_of_which_none_gives_an_article(store: Store, server: Server, fetch: Fetch) -> None:
    url = site.serve_feed(server, "/rss", site.rss(server, range(6)))
    fetch(url)  # its pages answer 404
    (problem,) = one(store, parsed(url)).problems
    assert problem.startswith("none of its last 6 pages gave an article: ")
    assert "404" in problem
    site.serve_pages(server, range(1))
    fetch(url)
    assert one(store, parsed(url)).problems == ()


def test_selectors_are_tried_on_the_last_pages(store: Store, server: Server, fetch: Fetch) -> None:
    site.serve_pages(server, range(7))
    url = site.serve_feed(server, "/rss", site.rss(server, range(7)))
    fetch(url)
    with store.write() as conn:  # two days between the pages
        conn.execute(text("UPDATE raw_pages SET fetched_at = 1700000000 + article_id * 172800"))
        ids = conn.execute(text("SELECT article_id FROM raw_pages ORDER BY article_id")).scalars().all()
    found = one(store, parsed(url, "selectors: {body: article, title: .headline, remove: [.promo, nav]}"))
    assert [(each.name, each.matched, each.pages) for each in found.selectors] == [
        ("body", 5, 5),
        ("title", 0, 5),
        ("remove", 0, 5),
        ("remove", 5, 5),
    ]
    assert ids == [1, 2, 3, 4, 5, 6, 7]
    assert found.problems == ("title selector '.headline' matched 0 of the last 5 pages since 2023-11-20",)
    assert found.notes == ("remove selector '.promo' matched 0 of the last 5 pages since 2023-11-20",)


def test_a_selector_that_matches_on_some_pages_is_worth_a_note(store: Store, server: Server, fetch: Fetch) -> None:
    site.serve_pages(server, range(2))
    changed = site.page(1).replace("<article>", "<article class=new>")
    server.route("/a/1", Reply(changed, headers={"Content-Type": "text/html"}))
    url = site.serve_feed(server, "/rss", site.rss(server, range(2)))
    fetch(url)
    found = one(store, parsed(url, "selectors: {body: article.new}"))
    assert found.problems == ()
    assert found.notes[0].startswith("body selector 'article.new' matched 1 of the last 2 pages since ")


def test_selectors_without_pages_to_try_them_on(store: Store, server: Server, fetch: Fetch) -> None:
    url = site.serve_feed(server, "/rss", site.rss(server, range(1)))
    site.serve_pages(server, range(1))
    fetch(url)
    for change in ("UPDATE raw_pages SET body = :nothing", "DELETE FROM raw_pages"):
        with store.write() as conn:
            conn.execute(text(change), {"nothing": b"damaged"} if "nothing" in change else {})
        found = one(store, parsed(url, "selectors: {body: article}"))
        assert (found.selectors, found.problems) == ((), ())
        assert found.notes == ("no raw page is kept that its selectors could be tried on",)
