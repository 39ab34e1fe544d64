"""A request as the network takes it, and the settings of all of them."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from aggregator import __version__
from aggregator.config.models import Settings

PAGE_TYPES = "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5"
FEED_TYPES = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
"""Values of the header Accept."""

Allowed = bool | tuple[str, ...]
"""Private networks that may be asked: all (True), none (False), or these hosts and CIDRs."""


@dataclass(frozen=True, slots=True)
class Request:
    """One GET request.

    `site`: the key of politeness instead of the URL's own site; it holds for the hops that stay on the URL's site.
    `headers`: of the feed, sent to the URL's host only, never on to another host.
    `etag`, `last_modified`: validators as `Response.headers` gave them; they go back byte for byte, to the address
    they came from: `validated_url` (None: this URL), be it this one or one that it redirects to.
    `allow_private_networks`, `proxy`, `max_bytes` (decoded): instead of the settings' when not None.
    `cooldown`: what a Retry-After stops: "site", all requests to the site; any other word, all that say the same word.
    `permit`: asked before each redirect is followed; raises FetchError where its target must not be asked.
    `truncate`: the first `max_bytes` of a longer body are as good as all of it.
    """

    url: str
    site: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    etag: str | None = None
    last_modified: str | None = None
    accept: str = "*/*"
    allow_private_networks: Allowed | None = None
    proxy: str | None = None
    max_bytes: int | None = None
    validated_url: str | None = None
    cooldown: str = "site"
    permit: Callable[[str], Awaitable[None]] | None = None
    truncate: bool = False


@dataclass(frozen=True, slots=True)
class NetSettings:
    """The settings of all requests. Times in seconds.

    `contact`: who runs this; where it is an e-mail address, it is sent as From.
    `site_gap`: least time between the starts of two requests to one site. `site_connections`: most requests to one
    site at once; `connections`: to all of them. `timeout`: for a whole request with its redirects, the waiting for
    a site's turn left out; `connect_timeout`: for looking up a name and connecting. `max_bytes`: of a decoded body.
    `proxy`: a URL, "direct" or "environment" (HTTP_PROXY and the like).
    """

    user_agent: str
    contact: str | None = None
    site_gap: float = 2.0
    site_connections: int = 2
    allow_private_networks: Allowed = False
    proxy: str = "direct"
    timeout: float = 30.0
    connect_timeout: float = 10.0
    max_bytes: int = 16 * 1024 * 1024
    max_redirects: int = 10
    connections: int = 64


def user_agent(version: str, contact: str | None) -> str:
    """Returns the User-Agent of this program; `contact` is an e-mail address or a URL of who runs it."""
    about = "".join(c for c in contact or "" if " " <= c <= "~" and c not in "()")
    if not about:
        return f"aggregator/{version}"
    return f"aggregator/{version} ({'+' if '://' in about else ''}{about})"


def net_settings(settings: Settings) -> NetSettings:
    """Returns the settings of the network, of those of feeds.yaml."""
    return NetSettings(
        user_agent=user_agent(__version__, settings.contact),
        contact=settings.contact,
        site_gap=settings.site_gap.total_seconds(),
        site_connections=settings.site_connections,
        allow_private_networks=settings.allow_private_networks,
        timeout=settings.timeout.total_seconds(),
        proxy=settings.proxy,
        max_bytes=settings.max_bytes,
    )
