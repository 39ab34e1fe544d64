"""Requests through proxies: http, https targets, SOCKS5, logins, the guard, and failures told in one line."""

import logging
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import trustme

from aggregator.errors import FetchError
from aggregator.model import Response
from aggregator.net.proxies import proxy_of
from aggregator.net.targets import target
from aggregator.net.transport import tls_context
from tests.net.proxy_servers import HttpProxy, Proxy, SocksProxy
from tests.servers import Reply, Server

Get = Callable[..., Response]
Fail = Callable[..., FetchError]
CLOSED: dict[str, Any] = {"allow_private_networks": False}
KINDS = [HttpProxy, SocksProxy]
LOGIN = ("user", "geheim")


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Names and the address that each has here; others have none."""
    known: dict[str, str] = {}

    def getaddrinfo(host: str, port: int, *_: Any, **__: Any) -> list[Any]:
        if host.replace(".", "").isdigit():
            known[host] = host
        if host not in known:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (known[host], port))]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


@pytest.fixture
def secure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server of https with a certificate for far.example, whose authority is trusted."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("far.example").configure_cert(context)
    tls_context.cache_clear()
    with Server(tls=context) as server:
        yield server
    tls_context.cache_clear()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("names")
def test_a_name_that_is_unknown_here_is_the_proxys_to_look_up(server: Server, get: Get, kind: type[Proxy]) -> None:
    server.route("/a%2Cb", Reply(b"far"))
    with kind({"far.example": ("127.0.0.1", server.port)}) as proxy:
        response = get("http://far.example/a%2Cb?c='d", settings=CLOSED | {"proxy": proxy.url()}, etag='"1"')
    assert (response.body, proxy.asked) == (b"far", ["far.example:80"])
    (seen,) = server.requests
    assert (seen.target, seen.header("host"), seen.header("if-none-match")) == ("/a%2Cb?c='d", "far.example", '"1"')
    assert seen.header("proxy-authorization") is None or kind is HttpProxy


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("names")
def test_certificates_are_verified_behind_a_proxy_too(secure: Server, get: Get, fail: Fail, kind: type[Proxy]) -> None:
    secure.route("/x", Reply(b"safe"))
    here = ("127.0.0.1", secure.port)
    with kind({"far.example": here, "other.example": here}) as proxy:
        through = CLOSED | {"proxy": proxy.url()}
        assert get("https://far.example/x", settings=through).body == b"safe"
        error = fail("https://other.example/x", settings=through)
    assert proxy.asked == ["far.example:443", "other.example:443"]
    assert (error.kind, error.reason.partition(":")[0]) == ("tls", "the certificate of other.example can't be trusted")


@pytest.mark.parametrize("kind", KINDS)
def test_the_guard_holds_through_a_proxy(server: Server, names: dict[str, str], fail: Fail, kind: type[Proxy]) -> None:
    names["inside.example"] = "10.0.0.1"
    server.route("/away", Reply(status=302, headers={"Location": "http://inside.example/"}))
    with kind({"far.example": ("127.0.0.1", server.port)}) as proxy:
        through = CLOSED | {"proxy": proxy.url()}
        for host in ("127.0.0.1", "10.1.2.3", "[::1]", "0x7f.1", "inside.example"):
            error = fail(f"http://{host}/", settings=through)
            assert error.kind == "refused"
            assert "allow_private_networks" in error.reason
        error = fail("http://far.example/away", settings=through)
        assert (error.kind, proxy.asked) == ("refused", ["far.example:80"])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("names")
def test_a_feeds_own_proxy_and_none(server: Server, get: Get, kind: type[Proxy]) -> None:
    url = server.route("/x", Reply(b"x"))
    with kind() as proxy:
        assert get(url, proxy=proxy.url()).body == b"x"
        assert get(url, settings={"proxy": proxy.url()}, proxy="direct").body == b"x"
        assert proxy.asked == [f"127.0.0.1:{server.port}"]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("names")
def test_logins(server: Server, get: Get, fail: Fail, kind: type[Proxy], caplog: pytest.LogCaptureFixture) -> None:
    url = server.route("/x", Reply(b"x"))
    with kind(login=LOGIN) as proxy, caplog.at_level(logging.DEBUG):
        assert get(url, proxy=proxy.url("user:geheim@")).body == b"x"
        errors = [fail(url, proxy=proxy.url(login)) for login in ("", "user:falsch@")]
    assert proxy.wrong_logins == 2
    for error in errors:
        assert (error.kind, error.reason[: len(proxy.url()) + 33]) == (
            "connect",
            f"the proxy {proxy.url()} refused the connection",
        )
    assert all(word not in caplog.text + str(errors) for word in ("geheim", "falsch"))


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
@pytest.mark.usefixtures("names")
def test_a_proxy_that_is_not_there(server: Server, fail: Fail, scheme: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        place = f"127.0.0.1:{taken.getsockname()[1]}"
        error = fail(server.url(), proxy=f"{scheme}://user:geheim@{place}")
    assert (error.kind, error.reason) == ("connect", f"the proxy {scheme}://{place} refused the connection")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("names")
def test_a_host_that_the_proxy_can_not_reach(fail: Fail, kind: type[Proxy]) -> None:
    with kind({"far.example": ("127.0.0.1", 1)}) as proxy:
        error = fail("https://far.example/", proxy=proxy.url())
    assert error.kind == "connect"
    assert error.reason.startswith(f"the proxy {proxy.url()} refused the connection (")


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
@pytest.mark.parametrize("reply", [Reply(raw=b"", then="close"), Reply(raw=b"\x00garbage\r\n\r\n", then="close")])
def test_a_server_that_is_no_proxy(server: Server, fail: Fail, scheme: str, reply: Reply) -> None:
    server.otherwise(reply)
    error = fail("https://127.0.0.1/", proxy=f"{scheme}://127.0.0.1:{server.port}")
    assert error.kind in ("connect", "protocol", "timeout")


def test_a_proxy_that_hangs(server: Server, fail: Fail) -> None:
    server.otherwise(Reply(hang="before"))
    for scheme in ("http", "socks5"):
        error = fail("https://127.0.0.1/", proxy=f"{scheme}://127.0.0.1:{server.port}", settings={"timeout": 0.3})
        assert error.kind == "timeout"


def test_the_environment_counts_only_where_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("https_proxy", "127.0.0.1:3128")
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1080")
    monkeypatch.setenv("NO_PROXY", "direct.example")
    asked = ["http://a.example/", "https://a.example/", "https://www.direct.example/"]
    assert [proxy_of("environment", target(url)) for url in asked] == [
        "socks5://127.0.0.1:1080",
        "http://127.0.0.1:3128",
        None,
    ]
    assert proxy_of("direct", target(asked[0])) is None
    assert proxy_of("http://b.example", target(asked[0])) == "http://b.example"


@pytest.mark.usefixtures("names")
def test_the_names_of_tor_are_never_looked_up_here(names: dict[str, str], get: Get, server: Server) -> None:
    names["secret.onion"] = "127.0.0.1"
    server.route("/x", Reply(b"x"))
    with SocksProxy({"secret.onion": ("127.0.0.1", server.port)}) as proxy:
        assert get("http://secret.onion/x", settings=CLOSED, proxy=proxy.url()).body == b"x"
