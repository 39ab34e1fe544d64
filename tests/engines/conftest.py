"""What the tests of workers share: sites on loopback, and processes on one PostgreSQL."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from aggregator.store import engine
from aggregator.store.engine import Store
from tests.engines.worker_processes import HOSTS, PAGES, Workers
from tests.servers import Reply, Server
from tests.visit import site


@pytest.fixture(scope="session")
def sites() -> Iterator[list[Server]]:
    with ExitStack() as stack:
        servers = [stack.enter_context(Server(f"127.0.5.{number + 1}")) for number in range(HOSTS)]
        for server in servers:
            for n in range(PAGES):
                html = site.page(n, f"Town {server.host}")
                server.route(f"/a/{n}", Reply(html, headers={"Content-Type": "text/html"}, delay=0.05))
            server.route("/rss", Reply(site.rss(server, range(PAGES))))
        yield servers


@pytest.fixture
def folder(tmp_path: Path, sites: list[Server]) -> Path:
    for server in sites:
        server.requests.clear()
    (tmp_path / "feeds.yaml").write_text("feeds:\n" + "".join(f"  - url: {one.url('/rss')}\n" for one in sites))
    return tmp_path


@pytest.fixture
def workers(postgres_url: str) -> Iterator[Workers]:
    started = Workers(postgres_url)
    yield started
    started.kill()


@pytest.fixture
def archive(postgres_url: str) -> Iterator[Store]:
    opened = engine.open(postgres_url)
    yield opened
    opened.close()
