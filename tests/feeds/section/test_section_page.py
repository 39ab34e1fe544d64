"""Section pages through feeds.parse: the articles of made pages after real systems, selectors, and hostile pages."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import FeedError
from aggregator.feeds import parse_feed
from aggregator.feeds.section import article_urls
from aggregator.model import FeedDocument
from tests.feeds.section.sections import SECTIONS, Section
from tests.growth import assert_linear_in_text

URL = "https://paper.example/world"


def parse(html: str, links: str = "auto", url: str = URL) -> FeedDocument:
    return parse_feed.parse(html.encode(), {"content-type": "text/html; charset=utf-8"}, url, links)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.name)
def test_the_articles_of_a_section_page(section: Section) -> None:
    document = parse(section.html, url=section.url)
    assert document.format == "section"
    assert tuple((entry.url, entry.title) for entry in document.entries) == section.truth
    days = tuple(entry.published_at.date().isoformat() for entry in document.entries if entry.published_at)
    assert days == section.days


def test_precision_and_recall_over_all() -> None:
    truth = {(section.name, url) for section in SECTIONS for url, _ in section.truth}
    found = {(s.name, e.url) for s in SECTIONS for e in parse(s.html, url=s.url).entries}
    assert len(truth & found) / len(found) >= 0.98
    assert len(truth & found) / len(truth) >= 0.98


def test_what_a_teaser_says() -> None:
    entry = parse(SECTIONS[0].html, url=SECTIONS[0].url).entries[0]
    assert entry.summary is not None
    assert entry.summary.startswith("It was decided late on Tuesday")
    assert parse(SECTIONS[0].html).lang == "en-GB"


def test_the_key_is_free_of_what_changes_with_the_place() -> None:
    (broadcaster,) = (section for section in SECTIONS if section.name == "broadcaster")
    moved = broadcaster.html.replace("at_medium=slot", "at_medium=other")
    one, two = (parse(html, url=broadcaster.url).entries for html in (broadcaster.html, moved))
    assert [entry.key for entry in one] == [entry.key for entry in two]
    assert one[0].url != two[0].url


def test_a_selector_names_the_links() -> None:
    html = """<ul><li class=x><a href=/a>A</a> <a href=/more>more</a></li><li class=x><a
      href=https://other.example/b>B</a></li>
    <li><a href=/c>C</a></li></ul><a class=y href=/d>D</a><a class=y href="javascript:x()">E</a><p class=x>none</p>"""
    assert [entry.title for entry in parse(html, ".x").entries] == ["A", "B"]
    assert [entry.url for entry in parse(html, "a.y").entries] == ["https://paper.example/d"]
    assert [entry.title for entry in parse(html, "a.y, li.x a:first-child").entries] == ["A", "B", "D"]
    with pytest.raises(FeedError, match="matches no link"):
        parse(html, ".z")


def test_a_page_without_articles_is_named() -> None:
    with pytest.raises(FeedError, match="no links to articles"):
        parse("<html><body><nav><a href=/a>News from the world and beyond</a></nav><p>Nothing here</p></body></html>")
    with pytest.raises(FeedError, match="a PDF file"):
        parse("%PDF-1.7")


def test_a_list_of_other_peoples_articles() -> None:
    rows = "".join(
        (
            f"<tr><td><a href=https://site{n}.example/2026/a-story-of-number-{n}-today>A story of number {n} "
            f"told</a></td></tr>"
        )
        for n in range(5)
    )
    assert len(parse(f"<table>{rows}</table>").entries) == 5


@pytest.mark.parametrize(
    ("url", "article"),
    [
        ("https://a.example/2026/03/20/storm-warning", True),
        ("https://a.example/world/2026/mar/20/storm-warning-for-the-coast", True),
        ("https://a.example/story.php?id=12345", True),
        ("https://a.example/news/article-1234567.html", True),
        ("https://a.example/2026/03/20/storm-warning/index.html", True),
        ("https://a.example/", False),
        ("https://a.example/sport", False),
        ("https://a.example/tag/storm-warning-for-the-coast", False),
        ("https://a.example/author/ann-lee-of-the-coast", False),
        ("https://a.example/2026/03/", False),
        ("https://a.example/terms-and-conditions-of-use", False),
        ("https://jobs.a.example/2026/03/20/a-job-for-everyone", False),
        ("https://a.example/report-of-the-year-2026.pdf", False),
    ],
)
def test_addresses_of_articles(url: str, article: bool) -> None:
    assert (article_urls.score(url) >= 1.5) == article


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://a.example/2026/03/20/storm-warning/?ico=top", "https://a.example/2026/03/20/storm-warning"),
        ("https://a.example/2026/03/20/storm/index.html?hpt=1", "https://a.example/2026/03/20/storm/index.html"),
        ("https://a.example/story.php?id=1", "https://a.example/story.php?id=1"),
        ("https://a.example/news?page=2", "https://a.example/news?page=2"),
        ("https://a.example/a-story-of-the-day?id=1", "https://a.example/a-story-of-the-day?id=1"),
        ("https://a.example/", "https://a.example/"),
    ],
)
def test_what_tells_articles_apart(url: str, key: str) -> None:
    assert article_urls.key(url) == key


def test_days_in_addresses() -> None:
    found = [
        article_urls.day_in(f"https://a.example{path}")
        for path in (
            "/2026/3/5/x",
            "/20260305/x",
            "/2026-03-05-x",
            "/2026/13/45/x",
            "/2026/02/31/x",
            "/2026/03/x",
            "/120260305/x",
        )
    ]
    assert [day and day.date().isoformat() for day in found] == ["2026-03-05"] * 3 + [None] * 4


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("<>/\"'= ahrefhtp:.2liv1divclassnav?&#%[]"), max_size=400),
    st.sampled_from(["auto", "a", "li > a"]),
)
def test_nothing_but_a_feed_error_is_raised(noise: str, links: str) -> None:
    for html in (noise, f"<a href='{noise}'>{noise}</a>" * 4):
        try:
            parse(html, links)
        except FeedError as error:
            if "\n" in str(error):
                pytest.fail("more than one line")


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=80))
def test_any_address_has_a_score(noise: str) -> None:
    for url in ("https://a.example/" + noise, noise, "http://[" + noise):
        try:
            article_urls.score(url)
            article_urls.day_in(url)
        except ValueError:
            pytest.fail(url)


@pytest.mark.parametrize(
    "html",
    [
        "<a href=/2026/01/01/a-b-c-d>" * 50_000,
        "<div>" * 30_000 + "<a href=/a>one two three four five</a>" * 5_000,
        "".join(f"<a href=/2026/01/01/story-of-number-{n}>A story of number {n}</a>" for n in range(30_000)),
        "".join(f"<article><h2><a href=/p/{n}>A story of number {n}</a></h2></article>" for n in range(20_000)),
        "<article>"
        + "".join(f"<a href=/p/{n}-a-b-c-d><h2>A story</h2></a>" for n in range(4_000))
        + "<p>x</p>" * 50_000,
        "<a href='" + "/2026" * 100_000 + "'>one two three four five</a>" * 3,
        "<a href='/" + "a1-" * 100_000 + "'>one two three four five</a>" * 3,
        "<a class='" + "nav " * 200_000 + "' href=/x>one two three four five</a>",
        "<a href=/a-b-c-d-e>" + "one " * 500_000 + "</a>",
    ],
    ids=range(9),
)
def test_time_grows_with_the_length_alone(html: str) -> None:
    def read(html: str) -> None:
        with suppress(FeedError):
            parse(html)

    assert_linear_in_text(read, html)
