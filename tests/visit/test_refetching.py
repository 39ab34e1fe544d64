"""Pages of stored articles fetched again: a real server, real databases, a clock that the test moves."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from aggregator.engines import fetch as fetch_engine
from aggregator.pool import Pool
from aggregator.store import engine
from aggregator.store.schema import articles, entries, fingerprints, refetches, revisions
from aggregator.store.upkeep import maintenance
from aggregator.times import DAY, HOUR
from tests.servers import Reply, Seen, Server, conditional
from tests.visit import site

START = 1_767_607_200.0  # 5 January 2026, 10:00 UTC
ENVIRON = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0", "AGGREGATOR_WORKERS": "1"}


class World:
    """A site, a subscription to it, and the time."""

    def __init__(self, server: Server, config: Path, database_url: str, pool: Pool) -> None:
        self.server, self.config, self.url, self.now, self.pool = server, config, database_url, START, pool
        self.html = site.page(1)
        server.route("/a/1", lambda seen: Reply(self.html, headers={"Content-Type": "text/html; charset=utf-8"}))
        self.feed = site.serve_feed(server, "/rss", site.rss(server, range(1, 2)))
        self.subscribe()

    def subscribe(self, *more: str) -> None:
        self.config.write_text(f"feeds:\n  - url: {self.feed}\n" + "".join(f"    {line}\n" for line in more))

    def fetch(self, after: float = 0, *targets: str) -> fetch_engine.Summary:
        """What a fetch does so many seconds later."""
        self.now += after
        request = fetch_engine.FetchRequest(self.config, self.url, targets)
        return fetch_engine.run(request, environ=ENVIRON, clock=lambda: self.now, pool=self.pool)

    def rows(self, table: Any) -> list[Any]:
        opened = engine.open(self.url)
        try:
            with opened.read() as conn:
                assert list(maintenance.check(opened)) == []
                return list(conn.execute(select(table)).all())
        finally:
            opened.close()

    def one(self, table: Any) -> Any:
        (row,) = self.rows(table)
        return row

    def asked(self, path: str = "/a/1") -> int:
        return len(self.server.seen(path))


@pytest.fixture
def world(tmp_path: Path, database_url: str, pool: Pool) -> Iterator[World]:
    with Server() as server:
        yield World(server, tmp_path / "feeds.yaml", database_url, pool)


def test_a_page_is_fetched_again_by_a_plan_that_thins_out(world: World) -> None:
    world.fetch()
    times = []
    for _ in range(6 * 24):
        before = world.asked()
        world.fetch(HOUR / 2 + 1)
        times += [round((world.now - START) / HOUR, 1)] * (world.asked() - before)
    assert times == [1.0, 6.0, 24.0, 72.0]
    assert world.one(refetches).next_at is None
    assert world.rows(revisions) == []


def test_the_pages_own_validators_are_sent_byte_for_byte(world: World) -> None:
    tag = 'W/"café, \\"x"'.encode()
    world.server.route("/a/1", conditional(site.page(1), tag, **{"Last-Modified": "yesterday, or so"}))
    world.fetch()
    summary = world.fetch(HOUR)
    assert world.server.seen("/a/1")[1].headers["if-none-match"] == tag
    assert world.server.seen("/a/1")[1].headers["if-modified-since"] == b"yesterday, or so"
    assert (summary.articles_unchanged, summary.articles_updated) == (1, 0)
    assert world.one(refetches).same == 1


def test_a_changed_text_is_a_revision_and_found_by_its_new_words(world: World) -> None:
    world.fetch()
    world.html = world.html.replace("old bridge", "old wooden bridge", 1)
    assert world.fetch(HOUR).articles_updated == 1
    earlier, now = world.one(revisions), world.one(articles)
    assert "old wooden bridge" in now.text
    assert "old wooden bridge" not in earlier.text
    assert (now.revisions, earlier.fetched_at, earlier.replaced_at) == (1, int(START), int(START) + HOUR)
    assert now.fetched_at == int(START) + HOUR


@pytest.mark.parametrize(
    ("old", "new"),
    [("rebuilt", "rebuild"), ("Resident number 1-3", "Resident number 1-4"), ("the council", "The Council")],
)
def test_a_change_of_a_letter_is_a_revision(world: World, old: str, new: str) -> None:
    world.html = world.html.replace("The council", "the council")
    world.fetch()
    world.html = world.html.replace(old, new, 1)
    assert world.fetch(HOUR).articles_updated == 1


MORE = "".join(f"<li><a href=/m/{n}>The mayor of town {n} is angry</a></li>" for n in range(4))
AROUND: list[Callable[[str], str]] = [
    lambda html: html.replace("Sign up for our newsletter.", "Only today: 12 weeks for 1 euro."),
    lambda html: html.replace("<p>", "\n   <p>  ").replace(" the ", "  the\n"),
    lambda html: html.replace("<nav>", "<nav><a href=/live>LIVE: storm</a> <a href=/x>Most read 5</a> "),
    lambda html: html.replace("</article>", "</article><section><h2>Read more</h2><ul>" + MORE + "</ul></section>"),
    lambda html: html.replace("</article>", "<aside><h3>Related articles</h3><ul>" + MORE + "</ul></aside></article>"),
    lambda html: html.replace("</h1>", "</h1><time>5 minutes ago</time>"),
    lambda html: html.replace("</h1>", "</h1><p class=meta>Updated 3 hours ago</p>"),
    lambda html: html.replace("</body>", "<script>x=7</script><footer><p>All rights reserved 2027</p></footer></body>"),
    lambda html: html.replace("1-", "1\u2011"),
]


@pytest.mark.parametrize("number", range(len(AROUND)))
def test_changes_around_a_text_are_none(world: World, number: int) -> None:
    world.fetch()
    world.html = AROUND[number](world.html)
    assert world.html != site.page(1)
    summary = world.fetch(HOUR)
    assert (world.asked(), summary.articles_updated, world.rows(revisions)) == (2, 0, [])


def test_a_page_that_goes_to_and_fro_makes_two_revisions_and_no_more(world: World) -> None:
    world.subscribe(f"refetch: {[f'{n}h' for n in range(1, 11)]}")
    world.fetch()
    texts = (world.html.replace("old bridge", "new bridge"), world.html)
    outcomes = []
    for number in range(10):
        world.html = texts[number % 2]
        outcomes.append(world.fetch(HOUR).articles_updated)
        assert ("to and fro" in (world.one(refetches).note or "")) == (number in (2, 4, 6, 8))
    assert outcomes == [1, 1] + [0] * 8
    assert "old bridge" in world.one(articles).text
    world.html = texts[0].replace("new bridge", "steel bridge")
    world.subscribe("refetch: [20h]")
    world.fetch(0, world.server.url("/a/1"))
    assert world.one(articles).revisions == 3


CONSENT = (
    "<html><head><title>Before you go on</title></head><body><h1>We value your privacy</h1>"
    "<p>We and our 812 partners store cookies on your device. Accept or manage your choices.</p>"
    "<button>Accept</button></body></html>"
)
ERROR = (
    "<html><head><title>Error</title></head><body><h1>Something went wrong</h1>"
    "<p>Please try again later.</p></body></html>"
)


@pytest.mark.parametrize("html", [CONSENT, ERROR, "", "<html><body></body></html>"])
def test_a_poorer_page_takes_the_place_of_no_text(world: World, html: str) -> None:
    world.fetch()
    text = world.one(articles).text
    world.html = html
    assert world.fetch(HOUR).articles_updated == 0
    now = world.one(articles)
    assert (now.text, now.revisions, now.gone_at) == (text, 0, None)
    assert world.one(refetches).note
    world.html = site.page(1).replace("old bridge", "older bridge")
    assert world.fetch(5 * HOUR).articles_updated == 1
    assert world.one(refetches).note is None


def test_a_text_that_shrank_to_a_teaser_stays_out(world: World) -> None:
    world.fetch()
    parts = world.html.split("</p>")
    world.html = "</p>".join([*parts[:2], *parts[-1:]])
    assert world.fetch(HOUR).articles_updated == 0
    assert "words now, it had" in world.one(refetches).note


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_that_is_gone_is_marked_and_its_text_stays(world: World, status: int) -> None:
    world.fetch()
    world.server.route("/a/1", Reply("gone", status))
    summary = world.fetch(HOUR)
    assert (summary.articles_gone, summary.articles_failed, summary.exit_code) == (1, 0, 0)
    now = world.one(articles)
    assert (now.gone_at, now.revisions) == (int(START) + HOUR, 0)
    assert world.one(entries).state == "done"
    world.fetch(5 * HOUR)
    assert world.one(articles).gone_at == int(START) + HOUR  # since then
    world.server.route("/a/1", Reply(site.page(1)))
    world.fetch(18 * HOUR)
    assert world.one(articles).gone_at is None


def test_a_page_that_leads_to_the_front_page_is_gone(world: World) -> None:
    world.server.route("/", Reply(CONSENT))
    world.fetch()
    world.server.route("/a/1", Reply(status=302, headers={"Location": "/"}))
    assert world.fetch(HOUR).articles_gone == 1
    assert world.one(articles).gone_at is not None


def test_a_page_found_gone_at_the_last_look_is_looked_at_once_more(world: World) -> None:
    world.subscribe("refetch: 1h")
    world.fetch()
    world.server.route("/a/1", Reply("gone", 404))
    world.fetch(HOUR)
    assert world.one(refetches).next_at == int(world.now) + DAY
    world.server.route("/a/1", Reply(site.page(1)))
    world.fetch(DAY)
    assert (world.one(articles).gone_at, world.one(refetches).next_at) == (None, None)


def test_a_page_that_moved_keeps_its_article(world: World) -> None:
    world.fetch()
    world.server.route("/b/1", Reply(site.page(1).replace("old bridge", "small bridge")))
    world.server.route("/a/1", Reply(status=301, headers={"Location": "/b/1"}))
    assert world.fetch(HOUR).articles_updated == 1
    assert world.one(articles).canonical_url == world.server.url("/a/1").replace("http://", "http://")


def test_a_failure_is_tried_again_and_never_for_ever(world: World) -> None:
    world.subscribe("refetch: 1h")
    world.fetch()
    world.server.route("/a/1", Reply("later", 500))
    for _ in range(30):
        world.fetch(HOUR)
    assert world.asked() == 1 + 4
    assert world.one(articles).gone_at is None
    assert "500" in world.one(refetches).note


def test_never_switches_it_off_even_what_was_planned(world: World) -> None:
    world.fetch()
    world.subscribe("refetch: never")
    for _ in range(5):
        world.fetch(DAY)
    assert world.asked() == 1
    assert world.one(refetches).next_at is None


def test_a_retired_subscription_ends_the_plan(world: World) -> None:
    world.fetch()
    world.config.write_text("feeds: []\narticles: []\n")
    world.fetch(2 * HOUR)
    assert (world.asked(), world.one(refetches).next_at) == (1, None)


def test_news_goes_before_what_is_known(world: World) -> None:
    world.fetch()
    site.serve_pages(world.server, range(2, 12))
    world.server.route("/rss", Reply(site.rss(world.server, range(1, 12))))
    world.fetch(6 * HOUR)
    order = [seen.path for seen in world.server.requests if seen.path.startswith("/a/")]
    assert order[0] == order[-1] == "/a/1"
    assert len(order) == 12


def test_a_named_feed_looks_at_its_own_articles_alone(world: World) -> None:
    site.serve_pages(world.server, range(2, 3))
    other = site.serve_feed(world.server, "/rss2", site.rss(world.server, range(2, 3)))
    world.config.write_text(f"feeds:\n  - url: {world.feed}\n  - url: {other}\n")
    world.fetch()
    world.fetch(HOUR, other)
    assert (world.asked("/a/1"), world.asked("/a/2")) == (1, 2)


def atom(server: Server, updated: str, content: str = "") -> str:
    text = f"<content type='html'>{content}</content>" if content else ""
    return (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>Paper</title><id>urn:f</id><entry><title>Bridge 1</title>"
        f"<id>urn:1</id><published>2026-01-05T10:00:00Z</published><updated>{updated}</updated>"
        f"<link href='{server.url('/a/1')}'/>{text}</entry></feed>"
    )


def test_an_entry_that_says_it_changed_has_its_page_fetched_again(world: World) -> None:
    said = {"updated": "2026-01-01T08:00:00Z"}
    world.server.route("/rss", lambda seen: Reply(atom(world.server, said["updated"])))
    world.fetch()
    assert world.one(refetches).next_at == int(START) + HOUR
    for _ in range(30):
        world.fetch(4 * HOUR)
    assert world.asked() == 5
    said["updated"] = "2026-01-10T08:00:00Z"
    world.html = world.html.replace("old bridge", "red bridge")
    summaries = [world.fetch(4 * HOUR) for _ in range(20)]
    assert (world.asked(), sum(one.articles_updated for one in summaries)) == (6, 1)


def test_a_feed_that_cries_wolf_is_believed_ever_less(world: World) -> None:
    world.subscribe("interval: 1h")
    world.server.route(
        "/rss", lambda seen: Reply(atom(world.server, f"2026-01-{1 + world.asked('/rss') % 20:02}T08:00:00Z"))
    )
    world.fetch()
    for _ in range(100):
        world.fetch(HOUR)
    assert world.asked() < 14


def test_a_text_that_changed_in_the_feed_is_a_revision(world: World) -> None:
    body = "".join(f"<p>{site.WORDS.format('Northtown', n)}</p>" for n in range(9))
    said = {"content": body}

    def answer(seen: Seen) -> Reply:
        return Reply(atom(world.server, "2026-01-01T08:00:00Z", said["content"].replace("<", "&lt;")))

    world.server.route("/rss", answer)
    world.fetch()
    assert (world.one(articles).body_from, world.rows(refetches)) == ("feed", [])
    for _ in range(2):
        world.fetch(DAY)
    said["content"] = body.replace("old bridge over", "bridge over", 1)
    assert world.fetch(DAY).articles_updated == 1
    assert (world.one(articles).revisions, world.asked()) == (1, 0)
    said["content"] = said["content"].replace("<p>", "<p>\n ")
    assert world.fetch(DAY).articles_updated == 0
    assert world.one(articles).revisions == 1


def test_copies_are_found_by_the_new_text(world: World) -> None:
    world.fetch()
    before = world.one(fingerprints)
    other = site.page(1, "Southport").replace("Resident", "Neighbour").replace("council", "parliament of the county")
    world.html = other.replace("<h1>Bridge 1 of Southport</h1>", "<h1>Bridge 1 of Northtown</h1>")
    world.fetch(HOUR)
    assert world.one(articles).revisions == 1
    assert world.one(fingerprints).hashes != before.hashes
    world.server.route("/c", Reply(other))
    world.fetch(60, world.server.url("/c"))
    first, second = sorted(world.rows(articles), key=lambda row: row.id)
    assert second.copy_of == first.id


@pytest.mark.parametrize("gone", [Reply("gone", 404), Reply(status=302, headers={"Location": "/"})])
def test_a_page_that_is_polled_itself_is_marked_too(world: World, gone: Reply) -> None:
    world.server.route("/", Reply(CONSENT))
    world.config.write_text(f"articles:\n  - url: {world.server.url('/a/1')}\n    interval: 1h\n")
    world.fetch()
    world.server.route("/a/1", gone)
    world.fetch(DAY)
    assert world.one(articles).gone_at == int(world.now)
    world.server.route("/a/1", Reply(site.page(1)))
    world.fetch(8 * DAY)
    assert (world.one(articles).gone_at, world.one(articles).revisions) == (None, 0)
