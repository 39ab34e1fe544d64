"""Whether a site's robots.txt lets us ask, remembered for a day. Source: RFC 9309."""

import asyncio
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aggregator.errors import FetchError
from aggregator.net import Request
from aggregator.net.robots_txt import MAX_BYTES, Robots, parse_robots
from aggregator.store import leases
from aggregator.store.leases import KeptRobots
from aggregator.urls import site_of
from aggregator.visit.context import Context

FRESH_SECONDS = 86400  # RFC 9309 section 2.4: not longer than 24 hours
UNANSWERED_SECONDS = 600
GIVEN_UP_SECONDS = 30 * 86400  # section 2.3.1.4: who can't say for so long is taken to have no file
LONGEST_DELAY = 300.0  # seconds; a Crawl-delay beyond it would keep a site's news from ever being read
Networks = bool | tuple[str, ...] | None


class Manners:
    """The rules of the origins that one visit meets; each origin is asked once."""

    def __init__(self, ctx: Context, site: str) -> None:
        self._ctx = ctx
        self._site = site
        self._agent = ctx.net.user_agent
        self._known: dict[str, asyncio.Future[Robots]] = {}
        self._delays: dict[str, float] = {}

    def permit(self, start: str, private: Networks) -> Callable[[str], Awaitable[None]]:
        """A function that raises FetchError if a URL on the way from `start` must not be asked for, or if the origin
        can't say just now."""
        home = site_of(start)

        async def check(url: str) -> None:
            site = self._site if site_of(url) == home else None
            rules = await self._rules(_origin(url), site, private)
            if not rules.allows(url, self._agent) and rules.reachable:
                raise FetchError(
                    "robots", url, "the site's robots.txt forbids it; `robots: false` at the feed overrides"
                )
            if not rules.reachable:
                reason = "its robots.txt can't be had just now (server error); asked again later"
                raise FetchError("status", url, reason, status=503)

        return check

    async def _rules(self, origin: str, site: str | None, private: Networks) -> Robots:
        known = self._known.get(origin)
        if known is not None:
            return await asyncio.shield(known)
        found = self._known[origin] = asyncio.get_running_loop().create_future()
        try:
            rules = await self._looked_up(origin, site, private)
        except BaseException as error:
            del self._known[origin]
            found.set_exception(error if isinstance(error, FetchError) else _cancelled(origin))
            found.exception()  # nobody may be waiting for it
            raise
        found.set_result(rules)
        self._mind_delay(site or site_of(origin), rules.crawl_delay(self._agent))
        return rules

    def _mind_delay(self, site: str, delay: float | None) -> None:
        """Of several origins of a site the longest Crawl-delay counts."""
        known = self._delays[site] = max(self._delays.get(site, 0.0), min(delay or 0.0, LONGEST_DELAY))
        self._ctx.net.set_gap(site, max(self._ctx.settings.site_gap.total_seconds(), known) if known else None)

    async def _looked_up(self, origin: str, site: str | None, private: Networks) -> Robots:
        kept = await self._ctx.writer.do(lambda conn: leases.robots_of(conn, origin))
        now = self._ctx.now()
        if kept is not None and now - (kept.tried_at or kept.at) < _fresh(kept, now):
            return _parsed(kept, now)
        try:
            status, body = await self._answer(origin, site, private)
        except FetchError:
            if kept is None:
                raise
            return _parsed(kept, now)
        now, at = self._ctx.now(), self._ctx.now()
        if _is_failure(status) and kept is not None:  # better an old answer than none
            at = kept.at
            if not _is_failure(kept.status):
                status, body = kept.status, kept.body
        await self._ctx.writer.do(lambda conn: leases.remember_robots(conn, origin, at, status, body, now))
        return Robots() if _is_failure(status) and now - at >= GIVEN_UP_SECONDS else parse_robots(status, body)

    async def _answer(self, origin: str, site: str | None, private: Networks) -> tuple[int, bytes]:
        request = Request(
            f"{origin}/robots.txt",
            site=site,
            accept="text/plain, */*;q=0.1",
            allow_private_networks=private,
            max_bytes=MAX_BYTES,
            truncate=True,
        )
        try:
            response = await self._ctx.net.fetch(request)
        except FetchError as error:
            if error.retry_after and error.status:
                until, who = self._ctx.now() + int(error.retry_after) + 1, error.site or self._site
                await self._ctx.writer.do(lambda conn: leases.pause(conn, who, until))
            if error.status is not None:
                return error.status, b""
            if error.kind in ("redirects", "protocol"):
                return 404, b""  # there is a server, and nothing on it that can be read as rules
            raise
        return response.status, response.body


def _fresh(kept: KeptRobots, now: int) -> int:
    """How long an answer counts. One that is kept because the newest attempt failed is asked for again sooner."""
    tried_in_vain = _is_failure(kept.status) or (kept.tried_at or kept.at) > kept.at
    return UNANSWERED_SECONDS if tried_in_vain else FRESH_SECONDS


def _parsed(kept: KeptRobots, now: int) -> Robots:
    if _is_failure(kept.status) and now - kept.at >= GIVEN_UP_SECONDS:
        return Robots()
    return parse_robots(kept.status, kept.body)


def _is_failure(status: int) -> bool:
    return status in (0, 429) or status >= 500


def _cancelled(origin: str) -> FetchError:
    return FetchError("timeout", origin, "the visit ended before its robots.txt came")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
