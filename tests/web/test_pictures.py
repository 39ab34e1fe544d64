"""Pictures of other sites through this server: of signed addresses alone, guarded, and nothing but pictures."""

from collections.abc import Iterator
from html import escape, unescape
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from playwright.sync_api import Browser

from aggregator.web.protocols.feed_icon import icon
from tests.servers import Reply, Server
from tests.web.conftest import PASSWORD, USER, Running, run, serving

PNG = icon("a picture")

SVG = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
WEBP, AVIF, ICO = b"RIFF\x10\0\0\0WEBPVP8 ", b"\0\0\0\x1cftypavif\0\0\0\0", b"\0\0\1\0\1\0"
PICTURES = {
    "/good.png": Reply(PNG, headers={"Content-Type": "image/png", "Set-Cookie": "a=b"}),
    "/named.html": Reply(PNG, headers={"Content-Type": "text/html"}),
    "/good.jpg": Reply(b"\xff\xd8\xff\xe0 jpeg"),
    "/good.gif": Reply(b"GIF89a gif"),
    "/good.webp": Reply(WEBP),
    "/good.avif": Reply(AVIF),
    "/good.ico": Reply(ICO),
    "/moved.png": Reply(status=302, headers={"Location": "/good.png"}),
    "/vector.svg": Reply(SVG, headers={"Content-Type": "image/svg+xml"}),
    "/page.png": Reply("<script>alert(1)</script>", headers={"Content-Type": "image/png"}),
    "/huge.png": Reply(PNG + b"\0" * 6_000_000),
    "/inside.png": Reply(status=302, headers={"Location": "http://169.254.169.254/latest/meta-data"}),
    "/file.png": Reply(status=302, headers={"Location": "file:///etc/passwd"}),
    "/absent.png": Reply(status=404),
}
GOOD = {"/good.png": "png", "/named.html": "png", "/moved.png": "png", "/good.jpg": "jpeg", "/good.gif": "gif"}
GOOD |= {"/good.webp": "webp", "/good.avif": "avif", "/good.ico": "x-icon"}


@pytest.fixture(scope="module")
def shop() -> Iterator[Server]:
    """A site of pictures, and a feed whose one article shows all of them."""
    with Server() as server:
        for path, reply in PICTURES.items():
            server.route(path, reply)
        private = server.origin.replace("127.0.0.1", "127.0.0.2")
        server.route("/next.png", Reply(status=302, headers={"Location": f"{private}/good.png"}))
        shown = [f"{server.origin}{path}" for path in (*PICTURES, "/next.png")] + [f"{private}/good.png"]
        pictures = "".join(f'<img src="{url}" alt="{url}">' for url in shown)
        text = f"<p>{'A text about pictures that goes on for a while. ' * 30}</p>{pictures}"
        item = f"<item><title>Pictures</title><link>{server.origin}/1</link><description>{escape(text)}</description>"
        image = f'<enclosure url="{server.origin}/good.jpg" type="image/jpeg" length="1"/></item>'
        head = f"<title>Shop</title><link>{server.origin}/</link><description>d</description>"
        feed = f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{item}{image}</channel></rss>'
        server.route("/feed.xml", Reply(feed, headers={"Content-Type": "application/rss+xml"}))
        yield server


@pytest.fixture(scope="module")
def proxying(shop: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that asks for pictures itself, and may ask one address of this machine alone."""
    folder = tmp_path_factory.mktemp("pictures")
    settings = "{site_gap: 0, allow_private_networks: [127.0.0.1], proxy_pictures: true}"
    feeds = f"- {{url: '{shop.url('/feed.xml')}', full_text: never}}"
    (folder / "feeds.yaml").write_text(f"settings: {settings}\nfeeds:\n{feeds}\n")
    done = run(folder, "fetch", "--all")
    assert done.returncode == 0, done.stderr
    assert run(folder, "web", "password", USER, "--stdin", stdin=f"{PASSWORD}\n").returncode == 0
    with serving(folder, token=run(folder, "web", "token", "tests").stdout.strip()) as running:
        yield running


@pytest.fixture(scope="module")
def links(proxying: Running) -> dict[str, str]:
    """The addresses under which the page of the article shows pictures, by the addresses of those."""
    with proxying.client() as client:
        page = client.get("/article/1").text
    sources = [unescape(part.partition('"')[0]) for part in page.split(' src="')[1:]]
    return {parse_qs(urlsplit(one).query)["url"][0]: one for one in sources if one.startswith("/picture?")}


def test_pages_show_pictures_from_this_server_alone(proxying: Running, shop: Server, links: dict[str, str]) -> None:
    assert len(links) == len(PICTURES) + 2
    with proxying.client() as client:
        for path in ("/", "/search?q=pictures", "/article/1", "/story/1"):
            answer = client.get(path)
            assert "img-src 'self' data:;" in answer.headers["content-security-policy"], path
            assert f'src="{shop.origin}' not in answer.text, path
        assert 'src="/picture?' in client.get("/").text


def test_pictures_of_every_common_kind_come_through(proxying: Running, shop: Server, links: dict[str, str]) -> None:
    with proxying.client() as client:
        for path, kind in GOOD.items():
            answer = client.get(links[shop.url(path)])
            assert (answer.status_code, answer.headers["content-type"]) == (200, f"image/{kind}"), path
            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "sandbox" in answer.headers["content-security-policy"]
            assert "max-age" in answer.headers["cache-control"]
            assert "set-cookie" not in answer.headers
        link = links[shop.url("/good.png")]
        first = client.get(link)
        assert first.content == PNG
        assert client.get(link, headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    seen = [one for one in shop.requests if one.path == "/good.png"][-1]
    assert (seen.header("referer"), seen.header("cookie"), seen.header("authorization")) == (None, None, None)


def test_a_browser_shows_them(browser: Browser, proxying: Running, shop: Server) -> None:
    said: list[str] = []
    with browser.new_context(base_url=proxying.base) as context:
        context.set_extra_http_headers({"X-Auth-Token": proxying.token or ""})
        page = context.new_page()
        page.on("console", lambda message: said.append(message.text) if "Security Policy" in message.text else None)
        page.goto("/article/1")
        good = page.locator(f'img[alt="{shop.url("/good.png")}"]')
        good.scroll_into_view_if_needed()
        good.evaluate("picture => picture.decode()")
        assert good.evaluate("picture => picture.naturalWidth") > 0
    assert not said


@pytest.mark.parametrize("path", ["/vector.svg", "/page.png", "/huge.png", "/absent.png", "/file.png"])
def test_what_is_no_picture_does_not_come(proxying: Running, shop: Server, links: dict[str, str], path: str) -> None:
    with proxying.client() as client:
        answer = client.get(links[shop.url(path)])
        assert (answer.status_code, answer.headers["content-type"]) == (502, "application/problem+json")
        assert "alert" not in answer.text


def test_nothing_of_a_private_network_is_asked_for(proxying: Running, shop: Server, links: dict[str, str]) -> None:
    private = shop.origin.replace("127.0.0.1", "127.0.0.2")
    before = len([one for one in shop.requests if one.path == "/good.png"])
    with proxying.client() as client:
        for url in (shop.url("/inside.png"), shop.url("/next.png"), f"{private}/good.png"):
            answer = client.get(links[url])
            assert answer.status_code == 502, url
            assert "private" in answer.text or "link-local" in answer.text or "loopback" in answer.text, answer.text
    assert len([one for one in shop.requests if one.path == "/good.png"]) == before


def test_it_is_no_open_proxy(proxying: Running, shop: Server, links: dict[str, str]) -> None:
    link = links[shop.url("/good.png")]
    signed = parse_qs(urlsplit(link).query)["signed"][0]
    with proxying.client() as client:
        for url, claimed in (
            (shop.url("/good.gif"), signed),
            (shop.url("/good.png"), ""),
            (shop.url("/good.png"), "é"),
        ):
            assert client.get("/picture", params={"url": url, "signed": claimed}).status_code == 403
        assert client.get("/picture", params={"url": "x"}).status_code == 422
    assert httpx.get(proxying.base + link).status_code == 401


def test_links_stay_good_when_the_server_starts_again(proxying: Running, links: dict[str, str], shop: Server) -> None:
    with serving(proxying.folder, token=proxying.token) as again, again.client() as client:
        assert client.get(links[shop.url("/good.png")]).status_code == 200


def test_without_the_setting_there_is_no_proxy(served: Running) -> None:
    with served.client() as client:
        answer = client.get("/picture", params={"url": "http://a.example/", "signed": "a"})
        assert answer.status_code == 404
        assert "proxy_pictures" in answer.json()["detail"]
