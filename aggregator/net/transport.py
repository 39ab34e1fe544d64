"""The wire: aiohttp's connections, with the guard in their resolver and sockets.

Why not httpx's own transport or the httpx-aiohttp package: docs/decisions/net.md. As a transport of httpx: `as_httpx`.
"""

import ssl
from collections.abc import AsyncIterator, Iterable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any, cast

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from aggregator.net.addresses import Networks
from aggregator.net.resolver import CheckedResolver, checked_socket
from aggregator.net.transport_errors import body_fault, fault

if TYPE_CHECKING:
    from aiohttp.client_reqrep import ClientResponse
    from aiohttp.connector import Connection

MAX_HEADER = 32768
"""Bytes of one header line; aiohttp's 8 KiB are less than some sites' Content-Security-Policy."""

_KEEP_ALIVE = 15.0
_DNS_TTL = 60
_WIRE = ("utf-8", "surrogateescape")
"""How header bytes are text on the way into aiohttp: it writes UTF-8, and what is none is marked by surrogates."""


class Transport:
    """Connections under one rule about private networks; never shared with another rule.

    Redirects are not followed, cookies not kept, bodies not decoded, proxies of the environment not used.
    Raises Fault.
    """

    def __init__(self, networks: Networks, connect_timeout: float) -> None:
        connector = aiohttp.TCPConnector(
            limit=0,  # the turns of all sites are the limit
            resolver=CheckedResolver(networks),
            socket_factory=partial(checked_socket, networks),
            ttl_dns_cache=_DNS_TTL,
            keepalive_timeout=_KEEP_ALIVE,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            request_class=_Request,
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_line_size=MAX_HEADER,
            max_field_size=MAX_HEADER,
            timeout=aiohttp.ClientTimeout(total=None, connect=connect_timeout),
        )

    async def ask(self, method: str, url: str, sent: Iterable[tuple[bytes, bytes]], host: str) -> "Answering":
        """Send a request to `host`, its URL and headers byte for byte; the answer when its headers are here."""
        headers = CIMultiDict((name.decode("ascii"), value.decode(*_WIRE)) for name, value in sent)
        secure = url.startswith("https:")
        try:
            answer = await self._session.request(
                method,
                URL(url, encoded=True),
                headers=headers,
                allow_redirects=False,
                ssl=tls_context() if secure else True,
            )
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise fault(error, host) from error
        return Answering(answer)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._session.close()


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """Certificates are verified, by the system's authorities and Mozilla's (a small container has none of its own)."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


class Answering:
    """An answer whose body, still encoded, is yet to come."""

    def __init__(self, answer: "ClientResponse") -> None:
        self._answer = answer
        self.status = answer.status
        self.headers: tuple[tuple[bytes, bytes], ...] = answer.raw_headers

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body as it comes. Raises Fault where it breaks off."""
        received = 0
        try:
            async for chunk in self._answer.content.iter_any():
                received += len(chunk)
                yield chunk
        except (aiohttp.ClientError, OSError) as error:
            raise body_fault(error, received, self._answer.headers.get("content-length")) from error

    def release(self) -> None:
        """Give the connection back if the body was read to its end, else close it."""
        self._answer.release()


class _Request(aiohttp.ClientRequest):
    """A request whose header values may be any bytes, as a validator of a server's making may be.

    aiohttp writes headers as UTF-8 and drops what is none; those lines are written here. It also takes an answer that
    lies on a kept connection already for the answer to the next request; such a connection is not used again.
    """

    async def send(self, conn: "Connection") -> "ClientResponse":
        if conn.protocol is not None and len(conn.protocol) > 0:
            raise aiohttp.ServerDisconnectedError("an answer came before its request")  # aiohttp connects anew
        odd = [(name, value) for name, value in self.headers.items() if not value.isascii() and _is_odd(value)]
        protocol = conn.protocol
        if not odd or protocol is None:
            return await super().send(conn)
        for name, _ in odd:
            self.headers.popall(name, None)
        lines = b"".join(b"%s: %s\r\n" % (name.encode("ascii"), value.encode(*_WIRE)) for name, value in odd)
        connected = protocol.transport
        protocol.transport = cast(Any, _HeadWriter(connected, lines))
        try:
            return await super().send(conn)  # without a body the head is written before the first suspension
        finally:
            protocol.transport = connected


class _HeadWriter:
    """Stands in for a connection while the head of a request is written, and adds lines at its end."""

    def __init__(self, connected: Any, lines: bytes) -> None:
        self._connected = connected
        self._lines = lines

    def is_closing(self) -> bool:
        return self._connected is None or bool(self._connected.is_closing())

    def write(self, head: bytes) -> None:
        self._connected.write(head[:-2] + self._lines + b"\r\n")


def _is_odd(value: str) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in value)
