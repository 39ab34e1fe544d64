"""Entries and addresses that lead to something else than a page: nothing is stored, and what it is gets said."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aggregator.pool import Pool
from aggregator.store.schema import articles, entries
from tests.servers import Reply, Server
from tests.visit import site
from tests.visit.test_refetching import World

PROSE = "The ferry came late again, said the passengers who had waited on the quay since the early morning. " * 12


@pytest.fixture
def world(tmp_path: Path, database_url: str, pool: Pool) -> Iterator[World]:
    with Server() as server:
        yield World(server, tmp_path / "feeds.yaml", database_url, pool)


def rss(server: Server) -> str:
    return site.rss(server, range(9), description=PROSE)


def index(server: Server) -> str:
    return (
        f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>{server.url('/')}</loc></url></urlset>"
    )


KINDS: dict[str, tuple[Callable[[Server], str], str, str]] = {
    "feed": (rss, "application/rss+xml", "this is a feed, no page: `aggregator feeds add http://127.0.0.1"),
    "feed called a page": (rss, "text/html", "this is a feed"),
    "feed called text": (rss, "text/plain", "this is a feed"),
    "atom": (lambda server: site.atom(server, range(9)), "application/xml", "this is a feed"),
    "json feed": (lambda server: site.jsonfeed(server, range(9)), "application/json", "this is a feed"),
    "sitemap": (index, "text/xml", "this is a sitemap, no page: `aggregator feeds add http://127.0.0.1"),
    "json": (lambda _: json.dumps({"text": PROSE}), "application/json", "this is JSON"),
    "script": (lambda _: f"document.write('{PROSE}')", "text/javascript", "this is a script"),
    "stylesheet": (lambda _: f"/* {PROSE} */", "text/css", "this is a stylesheet"),
    "table": (lambda _: PROSE, "text/csv", "this is a table"),
    "sound": (lambda _: PROSE, "audio/mpeg", "this is a sound (audio/mpeg)"),
    "bytes": (lambda _: PROSE, "application/octet-stream", "this is a file (application/octet-stream)"),
    "pdf": (lambda _: "%PDF-1.7 " + PROSE, "text/html", "this is a PDF file"),
}


@pytest.mark.parametrize("name", KINDS)
def test_an_address_that_is_no_page_is_not_stored_and_not_asked_for_again(world: World, name: str) -> None:
    body, kind, reason = KINDS[name]
    world.server.route("/a/1", Reply(body(world.server), headers={"Content-Type": kind}))
    summary = world.fetch(0, world.server.url("/a/1"))
    assert summary.exit_code == 1
    ((_, said),) = summary.page_failures
    assert said.startswith(reason)
    world.fetch()
    assert world.rows(articles) == []
    assert {(row.state, row.error) for row in world.rows(entries)} == {("failed", said)}
    asked = world.asked()
    world.fetch(3_000_000)
    assert world.asked() == asked


def test_plain_text_is_cleaned(world: World) -> None:
    text = "Home\nNews\nWeather\nLog in\n\n" + "\n\n".join(f"On day {n} {PROSE[4:300]}" for n in range(6))
    world.server.route("/a/1", Reply(text, headers={"Content-Type": "text/plain; charset=utf-8"}))
    world.fetch()
    stored = world.one(articles)
    assert "On day 5 ferry" in stored.text
    assert "Log in" not in stored.text


def test_a_page_that_became_something_else_keeps_its_article(world: World) -> None:
    world.fetch()
    before = world.one(articles)
    world.server.route("/a/1", Reply("%PDF-1.7", headers={"Content-Type": "application/pdf"}))
    world.fetch(4_000)
    after = world.one(articles)
    assert (after.text, after.gone_at) == (before.text, None)
