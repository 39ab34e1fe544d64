"""TLS: certificates are verified, and what is wrong with one is said."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import trustme

from aggregator.errors import FetchError
from aggregator.model import Response
from aggregator.net.transport import tls_context
from tests.servers import Reply, Server

Get = Callable[..., Response]
Fail = Callable[..., FetchError]

LOCAL = {"allow_private_networks": True}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine that trusts our authority."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    tls_context.cache_clear()
    yield
    tls_context.cache_clear()


def secure(authority: trustme.CA, *names: str) -> Server:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return Server(tls=context)


@pytest.mark.usefixtures("trusted")
def test_a_good_certificate(authority: trustme.CA, get: Get) -> None:
    with secure(authority, "localhost", "127.0.0.1") as server:
        url = server.route("/x", Reply(b"safe" * 10000))
        assert get(url, settings=LOCAL).body == b"safe" * 10000
        assert get(url.replace("127.0.0.1", "localhost"), settings=LOCAL).body == b"safe" * 10000


def test_an_authority_nobody_knows(authority: trustme.CA, fail: Fail) -> None:
    with secure(authority, "127.0.0.1") as server:
        error = fail(server.url(), settings=LOCAL)
        assert error.kind == "tls"
        assert error.reason.startswith("the certificate of 127.0.0.1 can't be trusted: ")
        assert server.requests == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_host(authority: trustme.CA, fail: Fail) -> None:
    with secure(authority, "elsewhere.example") as server:
        error = fail(server.url(), settings=LOCAL)
        assert error.kind == "tls"
        assert "127.0.0.1" in error.reason


def test_a_server_that_speaks_no_tls(fail: Fail) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def greet() -> None:
            connected, _ = listening.accept()
            with connected:
                connected.sendall(b"220 mail.example ESMTP\r\n")
                connected.recv(1000)

        thread = threading.Thread(target=greet)
        thread.start()
        error = fail(f"https://127.0.0.1:{listening.getsockname()[1]}/")
        thread.join()
    assert error.kind == "tls"
    assert error.reason.startswith("no secure connection to 127.0.0.1")


def test_a_client_of_http_at_a_server_of_tls(authority: trustme.CA, fail: Fail) -> None:
    with secure(authority, "127.0.0.1") as server:
        assert fail(server.url().replace("https:", "http:"), settings=LOCAL).kind in ("protocol", "connect")


@pytest.mark.usefixtures("trusted")
def test_a_secure_connection_cut_off(authority: trustme.CA, fail: Fail) -> None:
    with secure(authority, "127.0.0.1") as server:
        error = fail(server.route("/x", Reply(b"y" * 9000, cut=2000, then="close")), settings=LOCAL)
        assert error.reason == "the server closed the connection after 2,000 of 9,000 bytes"


def test_old_tls_is_refused() -> None:
    assert tls_context().minimum_version >= ssl.TLSVersion.TLSv1_2
    assert tls_context().verify_mode == ssl.CERT_REQUIRED
    assert tls_context().check_hostname
