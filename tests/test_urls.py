"""Normal forms, sites, and which canonical claims are believed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator import urls

NORMAL = {
    "HTTP://Example.ORG:80/a?utm_source=x&id=7#top": "http://example.org/a?id=7",
    "https://example.org": "https://example.org/",
    "https://b\u00fccher.example/\u00e4 b": "https://xn--bcher-kva.example/%C3%A4%20b",
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


@given(st.text())
def test_anything_may_come_and_normal_forms_stay(text: str) -> None:
    once = urls.normalise("http://example.org/" + text)
    assert urls.normalise(once) == once
    urls.site_of(text)
    urls.absolute(text, "http://example.org/")
