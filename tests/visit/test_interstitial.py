"""Consent and login pages that entries are redirected to: none of them is stored as an article."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aggregator.pool import Pool
from aggregator.store.schema import articles, entries, refetches
from aggregator.times import DAY
from aggregator.visit import interstitial
from tests.servers import Reply, Seen, Server
from tests.visit import site
from tests.visit.test_identity import Feed, item, serve

CONSENT = site.page(7, "Cookies").replace("Bridge 7 of Cookies", "We value your privacy")


@pytest.fixture
def feed(tmp_path: Path, database_url: str, pool: Pool) -> Iterator[Feed]:
    with Server() as server:
        feed = Feed(server, tmp_path / "feeds.yaml", database_url, pool)
        feed.subscribe("always")
        yield feed


def redirect(feed: Feed, *numbers: int, to: str = "/consent?back={}") -> None:
    for number in numbers:
        target = to.format(number)
        feed.server.route(f"/p/{number}", Reply(b"", 302, headers={"Location": target}))
        serve(feed, target.partition("?")[0], CONSENT)


@pytest.mark.parametrize("to", ["/consent?back={}", "/login"])
def test_entries_keep_what_the_feed_says_until_their_pages_can_be_had(feed: Feed, to: str) -> None:
    redirect(feed, 1, 2, to=to)
    serve(feed, "/p/3", site.page(3))
    feed.fetch(item(1), item(2), item(3))
    stored = {row.title: row for row in feed.rows(articles)}
    assert sorted(stored) == ["Bridge 3 of Northtown", "Ferry opens", "Mill opens"]
    assert (stored["Ferry opens"].text, stored["Ferry opens"].body_from) == ("What the ferry is about.", "feed")
    assert [row.state for row in feed.rows(entries)] == ["waiting", "waiting", "done"]
    for number in (1, 2):
        serve(feed, f"/p/{number}", site.page(number))
    feed.fetch(item(1), item(2), item(3))
    assert {(row.body_from, row.gone_at) for row in feed.rows(articles)} == {("page", None)}
    assert [row.state for row in feed.rows(entries)] == ["done", "done", "done"]
    assert len(feed.rows(articles)) == len(feed.rows(refetches)) == 3


def test_what_was_seen_to_be_such_a_page_is_known_again(feed: Feed) -> None:
    redirect(feed, 1, 2, 3)
    feed.fetch(item(1))
    feed.fetch(item(1), item(2))
    feed.fetch(item(1), item(2), item(3))
    assert feed.texts() == ["What the ferry is about.", "What the mill is about.", "What the quarry is about."]


def test_it_is_not_asked_for_without_end(feed: Feed) -> None:
    redirect(feed, 1, 2)
    for _ in range(20):
        feed.fetch(item(1), item(2))
        feed.now += 4 * DAY
    assert {(row.state, row.error) for row in feed.rows(entries)} == {("done", interstitial.REASON)}
    assert len(feed.server.seen("/p/1")) < 10
    assert len(feed.texts()) == 2


def test_an_article_that_two_links_lead_to_stays(feed: Feed) -> None:
    redirect(feed, 1, 2, to="/story")
    serve(feed, "/story", site.page(1).replace("Bridge 1 of Northtown", "Ferry opens"))
    feed.fetch(item(1), item(2, title="Ferry opens"))
    (article,) = feed.rows(articles)
    assert article.canonical_url == feed.server.url("/story")


def test_a_page_is_counted_as_asked_for_before_it_is_and_given_up_after_so_many_times(feed: Feed) -> None:
    tries = []

    def answer(seen: Seen) -> Reply:
        tries.append([row.tries for row in feed.rows(entries)])
        return Reply(b"", 503)

    feed.server.route("/p/1", answer)
    feed.fetch(item(1))
    assert tries == [[1]]
    with feed.writing() as conn:  # what so many kills leave
        conn.execute(entries.update().values(tries=10, next_try_at=0))
    feed.fetch(item(1))
    assert len(tries) == 1
    (entry,) = feed.rows(entries)
    assert entry.state == "failed"
    assert entry.error.startswith("asked for 10 times")
