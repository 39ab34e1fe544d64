"""robots.txt in a visit: asked once, kept a day, honoured at redirects, waited for where it can't be had."""

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from aggregator.config.models import Settings
from aggregator.pool import Pool
from aggregator.store.engine import Store
from aggregator.store.polling import feeds
from aggregator.store.polling.feeds import Subscription
from aggregator.store.schema import robots
from aggregator.urls import site_of
from aggregator.visit import PageDone, Polled, Progress, opened, run_due
from tests.servers import Reply, Server
from tests.visit import site

NOW = 1_767_607_200
DAY = 86400
SETTINGS = Settings(allow_private_networks=True, site_gap=timedelta(0), workers=1)
Run = Callable[..., dict[str, list[Any]]]
RULES = "User-agent: *\nDisallow: /private\n"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server("127.0.0.74") as running:
        site.serve_pages(running, range(3))
        for path in ("/rss", "/rss2", "/rss3"):
            site.serve_feed(running, path, site.rss(running, range(3)))
        running.route("/robots.txt", Reply(RULES))
        yield running


def subscribe(store: Store, server: Server, *paths: str, options: str = "{}") -> None:
    wanted = [
        Subscription(server.url(path), "feed", None, None, None, site_of(server.url()), options) for path in paths
    ]
    with store.write() as conn:
        feeds.sync(conn, wanted, NOW)


@pytest.fixture
def run(store: Store, pool: Pool) -> Run:
    """`run(now)`: what failed, by reason, in a run at this time."""

    def call(now: int = NOW, everything: bool = True, settings: Settings = SETTINGS) -> dict[str, list[Any]]:
        said: dict[str, list[Any]] = {}

        def report(event: Progress) -> None:
            if isinstance(event, Polled | PageDone) and event.outcome == "failed":
                of = getattr(event, "feed", None) or getattr(event, "url", None)
                said.setdefault(event.reason or "", []).append(of)

        async def work() -> None:
            async with opened(store, settings, report, clock=lambda: now, pool=pool) as ctx:
                await run_due(ctx)

        if everything:
            with store.write() as conn:
                feeds.make_due(conn, None, now)
        asyncio.run(work())
        return said

    return call


def asked(server: Server) -> int:
    return len(server.seen("/robots.txt"))


def test_it_is_asked_once_and_kept_for_a_day(run: Run, store: Store, server: Server) -> None:
    subscribe(store, server, "/rss", "/rss2", "/rss3")
    assert run() == {}
    assert asked(server) == 1
    run(NOW + DAY - 1)
    assert asked(server) == 1
    run(NOW + DAY)
    assert asked(server) == 2


def test_a_feed_is_subject_to_it_too_unless_it_is_told_otherwise(run: Run, store: Store, server: Server) -> None:
    site.serve_feed(server, "/private/rss", site.rss(server, range(1)))
    subscribe(store, server, "/private/rss")
    (reason,) = run()
    assert "robots.txt forbids it" in reason
    subscribe(store, server, "/private/rss", options='{"robots": false}')
    assert run(NOW + 10) == {}
    assert len(server.seen("/private/rss")) == 1


def test_a_redirect_leads_nowhere_that_is_forbidden(run: Run, store: Store, server: Server) -> None:
    with Server("127.0.0.75") as other:
        other.route("/robots.txt", Reply(RULES))
        server.route("/a/0", Reply(status=302, headers={"Location": other.url("/private/0")}))
        server.route("/a/1", Reply(status=302, headers={"Location": "/private/1"}))
        subscribe(store, server, "/rss", options='{"full_text": "always"}')
        (reason,) = run()
        assert "robots.txt forbids it" in reason
        assert [seen.path for seen in other.requests] == ["/robots.txt"]
        assert not server.seen("/private/1")


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_cannot_say_is_waited_for(run: Run, store: Store, server: Server, status: int) -> None:
    server.route("/robots.txt", Reply(b"", status))
    subscribe(store, server, "/rss")
    (reason,) = run()
    assert "can't be had just now" in reason
    run(NOW + 300)
    assert asked(server) == 1
    run(NOW + 700)
    assert asked(server) == 2
    assert not server.seen("/rss")
    run(NOW + 31 * DAY)  # RFC 9309: after 30 days it may be taken for absent
    assert bool(server.seen("/rss")) == (status >= 500)  # a 429 is a wish to be left alone for now


def test_an_old_answer_is_better_than_none(run: Run, store: Store, server: Server) -> None:
    subscribe(store, server, "/rss")
    run()
    server.route("/robots.txt", Reply(b"", 503))
    assert run(NOW + DAY + 1) == {}
    assert len(server.seen("/rss")) == 2
    with store.read() as conn:
        row = conn.execute(select(robots)).one()
    assert (row.status, row.at, row.tried_at) == (200, NOW, NOW + DAY + 1)
    run(NOW + DAY + 300)
    assert asked(server) == 2


def test_a_retry_after_of_robots_txt_cools_the_site(run: Run, store: Store, server: Server) -> None:
    server.route("/robots.txt", Reply(b"", 503, headers={"Retry-After": "5000"}), Reply(RULES))
    subscribe(store, server, "/rss")
    run()
    run(NOW + 4000)
    assert asked(server) == 1
    assert run(NOW + 5002) == {}
    assert server.seen("/rss")


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_no_file_allows_everything(run: Run, store: Store, server: Server, status: int) -> None:
    server.route("/robots.txt", Reply(b"", status))
    subscribe(store, server, "/rss")
    assert run() == {}


def test_of_an_oversized_file_the_start_counts(run: Run, store: Store, server: Server) -> None:
    server.route("/robots.txt", Reply(RULES + "# padding\n" * 100_000 + "Disallow: /\n"))
    site.serve_feed(server, "/private/rss", site.rss(server, range(1)))
    subscribe(store, server, "/rss", "/private/rss")
    (reason,) = run()
    assert "forbids" in reason
    assert len(server.seen("/rss")) == 1
    server.route("/robots.txt", Reply(endless=b"# padding\n" * 100))
    run(NOW + DAY)
    assert len(server.seen("/private/rss")) == 1


def test_a_crawl_delay_is_kept(run: Run, store: Store, server: Server) -> None:
    server.route("/robots.txt", Reply("User-agent: *\nCrawl-delay: 0.3\n"))
    subscribe(store, server, "/rss", "/rss2", "/rss3", options='{"full_text": "never"}')
    run()
    times = [seen.at for seen in server.requests if seen.path != "/robots.txt"]
    assert times[-1] - times[0] >= 0.5


def pages(server: Server) -> int:
    return len([seen for seen in server.requests if seen.path.startswith("/a/")])


@pytest.fixture
def busy(server: Server) -> Server:
    """The server, whose pages answer 429 with a Retry-After."""
    for number in range(3):
        server.route(f"/a/{number}", Reply(b"", 429, headers={"Retry-After": "5000"}))
    return server


def test_a_retry_after_of_a_page_cools_the_site(run: Run, store: Store, busy: Server) -> None:
    subscribe(store, busy, "/rss", options='{"full_text": "always"}')
    run()
    assert 1 <= pages(busy) <= 2  # two may be under way at once
    subscribe(store, busy, "/rss", "/rss2", options='{"full_text": "always"}')
    run(NOW + 4999, everything=False)
    assert not busy.seen("/rss2")


def test_a_retry_after_of_a_page_may_cool_its_feed_alone(run: Run, store: Store, busy: Server) -> None:
    own = '{"full_text": "always", "cooldown": "feed"}'
    subscribe(store, busy, "/rss", options=own)
    run()
    first = pages(busy)
    assert 1 <= first <= 2
    subscribe(store, busy, "/rss", "/rss2", options=own)
    run(NOW + 4000, everything=False)
    assert (len(busy.seen("/rss")), len(busy.seen("/rss2"))) == (1, 1)
    assert 1 <= pages(busy) - first <= 2  # those of the second feed
    run(NOW + 5002, everything=False)
    assert len(busy.seen("/rss")) == 2 or pages(busy) > first + 2


def test_a_feeds_own_cool_down_holds_whatever_is_made_due(run: Run, store: Store, server: Server) -> None:
    server.route("/rss", Reply(b"", 429, headers={"Retry-After": "5000"}))
    subscribe(store, server, "/rss", "/rss2", options='{"full_text": "never", "cooldown": "feed"}')
    run()
    run(NOW + 4999)
    assert (len(server.seen("/rss")), len(server.seen("/rss2"))) == (1, 2)
    run(NOW + 5002)
    assert len(server.seen("/rss")) == 2
