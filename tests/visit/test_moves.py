"""Subscriptions that moved, ended, or share an address: what is polled, what feeds.yaml then means, what is kept."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Row, select, update

from aggregator.engines import fetch as fetch_engine
from aggregator.errors import FetchError
from aggregator.pool import Pool
from aggregator.store import engine
from aggregator.store.schema import articles, feeds, polls
from aggregator.visit import moves
from tests.feed_rows import feed_row
from tests.servers import Reply, Server
from tests.visit import site

ENVIRON = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0", "AGGREGATOR_WORKERS": "1"}
DAY = 86400
Fetch = Callable[..., fetch_engine.Summary]


@pytest.fixture
def server() -> Iterator[Server]:
    with Server("127.0.0.73") as running:
        yield running


@pytest.fixture
def fetch(tmp_path: Path, database_url: str, pool: Pool) -> Fetch:
    """fetch(feeds.yaml's addresses, *targets): one fetch of all, or of the targets."""

    def run(addresses: list[str], *targets: str) -> fetch_engine.Summary:
        config = tmp_path / "feeds.yaml"
        config.write_text("feeds:\n" + "".join(f"  - {{url: '{url}', full_text: never}}\n" for url in addresses))
        request = fetch_engine.FetchRequest(config, database_url, targets, not targets)
        return fetch_engine.run(request, environ=ENVIRON, pool=pool)

    return run


def rows(url: str, table: Any) -> list[Row[Any]]:
    store = engine.open(url)
    try:
        with store.read() as conn:
            return list(conn.execute(select(table).order_by(table.c.id)))
    finally:
        store.close()


def change(url: str, **values: Any) -> None:
    store = engine.open(url)
    with store.write() as conn:
        conn.execute(update(feeds).where(feeds.c.kind == "feed").values(**values))
    store.close()


def test_the_new_address_in_feeds_yaml_is_the_same_subscription(
    server: Server, fetch: Fetch, database_url: str
) -> None:
    old = site.serve_feed(server, "/old", site.rss(server, range(3)))
    new = site.serve_feed(server, "/new", site.rss(server, range(4)))
    assert fetch([old]).articles_new == 3
    change(database_url, moved_to=new)
    assert fetch([old]).articles_new == 1
    assert [seen.path for seen in server.requests[-1:]] == ["/new"]
    before = rows(database_url, feeds)[0]
    assert (before.url, before.moved_to) == (old, new)
    assert fetch([new]).feeds_unchanged == 1
    (after,) = rows(database_url, feeds)
    assert (after.id, after.url, after.moved_to, after.retired_at) == (before.id, new, None, None)
    assert {row.feed for row in rows(database_url, articles)} == {new}


def test_an_address_on_its_way_counts_too(server: Server, fetch: Fetch, database_url: str) -> None:
    new = site.serve_feed(server, "/new", site.rss(server, range(3)))
    old = server.route("/old", Reply(status=301, headers={"Location": "/new"}))
    fetch([old])
    assert rows(database_url, feeds)[0].moving_to == new
    fetch([new])
    assert [(row.url, row.moving_to) for row in rows(database_url, feeds)] == [(new, None)]


def test_a_move_that_leads_nowhere_is_taken_back(server: Server, fetch: Fetch, database_url: str) -> None:
    old = site.serve_feed(server, "/old", site.rss(server, range(3)))
    fetch([old])
    change(database_url, moved_to=server.url("/new"))
    for _ in range(3):
        assert fetch([old]).feeds_failed == 1
    assert rows(database_url, feeds)[0].moved_to is None
    assert fetch([old]).feeds_unchanged == 1
    assert server.seen("/old")


def test_gone_is_asked_again_when_it_is_named(server: Server, fetch: Fetch, database_url: str) -> None:
    url = server.route("/rss", Reply(b"", 410), Reply(site.rss(server, range(1))))
    assert fetch([url]).feeds_failed == 1
    assert rows(database_url, feeds)[0].gone_at is not None
    assert fetch([url]).feeds_polled == 0
    assert fetch([url], url).feeds_changed == 1
    assert rows(database_url, feeds)[0].gone_at is None
    assert fetch([url]).feeds_polled == 1


def test_two_that_lead_to_one_address_are_polled_once(server: Server, fetch: Fetch, database_url: str) -> None:
    new = site.serve_feed(server, "/new", site.rss(server, range(3)))
    old = server.route("/old", Reply(status=302, headers={"Location": "/new"}))
    first = fetch([new, old])
    assert (first.feeds_failed, first.articles_new) == (0, 3)
    assert len(server.seen("/new")) == 1
    assert (
        rows(database_url, polls)[-1].reason is None
        or "subscription of its own" in rows(database_url, polls)[-1].reason
    )
    fetch([old])  # the other one left feeds.yaml
    assert len(server.seen("/new")) == 2


def test_what_is_no_feed_is_known_by_its_validators_and_read_again_when_it_changes(
    server: Server, fetch: Fetch, database_url: str
) -> None:
    def route(body: str, tag: str) -> str:
        return site.serve_feed(server, "/rss", body) if tag else ""

    url = route("<html><body>Sorry</body></html>", "a")
    assert fetch([url]).feeds_failed == 1
    again = fetch([url])
    assert again.feeds_failed == 1
    assert "HTML page" in again.feed_failures[0][1]
    assert server.seen("/rss")[-1].header("if-none-match")
    assert rows(database_url, feeds)[0].failures == 2
    route(site.rss(server, range(2)), "b")
    assert fetch([url]).articles_new == 2
    assert rows(database_url, feeds)[0].failures == 0


@pytest.mark.parametrize(
    ("polls", "believed"),
    [
        ([0, DAY], False),
        ([0, DAY / 2, DAY - 1], False),
        ([0, DAY / 2, DAY], True),
        ([0, 10, 20, 30, DAY + 1], True),
        ([0, None, DAY, DAY + 1], False),  # in between it did not redirect
    ],
)
def test_three_polls_over_a_day(polls: list[float | None], believed: bool) -> None:
    row = feed_row()
    for at in polls:
        row = moves.after_success(row, None if at is None else "http://b.example/", int(at or 0) + 1)
    assert row.moved_to == ("http://b.example/" if believed else None)
    assert row.site == ("b.example" if believed else "a.example")


def test_gone_after_a_redirect_for_now_is_not_the_feeds_own_word() -> None:
    error = FetchError("status", "http://a.example/", "410", status=410, redirects=((302, "http://b.example/"),))
    assert moves.after_failure(feed_row(), error, 5) == feed_row()
    error = FetchError("status", "http://a.example/", "410", status=410, redirects=((301, "http://b.example/"),))
    assert moves.after_failure(feed_row(), error, 5) == feed_row(gone_at=5)
