"""One fetch against a well-behaved server: what is sent, what comes back, redirects, statuses."""

import asyncio
import gzip
import logging
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import brotli
import pytest
import zstandard

from aggregator.errors import FetchError
from aggregator.model import Response
from aggregator.net.client import Net
from aggregator.net.net_settings import NetSettings
from aggregator.net.request import Request
from tests.net.conftest import SETTINGS
from tests.servers import Canned, Reply, Server, conditional

Get = Callable[..., Response]
Fail = Callable[..., FetchError]


def moved(to: str | bytes, status: int = 302, **more: Any) -> Reply:
    return Reply(b"gone that way", status, headers={"Location": to}, **more)


def test_a_page(server: Server, get: Get) -> None:
    url = server.route("/page", Reply("<p>Hallo</p>", headers={"Content-Type": "text/html", "X-Odd": "1"}))
    response = get(url)
    assert (response.status, response.body) == (200, b"<p>Hallo</p>")
    assert (response.requested_url, response.url, response.redirects) == (url, url, ())
    assert response.headers["content-type"] == "text/html"
    assert response.headers["x-odd"] == "1"
    assert response.moved_to is None
    assert 0 < response.elapsed < 10


def test_what_is_sent(server: Server, get: Get) -> None:
    get(
        server.route("/feed", Reply(b"x")),
        accept="application/rss+xml",
        headers={"X-Key": "ä", "Accept-Language": "de"},
    )
    (seen,) = server.requests
    sent = {name: value.decode() for name, value in seen.headers.items()}
    assert seen.method == "GET"
    assert sent == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": "aggregator/1.2 (ed@example.org)",
        "from": "ed@example.org",
        "accept": "application/rss+xml",
        "accept-encoding": "gzip, deflate, br, zstd",
        "x-key": "ä",
        "accept-language": "de",
    }


@pytest.mark.parametrize("contact", ["https://example.org/about", "me", "a b@c", "a@b\r\nX: y", None])
def test_only_an_e_mail_address_is_sent_as_from(server: Server, get: Get, contact: str | None) -> None:
    get(server.route("/x", Reply(b"x")), settings={"contact": contact})
    assert server.requests[0].headers.keys().isdisjoint({"from", "x"})


@pytest.mark.parametrize("path", ["/a%2Cb,c%2fd'(e)|[f]", "/p?a=%41,%2B+b&c[]=d|e'`{}", "/%zz", "/a;b=c:@!$&*~"])
def test_urls_are_asked_byte_for_byte(server: Server, get: Get, path: str) -> None:
    server.otherwise(Reply(b"x"))
    get(server.url(path))
    assert server.requests[0].target == path


VALIDATORS = [
    b'"abc"',
    b'W/"abc"',
    b"unquoted",
    '"café-日本"'.encode(),
    b'"a\\"b, c"',
    b'""',
]


@pytest.mark.parametrize("etag", VALIDATORS)
def test_validators_go_back_byte_for_byte(server: Server, get: Get, etag: bytes) -> None:
    url = server.route("/feed", conditional(b"<rss/>", etag, **{"Last-Modified": "yesterday, or so"}))
    first = get(url)
    second = get(url, etag=first.headers["etag"], last_modified=first.headers["last-modified"])
    assert (second.status, second.body) == (304, b"")
    asked = server.requests[1]
    assert asked.headers["if-none-match"] == etag
    assert asked.headers["if-modified-since"] == b"yesterday, or so"
    assert asked.head.count(b"\r\n\r\n") == 1


@pytest.mark.parametrize("etag", [b'"caf\xe9"', b'"\xff\xfe"'])
def test_a_validator_of_bytes_that_are_no_text_is_not_sent(server: Server, get: Get, etag: bytes) -> None:
    url = server.route("/feed", conditional(b"<rss/>", etag))
    second = get(url, etag=get(url).headers["etag"])
    assert (second.status, second.body) == (200, b"<rss/>")
    assert "if-none-match" not in server.requests[1].headers


def test_a_validator_that_would_break_the_request_is_left_out(site: Canned, get: Get) -> None:
    get(site.route("/feed", Reply(b"x")), etag='"a\r\nX-Evil: 1"', last_modified="\x00", by=site)
    assert site.requests[0].headers.keys().isdisjoint({"if-none-match", "if-modified-since", "x-evil"})


def test_304_to_an_unconditional_request_is_broken(site: Canned, fail: Fail) -> None:
    error = fail(site.route("/feed", Reply(status=304)), by=site)
    assert (error.kind, error.status) == ("protocol", 304)


@pytest.mark.parametrize("status", [201, 202, 203, 206, 299])
def test_every_success_has_its_body(site: Canned, get: Get, status: int) -> None:
    headers = {"Content-Range": "bytes 0-3/4"} if status == 206 else {}
    response = get(site.route("/x", Reply(b"body", status, headers=headers)), by=site)
    assert (response.status, response.body) == (status, b"body")


@pytest.mark.parametrize("status", [204, 205])
def test_empty_successes(site: Canned, get: Get, status: int) -> None:
    response = get(site.route("/x", Reply(b"", status)), by=site)
    assert (response.status, response.body) == (status, b"")


def test_a_206_that_names_no_part_is_the_whole(site: Canned, get: Get, fail: Fail) -> None:
    assert get(site.route("/x", Reply(b"body", 206)), by=site).body == b"body"
    parts = Reply(b"body", 206, headers={"Content-Type": "multipart/byteranges; boundary=x"})
    assert "only parts of the page" in fail(site.route("/y", parts), by=site).reason


def test_a_part_is_no_page(site: Canned, fail: Fail) -> None:
    error = fail(site.route("/x", Reply(b"body", 206, headers={"Content-Range": "bytes 0-3/5000"})), by=site)
    assert error.kind == "protocol"
    assert "bytes 0-3/5000" in error.reason


def test_bodies_in_chunks_and_to_the_end_of_the_connection(server: Server, get: Get) -> None:
    page = bytes(range(256)) * 1000
    assert get(server.route("/chunked", Reply(page, chunked=True, piece=7001))).body == page
    assert get(server.route("/close", Reply(page, length=False, then="close"))).body == page
    packed = Reply(gzip.compress(page), headers={"Content-Encoding": "gzip"}, chunked=True, piece=100)
    assert get(server.route("/packed", packed)).body == page


def test_cookies_are_never_kept(server: Server, settings: NetSettings) -> None:
    server.route("/a", Reply(b"x", headers={"Set-Cookie": "id=1; Path=/"}))

    async def twice() -> Response:
        async with Net(settings) as net:
            await net.fetch(Request(server.url("/a")))
            return await net.fetch(Request(server.url("/a")))

    response = asyncio.run(twice())
    assert "set-cookie" not in response.headers
    assert all("cookie" not in seen.headers for seen in server.requests)
    assert server.connections == 1  # the connection is kept, the cookie not


def test_proxies_of_the_environment_are_not_used(server: Server, get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert get(server.route("/x", Reply(b"direct"))).body == b"direct"


def test_redirects_are_followed_and_recorded(site: Canned, get: Get) -> None:
    end = site.route("/end", Reply(b"here"))
    site.route("/c", moved("end?q=1#part", 307))
    site.route("/b", moved(site.url("/c"), 302))
    site.route("/a", moved("/b", 301))
    response = get(site.url("/a"), by=site)
    assert response.body == b"here"
    assert response.url == end + "?q=1"
    assert response.redirects == ((301, site.url("/b")), (302, site.url("/c")), (307, end + "?q=1"))
    assert response.moved_to == site.url("/b")  # the permanent part of the way
    assert all("referer" not in seen.headers for seen in site.requests)


def test_permanent_redirects_give_the_new_address(site: Canned, get: Get) -> None:
    end = site.route("/end", Reply(b"here"))
    site.route("/b", moved("/end", 308))
    assert get(site.route("/a", moved("/b", 301)), by=site).moved_to == end


@pytest.mark.parametrize(
    ("location", "asked"),
    [
        (b"/caf\xc3\xa9 1", "/caf%C3%A9%201"),
        (b"/caf\xe9", "/caf%C3%A9"),
        (b"/a%2cb", "/a%2cb"),
        (b"//127.0.0.1:%d/net", "/net"),
        (b"?only=query", "/start?only=query"),
    ],
)
def test_locations(server: Server, get: Get, location: bytes, asked: str) -> None:
    server.otherwise(Reply(b"x"))
    server.route("/start", moved(location.replace(b"%d", b"%d" % server.port)), Reply(b"x"))
    get(server.url("/start"))
    assert server.requests[1].target == asked


def test_a_redirect_to_another_spelling_is_no_loop(site: Canned, get: Get) -> None:
    site.route("/a,b", moved("/a%2Cb"))
    site.route("/a%2Cb", Reply(b"here"))
    assert get(site.url("/a,b"), by=site).body == b"here"


def test_loops_and_too_many(site: Canned, fail: Fail) -> None:
    site.route("/self", moved("/self"))
    site.route("/a", moved("/b"))
    site.route("/b", moved("/a", 301))
    site.otherwise(lambda seen: moved(seen.path + "x"))
    assert fail(site.url("/self"), by=site).kind == "redirects"
    error = fail(site.url("/a"), by=site)
    assert (error.kind, error.url) == ("redirects", site.url("/a"))
    assert "loop" in error.reason
    error = fail(site.url("/n"), settings={"max_redirects": 3}, by=site)
    assert "more than 3 redirects" in error.reason
    assert len(site.requests) == 1 + 2 + 4


def test_redirects_to_nowhere(site: Canned, fail: Fail) -> None:
    assert fail(site.route("/none", Reply(status=301)), by=site).kind == "protocol"
    error = fail(site.route("/ftp", moved("ftp://example.org/x")), by=site)
    assert error.kind == "refused"
    assert "ftp://example.org/x" in error.reason
    assert fail(site.route("/odd", moved("http://[::1")), by=site).kind in ("protocol", "refused")
    assert fail(site.route("/port", moved("http://127.0.0.1:25/")), by=site).kind == "refused"


def test_secrets_are_not_carried_to_another_host(server: Server, get: Get) -> None:
    with Server("127.0.0.2") as other:
        end = other.route("/end", Reply(b"x"))
        server.route("/here", moved(end))
        server.route("/start", moved("/here"))
        url = server.url("/start").replace("//", "//user:pass@")
        response = get(url, headers={"X-Key": "secret", "Cookie": "a=b", "Accept-Language": "de"}, etag='"1"')
        assert all(seen.header("x-key") == "secret" for seen in server.requests)
        assert all(seen.header("authorization") == "Basic dXNlcjpwYXNz" for seen in server.requests)
        (seen,) = other.requests
        assert seen.headers.keys().isdisjoint({"x-key", "cookie", "authorization", "referer"})
        assert (seen.header("accept-language"), seen.header("if-none-match")) == ("de", None)
        assert "pass" not in response.url


def test_validators_go_to_the_address_they_came_from_alone(server: Server, get: Get) -> None:
    with Server("127.0.0.2") as other:
        end = other.route("/end", conditional(b"x", '"1"'))
        start = server.route("/start", moved(end))
        first = get(start)
        again = get(start, etag=first.headers["etag"], validated_url=first.url)
        assert (first.status, again.status) == (200, 304)
        assert [seen.header("if-none-match") for seen in (*server.requests, *other.requests)] == [
            None,
            None,
            None,
            '"1"',
        ]
        assert get(start, etag='"1"').status == 200  # they say nothing of another address


def test_a_redirect_is_followed_only_with_leave(server: Server, fail: Fail) -> None:
    async def refuse(url: str) -> None:
        raise FetchError("robots", url, "not there")

    start = server.route("/start", moved("/private"))
    assert fail_kind(start, refuse) == "robots"
    assert not server.seen("/private")


def fail_kind(url: str, permit: Callable[[str], Awaitable[None]]) -> str:
    async def once() -> str:
        async with Net(SETTINGS) as net:
            try:
                await net.fetch(Request(url, permit=permit))
            except FetchError as error:
                return error.kind
        return ""

    return asyncio.run(once())


@pytest.mark.parametrize("encoding", ["", "gzip", "br", "zstd"])
def test_the_start_of_a_long_body_may_be_enough(server: Server, get: Get, encoding: str) -> None:
    body = b"".join(b"Disallow: /%d\n" % number for number in range(100_000))
    packed = {"": bytes, "gzip": gzip.compress, "br": brotli.compress, "zstd": zstandard.compress}[encoding](body)
    url = server.route("/robots.txt", Reply(packed, headers={"Content-Encoding": encoding} if encoding else {}))
    assert get(url, max_bytes=5000, truncate=True).body[:4000] == body[:4000]
    assert get(server.route("/endless", Reply(endless=b"# x\n" * 999)), max_bytes=5000, truncate=True).status == 200


def test_errors_do_not_print_a_password(site: Canned, fail: Fail) -> None:
    error = fail(site.route("/x", Reply(status=401)).replace("//", "//user:pass@"), by=site)
    assert error.status == 401
    assert "pass" not in str(error)


@pytest.mark.parametrize("status", [300, 400, 401, 403, 404, 410, 418, 429, 451, 500, 502, 503, 599])
def test_other_statuses_are_errors(site: Canned, fail: Fail, status: int) -> None:
    error = fail(site.route("/x", Reply(b"sorry", status)), by=site)
    assert (error.kind, error.status, error.retry_after) == ("status", status, 600 if status == 429 else None)
    assert str(status) in error.reason
    assert error.site == "site.example"


def test_an_error_after_a_redirect_names_both_addresses(site: Canned, fail: Fail) -> None:
    error = fail(site.route("/a", moved("/gone")), by=site)
    assert error.url == site.url("/a")
    assert error.reason == f"redirected to {site.url('/gone')}: the server answered 404 Not Found"


def test_retry_after_is_read(site: Canned, fail: Fail) -> None:
    assert fail(site.route("/x", Reply(b"", 429, headers={"Retry-After": "120"})), by=site).retry_after == 120
    error = fail(site.route("/x", Reply(b"", 503, headers={"Retry-After": "Wed, 01 Jan 2900 00:00:00 GMT"})), by=site)
    assert error.retry_after == 7 * 24 * 3600


def test_the_limit_of_one_request_goes_before_the_settings(server: Server, get: Get, fail: Fail) -> None:
    url = server.route("/x", Reply(b"x" * 2000))
    assert len(get(url, max_bytes=2000).body) == 2000
    assert fail(url, max_bytes=1999).kind == "too_large"
    assert len(get(url, settings={"max_bytes": 10}, max_bytes=2000).body) == 2000


def test_every_hop_is_logged(server: Server, get: Get, caplog: pytest.LogCaptureFixture) -> None:
    server.route("/end", Reply(b"here"))
    server.route("/a", moved("/end"))
    with caplog.at_level(logging.DEBUG, "aggregator.net"):
        get(server.url("/a"))
    assert [record.getMessage().split(" in ")[0] for record in caplog.records] == [
        f"{server.url('/a')}: 302, 0 bytes",
        f"{server.url('/end')}: 200, 4 bytes",
    ]


def test_a_closed_net_says_so(server: Server, settings: NetSettings) -> None:
    async def late() -> None:
        async with Net(replace(settings, site_gap=0)) as net:
            pass
        await net.fetch(Request(server.url("/")))

    with pytest.raises(RuntimeError, match="closed"):
        asyncio.run(late())


def test_closing_while_requests_are_under_way_leaves_nothing_behind(server: Server, settings: NetSettings) -> None:
    url = server.route("/hang", Reply(b"x", hang="headers"))

    async def cut_short() -> list[BaseException | Response]:
        async with Net(replace(settings, site_connections=5)) as net:
            tasks = [asyncio.create_task(net.fetch(Request(url))) for _ in range(5)]
            while len(server.requests) < 5:
                await asyncio.sleep(0.005)
            for task in tasks[:3]:
                task.cancel()
            await asyncio.sleep(0)
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = asyncio.run(cut_short())
    assert [isinstance(result, asyncio.CancelledError) for result in results] == [True, True, True, False, False]
    assert all(isinstance(result, RuntimeError) for result in results[3:])


def test_no_network_library_is_loaded_by_the_package_itself() -> None:
    code = "import aggregator, sys; sys.exit(any(name in sys.modules for name in ('aiohttp', 'httpx')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_is_posted(server: Server, get: Get, fail: Fail) -> None:
    url = server.route("/hook", Reply(b"thanks", 202))
    response = get(url, post=b'{"a": "\xc3\xa9"}', headers={"Content-Type": "application/json"})
    (seen,) = server.requests
    assert (response.status, response.body) == (202, b"thanks")
    assert (seen.method, seen.body, seen.header("content-type")) == ("POST", b'{"a": "\xc3\xa9"}', "application/json")
    assert seen.header("content-length") == "11"
    assert seen.header("transfer-encoding") is None
    assert fail(server.route("/broken", Reply(b"no", 500)), post=b"{}").status == 500


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_of_what_is_posted_is_not_followed(server: Server, fail: Fail, status: int) -> None:
    server.route("/there", Reply(b"thanks"))
    error = fail(server.route("/hook", moved("/there", status)), post=b"{}")
    assert (error.kind, error.status) == ("redirects", status)
    assert "'/there'" in error.reason
    assert server.seen("/there") == []
