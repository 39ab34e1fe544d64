"""Runs the server."""

import ipaddress
import socket
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from aggregator.access.logins import Logins
from aggregator.access.signatures import signing_key
from aggregator.errors import AggregatorError, UsageError
from aggregator.net.net_settings import net_settings
from aggregator.store.engine import Store
from aggregator.subscriptions.known_config import KnownConfig
from aggregator.web.application import create_app
from aggregator.web.extraction_time import ExtractionTime
from aggregator.web.picture_proxy import PictureProxy
from aggregator.web.server_state import ServerState

_GRACE_SECONDS = 5  # for answers under way when the server stops


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens, and how it is asked: `root_path` is what a proxy puts before every path, `hosts` are
    names it is asked by, `trusted` the addresses of proxies whose X-Forwarded headers are believed."""

    host: str = "127.0.0.1"
    port: int = 8000
    root_path: str = ""
    hosts: Collection[str] = ()
    trusted: Collection[str] = ()

    @property
    def prefix(self) -> str:
        """Returns what stands before every path: nothing, or `/news`."""
        bare = self.root_path.strip("/")
        return f"/{bare}" if bare else ""

    @property
    def is_local(self) -> bool:
        """Tells whether this machine alone reaches it."""
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"


def server(
    store: Store,
    address: Address,
    config_path: Path,
    environ: Mapping[str, str],
    extraction: ExtractionTime | None = None,
) -> uvicorn.Server:
    """Returns the server of an archive, not started yet. `extraction`: of the daemon beside it, if there is one.

    Raises UsageError where others than this machine could read it without a password, ConfigError for a feeds.yaml that
    can't be read.
    """
    logins = Logins(store)
    if not address.is_local and logins.account() is None:
        raise UsageError(
            f"--host {address.host}: others would read this archive without a password; set one first with"
            " `aggregator web password USER`"
        )
    config = KnownConfig(store, config_path, environ)
    settings = config.read().settings  # a file that can't be read is told now, not by every page that needs it
    known = {address.host.lower(), *(name.lower() for name in address.hosts)}
    served = ServerState(
        store=store,
        logins=logins,
        known=config,
        # Off loopback there is a password, and a browser sends the session to the name alone that it logged in at.
        hosts=frozenset(known) if address.is_local or address.hosts else None,
        trusted=frozenset(address.trusted),
        extraction=extraction,
        pictures=PictureProxy(signing_key(store), net_settings(settings)) if settings.proxy_pictures else None,
    )
    return uvicorn.Server(
        uvicorn.Config(
            create_app(served, address.prefix),
            host=address.host,
            port=address.port,
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            timeout_graceful_shutdown=_GRACE_SECONDS,
        )
    )


def listen(address: Address) -> socket.socket:
    """Returns the socket on which an address is served. Raises AggregatorError where it can't be had."""
    try:
        found = socket.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, where = found[0]
        return socket.create_server(where[:2], family=family, backlog=2048)
    except OSError as error:
        why = f"can't listen there: {error.strerror}; --host and --port name another place"
        raise AggregatorError(f"{address.host}:{address.port}: {why}") from None


def url_of(address: Address, bound: socket.socket) -> str:
    """Returns where the server is asked."""
    host = f"[{address.host}]" if ":" in address.host else address.host
    return f"http://{host}:{bound.getsockname()[1]}{address.prefix}/"


@contextmanager
def serving(running: uvicorn.Server, address: Address, say: Callable[[str], None]) -> Iterator[None]:
    """Serves in a thread of its own, beside something else, and stops when that ends. Raises as `run` does."""
    with listen(address) as bound:
        thread = threading.Thread(target=running.run, kwargs={"sockets": [bound]}, name="web")
        thread.start()
        say(f"serving on {url_of(address, bound)}")
        try:
            yield
        finally:
            running.should_exit = True
            thread.join()


def run(running: uvicorn.Server, address: Address, say: Callable[[str], None]) -> None:
    """Serves until SIGTERM or SIGINT. Raises AggregatorError where the port can't be had."""
    with listen(address) as bound:
        say(f"serving on {url_of(address, bound)}")
        running.run(sockets=[bound])
