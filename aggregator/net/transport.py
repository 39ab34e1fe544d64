"""Sends requests for httpx over aiohttp's connections, guarded, which cost less than httpx's own.

Why so, with figures: docs/decisions/net.md.
"""

import ssl
from collections.abc import AsyncIterator
from functools import lru_cache, partial
from typing import TYPE_CHECKING

import aiohttp
import httpx
from yarl import URL

from aggregator.net.addresses import Networks
from aggregator.net.proxies import check_host, from_proxy, socks_connector
from aggregator.net.resolver import CheckedResolver, checked_socket
from aggregator.net.transport_errors import TransportError, from_aiohttp, from_aiohttp_body
from aggregator.urls import without_login

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ClientResponse
    from aiohttp.connector import Connection

MAX_HEADER = 32768
"""Bytes of one header line; aiohttp's 8 KiB are less than some sites' Content-Security-Policy."""

KEEP_ALIVE_SECONDS = 15.0
_DNS_TTL_SECONDS = 60


class Transport(httpx.AsyncBaseTransport):
    """Sends requests to permitted addresses alone, byte for byte, and reads their answers undecoded.

    The extension "networks" of a request (`Networks`; default: nothing private) says which private addresses it may
    reach, its extension "proxy" (a URL) through what. A connection that was opened under one rule never serves a
    request under another. Redirects are not followed, cookies not kept, proxies of the environment not used. Raises
    TransportError.
    """

    def __init__(self, connect_timeout: float) -> None:
        self._connect_timeout = connect_timeout
        self._sessions: dict[tuple[Networks, str | None], aiohttp.ClientSession] = {}

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request; returns when the headers of the answer are here."""
        rules, proxy = request.extensions.get("networks", Networks()), request.extensions.get("proxy")
        host = request.url.raw_host.decode("ascii")
        session = self._sessions.get((rules, proxy)) or self._open(rules, proxy)
        try:
            if proxy is not None:
                await check_host(rules, host)
            response = await session.request(
                request.method,
                URL(str(request.url), encoded=True),
                headers=[(name.decode("ascii"), value.decode("utf-8")) for name, value in request.headers.raw],
                data=await request.aread() or None,
                allow_redirects=False,
                ssl=tls_context() if request.url.scheme == "https" or proxy else True,
                proxy=None if proxy is None or proxy.startswith("socks5") else proxy,
            )
        except Exception as error:  # SOCKS has errors of its own
            raise (from_proxy(error, host, proxy) if proxy else from_aiohttp(error, host)) from error
        if proxy is not None and response.status == 407:
            response.release()
            raise TransportError(
                "connect", f"the proxy {without_login(proxy)} refused the connection (it wants a login)"
            )
        return httpx.Response(response.status, headers=list(response.raw_headers), stream=_Body(response))

    async def aclose(self) -> None:
        """Closes all connections."""
        for session in self._sessions.values():
            await session.close()
        self._sessions.clear()

    def _open(self, rules: Networks, proxy: str | None) -> aiohttp.ClientSession:
        if proxy is not None and proxy.startswith("socks5"):
            connector = socks_connector(proxy, KEEP_ALIVE_SECONDS)
        else:
            # The address of a proxy is not judged, as it was configured; that of its target is, before.
            judged = rules if proxy is None else Networks(everything=True)
            connector = aiohttp.TCPConnector(
                limit=0,  # the site limiter counts connections
                resolver=CheckedResolver(judged),
                socket_factory=partial(checked_socket, judged),
                ttl_dns_cache=_DNS_TTL_SECONDS,
                keepalive_timeout=KEEP_ALIVE_SECONDS,
            )
        session = self._sessions[rules, proxy] = aiohttp.ClientSession(
            connector=connector,
            request_class=_Request,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_line_size=MAX_HEADER,
            max_field_size=MAX_HEADER,
            timeout=aiohttp.ClientTimeout(total=None, connect=self._connect_timeout),
        )
        return session


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """Returns a context that verifies certificates by the system's authorities and by Mozilla's, as a small container
    has none of its own."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


class _Body(httpx.AsyncByteStream):
    """Streams a body as it comes, still encoded."""

    def __init__(self, response: "ClientResponse") -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        try:
            async for chunk in self._response.content.iter_any():
                received += len(chunk)
                yield chunk
        except (aiohttp.ClientError, OSError) as error:
            raise from_aiohttp_body(error, received, self._response.headers.get("content-length")) from error

    async def aclose(self) -> None:
        """Gives the connection back if the body was read to its end, else closes it."""
        self._response.release()


class _Request(aiohttp.ClientRequest):
    """A request that is not sent on a kept connection where an answer lies already: aiohttp would take that one for
    the answer to this request."""

    async def send(self, conn: "Connection") -> "ClientResponse":
        if conn.protocol is not None and len(conn.protocol) > 0:
            raise aiohttp.ServerDisconnectedError("an answer came before its request")  # aiohttp connects anew
        return await super().send(conn)
