"""Looks names up off the event loop, and hands on only those addresses that may be connected to."""

import asyncio
import socket
import threading
from typing import Any

from aiohttp.abc import AbstractResolver, ResolveResult

from aggregator.net.addresses import Networks, parse
from aggregator.net.transport_errors import AddressRefused

_Info = tuple[Any, Any, Any, str, tuple[Any, ...]]


class CheckedResolver(AbstractResolver):
    """The system's resolver behind the guard: what it returns is what is connected to, so a name that changes its
    address between check and connection gains nothing."""

    def __init__(self, networks: Networks) -> None:
        self._networks = networks

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """The permitted addresses of `host`; AddressRefused if it has others only, socket.gaierror if it has none."""
        found = list(dict.fromkeys((info[0], str(info[4][0])) for info in await look_up(host, port, family)))
        good = [(kind, text) for kind, text in found if self._networks.objection(parse(text)) is None]
        if not good:
            raise refusal(self._networks, host, found[0][1])
        return [
            ResolveResult(hostname=host, host=text, port=port, family=kind, proto=0, flags=socket.AI_NUMERICHOST)
            for kind, text in good
        ]

    async def close(self) -> None:
        """Nothing is held."""


def checked_socket(networks: Networks, info: _Info) -> socket.socket:
    """A socket for an address, made only if the address is permitted: the last look before the connection."""
    family, kind, protocol, _, place = info
    if networks.objection(parse(str(place[0]))) is not None:
        raise refusal(networks, str(place[0]), str(place[0]))
    return socket.socket(family, kind, protocol)


def refusal(networks: Networks, host: str, address: str) -> AddressRefused:
    """The refusal of an address, which says how to allow it."""
    word = networks.objection(parse(address)) or "a forbidden"
    named = address if host == address else f"{host} is at {address}, which"
    return AddressRefused(
        f"{named} is {word} address; to allow it, set allow_private_networks to true or to a list with {address}"
    )


async def look_up(host: str, port: int, family: int) -> list[_Info]:
    """`getaddrinfo` in a thread of its own: a pool would fill up with hung lookups, and would hold up the exit."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[list[_Info]] = loop.create_future()
    # Without this flag a machine that has no IPv6 waits for IPv6 answers; with it, some have no localhost.
    flags = 0 if host == "localhost" or host.endswith(".localhost") else socket.AI_ADDRCONFIG

    def settle(found: list[_Info] | None, error: OSError | None) -> None:
        if future.done():
            return
        if found:
            future.set_result(found)
        else:
            future.set_exception(error or socket.gaierror(socket.EAI_NONAME, "no address"))

    def run() -> None:
        found: list[_Info] | None = None
        failure: OSError | None = None
        try:
            found = socket.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM, flags=flags)
        except OSError as error:
            failure = error
        except UnicodeError as error:
            failure = socket.gaierror(socket.EAI_NONAME, str(error))
        try:
            loop.call_soon_threadsafe(settle, found, failure)
        except RuntimeError:  # the loop is closed: nobody waits any more
            pass

    threading.Thread(target=run, name=f"look up {host}", daemon=True).start()
    return await future
