"""The guard: no private address without leave, however it is spelt, resolved or redirected to."""

import asyncio
import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest

from aggregator.errors import FetchError
from aggregator.model import Response
from aggregator.net.addresses import networks
from aggregator.net.client import Net
from aggregator.net.net_settings import NetSettings
from aggregator.net.request import Request
from aggregator.net.resolver import checked_socket
from aggregator.net.transport_errors import AddressRefused
from tests.servers import Reply, Server

Get = Callable[..., Response]
Fail = Callable[..., FetchError]
Names = dict[str, list[list[str]]]

CLOSED: dict[str, Any] = {"allow_private_networks": False}


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Names and the addresses they have at the first lookup, the second, … (the last for ever); others have none."""
    known: Names = {}

    def getaddrinfo(host: str, port: int, *, family: int = 0, type: int = 0, flags: int = 0) -> list[Any]:
        assert threading.current_thread() is not threading.main_thread()  # a lookup must not stop the event loop
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        answers = known[host]
        addresses = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            (socket.AF_INET6, type, 6, "", (address, port, 0, 0))
            if ":" in address
            else (socket.AF_INET, type, 6, "", (address, port))
            for address in addresses
        ]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


SPELLINGS = ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"]


@pytest.mark.parametrize(
    "host", [*SPELLINGS, "[64:ff9b::127.0.0.1]", "[2002:7f00:1::]", "[::1]", "[::]", "0", "0.0.0.0"]
)
def test_loopback_is_refused_in_every_spelling(server: Server, fail: Fail, host: str) -> None:
    error = fail(f"http://{host}:{server.port}/", settings=CLOSED)
    assert error.kind == "refused"
    assert "to allow it, set allow_private_networks" in error.reason
    assert server.connections == 0


@pytest.mark.parametrize("host", SPELLINGS)
def test_a_spelling_is_judged_by_the_address_it_stands_for(server: Server, get: Get, host: str) -> None:
    server.route("/x", Reply(b"ok"))
    assert get(f"http://{host}:{server.port}/x", settings={"allow_private_networks": ("127.0.0.1",)}).body == b"ok"


@pytest.mark.parametrize(
    "host",
    [
        "10.0.0.1",
        "192.168.0.1",
        "172.16.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[fe80::1]",
        "[fc00::1]",
        "[ff02::1]",
        "[64:ff9b::10.0.0.1]",
        "[2002:a00:1::1]",
        "[::ffff:192.168.0.1]",
        "[::127.0.0.1]",
    ],
)
def test_special_addresses_are_refused(fail: Fail, host: str) -> None:
    assert fail(f"http://{host}/", settings=CLOSED).kind == "refused"


def test_names_are_judged_by_their_addresses(server: Server, names: Names, fail: Fail) -> None:
    names["inside.example"] = [["127.0.0.1"]]
    names["mapped.example"] = [["::ffff:127.0.0.1"]]
    for host in ("inside.example", "mapped.example"):
        error = fail(f"http://{host}:{server.port}/", settings=CLOSED)
        assert error.kind == "refused"
        assert host in error.reason
        assert "loopback" in error.reason
    assert server.connections == 0


@pytest.mark.parametrize("host", ["localhost", "a.localhost", "localhost.localdomain", "metadata.google.internal"])
def test_names_that_lead_inside_are_refused_without_a_look_up(names: Names, fail: Fail, host: str) -> None:
    names[host] = [["93.184.216.34"]]  # whatever a resolver would say
    error = fail(f"http://{host}/", settings=CLOSED)
    assert error.kind == "refused"
    assert f"a list with {host}" in error.reason


def test_a_name_is_allowed_by_itself_or_by_its_range(server: Server, names: Names, get: Get, fail: Fail) -> None:
    names["nas.example"] = names["other.example"] = [["127.0.0.1"]]
    url = server.route("/x", Reply(b"ok")).replace("127.0.0.1", "nas.example")
    for allowed in (True, ("nas.example",), ("127.0.0.0/8",), ("10.0.0.0/8", "NAS.example")):
        assert get(url, settings={"allow_private_networks": allowed}).body == b"ok"
        assert get(url, settings=CLOSED, allow_private_networks=allowed).body == b"ok"
    assert fail(url.replace("nas", "other"), settings={"allow_private_networks": ("nas.example",)}).kind == "refused"
    assert fail(url, allow_private_networks=False).kind == "refused"


def test_only_the_permitted_addresses_of_a_name_are_tried(server: Server, names: Names, get: Get) -> None:
    names["mixed.example"] = [["10.255.255.1", "127.0.0.1", "fe80::1"]]
    url = server.route("/x", Reply(b"ok")).replace("127.0.0.1", "mixed.example")
    assert get(url, settings={"connect_timeout": 2}).body == b"ok"


def test_a_dead_address_of_a_name_is_passed_over(server: Server, names: Names, get: Get) -> None:
    names["two.example"] = [["127.0.0.77", "::1", "127.0.0.1"]]
    url = server.route("/x", Reply(b"ok")).replace("127.0.0.1", "two.example")
    assert get(url, settings={"allow_private_networks": True}).body == b"ok"


def test_a_name_that_changes_its_address_gains_nothing(server: Server, names: Names, fail: Fail) -> None:
    names["rebind.example"] = [["93.184.216.34"], ["127.0.0.1"]]
    url = f"http://rebind.example:{server.port}/"

    async def again_and_again() -> list[BaseException | Response]:
        settings = NetSettings("test", site_gap=0, site_connections=4, timeout=0.3)
        async with Net(settings) as net:
            return await asyncio.gather(*(net.fetch(Request(url)) for _ in range(4)), return_exceptions=True)

    assert all(isinstance(result, FetchError) for result in asyncio.run(again_and_again()))
    assert fail(url, settings=CLOSED).kind == "refused"
    assert server.connections == 0


def test_the_last_look_is_at_the_socket() -> None:
    here = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80))
    with pytest.raises(AddressRefused, match="loopback"):
        checked_socket(networks(False), here)
    checked_socket(networks(("127.0.0.1",)), here).close()


def test_every_hop_is_judged(server: Server, names: Names, fail: Fail) -> None:
    names["inside.example"] = [["127.0.0.2"]]
    with Server("127.0.0.2") as inside:
        urls = [inside.url(), inside.url().replace("127.0.0.2", "inside.example"), f"http://127.2:{inside.port}/"]
        for number, url in enumerate(urls):
            start = server.route(f"/{number}", Reply(status=302, headers={"Location": url}))
            error = fail(start, settings={"allow_private_networks": ("127.0.0.1",)})
            assert error.kind == "refused"
            assert error.reason.startswith(f"redirected to http://{'inside' if number == 1 else '127.0.0.2'}")
        assert inside.connections == 0


def test_a_connection_opened_with_leave_serves_nobody_without(server: Server, settings: NetSettings) -> None:
    url = server.route("/x", Reply(b"ok"))

    async def mixed() -> list[str]:
        async with Net(NetSettings("test", site_gap=0)) as net:
            results = []
            for allowed in (True, None, ("127.0.0.1",), False, ("10.0.0.0/8",), True):
                try:
                    await net.fetch(Request(url, allow_private_networks=allowed))
                    results.append("ok")
                except FetchError as error:
                    results.append(error.kind)
            return results

    assert asyncio.run(mixed()) == ["ok", "refused", "ok", "refused", "refused", "ok"]
    assert server.connections == 2  # one under True, kept and used again; one under the list


def test_the_same_for_a_name(server: Server, names: Names) -> None:
    names["nas.example"] = [["127.0.0.1"]]
    url = server.route("/x", Reply(b"ok")).replace("127.0.0.1", "nas.example")

    async def mixed() -> FetchError:
        async with Net(NetSettings("test", site_gap=0)) as net:
            await net.fetch(Request(url, allow_private_networks=("nas.example",)))
            with pytest.raises(FetchError) as caught:
                await net.fetch(Request(url))
            return caught.value

    assert asyncio.run(mixed()).kind == "refused"


def test_no_such_name(names: Names, fail: Fail) -> None:
    error = fail("http://nobody.example/feed")
    assert (error.kind, error.reason) == ("dns", "there is no host named nobody.example")


def test_a_lookup_that_fails_for_now(monkeypatch: pytest.MonkeyPatch, fail: Fail) -> None:
    def broken(*_: Any, **__: Any) -> list[Any]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", broken)
    error = fail("http://some.example/feed")
    assert error.kind == "dns"
    assert "just now" in error.reason


def test_a_lookup_that_hangs_holds_up_nothing(
    server: Server, monkeypatch: pytest.MonkeyPatch, settings: NetSettings
) -> None:
    url = server.route("/x", Reply(b"ok"))
    over = threading.Event()

    def hanging(*_: Any, **__: Any) -> list[Any]:
        over.wait(20)
        raise socket.gaierror(socket.EAI_NONAME, "too late")

    monkeypatch.setattr(socket, "getaddrinfo", hanging)

    async def beside() -> tuple[BaseException | Response, ...]:
        async with Net(NetSettings("test", site_gap=0, timeout=0.3, allow_private_networks=True)) as net:
            slow = net.fetch(Request("http://slow.example/"))
            return tuple(await asyncio.gather(slow, net.fetch(Request(url)), return_exceptions=True))

    try:
        slow, quick = asyncio.run(beside())
    finally:
        over.set()
    assert isinstance(slow, FetchError)
    assert slow.kind == "timeout"
    assert isinstance(quick, Response)


def test_ipv6(get: Get, fail: Fail) -> None:
    try:
        server = Server("::1").__enter__()
    except OSError:
        pytest.skip("this machine has no IPv6 loopback")
    try:
        url = server.route("/x", Reply(b"six"))
        assert get(url, allow_private_networks=("::1",)).body == b"six"
        assert server.requests[0].header("host") == f"[::1]:{server.port}"
        assert fail(url, settings=CLOSED).kind == "refused"
    finally:
        server.__exit__(None, None, None)
