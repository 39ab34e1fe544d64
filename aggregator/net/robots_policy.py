"""Tells whether the robots.txt of an origin lets us ask; it is fetched once a day. Source: RFC 9309."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from aggregator.errors import FetchError
from aggregator.model import RobotsAnswer
from aggregator.net.request import Allowed, Request
from aggregator.net.robots_txt import MAX_BYTES, Robots, parse_robots
from aggregator.times import DAY, MAX_CRAWL_DELAY
from aggregator.urls import site_of

if TYPE_CHECKING:
    from aggregator.net.client import Net

FRESH_SECONDS = DAY  # RFC 9309 section 2.4: not longer than 24 hours
RETRY_SECONDS = 600  # after an answer that says nothing
GIVEN_UP_SECONDS = 30 * DAY  # section 2.3.1.4: a server that can't say for so long is taken to have no file


class RobotsMemory(Protocol):
    """Remembers what origins (`https://example.org`) answered, and what their answers ask for."""

    async def get(self, origin: str) -> RobotsAnswer | None:
        """Returns the answer of an origin that counts; None: it was never asked."""

    async def put(self, origin: str, answer: RobotsAnswer) -> None:
        """Remembers an answer."""

    async def pause(self, site: str, seconds: float) -> None:
        """Remembers that a site wants no request for so long."""


class RobotsPolicy:
    """Tells which URLs may be asked, and sets the Crawl-delay of their sites. Each origin is asked once at most.

    `site`: the key of politeness of the URLs that a check starts from; default: their own. `clock`: seconds since 1970.
    """

    def __init__(self, net: "Net", memory: RobotsMemory, clock: Callable[[], float], site: str | None = None) -> None:
        self._net = net
        self._memory = memory
        self._clock = clock
        self._site = site
        self._known: dict[str, asyncio.Future[Robots]] = {}
        self._delays: dict[str, float] = {}

    def permit(
        self, start: str, private: Allowed | None = None, proxy: str | None = None
    ) -> Callable[[str], Awaitable[None]]:
        """Returns a function that raises FetchError if a URL on the way from `start` must not be asked, or if its
        origin can't say just now. `private`, `proxy`: as in Request."""
        home = site_of(start)

        async def check(url: str) -> None:
            site = self._site if self._site and site_of(url) == home else site_of(url)
            rules = await self.rules(url, site, private, proxy)
            self._set_delay(site, rules)
            if not rules.reachable:
                reason = "its robots.txt can't be had just now (server error); asked again later"
                raise FetchError("status", url, reason, status=503)
            if not rules.allows(url, self._net.user_agent):
                reason = "the site's robots.txt forbids it; `robots: false` at the feed overrides"
                raise FetchError("robots", url, reason)

        return check

    async def rules(
        self, url: str, site: str | None = None, private: Allowed | None = None, proxy: str | None = None
    ) -> Robots:
        """Returns the rules of the origin of a URL. Raises FetchError where there is no way to it."""
        origin = _origin(url)
        if (known := self._known.get(origin)) is not None:
            return await asyncio.shield(known)
        found = self._known[origin] = asyncio.get_running_loop().create_future()
        try:
            rules = await self._look_up(origin, site, private, proxy)
        except BaseException as error:
            del self._known[origin]
            found.set_exception(error if isinstance(error, FetchError) else _cancelled(origin))
            found.exception()  # nobody may be waiting for it
            raise
        found.set_result(rules)
        return rules

    def _set_delay(self, site: str, rules: Robots) -> None:
        """Sets a site's gap; of several of its origins the longest Crawl-delay counts."""
        delay = min(rules.crawl_delay(self._net.user_agent) or 0.0, MAX_CRAWL_DELAY)
        if site not in self._delays or delay > self._delays[site]:
            self._delays[site] = delay
            self._net.set_gap(site, max(self._net.site_gap, delay) if delay else None)

    async def _look_up(self, origin: str, site: str | None, private: Allowed | None, proxy: str | None) -> Robots:
        kept, now = await self._memory.get(origin), self._now()
        if kept is not None and now - kept.tried_at < _lifetime(kept):
            return _parsed(kept, now)
        try:
            status, body = await self._ask(origin, site, private, proxy)
        except FetchError:
            if kept is None:
                raise
            return _parsed(kept, now)
        now = self._now()
        answer = RobotsAnswer(now, status, body, now)
        if _is_failure(status) and kept is not None:  # better an old answer than none
            answer = replace(answer, at=kept.at) if _is_failure(kept.status) else replace(kept, tried_at=now)
        await self._memory.put(origin, answer)
        return _parsed(answer, now)

    async def _ask(
        self, origin: str, site: str | None, private: Allowed | None, proxy: str | None
    ) -> tuple[int, bytes]:
        request = Request(
            f"{origin}/robots.txt",
            site=site,
            accept="text/plain, */*;q=0.1",
            allow_private_networks=private,
            proxy=proxy,
            max_bytes=MAX_BYTES,
            truncate=True,
        )
        try:
            response = await self._net.fetch(request)
        except FetchError as error:
            if error.retry_after and error.status:
                await self._memory.pause(error.site or site or site_of(origin), error.retry_after)
            if error.status is not None:
                return error.status, b""
            if error.kind in ("redirects", "protocol"):
                return 404, b""  # there is a server, and nothing on it that can be read as rules
            raise
        return response.status, response.body

    def _now(self) -> int:
        return int(self._clock())


def _lifetime(kept: RobotsAnswer) -> int:
    """Returns the seconds for which an answer counts; fewer where the newest attempt failed."""
    return RETRY_SECONDS if _is_failure(kept.status) or kept.tried_at > kept.at else FRESH_SECONDS


def _parsed(answer: RobotsAnswer, now: int) -> Robots:
    if _is_failure(answer.status) and now - answer.at >= GIVEN_UP_SECONDS:
        return Robots()
    return parse_robots(answer.status, answer.body)


def _is_failure(status: int) -> bool:
    return status in (0, 429) or status >= 500


def _cancelled(origin: str) -> FetchError:
    return FetchError("timeout", origin, "the visit ended before its robots.txt came")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
