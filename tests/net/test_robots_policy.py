"""The policy of robots.txt: asked for once a day, waited for where it can't be had, a delay for each site."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from aggregator.errors import FetchError
from aggregator.model import RobotsAnswer
from aggregator.net.client import Net
from aggregator.net.net_settings import NetSettings
from aggregator.net.robots_policy import RobotsPolicy
from aggregator.times import DAY, MAX_CRAWL_DELAY, MINUTE

RULES = "User-agent: *\nDisallow: /private\n"
SETTINGS = NetSettings("aggregator/1", site_gap=0)
PAGE = "https://www.example.org/page"


class World:
    """Sites whose robots.txt is `reply`, the time, and a memory that outlives a policy."""

    def __init__(self) -> None:
        self.reply: Callable[[], httpx.Response] = lambda: httpx.Response(200, text=RULES)
        self.now = 1_800_000_000.0
        self.asked: list[str] = []
        self.kept: dict[str, RobotsAnswer] = {}
        self.pauses: list[tuple[str, float]] = []

    async def get(self, origin: str) -> RobotsAnswer | None:
        return self.kept.get(origin)

    async def put(self, origin: str, answer: RobotsAnswer) -> None:
        self.kept[origin] = answer

    async def pause(self, site: str, seconds: float) -> None:
        self.pauses.append((site, seconds))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        return self.reply()

    def visit(self, *urls: str, after: float = 0, site: str | None = None) -> tuple[list[str], float]:
        """What is said of each URL ("" is leave, else the kind), all of them at once; and the gap of example.org."""
        self.now += after

        async def together() -> tuple[list[str], float]:
            async with Net(SETTINGS, lambda: self.now, httpx.MockTransport(self._answer)) as net:
                check = RobotsPolicy(net, self, lambda: self.now, site).permit(PAGE)

                async def said(url: str) -> str:
                    try:
                        await check(url)
                    except FetchError as error:
                        return error.kind
                    return ""

                return list(await asyncio.gather(*map(said, urls))), net.gap(site or "example.org")

        return asyncio.run(together())


@pytest.fixture
def world() -> World:
    return World()


def test_an_origin_is_asked_once_a_day(world: World) -> None:
    private = PAGE.replace("page", "private/1")
    assert world.visit(PAGE, private, PAGE)[0] == ["", "robots", ""]
    world.visit(PAGE, after=DAY - 1)
    assert world.asked == ["https://www.example.org/robots.txt"]
    assert world.visit(PAGE, "https://b.example/private", after=1)[0] == ["", "robots"]
    assert len(world.asked) == 3


@pytest.mark.parametrize("status", [500, 503, 429])
def test_an_origin_that_can_not_say_is_asked_again_in_ten_minutes(world: World, status: int) -> None:
    world.reply = lambda: httpx.Response(status)
    assert world.visit(PAGE)[0] == ["status"]
    world.visit(PAGE, after=10 * MINUTE - 1)
    assert len(world.asked) == 1
    world.visit(PAGE, after=1)
    assert len(world.asked) == 2
    assert world.visit(PAGE, after=31 * DAY)[0] == [""]  # given up


def test_the_last_good_answer_counts_while_there_is_no_other(world: World) -> None:
    private = PAGE.replace("page", "private/1")
    world.visit(PAGE)
    world.reply = lambda: httpx.Response(503)
    assert world.visit(PAGE, private, after=DAY)[0] == ["", "robots"]
    assert world.visit(PAGE, private, after=40 * DAY)[0] == ["", "robots"]
    assert len(world.asked) == 3


def test_a_retry_after_is_remembered(world: World) -> None:
    world.reply = lambda: httpx.Response(503, headers={"Retry-After": "3600"})
    world.visit(PAGE, site="mine")
    assert world.pauses == [("mine", 3600)]


def test_crawl_delays(world: World) -> None:
    delays = iter((7, 3, 100_000))
    world.reply = lambda: httpx.Response(200, text=f"User-agent: *\nCrawl-delay: {next(delays)}\n")
    assert world.visit(PAGE, "https://news.example.org/")[1] == 7
    assert world.visit("https://slow.example.org/")[1] == MAX_CRAWL_DELAY


def test_a_host_that_is_not_there(world: World) -> None:
    def fail() -> httpx.Response:
        raise httpx.ConnectError("no route")

    world.reply = fail
    assert world.visit(PAGE, PAGE)[0] == ["connect", "connect"]
    assert world.kept == {}
