"""Makes the settings of all requests, the User-Agent among them, of those of feeds.yaml."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from aggregator import __version__
from aggregator.net.request import Allowed

if TYPE_CHECKING:
    from aggregator.config.models import Settings


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


def net_settings(settings: "Settings") -> NetSettings:
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
