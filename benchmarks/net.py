"""CPU milliseconds that one request costs its client, on loopback: `Net.fetch` with all that it does, and its peers.

    python benchmarks/net.py [--requests 2000] [--flight 200] [--rounds 3] [--other PYTHON]

A server in another process answers on 100 addresses of 127.0.0.0/8, once with 304 and once with a page of 20 kB. Every
client runs alone, in a fresh process, one after another in every round; the figures are the median and the least of the
rounds, and ratios to this project. `Net.fetch` is the path of every request: guard, slots of sites, httpx's client, the
transport, bounded decoding. "the transport alone" is httpx's client over our transport, without the rest.
`--other`: the Python of another version of this project (its `Net.fetch`), to be measured beside.
httpx over httpx-aiohttp takes part where that package is installed.
"""

import argparse
import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec

SITES = 100
AGENT = "benchmark/1.0"
HEADERS = {"User-Agent": AGENT, "Accept": "*/*", "Accept-Encoding": "gzip, deflate, br, zstd", "If-None-Match": '"a"'}
ANSWERS = {
    "/304": b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nDate: Mon, 05 Jan 2026 00:00:00 GMT\r\n\r\n',
    "/page": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 20000\r\n\r\n" + b"<p>word " * 2500,
}

Fetch = Callable[[str], Awaitable[object]]


class Answering(asyncio.Protocol):
    """The least that can be a server."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.waiting = b""

    def data_received(self, data: bytes) -> None:
        *heads, self.waiting = (self.waiting + data).split(b"\r\n\r\n")
        for head in heads:
            self.transport.write(ANSWERS[head.split(b" ", 2)[1].decode()])


async def serve() -> None:
    server = await asyncio.get_running_loop().create_server(Answering, "0.0.0.0", 0, backlog=1000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def spend(fetch: Fetch, urls: list[str], flight: int) -> float:
    """CPU seconds of this process for all the URLs, `flight` of them at once."""
    todo = iter(urls)

    async def work() -> None:
        for url in todo:
            await fetch(url)

    began = time.process_time()
    await asyncio.gather(*(work() for _ in range(flight)))
    return time.process_time() - began


async def with_aggregator(urls: list[str], flight: int) -> float:
    from aggregator.net.client import Net
    from aggregator.net.net_settings import NetSettings
    from aggregator.net.request import Request

    settings = NetSettings(AGENT, site_gap=0, site_connections=8, connections=flight, allow_private_networks=True)
    async with Net(settings) as net:
        return await spend(lambda url: net.fetch(Request(url, etag='"a"')), urls, flight)


async def with_transport(urls: list[str], flight: int) -> float:
    import httpx

    from aggregator.net.addresses import networks
    from aggregator.net.transport import Transport

    async with httpx.AsyncClient(transport=Transport(10), headers=HEADERS, trust_env=False) as client:

        async def fetch(url: str) -> None:
            request = httpx.Request("GET", url, headers=HEADERS, extensions={"networks": networks(True)})
            response = await client.send(request, stream=True)
            async for _ in response.aiter_raw():
                pass
            await response.aclose()

        return await spend(fetch, urls, flight)


async def with_aiohttp(urls: list[str], flight: int) -> float:
    import aiohttp

    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=flight)) as session:

        async def fetch(url: str) -> None:
            async with session.get(url, headers=HEADERS) as response:
                await response.read()

        return await spend(fetch, urls, flight)


async def with_httpx(urls: list[str], flight: int) -> float:
    import httpx

    limits = httpx.Limits(max_connections=flight, max_keepalive_connections=flight, keepalive_expiry=120)
    async with httpx.AsyncClient(limits=limits, headers=HEADERS, timeout=120, trust_env=False) as client:
        return await spend(client.get, urls, flight)


async def with_httpx_a_client_per_site(urls: list[str], flight: int) -> float:
    import httpx

    context = httpx.create_ssl_context()
    clients = {
        url.rpartition("/")[0]: httpx.AsyncClient(verify=context, headers=HEADERS, timeout=120, trust_env=False)
        for url in urls[:SITES]
    }
    try:
        return await spend(lambda url: clients[url.rpartition("/")[0]].get(url), urls, flight)
    finally:
        for client in clients.values():
            await client.aclose()


async def with_httpx_aiohttp(urls: list[str], flight: int) -> float:
    import httpx
    from httpx_aiohttp import HttpxAiohttpClient

    limits = httpx.Limits(max_connections=flight)
    async with HttpxAiohttpClient(limits=limits, headers=HEADERS, timeout=120, trust_env=False) as client:
        return await spend(client.get, urls, flight)


OTHER = "aggregator, the other"
CLIENTS = {
    "aggregator": with_aggregator,
    "the transport alone": with_transport,
    "aiohttp": with_aiohttp,
    "httpx-aiohttp": with_httpx_aiohttp,
    "httpx, a client per site": with_httpx_a_client_per_site,
    "httpx": with_httpx,
}


@contextmanager
def server() -> Iterator[int]:
    process = subprocess.Popen([sys.executable, __file__, "--serve"], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.kill()
        process.wait()


def measure(name: str, path: str, port: int, options: argparse.Namespace) -> float:
    """CPU milliseconds a request, in a fresh process."""
    python, name = (options.other, "aggregator") if name == OTHER else (sys.executable, name)
    command = [python, __file__, "--client", name, "--path", path, "--port", str(port)]
    command += ["--requests", str(options.requests), "--flight", str(options.flight)]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def compare(options: argparse.Namespace) -> None:
    names = [name for name in CLIENTS if name != "httpx-aiohttp" or find_spec("httpx_aiohttp")]
    if options.other:
        names.insert(1, OTHER)
    print(f"{options.requests} requests, {options.flight} in flight; CPU ms a request: median, least (ratios)")
    with server() as port:
        for path in ANSWERS:
            rounds = [[measure(name, path, port, options) for name in names] for _ in range(options.rounds)]
            figures = [(statistics.median(one), min(one)) for one in zip(*rounds, strict=True)]
            print(f"\n{path}")
            for name, (median, least) in zip(names, figures, strict=True):
                ratios = f"({median / figures[0][0]:.2f}, {least / figures[0][1]:.2f})"
                print(f"  {name:26} {median:6.2f} {least:6.2f}  {ratios}", flush=True)


def run_client(options: argparse.Namespace) -> None:
    urls = [f"http://127.0.0.{2 + n % SITES}:{options.port}{options.path}" for n in range(options.requests)]
    seconds = asyncio.run(CLIENTS[options.client](urls, options.flight))
    print(seconds / len(urls) * 1000)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--flight", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--other", metavar="PYTHON")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--client", choices=CLIENTS, help=argparse.SUPPRESS)
    parser.add_argument("--path", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve())
    elif options.client:
        run_client(options)
    else:
        compare(options)


if __name__ == "__main__":
    main()
