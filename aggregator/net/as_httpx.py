"""The guarded connections as a transport of httpx, for code that speaks httpx:

async with httpx.AsyncClient(transport=HttpxTransport(networks(False), 10)) as client: await client.get(url)
"""

from collections.abc import AsyncIterator

import httpx

from aggregator.net.addresses import Networks
from aggregator.net.transport import Answering, Transport
from aggregator.net.transport_errors import Fault


class HttpxTransport(httpx.AsyncBaseTransport):
    """`Transport` behind httpx's interface; its faults are TransportErrors."""

    def __init__(self, networks: Networks, connect_timeout: float) -> None:
        self._transport = Transport(networks, connect_timeout)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request; the answer when its headers are here. A body is not sent."""
        try:
            answer = await self._transport.ask(request.method, str(request.url), request.headers.raw, request.url.host)
        except Fault as fault:
            raise httpx.TransportError(fault.reason, request=request) from fault
        return httpx.Response(answer.status, headers=list(answer.headers), stream=_Body(answer), request=request)

    async def aclose(self) -> None:
        """Close all connections."""
        await self._transport.aclose()


class _Body(httpx.AsyncByteStream):
    def __init__(self, answer: Answering) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._answer.chunks():
                yield chunk
        except Fault as fault:
            raise httpx.TransportError(fault.reason) from fault

    async def aclose(self) -> None:
        self._answer.release()
