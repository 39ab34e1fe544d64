"""Whether a site's robots.txt lets us ask, remembered for a day."""

from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Row

from aggregator.errors import FetchError
from aggregator.net import Request
from aggregator.net.robots import Robots, parse_robots
from aggregator.store import work
from aggregator.visit.context import Context, agent

FRESH_SECONDS = 86400  # RFC 9309 section 2.4: not longer than 24 hours
UNANSWERED_SECONDS = 600
MAX_BYTES = 512 * 1024


class Manners:
    """The rules of the origins that one visit meets."""

    def __init__(self, ctx: Context, site: str) -> None:
        self._ctx = ctx
        self._site = site
        self._known: dict[str, Robots] = {}

    async def ask(self, url: str, private: bool | tuple[str, ...] | None) -> None:
        """Raises FetchError if `url` must not be asked for, or its origin can't be reached to tell."""
        origin = _origin(url)
        rules = self._known.get(origin)
        if rules is None:
            rules = self._known[origin] = await self._rules(origin, private)
            delay = rules.crawl_delay(agent(self._ctx.settings))
            if delay is not None:
                gap = max(self._ctx.settings.site_gap.total_seconds(), min(delay, 60.0))
                self._ctx.net.set_gap(self._site, gap)
        if not rules.reachable:
            raise FetchError("robots", url, "its robots.txt can't be had just now (server error); asked again later")
        if not rules.allows(url, agent(self._ctx.settings)):
            raise FetchError("robots", url, "the site's robots.txt forbids it; `robots: false` at the feed overrides")

    async def _rules(self, origin: str, private: bool | tuple[str, ...] | None) -> Robots:
        kept = await self._ctx.writer.do(lambda conn: work.robots_of(conn, origin))
        if kept is not None and self._ctx.now() - kept.at < _fresh(kept):
            return parse_robots(kept.status, kept.body)
        status, body = await self._answer(origin, private)
        now = self._ctx.now()
        if (status == 0 or status >= 500) and kept is not None and 0 < kept.status < 500:
            return parse_robots(kept.status, kept.body)  # better an old answer than none
        await self._ctx.writer.do(lambda conn: work.remember_robots(conn, origin, now, status, body))
        return parse_robots(status, body)

    async def _answer(self, origin: str, private: bool | tuple[str, ...] | None) -> tuple[int, bytes]:
        request = Request(
            f"{origin}/robots.txt",
            site=self._site,
            accept="text/plain, */*;q=0.1",
            allow_private_networks=private,
            max_bytes=MAX_BYTES,
        )
        try:
            response = await self._ctx.net.fetch(request)
        except FetchError as error:
            if error.status is not None:
                return error.status, b""
            if error.kind in ("redirects", "too_large", "protocol"):
                return 404, b""  # there is a server, and nothing on it that can be read as rules
            raise
        return response.status, response.body


def _fresh(kept: Row[Any]) -> int:
    return UNANSWERED_SECONDS if kept.status == 0 or kept.status == 429 or kept.status >= 500 else FRESH_SECONDS


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
