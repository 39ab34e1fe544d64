"""Makes the requests of a visit of a subscription's options, and says what their failures mean for the site."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Connection

from aggregator.errors import FetchError
from aggregator.model import NO_VALIDATORS, Response, Validators
from aggregator.net.request import Request
from aggregator.net.robots_policy import RobotsPolicy
from aggregator.store.polling import feeds
from aggregator.store.polling.feeds import Source
from aggregator.store.work import leases
from aggregator.visit.context import Context

Check = Callable[[str], Awaitable[None]]
"""Raises FetchError where an address must not be asked for."""


@dataclass(frozen=True, slots=True)
class Requests:
    """The requests of one visit: robots.txt is asked first, where the subscription wants it."""

    ctx: Context
    robots: RobotsPolicy

    async def get(
        self,
        source: Source,
        url: str,
        *,
        site: str,
        accept: str,
        validators: Validators = NO_VALIDATORS,
        may_lead_to: Check | None = None,
        starting: Callable[[], Awaitable[None]] | None = None,
    ) -> Response:
        """Returns the answer of `url`, which `source` names or lists. Raises FetchError.

        `site`: the key of politeness; `accept`: the header; `may_lead_to`: asked of each redirect's target, before
        robots.txt is; `starting`: see `Request`. With `validators` the answer may be 304.
        """
        options = source.options
        allowed = None
        if self._asks_robots(source):
            allowed = self.robots.permit(url, options.allow_private_networks, options.proxy)
            await allowed(url)

        async def permit(target: str) -> None:
            for check in (may_lead_to, allowed):
                if check is not None:
                    await check(target)

        request = Request(
            url,
            site=site,
            headers=options.headers if _is_own_host(source, url) else {},
            etag=validators.etag,
            last_modified=validators.last_modified,
            validated_url=validators.validated_url,
            accept=accept,
            allow_private_networks=options.allow_private_networks,
            proxy=options.proxy,
            cooldown="site" if options.cooldown == "site" else f"feed {source.id}",
            permit=permit if may_lead_to or allowed else None,
            starting=starting,
        )
        return await self.ctx.net.fetch(request)

    async def is_on_hold(self, source: Source, error: FetchError) -> bool:
        """Tells whether nothing was asked, because the site or the feed asked to be left alone. What wanted the answer
        stays due then, and is taken up when that is over."""
        if error.kind != "cooling" or error.redirects:
            return False
        if source.options.cooldown == "feed":
            until = self.ctx.now() + int(error.retry_after or 0) + 1
            await self.ctx.writer.do(lambda conn: feeds.pause(conn, source.id, until))
        return True

    def _asks_robots(self, source: Source) -> bool:
        own = source.options.robots
        return self.ctx.settings.respect_robots if own is None else own


def pause(conn: Connection, source: Source, site: str, error: FetchError, now: int) -> None:
    """Leaves the site that answered so alone, or the feed where it wishes, for as long as its Retry-After asks."""
    if not (error.status and error.retry_after):
        return
    until = now + int(error.retry_after) + 1
    if source.options.cooldown == "site":
        leases.pause(conn, error.site or site, until)
    else:
        feeds.pause(conn, source.id, until)


def _is_own_host(source: Source, url: str) -> bool:
    """Tells whether a feed's headers may be sent: they may hold a secret, and go to the feed's own host alone."""
    return urlsplit(source.url).netloc == urlsplit(url).netloc
