"""SiteLimiter: the gap between starts, places of a site and of all, fairness, cancelling, forgetting."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from aggregator.errors import FetchError
from aggregator.model import Response
from aggregator.net.adaptive_delay import AdaptiveDelay
from aggregator.net.client import Net
from aggregator.net.net_settings import NetSettings
from aggregator.net.request import Request
from aggregator.net.site_limiter import SiteLimiter
from tests.servers import Canned, Reply, Server

Get = Callable[..., Response]

GAP = 0.05


def fetch_all(settings: NetSettings, requests: list[Request], before: Callable[[Net], Any] | None = None) -> float:
    """Fetch all of them at once; the seconds it took. Never less than the gaps in between, however fast the machine."""

    async def together() -> None:
        async with Net(settings) as net:
            if before is not None:
                before(net)
            await asyncio.gather(*(net.fetch(request) for request in requests))

    began = time.monotonic()
    asyncio.run(together())
    return time.monotonic() - began


def test_a_gap_between_two_starts_at_one_site(server: Server, settings: NetSettings) -> None:
    server.otherwise(Reply(b"x"))
    requests = [Request(server.url(f"/{number}")) for number in range(4)]
    assert fetch_all(replace(settings, site_gap=GAP, site_connections=4), requests) >= 3 * GAP
    assert [seen.path for seen in server.requests] == ["/0", "/1", "/2", "/3"]


def test_another_site_does_not_wait(server: Server, settings: NetSettings) -> None:
    with Server("127.0.0.2") as other:
        server.otherwise(Reply(b"x"))
        other.otherwise(Reply(b"x"))
        assert fetch_all(replace(settings, site_gap=5), [Request(server.url()), Request(other.url())]) < 5


def test_a_site_has_few_places(server: Server, settings: NetSettings) -> None:
    server.otherwise(Reply(b"x", delay=0.02))
    fetch_all(replace(settings, site_connections=3), [Request(server.url(f"/{n}")) for n in range(12)])
    assert server.most_at_once == 3
    assert len(server.requests) == 12


def test_all_sites_together_have_places_too(server: Server, settings: NetSettings) -> None:
    server.otherwise(Reply(b"x", delay=0.02))
    requests = [Request(server.url(f"/{number}"), site=f"site{number}") for number in range(12)]
    fetch_all(replace(settings, connections=4), requests)
    assert server.most_at_once == 4


def test_the_key_of_a_request_goes_before_its_site(server: Server, settings: NetSettings) -> None:
    with Server("127.0.0.2") as other:
        for each in (server, other):
            each.otherwise(Reply(b"x"))
        requests = [Request(server.url(), site="shared"), Request(other.url(), site="shared")]
        assert fetch_all(replace(settings, site_gap=GAP), requests) >= GAP


def test_each_hop_counts_for_its_own_site(server: Server, settings: NetSettings) -> None:
    with Server("127.0.0.2") as other:
        other.otherwise(Reply(b"x"))
        server.route("/a", Reply(status=302, headers={"Location": "/b"}))
        server.route("/b", Reply(status=302, headers={"Location": other.url("/c")}))
        other.route("/c", Reply(status=302, headers={"Location": "/d"}))
        took = fetch_all(replace(settings, site_gap=GAP), [Request(server.url("/a"), site="mine")])
        assert took >= 2 * GAP  # one between /a and /b, one between /c and /d


def test_a_hop_holds_no_place_of_the_site_it_left(server: Server, settings: NetSettings) -> None:
    server.otherwise(
        lambda seen: Reply(status=302, headers={"Location": seen.path + "x"}) if len(seen.path) < 6 else Reply(b"x")
    )
    one = replace(settings, site_connections=1, connections=1)
    fetch_all(one, [Request(server.url(f"/{number}")) for number in range(5)])
    assert len(server.requests) == 25


def test_a_site_may_have_a_gap_of_its_own(server: Server, settings: NetSettings) -> None:
    server.otherwise(Reply(b"x"))
    site = f"127.0.0.1:{server.port}"
    requests = [Request(server.url(f"/{number}")) for number in range(3)]
    assert fetch_all(settings, requests, before=lambda net: net.set_gap(site, GAP)) >= 2 * GAP
    assert fetch_all(replace(settings, site_gap=5), requests, before=lambda net: net.set_gap(site, 0)) < 5


def test_waiting_costs_nothing_of_the_time_of_a_request(server: Server, settings: NetSettings) -> None:
    server.otherwise(Reply(b"x"))
    hurried = replace(settings, site_gap=0.3, timeout=0.25, site_connections=1)
    fetch_all(hurried, [Request(server.url()), Request(server.url())])
    assert len(server.requests) == 2


def run(scene: Callable[[SiteLimiter], Any], **settings: Any) -> Any:
    async def play() -> Any:
        return await scene(SiteLimiter(**{"gap": 0, "connections": 1, "total": 100, **settings}))

    return asyncio.run(play())


async def visit(limiter: SiteLimiter, site: str, log: list[Any], name: Any, hold: asyncio.Event | None = None) -> None:
    async with limiter.slot(site):
        log.append(name)
        if hold is not None:
            await hold.wait()


def test_limiter_come_in_the_order_of_asking() -> None:
    async def scene(limiter: SiteLimiter) -> list[int]:
        log: list[int] = []
        await asyncio.gather(*(visit(limiter, "a", log, number) for number in range(50)))
        return log

    assert run(scene) == list(range(50))
    assert run(scene, gap=0.0001) == list(range(50))


@pytest.mark.parametrize("gap", [0, 0.02])
def test_who_gives_up_costs_the_others_nothing(gap: float) -> None:
    async def scene(limiter: SiteLimiter) -> list[int]:
        log: list[int] = []
        hold = asyncio.Event()
        tasks = [asyncio.create_task(visit(limiter, "a", log, 0, hold))]
        await asyncio.sleep(0)
        tasks += [asyncio.create_task(visit(limiter, "a", log, number)) for number in range(1, 9)]
        await asyncio.sleep(0)
        for task in tasks[1:8:2]:
            task.cancel()
        hold.set()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with asyncio.timeout(5), limiter.slot("a"):  # and all places are free again
            return log

    assert run(scene, gap=gap) == [0, 2, 4, 6, 8]


def test_giving_up_during_the_gap_leaves_the_gap_as_it_was() -> None:
    async def scene(limiter: SiteLimiter) -> float:
        log: list[int] = []
        began = asyncio.get_running_loop().time()
        await visit(limiter, "a", log, 0)
        impatient = asyncio.create_task(visit(limiter, "a", log, 1))
        await asyncio.sleep(GAP / 2)
        impatient.cancel()
        await visit(limiter, "a", log, 2)
        assert log == [0, 2]
        return asyncio.get_running_loop().time() - began

    assert run(scene, gap=GAP) >= GAP


def test_giving_up_while_all_places_are_taken() -> None:
    async def scene(limiter: SiteLimiter) -> list[str]:
        log: list[str] = []
        hold = asyncio.Event()
        first = asyncio.create_task(visit(limiter, "a", log, "a", hold))
        await asyncio.sleep(0)
        second = asyncio.create_task(visit(limiter, "b", log, "b"))
        await asyncio.sleep(0)
        second.cancel()
        hold.set()
        await first
        async with asyncio.timeout(5):
            await visit(limiter, "b", log, "b again")
        return log

    assert run(scene, total=1) == ["a", "b again"]
    assert run(scene, total=1, gap=0.001) == ["a", "b again"]


def test_an_error_in_a_turn_gives_its_places_back() -> None:
    async def scene(limiter: SiteLimiter) -> None:
        for _ in range(5):
            with pytest.raises(ValueError, match="oops"):
                async with limiter.slot("a"):
                    raise ValueError("oops")

    run(scene, total=1)


def test_sites_are_forgotten_when_their_gap_is_over() -> None:
    async def scene(limiter: SiteLimiter) -> int:
        log: list[int] = []
        for number in range(5000):
            await visit(limiter, f"site{number}", log, number)
        return len(limiter._sites)

    assert run(scene) <= 600


def test_a_site_within_its_gap_is_remembered() -> None:
    async def scene(limiter: SiteLimiter) -> bool:
        log: list[Any] = []
        limiter.set_gap("slow", 60)
        await visit(limiter, "slow", log, "slow")
        for number in range(2000):
            await visit(limiter, f"site{number}", log, number)
        try:
            async with asyncio.timeout(0.01):
                await visit(limiter, "slow", log, "again")
        except TimeoutError:
            return True
        return False

    assert run(scene)


def test_who_is_pushed_back_waits_longer_the_next_time(site: Canned, settings: NetSettings) -> None:
    site.route("/busy", Reply(b"", 503))
    site.otherwise(Reply(b"x"))

    async def three() -> tuple[float, float]:
        async with Net(replace(settings, site_gap=GAP), transport=site.transport) as net:
            before = net.gap("site.example")
            with pytest.raises(FetchError):
                await net.fetch(Request(site.url("/busy")))
            return before, net.gap("site.example")

    before, after = asyncio.run(three())
    assert (before, after) == (GAP, pytest.approx(1.0, abs=0.01))


def test_a_retry_after_sends_away_who_waits_and_who_comes(site: Canned, settings: NetSettings) -> None:
    site.route("/busy", Reply(b"", 429, headers={"Retry-After": "30"}))
    site.otherwise(Reply(b"x"))
    now = [1000.0]

    async def scene() -> list[str | int]:
        async with Net(replace(settings, site_gap=GAP, site_connections=1), lambda: now[0], site.transport) as net:

            async def ask(path: str, **more: Any) -> str | int:
                try:
                    return (await net.fetch(Request(site.url(path), **more))).status
                except FetchError as error:
                    return error.kind

            first = await asyncio.gather(ask("/busy"), ask("/1"), ask("/2"))
            now[0] += 29
            second = [await ask("/3"), await ask("/4", site="other")]
            now[0] += 1
            net.restore("site.example", AdaptiveDelay())
            return [*first, *second, await ask("/5")]

    assert asyncio.run(scene()) == ["status", "cooling", "cooling", "cooling", 200, 200]
    assert [seen.path for seen in site.requests] == ["/busy", "/4", "/5"]


def test_a_retry_after_may_be_the_affair_of_one_feed(site: Canned, settings: NetSettings) -> None:
    site.route("/busy", Reply(b"", 429, headers={"Retry-After": "30"}))
    site.otherwise(Reply(b"x"))

    async def scene() -> None:
        async with Net(settings, transport=site.transport) as net:
            with pytest.raises(FetchError):
                await net.fetch(Request(site.url("/busy"), cooldown="feed"))
            assert (await net.fetch(Request(site.url("/other")))).status == 200

    asyncio.run(scene())


def test_a_retry_after_given_as_a_date_is_reckoned_by_the_servers_clock(site: Canned, settings: NetSettings) -> None:
    when = {"Date": "Mon, 05 Jan 2026 10:00:00 GMT", "Retry-After": "Mon, 05 Jan 2026 10:02:00 GMT"}
    site.route("/busy", Reply(b"", 503, headers=when))

    async def scene() -> float | None:
        async with Net(settings, transport=site.transport) as net:
            with pytest.raises(FetchError) as caught:
                await net.fetch(Request(site.url("/busy")))
            return caught.value.retry_after

    assert asyncio.run(scene()) == 120


def test_the_gap_goes_on_where_another_process_left_it(server: Server, settings: NetSettings) -> None:
    server.otherwise(Reply(b"x"))
    now = 1_800_000_000.0
    site = f"127.0.0.1:{server.port}"

    async def scene() -> float:
        began = time.monotonic()
        async with Net(replace(settings, site_gap=0.2), lambda: now) as net:
            net.restore(site, AdaptiveDelay(asked_at=now - 0.05))
            await net.fetch(Request(server.url()))
            return time.monotonic() - began

    assert asyncio.run(scene()) >= 0.15
