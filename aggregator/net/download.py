"""Fetches one page or feed outside of a visit."""

import asyncio

from aggregator.config.models import Settings
from aggregator.config.values import Networks
from aggregator.model import Response
from aggregator.net.client import Net
from aggregator.net.net_settings import net_settings
from aggregator.net.request import Request


def download(url: str, settings: Settings, allow_private_networks: Networks | None = None) -> Response:
    """Returns what the server answers. Raises FetchError."""

    async def ask() -> Response:
        async with Net(net_settings(settings)) as net:
            return await net.fetch(Request(url, allow_private_networks=allow_private_networks))

    return asyncio.run(ask())
