"""One server and one fetch, as most tests of the network want them."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from aggregator.errors import FetchError
from aggregator.model import Response
from aggregator.net.client import Net
from aggregator.net.net_settings import NetSettings, user_agent
from aggregator.net.request import Request
from tests.servers import Canned, Server

Get = Callable[..., Response]
Fail = Callable[..., FetchError]

SETTINGS = NetSettings(
    user_agent=user_agent("1.2", "ed@example.org"),
    contact="ed@example.org",
    site_gap=0,
    allow_private_networks=("127.0.0.0/8",),
    timeout=10,
    max_bytes=1_000_000,
)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        yield running


@pytest.fixture
def site() -> Canned:
    """Answers without a server, for tests of what is made of them."""
    return Canned()


@pytest.fixture
def settings() -> NetSettings:
    """Settings without a gap, with all of 127.0.0.0/8 allowed."""
    return SETTINGS


@pytest.fixture
def get() -> Get:
    """get(url, settings={…}, by=…, **request): what one fetch gives, from canned answers where there are some."""

    def fetch(
        url: str, *, settings: dict[str, Any] | None = None, by: Canned | None = None, **request: Any
    ) -> Response:
        async def once() -> Response:
            transport = by.transport if by is not None else None
            async with Net(replace(SETTINGS, **settings or {}), transport=transport) as net:
                return await net.fetch(Request(url, **request))

        return asyncio.run(once())

    return fetch


@pytest.fixture
def fail(get: Get) -> Fail:
    """fail(url, settings={…}, **request): the error that one fetch raises."""

    def fetch(url: str, **more: Any) -> FetchError:
        with pytest.raises(FetchError) as caught:
            get(url, **more)
        assert str(caught.value) == f"{caught.value.url}: {caught.value.reason}"
        assert "\n" not in str(caught.value)
        return caught.value

    return fetch
