"""What is a page, what is plain text, and what is neither."""

import pytest

from aggregator.extraction import pipeline
from aggregator.extraction.article import Article
from aggregator.extraction.served_type import is_plain_text, no_page, sentence
from aggregator.extraction.version import EXTRACTOR_VERSION

RSS = b"<?xml version='1.0'?><!-- made by hand --><rss version='2.0'><channel><title>T</title></channel></rss>"
ATOM = b"\xef\xbb\xbf\n<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title></feed>"
RDF = b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'/>"
HTML = b"<!DOCTYPE html><html><body><p>Words of a page.</p></body></html>"
PROSE = b"The ferry came late.\n\nNobody had told the passengers, who waited on the quay in the rain until noon."


@pytest.mark.parametrize(
    "label", ["text/html", "text/plain; charset=utf-8", "application/octet-stream", None, "text/xml"]
)
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (RSS, "a feed"),
        (ATOM, "a feed"),
        (RDF, "a feed"),
        (RSS.decode().encode("utf-16"), "a feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": []}', "a feed"),
        (b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'/>", "a sitemap"),
        (b"<?xml version='1.0'?>\n<sitemapindex/>", "a sitemap"),
        (b"<opml version='2.0'><body/></opml>", "a list of feeds (OPML)"),
        (b'\n {"title": "Ferry", "body": "It came late."}', "JSON"),
        (b"%PDF-1.7 words", "a PDF file"),
        (b"ID3\x03\x00words", "binary data"),
        (bytes(range(32)) * 9, "binary data"),
    ],
)
def test_bytes_that_are_no_page_are_none_whatever_their_label(body: bytes, kind: str, label: str | None) -> None:
    assert no_page(body, label) == kind


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("audio/mpeg", "a sound (audio/mpeg)"),
        ("Video/MP4", "a video (video/mp4)"),
        ("text/css", "a stylesheet (text/css)"),
        ("text/csv; header=present", "a table (text/csv)"),
        ("application/javascript", "a script (application/javascript)"),
        ("application/json", "JSON (application/json)"),
        ("application/octet-stream", "a file (application/octet-stream)"),
        ("application/x-bittorrent", "a file (application/x-bittorrent)"),
    ],
)
def test_text_is_what_its_label_says(label: str, kind: str) -> None:
    assert no_page(PROSE, label) == kind


@pytest.mark.parametrize(
    "label",
    ["text/html", "application/xhtml+xml", "application/xml", "text/plain", "application/octet-stream", "", None],
)
@pytest.mark.parametrize("body", [HTML, b"<?xml version='1.0'?>\n<html xmlns='http://www.w3.org/1999/xhtml'/>"])
def test_html_is_a_page_also_where_the_server_does_not_know(body: bytes, label: str | None) -> None:
    assert no_page(body, label) is None
    assert not is_plain_text(body, label)


@pytest.mark.parametrize("body", [PROSE, b"[Photo: a ferry]\n\nIt came late.", b"<3 was all she wrote.", b""])
def test_plain_text_is_no_page_and_no_refusal(body: bytes) -> None:
    assert no_page(body, "text/plain") is None
    assert is_plain_text(body, "text/plain; charset=iso-8859-1")
    assert not is_plain_text(body, "text/html")


def test_what_to_do_about_a_feed_is_said() -> None:
    assert "`aggregator feeds add https://a.example/f`" in sentence("a feed", "https://a.example/f")
    assert sentence("JSON", "https://a.example/f") == "this is JSON, no page with an article"


def test_no_article_is_found_in_what_is_no_page() -> None:
    feed = RSS.replace(b"</channel>", b"<item><description>" + PROSE * 9 + b"</description></item></channel>")
    assert pipeline.article(feed, content_type="text/html") == Article(extractor_version=EXTRACTOR_VERSION)


def test_plain_text_is_cleaned_as_scraped_text_is() -> None:
    menu = "Home\nNews\nSport\nWeather\nLog in\n\n"
    said = "\n\n".join(
        f"The ferry of {day} came late, and the passengers who had waited on the quay since the early morning were"
        " told by a man with a loudhailer that the next one would leave at noon, if the wind allowed it at all."
        for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    )
    found = pipeline.article((menu + said).encode(), "https://a.example/t.txt", content_type="text/plain")
    assert found.is_article
    assert "Log in" not in found.text
    assert (found.url, found.site) == ("https://a.example/t.txt", "a.example")
