"""One fetch on its way through its redirects."""

from dataclasses import dataclass

from aggregator.errors import FetchError, FetchKind
from aggregator.net.addresses import Networks
from aggregator.net.request import Request
from aggregator.net.targets import Target, without_login
from aggregator.urls import site_of


@dataclass(slots=True)
class Answer:
    """One hop's answer: status, headers (lower-case names) and the body, still encoded."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


@dataclass(slots=True)
class Journey:
    """One fetch on its way: where it is, how it came there, and the seconds it may still take."""

    request: Request
    start: Target
    place: Target
    allowed: Networks
    limit: int
    left: float
    hops: list[tuple[int, str]]
    received: int = -1  # bytes of this hop's body; -1 before its headers

    def error(
        self, kind: FetchKind, reason: str, status: int | None = None, retry_after: float | None = None
    ) -> FetchError:
        """A FetchError that names the address first asked for, and where it led to."""
        if self.hops:
            reason = f"redirected to {self.place.url}: {reason}"
        url, hops = without_login(self.request.url), tuple(self.hops)
        return FetchError(kind, url, reason, status=status, retry_after=retry_after, site=self.site, redirects=hops)

    @property
    def site(self) -> str:
        """The key of politeness of this hop: the request's own as long as the hop stays on its site."""
        key = self.request.site
        if key is not None and (self.place is self.start or site_of(self.place.url) == site_of(self.start.url)):
            return key
        return site_of(self.place.url)

    @property
    def word(self) -> str | None:
        """What a Retry-After stops besides, or instead of, the site; None: the site."""
        return None if self.request.cooldown == "site" else self.request.cooldown
