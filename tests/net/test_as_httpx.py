"""The guarded connections behind httpx's own client."""

import asyncio

import httpx
import pytest

from aggregator.net.addresses import networks
from aggregator.net.as_httpx import HttpxTransport
from tests.servers import Reply, Server


def _get(url: str, *, private: bool) -> httpx.Response:
    async def once() -> httpx.Response:
        async with httpx.AsyncClient(transport=HttpxTransport(networks(private), 10)) as client:
            return await client.get(url)

    return asyncio.run(once())


def test_an_httpx_client_reads_an_answer_through_it(server: Server) -> None:
    server.route("/page", Reply("<p>Words</p>", headers={"ETag": '"1"'}))
    response = _get(server.url("/page"), private=True)
    assert (response.status_code, response.text, response.headers["etag"]) == (200, "<p>Words</p>", '"1"')


def test_the_guard_holds_behind_httpx_too(server: Server) -> None:
    with pytest.raises(httpx.TransportError, match="allow_private_networks"):
        _get(server.url("/page"), private=False)
