"""What visits learn of sites: through real servers, real databases and the pool."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from aggregator.archive.reextract import Change, Reextraction, Totals
from aggregator.archive.search import Search
from aggregator.config import load_config
from aggregator.engines import fetch as fetch_engine
from aggregator.pool import Pool
from aggregator.store import engine
from aggregator.store.polling import site_memories as memories
from aggregator.store.schema import articles, site_memories
from aggregator.store.upkeep import maintenance
from aggregator.urls import site_of
from tests.servers import Reply, Server, conditional
from tests.visit import site

ENVIRON = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0", "AGGREGATOR_WORKERS": "1"}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def fetch(tmp_path: Path, database_url: str, server: Server, pool: Pool):
    def run(count: int, more: str = "", serve: Callable[[int], None] | None = None, **environ: str):
        if serve is None:
            site.serve_pages(server, range(count))
        else:
            serve(count)
        path = tmp_path / "feeds.yaml"
        path.write_text(f"feeds:\n  - url: {site.serve_feed(server, '/rss', site.rss(server, range(count)))}\n{more}")
        request = fetch_engine.FetchRequest(path, database_url, force=True)
        return fetch_engine.run(request, environ=ENVIRON | environ, pool=pool)

    return run


def learnt(url: str) -> dict[str, tuple[int, bytes]]:
    opened = engine.open(url)
    with opened.read() as conn:
        found = {row.site: (row.pages, bytes(row.memory)) for row in conn.execute(select(site_memories))}
    assert list(maintenance.check(opened)) == []
    opened.close()
    return found


def test_a_visit_learns_and_the_next_one_goes_on(fetch, server: Server, database_url: str) -> None:
    assert fetch(20).articles_new == 20
    (found,) = learnt(database_url).items()
    assert found[0] == site_of(server.url("/"))
    assert found[1][0] == 20
    assert fetch(20).articles_new == 0
    assert dict([found]) == learnt(database_url)  # nothing was read, nothing learnt
    assert fetch(23).articles_new == 3
    pages, memory = learnt(database_url)[found[0]]
    assert pages == 23
    assert memory != found[1][1]


PLEDGE = "<p>The Paper belongs to its readers, who keep its reporting free for everyone in town and beyond.</p>"


def test_first_pages_are_read_once_more_when_their_site_is_known(
    fetch, server: Server, database_url: str, pool: Pool
) -> None:
    def serve(count: int) -> None:
        for n in range(count):
            parts = site.page(n).split("</p>")
            html = "</p>".join([*parts[:3], PLEDGE + parts[3], *parts[4:]])
            server.route(f"/a/{n}", conditional(html, f'"{n}"', **{"Content-Type": "text/html; charset=utf-8"}))

    def texts() -> list[tuple[str, int]]:
        opened = engine.open(database_url)
        with opened.read() as conn:
            found = [(row.text, row.revisions) for row in conn.execute(select(articles).order_by(articles.c.id))]
        opened.close()
        return found

    assert fetch(1, serve=serve).articles_new == 1
    assert "belongs to its readers" in texts()[0][0]
    for count in range(2, 13):
        assert fetch(count, serve=serve).articles_new == 1
        opened = engine.open(database_url)
        changes: list[Change] = []
        config = load_config.parse("", "feeds.yaml", {"AGGREGATOR_WORKERS": "1"})
        Reextraction(opened, config, Search(), True, 1, changes.append, lambda _: None, Totals()).run()
        assert changes == []
        assert list(maintenance.check(opened)) == []
        opened.close()
    assert len(texts()) == 12
    assert all("belongs to its readers" not in body and "old bridge" in body for body, _ in texts())
    assert all(revisions == 0 for _, revisions in texts())


def test_a_memory_that_is_damaged_begins_anew(
    fetch, server: Server, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    opened = engine.open(database_url)
    key = site_of(server.url("/"))
    with opened.write() as conn:
        memories.save(conn, key, b"\x00 no memory at all", 99, 1)
    opened.close()
    with caplog.at_level(logging.WARNING):
        assert fetch(3).articles_new == 3
    assert [record.message for record in caplog.records] == [
        f"what was learnt of {key} could not be read; it is learnt anew"
    ]
    assert learnt(database_url)[key][0] == 3


def test_a_page_of_another_site_teaches_that_one(server: Server, tmp_path: Path, database_url: str, pool: Pool) -> None:
    with Server("127.0.0.41") as other:
        site.serve_pages(other, range(1))
        server.route("/a/0", Reply(b"", 302, headers={"Location": other.url("/a/0")}))
        path = tmp_path / "feeds.yaml"
        path.write_text(f"feeds:\n  - url: {site.serve_feed(server, '/rss', site.rss(server, range(1)))}\n")
        fetch_engine.run(fetch_engine.FetchRequest(path, database_url, force=True), environ=ENVIRON, pool=pool)
        assert set(learnt(database_url)) == {site_of(other.url("/"))}


def test_a_page_that_is_polled_itself_teaches_its_site(
    server: Server, tmp_path: Path, database_url: str, pool: Pool
) -> None:
    site.serve_pages(server, range(1))
    (tmp_path / "feeds.yaml").write_text(f"articles:\n  - url: {server.url('/a/0')}\n")
    request = fetch_engine.FetchRequest(tmp_path / "feeds.yaml", database_url, force=True)
    fetch_engine.run(request, environ=ENVIRON, pool=pool)
    assert learnt(database_url)[site_of(server.url("/"))][0] == 1


def test_selectors_that_match_nothing_are_told_once_a_feed(
    fetch, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    more = "    selectors: {body: '.story', title: h1, date: time, remove: [.promo]}\n"
    with caplog.at_level(logging.WARNING):
        assert fetch(4, more).articles_new == 4
    (record,) = caplog.records
    assert "date selector 'time'" in record.message
    assert "body selector '.story'" in record.message
    assert "h1" not in record.message
    assert ".promo" not in record.message
    assert record.message.startswith(server.url("/rss"))


def test_raw_pages_are_kept_only_if_wanted(fetch, database_url: str) -> None:
    fetch(2, AGGREGATOR_KEEP_RAW="0")
    opened = engine.open(database_url)
    with opened.read() as conn:
        assert conn.execute(text("SELECT count(*) FROM raw_pages")).scalar_one() == 0
    opened.close()
