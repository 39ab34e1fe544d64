"""Holds one fetch while it runs, and the answer to one of its requests."""

from dataclasses import dataclass

from aggregator.errors import FetchError, FetchKind
from aggregator.net.addresses import Networks
from aggregator.net.request import Request
from aggregator.net.targets import Target
from aggregator.urls import site_of, without_login


@dataclass(slots=True)
class Answer:
    """The answer to one request: status, headers (lower-case names) and the body, still encoded."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


@dataclass(slots=True)
class Exchange:
    """A fetch with its redirects: the target of the next request, and what is left of its limits.

    `seconds_left`: of its time on the network; `redirects`: the way so far as (status, URL); `received`: bytes of the
    present body, -1 before its headers.
    """

    request: Request
    start: Target
    target: Target
    allowed: Networks
    proxy: str
    max_bytes: int
    seconds_left: float
    redirects: list[tuple[int, str]]
    received: int = -1

    def error(
        self, kind: FetchKind, reason: str, status: int | None = None, retry_after: float | None = None
    ) -> FetchError:
        """Returns a FetchError that names the address first asked for, and where it led to."""
        if self.redirects:
            reason = f"redirected to {self.target.url}: {reason}"
        url, way = without_login(self.request.url), tuple(self.redirects)
        return FetchError(kind, url, reason, status=status, retry_after=retry_after, site=self.site, redirects=way)

    @property
    def site(self) -> str:
        """The key of politeness of the target: the request's own as long as redirects stay on its site."""
        key = self.request.site
        if key is not None and (self.target is self.start or site_of(self.target.url) == site_of(self.start.url)):
            return key
        return site_of(self.target.url)

    @property
    def cooldown_key(self) -> str | None:
        """What a Retry-After stops instead of the whole site; None: the site."""
        return None if self.request.cooldown == "site" else self.request.cooldown
