"""Sitemaps through feeds.parse: urlset, news, images, index files, gzip, plain text; bad ones survived or named."""

import gzip
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import FeedError
from aggregator.feeds import parse_feed
from aggregator.model import FeedDocument, Sitemap
from tests.growth import assert_linear_in_text

URL = "https://news.example/sitemap.xml"
XMLNS = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)

NEWS = """<url><loc>https://news.example/a?x=1&amp;y=2</loc><lastmod>2025-03-06T12:30:00Z</lastmod>
<news:news><news:publication><news:name>The Paper</news:name><news:language>en</news:language></news:publication>
<news:publication_date>2025-03-05T13:30:00+01:00</news:publication_date>
<news:title>Rain &amp;amp; wind</news:title><news:keywords>Weather, Sea ,</news:keywords></news:news>
<image:image><image:loc>https://news.example/a.jpg</image:loc><image:title>Not this title</image:title></image:image>
<image:image><image:loc>https://news.example/b.jpg</image:loc></image:image></url>"""


def urlset(items: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {XMLNS}>{items}</urlset>'


def url(link: str, modified: str = "") -> str:
    return f"<url><loc>{link}</loc>{f'<lastmod>{modified}</lastmod>' if modified else ''}</url>"


def parse(body: str | bytes, **headers: str) -> FeedDocument:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return parse_feed.parse(body.encode() if isinstance(body, str) else body, named, URL)


def test_a_news_sitemap() -> None:
    document = parse(urlset(NEWS))
    assert (document.format, document.title, document.lang) == ("news-sitemap", "The Paper", "en")
    (entry,) = document.entries
    assert entry.key == entry.url == "https://news.example/a?x=1&y=2"
    assert (entry.title, entry.tags, entry.image) == ("Rain & wind", ("Weather", "Sea"), "https://news.example/a.jpg")
    assert entry.published_at == datetime(2025, 3, 5, 12, 30, tzinfo=UTC)
    assert entry.updated_at == datetime(2025, 3, 6, 12, 30, tzinfo=UTC)


def test_a_plain_sitemap_says_when_a_page_changed_and_not_when_it_came_out() -> None:
    document = parse(urlset(url(" https://news.example/a\n", "2025-03-06") + url("/b") + url("") + url("mailto:x@y.z")))
    assert document.format == "sitemap"
    assert [entry.url for entry in document.entries] == ["https://news.example/a", "https://news.example/b", None]
    assert [entry.published_at for entry in document.entries] == [None, None, None]
    assert document.entries[0].updated_at == datetime(2025, 3, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2025-03-05T12:30:00Z",
        "2025-03-05T12:30Z",
        "2025-03-05 12:30:00",
        "2025-03-05T12:30:00.000+00:00",
        "2025-03-05T13:30:00+01:00",
        "Wed, 05 Mar 2025 12:30:00 GMT",
        "2025-03-05T12:30:00",
    ],
)
def test_forms_of_dates(written: str) -> None:
    assert parse(urlset(url("/a", written))).entries[0].updated_at == datetime(2025, 3, 5, 12, 30, tzinfo=UTC)


@pytest.mark.parametrize("written", ["soon", "2025-13-45", "0000-00-00T00:00:00Z", "9" * 5000, "1"])
def test_a_date_that_is_none_is_unknown(written: str) -> None:
    assert parse(urlset(url("/a", written))).entries[0].updated_at is None


def test_an_index() -> None:
    items = "".join(
        f"<sitemap><loc>{loc}</loc>{more}</sitemap>"
        for loc, more in [
            ("/s1.xml.gz", "<lastmod>2025-03-05</lastmod>"),
            ("https://news.example/s2.xml", ""),
            ("/s1.xml.gz", ""),
        ]
    )
    document = parse(f"<sitemapindex {XMLNS}>{items}</sitemapindex>")
    assert (document.format, document.entries) == ("sitemap-index", ())
    assert document.sitemaps == (
        Sitemap("https://news.example/s1.xml.gz", datetime(2025, 3, 5, tzinfo=UTC)),
        Sitemap("https://news.example/s2.xml"),
    )


@pytest.mark.parametrize(
    "kind", ["application/gzip", "application/x-gzip", "application/xml", "application/octet-stream"]
)
def test_gzip_whatever_it_is_called(kind: str) -> None:
    assert parse(gzip.compress(urlset(NEWS).encode()), content_type=kind).entries[0].title == "Rain & wind"


def test_gzip_that_is_cut_off_gives_what_is_there() -> None:
    packed = gzip.compress(urlset("".join(url(f"/{n}-{n * 7919}") for n in range(5000))).encode())
    document = parse(packed[: len(packed) // 2])
    assert 1000 < len(document.entries) < 5000
    assert document.problem


def test_gzip_bombs_and_damage_are_refused() -> None:
    with pytest.raises(FeedError, match="64 MiB"):
        parse(gzip.compress(b" " * (65 << 20), 9))
    with pytest.raises(FeedError, match="damaged gzip"):
        parse(b"\x1f\x8b\x08nonsense that is no gzip at all")


def test_plain_text() -> None:
    document = parse("\ufeffhttps://news.example/a\r\n\r\nhttps://news.example/b\r\n", content_type="text/plain")
    assert [entry.url for entry in document.entries] == ["https://news.example/a", "https://news.example/b"]
    for text in ("https://news.example/a\nand then some", "http is a protocol", "https://"):
        with pytest.raises(FeedError, match="plain text"):
            parse(text)


def test_what_publishers_get_wrong() -> None:
    bare = parse(urlset(url("https://news.example/a?x=1&y=2&eacute=3")))
    assert bare.entries[0].url == "https://news.example/a?x=1&y=2&eacute=3"
    no_namespaces = parse("<urlset><url><loc>https://news.example/a</loc></url></urlset>")
    assert len(no_namespaces.entries) == 1
    prefixed = parse('<sm:urlset xmlns:sm="x"><sm:url><sm:loc>https://news.example/a</sm:loc></sm:url></sm:urlset>')
    assert len(prefixed.entries) == 1
    cut = parse(urlset(url("/a") + url("/b"))[:-20])
    assert ([entry.url for entry in cut.entries], bool(cut.problem)) == (["https://news.example/a"], True)
    comment = parse("\n\n<!-- made by a plugin --><?xml-stylesheet href='x'?>" + urlset(NEWS).partition("?>")[2])
    assert len(comment.entries) == 1
    assert parse(urlset("")).entries == ()


def test_entity_bombs_are_refused() -> None:
    with pytest.raises(FeedError, match="DOCTYPE"):
        parse(f'<!DOCTYPE urlset [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>{urlset(url("/&b;")).partition("?>")[2]}')


def test_a_broken_sitemap_without_entries_is_named() -> None:
    with pytest.raises(FeedError, match="a broken sitemap"):
        parse("<urlset><url><loc>https://news.example/a</loc>")


def test_pages_that_mention_sitemaps_are_pages() -> None:
    with pytest.raises(FeedError, match="HTML page"):
        parse("<!doctype html><html><p><code>&lt;urlset&gt;</code><urlset></urlset></html>")


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/&;:=\"'aurlsetloc \n?![]-"), max_size=300), st.booleans())
def test_nothing_but_a_feed_error_is_raised(noise: str, inside: bool) -> None:
    try:
        parse(urlset(f"<url><loc>{noise}</loc>{noise}</url>") if inside else f"<urlset>{noise}")
    except FeedError as error:
        if "\n" in str(error):
            pytest.fail("more than one line")


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_gzip_of_anything(noise: bytes) -> None:
    for body in (b"\x1f\x8b\x08" + noise, gzip.compress(noise), gzip.compress(urlset(NEWS).encode())[: len(noise)]):
        try:
            parse(body)
        except FeedError:
            pass


@pytest.mark.parametrize(
    "text",
    [
        "<urlset>" + "<url>" * 300_000,
        "<urlset>" + "&" * 1_000_000,
        "<urlset>" + "&a" * 500_000,
        "<urlset " + "a:b='c' " * 50_000 + ">",
        "<urlset " + " ".join(f"a{n}='c'" for n in range(50_000)) + "><url><loc>/a</loc></url></urlset>",
        "<urlset><url><loc>" + "x" * 2_000_000 + "</loc></url></urlset>",
        "<" * 1_000_000,
        "<urlset:" * 200_000,
        "https://a.example/\n" * 200_000,
        "http://" * 300_000,
    ],
    ids=range(10),
)
def test_time_grows_with_the_length_alone(text: str) -> None:
    def read(text: str) -> None:
        with suppress(FeedError):
            parse(text)

    assert_linear_in_text(read, text)
