"""Servers that misbehave: each fault is a FetchError of its kind, with a reason that a person understands."""

import asyncio
import gzip
import socket
import tracemalloc
from collections.abc import Callable
from dataclasses import replace

import brotli
import pytest

from aggregator.errors import FetchError
from aggregator.model import Response
from aggregator.net.client import Net
from aggregator.net.net_settings import NetSettings
from aggregator.net.request import Request
from tests.servers import Reply, Server

Get = Callable[..., Response]
Fail = Callable[..., FetchError]

SOON = {"timeout": 0.2}
PAGE = b"<p>Some words of a page, more or less.</p>\n" * 200
SIZE = f"{len(PAGE):,}"


@pytest.mark.parametrize(
    ("reply", "kind", "reason"),
    [
        (
            Reply(PAGE, cut=1024, then="close"),
            "protocol",
            f"the server closed the connection after 1,024 of {SIZE} bytes",
        ),
        (Reply(PAGE, declared=99999, then="close"), "protocol", f"closed the connection after {SIZE} of 99,999 bytes"),
        (
            Reply(PAGE, cut=1024, then="reset"),
            "connect",
            f"the server reset the connection after 1,024 of {SIZE} bytes",
        ),
        (
            Reply(PAGE, chunked=True, cut=1024, then="close"),
            "protocol",
            "after 1,024 bytes, before the end of the page",
        ),
        (Reply(PAGE, chunked=True, cut=0, then="close"), "protocol", "after 0 bytes, before the end of the page"),
        (Reply(raw=b"", then="close"), "protocol", "closed the connection without an answer"),
        (Reply(raw=b"", then="reset"), "connect", "the server reset the connection"),
        (
            Reply(raw=b"HTTP/1.1 200 OK\r\nContent-Le", then="close"),
            "protocol",
            "closed the connection without an answer",
        ),
        (Reply(raw=b"220 mail.example ESMTP\r\n"), "protocol", "not HTTP"),
        (Reply(raw=b"\x16\x03\x01\x02\x00\x01\x00\x01"), "protocol", "not HTTP"),
        (Reply(raw=b"HTTP/1.1 abc\r\n\r\n"), "protocol", "not HTTP"),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nno colon\r\n\r\n"), "protocol", "not HTTP"),
        (Reply(PAGE, declared="many"), "protocol", "not HTTP"),
        (Reply(PAGE, declared=-5), "protocol", "not HTTP"),
        (Reply(PAGE, declared="9" * 30), "protocol", "not HTTP"),
        (
            Reply(raw=b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxx"),
            "protocol",
            "not HTTP",
        ),
        (Reply(PAGE, headers={"X-Large": "y" * 100_000}), "too_large", "headers are larger"),
        (Reply(raw=b"HTTP/1.1 200 OK\r\nX: " + b"y" * 3_000_000), "too_large", "headers are larger"),
        (Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5000 + b"\r\n"), "too_large", "headers are larger"),
        (Reply(b"y" * 1_000_001), "too_large", "larger than 1,000,000 bytes"),
        (Reply(b"y", declared=10**12), "too_large", "larger than 1,000,000 bytes"),
        (Reply(endless=b"y" * 65536), "too_large", "larger than 1,000,000 bytes"),
        (
            Reply(endless=b"10000\r\n" + b"y" * 65536 + b"\r\n", chunked=True),
            "too_large",
            "larger than 1,000,000 bytes",
        ),
    ],
    ids=lambda value: None if isinstance(value, str) else "",
)
def test_what_a_server_does_wrong(server: Server, fail: Fail, reply: Reply, kind: str, reason: str) -> None:
    error = fail(server.route("/x", reply))
    assert (error.kind, error.status) == (kind, None)
    assert reason in error.reason


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(hang="before"), "no answer within 0.2 s"),
        (Reply(PAGE, hang="headers"), "headers came, but nothing of the page within 0.2 s"),
        (Reply(PAGE, cut=1024, hang="body"), "only 1,024 bytes came within 0.2 s"),
        (Reply(PAGE, drip=0.02, piece=10), "bytes came within 0.2 s"),
        (Reply(PAGE, chunked=True, drip=0.02, piece=10), "bytes came within 0.2 s"),
        (Reply(raw=b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 100, drip=0.02, piece=3), "no answer within 0.2 s"),
        (Reply(raw=b"HTTP/1.1 103 Early Hints\r\n\r\n" * 100, drip=0.02, piece=28), "no answer within 0.2 s"),
    ],
)
def test_a_server_that_is_too_slow(server: Server, fail: Fail, reply: Reply, reason: str) -> None:
    error = fail(server.route("/x", reply), settings=SOON)
    assert error.kind == "timeout"
    assert reason in error.reason


def test_the_time_is_for_the_whole_way(server: Server, fail: Fail) -> None:
    server.otherwise(lambda seen: Reply(b"", 302, headers={"Location": seen.path + "x"}, delay=0.06))
    error = fail(server.url("/n"), settings=SOON)
    assert error.kind == "timeout"
    assert error.reason.startswith("redirected to")


def test_interim_answers_are_skipped(server: Server, get: Get) -> None:
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    assert get(server.route("/x", Reply(raw=early + early + answer))).body == b"ok"


def test_an_answer_nobody_asked_for_is_not_taken_for_the_next_one(server: Server, settings: NetSettings) -> None:
    first, second = (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n" + body for body in (b"first", b"sneak"))
    url = server.route("/x", Reply(raw=first + second, drip=0.02, piece=len(first), then="stay"), Reply(b"asked"))

    async def twice() -> list[bytes]:
        async with Net(settings) as net:
            bodies = [(await net.fetch(Request(url))).body]
            await asyncio.sleep(0.1)
            return [*bodies, (await net.fetch(Request(url))).body]

    assert asyncio.run(twice()) == [b"first", b"asked"]
    assert server.connections == 2


def test_an_answer_with_bytes_to_spare_in_one_piece(server: Server, fail: Fail) -> None:
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n0123456789"
    assert fail(server.route("/x", Reply(raw=raw))).kind == "protocol"


@pytest.mark.parametrize(
    ("body", "encoding", "kind", "reason"),
    [
        (gzip.compress(PAGE)[:-30], "gzip", "protocol", "the gzip body is cut off"),
        (brotli.compress(PAGE)[:-9], "br", "protocol", "the br body is cut off"),
        (b"\x1f\x8b\x08" + bytes(40), "gzip", "protocol", "the gzip body is broken"),
        (b"\x1f\x9d\x90", "compress", "protocol", "did not ask for"),
        (gzip.compress(bytes(50_000_000)), "gzip", "too_large", "larger than 1,000,000 bytes"),
        (brotli.compress(gzip.compress(bytes(50_000_000))), "gzip, br", "too_large", "larger than 1,000,000 bytes"),
    ],
    ids=["gzip-cut", "br-cut", "gzip-broken", "compress", "bomb", "stacked-bomb"],
)
def test_packed_bodies_gone_wrong(
    server: Server, fail: Fail, body: bytes, encoding: str, kind: str, reason: str
) -> None:
    error = fail(server.route("/x", Reply(body, headers={"Content-Encoding": encoding})))
    assert error.kind == kind
    assert reason in error.reason


def test_a_packed_body_cut_off_on_the_way(server: Server, fail: Fail) -> None:
    packed = gzip.compress(PAGE)
    error = fail(server.route("/x", Reply(packed, cut=50, then="close", headers={"Content-Encoding": "gzip"})))
    assert error.reason == f"the server closed the connection after 50 of {len(packed)} bytes"


def test_a_plain_body_that_says_gzip(server: Server, get: Get) -> None:
    assert get(server.route("/x", Reply(PAGE, headers={"Content-Encoding": "gzip"}))).body == PAGE


def test_endless_bytes_do_not_fill_the_memory(server: Server, fail: Fail) -> None:
    url = server.route("/x", Reply(endless=b"y" * 1_000_000))
    tracemalloc.start()
    try:
        assert fail(url, max_bytes=4_000_000).kind == "too_large"
        assert tracemalloc.get_traced_memory()[1] < 24_000_000
    finally:
        tracemalloc.stop()


def test_nobody_listens(fail: Fail) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        error = fail(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert (error.kind, error.reason) == ("connect", "the server refuses connections")


def test_a_server_that_never_accepts(fail: Fail) -> None:
    with socket.socket() as deaf, socket.socket() as filler:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        filler.setblocking(False)
        filler.connect_ex(deaf.getsockname())
        error = fail(f"http://127.0.0.1:{deaf.getsockname()[1]}/", settings={"timeout": 5, "connect_timeout": 0.2})
    assert error.kind == "timeout"


def test_a_server_that_went_away_between_two_requests(server: Server, settings: NetSettings) -> None:
    url = server.route("/x", Reply(b"ok"), Reply(raw=b"", then="close"), Reply(b"again"))

    async def thrice() -> bytes:
        async with Net(settings) as net:
            await net.fetch(Request(url))
            return (await net.fetch(Request(url))).body

    assert asyncio.run(thrice()) == b"again"  # a kept connection that dies is no fault of the page


def test_a_fault_costs_the_others_nothing(server: Server, settings: NetSettings) -> None:
    good = server.route("/good", Reply(b"ok", delay=0.01))
    bad = [
        server.route("/cut", Reply(PAGE, cut=10, then="close")),
        server.route("/reset", Reply(raw=b"", then="reset")),
        server.route("/garbage", Reply(raw=b"garbage\r\n\r\n")),
        server.route("/hang", Reply(hang="before")),
    ]

    async def together() -> list[Response | BaseException]:
        async with Net(replace(settings, site_connections=8, timeout=0.3)) as net:
            urls = [url for other in bad for url in (good, other)] * 5
            return await asyncio.gather(*(net.fetch(Request(url)) for url in urls), return_exceptions=True)

    results = asyncio.run(together())
    assert [isinstance(result, Response) for result in results] == [True, False] * 20
    assert all(isinstance(result, FetchError) for result in results[1::2])
