"""Chooses the proxy that a request goes through, and judges what may be reached through it."""

import asyncio
import errno
import socket
import ssl
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]

import aiohttp

from aggregator.net.addresses import Networks, parse
from aggregator.net.resolver import look_up, refusal
from aggregator.net.targets import Target
from aggregator.net.transport_errors import TransportError, brief, not_connected, os_error
from aggregator.urls import without_login

_LOOKUP_SECONDS = 5.0


def proxy_of(choice: str, target: Target) -> str | None:
    """Returns the URL of the proxy that a request to `target` goes through; None: through none.

    `choice`: a URL, "direct", or "environment": HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in either case.
    """
    if choice != "environment":
        return None if choice == "direct" else choice
    if proxy_bypass_environment(target.host):
        return None
    proxies = getproxies_environment()
    url = proxies.get(target.scheme) or proxies.get("all")
    return url if not url or "://" in url else f"http://{url}"


async def check_host(rules: Networks, host: str) -> None:
    """Raises TransportError where a host is, or is at, an address that the rules refuse.

    A name that has no address here, or none in time, is left to the proxy, as is one of Tor's, which must not be looked
    up (RFC 7686). Under rules that permit everything nothing is looked up.
    """
    if rules.everything or host.endswith(".onion"):
        return
    try:
        async with asyncio.timeout(_LOOKUP_SECONDS):
            found = [str(info[4][0]) for info in await look_up(host, 0, socket.AF_UNSPEC)]
    except (socket.gaierror, TimeoutError):
        return
    for address in found:
        if rules.objection(parse(address)) is not None:
            raise TransportError("refused", str(refusal(rules, host, address)))


def socks_connector(url: str, keep_alive: float) -> aiohttp.TCPConnector:
    """Returns a connector through a SOCKS proxy, which looks names up itself."""
    from aiohttp_socks import ProxyConnector, ProxyType

    parts = urlsplit(url)
    return ProxyConnector(
        parts.hostname or "",
        parts.port or 1080,
        ProxyType.SOCKS5,
        unquote(parts.username or "") or None,
        unquote(parts.password or "") or None,
        rdns=True,
        limit=0,
        keepalive_timeout=keep_alive,
    )


def from_proxy(error: Exception, host: str, url: str) -> TransportError:
    """Returns the error that an exception of a connection to `host` through a proxy stands for."""
    if isinstance(error, TransportError):
        return error
    shown, cause = without_login(url), os_error(error)
    if isinstance(cause, ssl.SSLError) and not url.startswith("https:"):
        return not_connected(cause, host)
    if isinstance(error, TimeoutError):
        return TransportError("timeout", f"the proxy {shown} made no connection in time")
    if cause is not None and cause.errno == errno.ECONNREFUSED:
        return TransportError("connect", f"the proxy {shown} refused the connection")
    status = f"{error.status} {error.message}" if isinstance(error, aiohttp.ClientHttpProxyError) else None
    reason = status or (cause.strerror if cause is not None else None) or str(error) or type(error).__name__
    return TransportError("connect", f"the proxy {shown} refused the connection ({brief(reason)})")
