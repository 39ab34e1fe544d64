"""URLs made into targets: spellings made plain, and what is refused."""

import pytest

from aggregator.errors import FetchError
from aggregator.net.targets import target
from aggregator.urls import without_login


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        ("HTTP://Example.ORG", "http://example.org/"),
        ("https://example.org:443/a#part", "https://example.org/a"),
        ("http://example.org:8080/a?b=c", "http://example.org:8080/a?b=c"),
        ("  https://example.org/a\n", "https://example.org/a"),
        ("https://example.org./a", "https://example.org/a"),
        ("https://bücher.example/ä?ö=ü", "https://xn--bcher-kva.example/%C3%A4?%C3%B6=%C3%BC"),
        ("https://straße.example/", "https://xn--strae-oqa.example/"),
        ('https://example.org/a b"<>?c d', "https://example.org/a%20b%22%3C%3E?c%20d"),
        ("https://example.org/a%2Cb,c%2fd'(e)|?f=%41,%2B+[g]", "https://example.org/a%2Cb,c%2fd'(e)|?f=%41,%2B+[g]"),
        ("https://my_site.example.org/", "https://my_site.example.org/"),
        ("http://[2001:DB8:0::1]:81/", "http://[2001:db8::1]:81/"),
        ("http://127.1/", "http://127.0.0.1/"),
        ("http://2130706433/", "http://127.0.0.1/"),
        ("http://0x7f.0.0.01/", "http://127.0.0.1/"),
        ("http://017700000001/", "http://127.0.0.1/"),
        ("http://１２７。０。０。１/", "http://127.0.0.1/"),
        ("http://good.example\\@127.0.0.1/", "http://127.0.0.1/"),
    ],
)
def test_the_url_that_is_sent(url: str, sent: str) -> None:
    assert target(url).url == sent


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("ftp://example.org/", "not ftp"),
        ("file:///etc/passwd", "not file"),
        ("javascript:alert(1)", "not javascript"),
        ("example.org/feed", "not an http URL"),
        ("//example.org/", "not an http URL"),
        ("", "not an http URL"),
        ("http://", "no host"),
        ("http:///path", "no host"),
        ("http://example.org:99999/", "not a URL"),
        ("http://example.org:x/", "not a URL"),
        ("http://[::1/", "not a URL"),
        ("http://example.org:0/", "port 0"),
        ("http://example.org:25/", "port 25"),
        ("http://a..b/", "not a host name"),
        ("http://-a.example/", "not a host name"),
        ("http://a b.example/", "not a host name"),
        ("http://\u2603\u200d..example/", "not a host name"),
        ("http://a\x00.127.1/", "not a host name"),
        ("http://%31.example/", "not a host name"),
        (f"http://{'a' * 64}.example/", "not a host name"),
        (f"http://{'a.' * 130}example/", "not a host name"),
        ("http://1.2.3.4.5/", "not an IPv4 address"),
        ("http://256.256.256.256/", "not an IPv4 address"),
        ("http://[::g]/", "IPv6 address"),
        ("http://[fe80::1%25eth0]/", "network interface"),
        ("https://example.org/" + "a" * 20000, "longer than"),
    ],
)
def test_what_is_refused(url: str, part: str) -> None:
    with pytest.raises(FetchError, match=part) as caught:
        target(url)
    assert caught.value.kind == "refused"


def test_a_login_becomes_a_header_and_leaves_the_url() -> None:
    place = target("https://us%40er:p%3Ass@example.org/feed")
    assert place.url == "https://example.org/feed"
    assert place.authorization == "Basic dXNAZXI6cDpzcw=="
    assert without_login("https://user:pass@example.org/a@b") == "https://example.org/a@b"
    assert without_login("https://example.org/a@b") == "https://example.org/a@b"


@pytest.mark.parametrize(
    ("there", "here", "same"),
    [
        ("http://a.example/x", "http://a.example/y", True),
        ("http://a.example/", "https://a.example/", True),
        ("https://a.example/", "http://a.example/", False),
        ("http://a.example:8080/", "https://a.example/", False),
        ("https://a.example/", "https://b.a.example/", False),
        ("https://a.example/", "https://a.example:8443/", False),
    ],
)
def test_secrets_stay_at_home(there: str, here: str, same: bool) -> None:
    assert target(here).same_origin(target(there)) is same
