"""Who an entry is, whatever else its feed lists: a real server, real databases, one document after another."""

from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from aggregator.engines import fetch as fetch_engine
from aggregator.pool import Pool
from aggregator.store import engine
from aggregator.store.schema import articles, entries, revisions, shared
from aggregator.store.upkeep import maintenance
from tests.servers import Reply, Server
from tests.visit import site

START = 1_796_000_000.0  # 29 November 2026
ENVIRON = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0", "AGGREGATOR_WORKERS": "1"}
Item = dict[str, str]


class Feed:
    """A feed whose next document the test says, item by item."""

    def __init__(self, server: Server, config: Path, database_url: str, pool: Pool) -> None:
        self.server, self.config, self.database, self.pool, self.now = server, config, database_url, pool, START
        self.url, self.documents = server.url("/feed"), 0
        self.subscribe("never")

    def subscribe(self, full_text: str, *more: str) -> None:
        lines = [f"  - url: {self.url}", f"    full_text: {full_text}", *(f"    {line}" for line in more)]
        self.config.write_text("feeds:\n" + "\n".join(lines) + "\n")

    def fetch(self, *items: Item) -> fetch_engine.Summary:
        """Polls it with these items listed."""
        self.documents += 1
        self.now += 3600
        body = "".join(map(self._item, items))
        document = f"<rss version='2.0'><channel><title>F {self.documents}</title>{body}</channel></rss>"
        self.server.route("/feed", Reply(document, headers={"Content-Type": "application/rss+xml"}))
        request = fetch_engine.FetchRequest(self.config, self.database, (), True)
        return fetch_engine.run(request, environ=ENVIRON, clock=lambda: self.now, pool=self.pool)

    def _item(self, item: Item) -> str:
        said = dict(item)
        if said.get("link", "").startswith("/"):
            said["link"] = self.server.url(said["link"])
        return "<item>" + "".join(f"<{name}>{escape(value)}</{name}>" for name, value in said.items()) + "</item>"

    def rows(self, table: Any) -> list[Any]:
        opened = engine.open(self.database)
        try:
            with opened.read() as conn:
                assert list(maintenance.check(opened)) == []
                return list(conn.execute(select(table).order_by(*table.primary_key)).all())
        finally:
            opened.close()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        opened = engine.open(self.database)
        try:
            with opened.write() as conn:
                yield conn
        finally:
            opened.close()

    def texts(self) -> list[str]:
        return sorted(row.text for row in self.rows(articles))


@pytest.fixture
def feed(tmp_path: Path, database_url: str, pool: Pool) -> Iterator[Feed]:
    with Server() as server:
        yield Feed(server, tmp_path / "feeds.yaml", database_url, pool)


def item(number: int, **more: str) -> Item:
    """An item of its own guid, link, title, date and text, but for what is given."""
    names = ("", "Ferry", "Mill", "Quarry", "Orchard", "Harbour", "Chapel")
    return {
        "guid": f"id-{number}",
        "link": f"/p/{number}",
        "title": f"{names[number]} opens",
        "pubDate": f"Fri, 20 Nov 2026 08:0{number}:00 GMT",
        "description": f"What the {names[number].lower()} is about.",
    } | more


def without(name: str, one: Item) -> Item:
    return {key: value for key, value in one.items() if key != name}


CONSTANT = {
    "guid": lambda n: item(n, guid="N/A"),
    "link": lambda n: item(n, link="/changes"),
    "link alone": lambda n: without("guid", item(n, link="/changes")),
    "guid and link": lambda n: item(n, guid="N/A", link="/changes"),
    "guid, no link": lambda n: without("link", item(n, guid="N/A")),
    "fragments": lambda n: item(n, link=f"/changes#v{n}"),
    "fragments alone": lambda n: without("guid", item(n, link=f"/changes#v{n}")),
}


@pytest.mark.parametrize("name", CONSTANT)
def test_entries_that_share_something_are_entries_of_their_own_however_many_are_listed(feed: Feed, name: str) -> None:
    made = CONSTANT[name]
    assert feed.fetch(made(1), made(2), made(3)).entries_new == 3
    assert feed.fetch(made(4), made(1), made(2), made(3)).entries_new == 1
    assert feed.fetch(made(4)).entries_new == 0
    assert feed.fetch(made(5)).entries_new == 1
    assert feed.fetch(made(5), made(4), made(3), made(2), made(1)).entries_new == 0
    assert len(set(feed.texts())) == len(feed.rows(entries)) == 5
    assert feed.rows(revisions) == []


@pytest.mark.parametrize("name", ["guid", "link", "fragments", "fragments alone"])
def test_a_window_of_one_item_shows_as_much(feed: Feed, name: str) -> None:
    made = CONSTANT[name]
    for number in (1, 2, 3):
        assert feed.fetch(made(number)).entries_new == 1
        assert feed.fetch(made(number)).entries_new == 0
    assert feed.fetch(made(3), made(2), made(1)).entries_new == 0
    assert len(set(feed.texts())) == 3


def test_items_that_are_listed_twice_are_one(feed: Feed) -> None:
    assert feed.fetch(item(1), item(1), item(2)).entries_new == 2
    assert feed.fetch(item(1), item(2)).entries_new == 0
    assert feed.rows(shared) == []


def test_a_guid_that_is_another_at_each_poll_makes_no_entry(feed: Feed) -> None:
    feed.fetch(item(1, guid="a1"), item(2, guid="a2"))
    assert feed.fetch(item(1, guid="b1"), item(2, guid="b2")).entries_new == 0
    assert feed.fetch(item(1, guid="c1", title="Ferry opened"), item(2, guid="c2")).entries_new == 0
    assert [row.key for row in feed.rows(entries)] == ["c1", "c2"]
    assert (len(feed.texts()), len(feed.rows(revisions))) == (2, 1)


def test_tracking_parameters_make_no_entry(feed: Feed) -> None:
    bare = without("guid", item(1))
    assert feed.fetch(bare | {"link": "/p/1?utm_source=rss&utm_content=a#xtor=RSS-1"}).entries_new == 1
    assert feed.fetch(bare | {"link": "/p/1?utm_source=rss&utm_content=b"}).entries_new == 0


@pytest.mark.parametrize("guid", ["http://news.example/1", "id-1", None])
def test_http_and_https_are_one_within_a_feed(feed: Feed, guid: str | None) -> None:
    def listed(scheme: str) -> Item:
        made = item(1, link=f"{scheme}://news.example/1")
        return made | {"guid": guid.replace("http", scheme)} if guid else without("guid", made)

    assert feed.fetch(listed("http")).entries_new == 1
    assert feed.fetch(listed("https")).entries_new == 0
    assert feed.fetch(listed("http")).entries_new == 0
    feed.fetch(listed("https"))
    assert [row.url for row in feed.rows(entries)] == ["https://news.example/1"]
    assert [row.url for row in feed.rows(articles)] == ["https://news.example/1"]


def test_an_entry_of_its_own_text_moves_with_its_link(feed: Feed) -> None:
    feed.fetch(item(1))
    assert feed.fetch(item(1, link="/p/one", title="Ferry opened", description="Said anew.")).entries_new == 0
    (entry,), (article,), (earlier,) = feed.rows(entries), feed.rows(articles), feed.rows(revisions)
    assert entry.url == article.url == article.canonical_url == feed.server.url("/p/one")
    assert (entry.title, article.title, article.text) == ("Ferry opened", "Ferry opened", "Said anew.")
    assert earlier.text == "What the ferry is about."


def serve(feed: Feed, path: str, html: str) -> None:
    feed.server.route(path, Reply(html, headers={"Content-Type": "text/html; charset=utf-8"}))


GONE = Reply(b"gone", 404)


def test_a_page_that_moves_is_fetched_where_it_is_and_never_gone(feed: Feed) -> None:
    feed.subscribe("always", "refetch: [1h, 2h, 3h, 4h, 5h, 6h]")
    serve(feed, "/p/1", site.page(1))
    feed.fetch(item(1))
    feed.server.route("/p/1", GONE)
    serve(feed, "/p/one", site.page(1).replace("old bridge", "red bridge"))
    moved = feed.fetch(item(1, link="/p/one", title="Ferry opened"))
    assert (moved.entries_new, moved.articles_new, moved.articles_updated, moved.articles_gone) == (0, 0, 1, 0)
    serve(feed, "/p/last", site.page(1).replace("old bridge", "blue bridge"))
    feed.server.route("/p/one", Reply(b"", 301, headers={"Location": "/p/last"}))
    feed.server.route("/p/two", Reply(b"", 301, headers={"Location": "/p/last"}))
    assert feed.fetch(item(1, link="/p/two")).articles_updated == 1
    feed.server.route("/p/one", GONE)
    for _ in range(6):
        feed.fetch(item(1, link="/p/two"))
    (article,) = feed.rows(articles)
    assert (article.url, article.canonical_url) == (feed.server.url("/p/two"), feed.server.url("/p/last"))
    assert article.gone_at is None
    assert "blue bridge" in article.text
    assert len(feed.rows(revisions)) == 2


def test_a_page_that_moves_back_is_one_article(feed: Feed) -> None:
    feed.subscribe("always", "refetch: never")
    for path in ("/p/1", "/p/one"):
        serve(feed, path, site.page(1))
    for path in ("/p/1", "/p/one", "/p/1"):
        feed.fetch(item(1, link=path))
        (article,) = feed.rows(articles)
        assert article.url == article.canonical_url == feed.server.url(path)
    assert feed.rows(revisions) == []


def test_a_page_that_moves_to_where_another_entry_leads_is_that_article(feed: Feed) -> None:
    feed.subscribe("always")
    for number in (1, 2):
        serve(feed, f"/p/{number}", site.page(number))
    feed.fetch(item(1), item(2))
    feed.server.route("/p/1", Reply(b"", 301, headers={"Location": "/p/2"}))
    feed.fetch(item(1, link="/p/2"), item(2))
    first, second = feed.rows(entries)
    assert first.article_id == second.article_id
    assert [row.gone_at for row in feed.rows(articles)] == [None, None]


def test_a_page_that_failed_is_fetched_where_it_moved(feed: Feed) -> None:
    feed.subscribe("always")
    feed.fetch(item(1))
    serve(feed, "/p/one", site.page(1))
    assert feed.fetch(item(1, link="/p/one")).articles_new == 1


def test_a_session_in_the_link_makes_no_request(feed: Feed) -> None:
    feed.subscribe("always", "refetch: never")
    serve(feed, "/p/1", site.page(1))
    for session in "abc":
        assert feed.fetch(item(1, link=f"/p/1?sid={session}")).entries_new == (session == "a")
    assert len([seen for seen in feed.server.requests if seen.path.startswith("/p/1")]) == 1


def test_a_reworded_entry_is_one_article_with_a_revision_and_a_title_that_changed_hastens_the_refetch(
    feed: Feed,
) -> None:
    feed.subscribe("always", "refetch: [1d]")
    serve(feed, "/p/1", site.page(1))
    feed.fetch(item(1))
    serve(feed, "/p/1", site.page(1).replace("old bridge", "red bridge"))
    assert feed.fetch(item(1, description="Other words.")).articles_updated == 0
    assert feed.fetch(item(1, title="Ferry opened", description="Other words.")).articles_updated == 1
    (entry,) = feed.rows(entries)
    assert (entry.title, entry.summary, len(feed.rows(revisions))) == ("Ferry opened", "Other words.", 1)


def test_entries_of_one_page_have_their_own_texts_where_the_page_is_not_asked_for(feed: Feed) -> None:
    feed.subscribe("auto")
    serve(feed, "/changes", site.page(1))
    feed.fetch(item(1, link="/changes"), item(2, link="/changes"))
    assert feed.texts() == ["What the ferry is about.", "What the mill is about."]
    assert not feed.server.seen("/changes")


def atom(server: Server, updated: str, words: str) -> Reply:
    entry = (
        f"<entry><id>urn:1</id><title>Of old</title><link href='{server.url('/p/1')}'/>"
        f"<updated>{updated}</updated><summary>{words}</summary></entry>"
    )
    return Reply(f"<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title><id>urn:f</id>{entry}</feed>")


def test_an_entry_with_a_time_of_change_alone_has_that_when_it_is_seen_first_and_keeps_it(feed: Feed) -> None:
    request = fetch_engine.FetchRequest(feed.config, feed.database, (), True)
    for updated, words in (("2015-03-01T08:00:00Z", "Words."), ("2026-11-01T08:00:00Z", "Other words.")):
        feed.server.route("/feed", atom(feed.server, updated, words))
        fetch_engine.run(request, environ=ENVIRON, clock=lambda: feed.now, pool=feed.pool)
    (article,), (entry,) = feed.rows(articles), feed.rows(entries)
    assert article.text == "Other words."
    assert article.at == article.published_at == entry.published_at == 1_425_196_800
    assert article.modified_at == entry.updated_at == 1_793_520_000


def test_what_entries_share_is_kept(feed: Feed) -> None:
    feed.fetch(item(1, guid="N/A"), item(2, guid="N/A"))
    assert {(row.kind, row.value) for row in feed.rows(shared)} == {("guid", "N/A")}
