"""Normal forms, sites, and which canonical claims are believed."""

from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import urls
from aggregator.errors import FetchError, UsageError
from aggregator.net.targets import target

NORMAL = {
    "HTTP://Example.ORG:80/a?utm_source=x&id=7#top": "http://example.org/a?id=7",
    "https://example.org": "https://example.org/",
    "https://b\u00fccher.example/\u00e4 b": "https://xn--bcher-kva.example/%C3%A4%20b",
    "https://stra\u00dfe.de/a": "https://xn--strae-oqa.de/a",
    "https://xn--strae-oqa.de/a": "https://xn--strae-oqa.de/a",
    "https://strasse.de/a": "https://strasse.de/a",
    "https://\uff22\u00fccher\u3002example/": "https://xn--bcher-kva.example/",
    "https://fa\u00df.example./": "https://xn--fa-hia.example/",
    "https://xn--/a": "https://xn--/a",
    "https://xn--zzzzzz99999.example/a": "https://xn--zzzzzz99999.example/a",
    "https://" + "ü" * 64 + ".example/a": "https://" + "ü" * 64 + ".example/a",
    "https://\u2603\u200d.example/a": "https://\u2603\u200d.example/a",
    "https://example.org:8443/a?fbclid=1": "https://example.org:8443/a",
    "https://example.org/a?b=%20c": "https://example.org/a?b=%20c",
    "https://example.org/?ref=front&at=5": "https://example.org/?ref=front&at=5",
}
SITES = {
    "https://news.bbc.co.uk/x": "bbc.co.uk",
    "https://someone.github.io/x": "someone.github.io",
    "http://127.0.0.1:8000/x": "127.0.0.1:8000",
    "http://[::1]:8000/x": "[::1]:8000",
    "http://localhost/x": "localhost",
    "https://www.stra\u00dfe.de/x": "xn--strae-oqa.de",
    "https://stra\u00dfe.de:8443/x": "xn--strae-oqa.de",
    "https://www.xn--strae-oqa.de/x": "xn--strae-oqa.de",
    "https://www.xn--zzzzzz99999.de/x": "xn--zzzzzz99999.de",
    "mailto:x": "",
}


@pytest.mark.parametrize(("url", "normal"), NORMAL.items())
def test_normal_form(url: str, normal: str) -> None:
    assert urls.normalise(url) == normal


@pytest.mark.parametrize(("url", "site"), SITES.items())
def test_site(url: str, site: str) -> None:
    assert urls.site_of(url) == site


@pytest.mark.parametrize(
    ("claimed", "believed"),
    [
        ("/other", "https://www.example.org/other"),
        ("https://example.org/b?utm_medium=x", "https://example.org/b"),
        ("https://example.org/", None),
        ("https://elsewhere.example/a", None),
        ("javascript:x", None),
        (None, None),
    ],
)
def test_canonical_claims(claimed: str | None, believed: str | None) -> None:
    assert urls.believable_canonical(claimed, "https://www.example.org/a") == believed


HOSTS = st.text(st.characters(exclude_characters="/?#@:[]\\ \t\r\n", exclude_categories=["Cs"]), min_size=1)


@given(HOSTS)
def test_the_host_that_is_asked_is_the_one_that_an_article_is_filed_under(host: str) -> None:
    url = f"https://{host}.example/"
    site, normal = urls.site_of(url), urls.normalise(url)
    try:
        asked = target(url)
    except FetchError:
        return  # left as it is, without an error
    assert urlsplit(normal).hostname == asked.host
    assert site == urls.site_of(asked.url)


@given(st.text())
def test_anything_may_come_and_normal_forms_stay(text: str) -> None:
    once = urls.normalise("http://example.org/" + text)
    assert urls.normalise(once) == once
    urls.site_of(text)
    urls.absolute(text, "http://example.org/")


def test_half_a_character_in_an_address_is_no_error() -> None:
    for text in ("\ud800", "a?b=\udfff", "a?utm_source=x&b=\ud800", "\ud800:80/"):
        urls.normalise("http://example.org/" + text).encode()
        urls.normalise("http://" + text)
        urls.site_of("http://" + text)
        urls.believable_canonical("http://example.org/" + text, "http://example.org/x")


@pytest.mark.parametrize(
    ("typed", "full"),
    [
        (" example.org/my feed.xml\n", "https://example.org/my%20feed.xml"),
        ("http://example.org/a b?c d#e f", "http://example.org/a%20b?c%20d#e%20f"),
        ("http://example.org/a%20b", "http://example.org/a%20b"),
    ],
)
def test_an_address_that_is_typed_is_completed(typed: str, full: str) -> None:
    assert urls.full_url(typed) == full


@pytest.mark.parametrize(
    "typed",
    ["my feed.example/x", "javascript:alert(1)", "mailto:me@example.org", "about:blank", "http://example.org:99999/"],
)
def test_what_names_no_host_that_can_be_asked_is_no_address(typed: str) -> None:
    with pytest.raises(UsageError):
        urls.full_url(typed)
