"""A network that is down is nobody's failure: nothing is charged, the run says so, and what was due stays due."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from aggregator.engines import fetch as fetch_engine
from aggregator.pool import Pool
from aggregator.store import engine
from aggregator.store.schema import feeds
from tests.servers import Reply, Server
from tests.visit import site

ENVIRON = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0", "AGGREGATOR_WORKERS": "1"}


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def no_names(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The one error of the resolver, for every name."""
    error = [socket.EAI_NONAME]

    def getaddrinfo(host: str, *_: object, **__: object) -> list[Any]:
        if host == "127.0.0.1":
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 0))]
        raise socket.gaierror(error[0], "no name resolves")

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return error


def fetched(tmp_path: Path, pool: Pool, *urls: str, everything: bool = False) -> fetch_engine.Summary:
    config = tmp_path / "feeds.yaml"
    config.write_text("feeds:\n" + "".join(f"  - url: {url}\n" for url in urls))
    request = fetch_engine.FetchRequest(config, f"sqlite:///{tmp_path}/a.db", (), everything)
    return fetch_engine.run(request, environ=ENVIRON, pool=pool)


def charged(tmp_path: Path) -> list[int]:
    opened = engine.open(f"sqlite:///{tmp_path}/a.db")
    try:
        with opened.read() as conn:
            return [int(n) for n in conn.execute(select(feeds.c.failures).order_by(feeds.c.id)).scalars()]
    finally:
        opened.close()


def test_where_no_name_resolves_nobody_is_charged(tmp_path: Path, pool: Pool, no_names: list[int]) -> None:
    urls = [f"https://news{n}.example{n}.org/feed" for n in range(5)]
    for _ in range(3):
        summary = fetched(tmp_path, pool, *urls)
        assert summary.exit_code == 1
        assert (summary.offline or "").startswith("offline: none of 5 sites could be reached (there is no host named")
        assert (summary.feeds_polled, summary.feeds_failed) == (0, 0)
    assert charged(tmp_path) == [0] * 5


def test_a_resolver_that_does_not_answer_is_enough(tmp_path: Path, pool: Pool, no_names: list[int]) -> None:
    no_names[0] = socket.EAI_AGAIN
    summary = fetched(tmp_path, pool, "https://news.example.org/feed")
    assert (summary.exit_code, charged(tmp_path)) == (1, [0])


def test_dead_sites_are_charged_once_anybody_answers(
    tmp_path: Path, pool: Pool, no_names: list[int], server: Server
) -> None:
    urls = [f"https://news{n}.example{n}.org/feed" for n in range(4)]
    good = site.serve_feed(server, "/rss", site.rss(server, range(0)))
    summary = fetched(tmp_path, pool, *urls, good)
    assert (summary.exit_code, summary.offline, summary.feeds_failed) == (0, None, 4)
    assert charged(tmp_path) == [1, 1, 1, 1, 0]


def test_a_single_dead_site_is_charged(tmp_path: Path, pool: Pool, no_names: list[int]) -> None:
    summary = fetched(tmp_path, pool, "https://news.example.org/feed")
    assert (summary.exit_code, summary.offline, summary.feeds_failed) == (1, None, 1)
    assert charged(tmp_path) == [1]


def test_a_fetch_with_nothing_due_says_when_the_next_poll_is(tmp_path: Path, pool: Pool, server: Server) -> None:
    good = site.serve_feed(server, "/rss", site.rss(server, range(0)))
    server.otherwise(Reply(status=404))
    assert fetched(tmp_path, pool, good).next_poll_at is None
    again = fetched(tmp_path, pool, good)
    assert again.feeds_polled == 0
    assert again.next_poll_at is not None
