"""What a page and robots.txt name as feeds, and the order in which candidates are shown."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.feeds import candidates
from aggregator.feeds.candidates import FeedCandidate, PossibleFeed
from tests.growth import assert_linear_in_text

URL = "https://paper.example/world/asia?x=1"


def named(html: str) -> list[tuple[str, str]]:
    return [(place.url, place.found_by) for place in candidates.named(html.encode(), None, URL)]


def test_link_tags() -> None:
    html = """<base href="https://paper.example/base/"><link rel="alternate" type="application/rss+xml" href="rss">
    <link rel="ALTERNATE feed" type="Application/Atom+XML; charset=utf-8" href="/atom#x"><link rel=alternate
      type=application/feed+json href=/json>
    <link rel="alternate" hreflang="de" href="/de"><link rel="alternate" type="application/json+oembed"
      href="/oembed?url=x">
    <link rel="stylesheet" type="text/xml" href="/style"><link rel="alternate stylesheet" type="text/xml" href="/other">
    <link rel=alternate type=application/json href="/wp-json/wp/v2/posts/1"><link rel=feed
      href="feed:https://f.example/x">
    <link rel=feed href="feed://g.example/x"><link rel=alternate type=application/rss+xml href="rss"><link
      rel=alternate type=application/rss+xml href="">"""
    assert named(html) == [
        ("https://paper.example/base/rss", "link"),
        ("https://paper.example/atom", "link"),
        ("https://paper.example/json", "link"),
        ("https://f.example/x", "link"),
        ("https://g.example/x", "link"),
        ("https://paper.example/base/", "link"),
    ]


def test_links_that_look_like_feeds() -> None:
    paths = (
        "/feed",
        "/rss/world.xml",
        "/index.xml",
        "/blog/feed/",
        "/x?format=rss",
        "/y.atom",
        "https://feeds.feedburner.com/Paper",
    )
    others = (
        "/feedback",
        "/news/rssi-values",
        "https://other.example/feed",
        "mailto:a@b.c",
        "/photos.xml.jpg",
        "/wp-json/feed",
    )
    html = (
        "".join(f"<a href='{path}'>x</a>" for path in (*paths, *others))
        + "<a href=/abonnement>RSS</a><a href=/z>Prices</a>"
    )
    expected = [path if "//" in path else f"https://paper.example{path}" for path in paths]
    assert [url for url, _ in named(html)] == [*expected, "https://paper.example/abonnement"]


def test_sitemaps_of_robots() -> None:
    robots = (
        "User-agent: *\nDisallow: /\n SITEMAP : /a.xml # all\nSitemap: "
        "https://x.example/news.xml\nSitemap:\nsitemap: mailto:x"
    )
    assert candidates.sitemaps(robots, URL) == [
        PossibleFeed("https://x.example/news.xml", "robots"),
        PossibleFeed("https://paper.example/a.xml", "robots"),
    ]
    assert {place.found_by for place in candidates.sitemaps("User-agent: *", URL)} == {"path"}


def test_common_addresses() -> None:
    found = [place.url for place in candidates.common(URL)]
    assert found[:2] == ["https://paper.example/world/asia/feed/", "https://paper.example/feed/"]
    assert candidates.common("https://paper.example")[0].url == "https://paper.example/feed/"


def test_the_best_stands_first() -> None:
    day = 86400

    def one(name: str, form: str = "rss20", entries: int = 9, newest: int | None = 1000 * day) -> FeedCandidate:
        return FeedCandidate(
            f"https://a.example/{name}", "page" if form == "section" else "link", form, None, entries, newest
        )

    found = [
        one("section", "section"),
        one("index", "sitemap-index"),
        one("sitemap", "sitemap"),
        one("news", "news-sitemap"),
        one("empty", entries=0),
        one("comments/feed"),
        one("silent", newest=700 * day),
        one("undated", newest=None),
        one("fresh"),
    ]
    names = [each.url.removeprefix("https://a.example/") for each in candidates.best_first(found, 1000 * day)]
    assert names == ["undated", "fresh", "silent", "comments/feed", "empty", "news", "sitemap", "index", "section"]


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>/\"'= ahreflinkt:.feedrss?&#%[]"), max_size=300))
def test_any_page_and_any_robots_txt(noise: str) -> None:
    for html in (noise, f"<link rel=feed href='{noise}'><a href='{noise}'>RSS</a>"):
        named(html)
    candidates.sitemaps(f"{noise}\nSitemap: {noise}", URL)


@pytest.mark.parametrize(
    "html",
    [
        "<link rel=alternate type=application/rss+xml href=/a>" * 50_000,
        "<a href=/feed/" + "feed/" * 200_000 + ">RSS</a>" * 10,
        "<a href=/x>" + "rss " * 300_000 + "</a>",
        "".join(f"<a href=/feed/{n}>RSS</a>" for n in range(50_000)),
    ],
    ids=range(4),
)
def test_time_grows_with_the_length_alone(html: str) -> None:
    assert_linear_in_text(named, html)


@pytest.mark.parametrize("text", ["sitemap:" * 60_000, " \t" * 200_000, "Sitemap: " + "x" * 200_000])
def test_time_grows_with_the_length_of_robots_txt_alone(text: str) -> None:
    assert_linear_in_text(lambda robots: candidates.sitemaps(robots, URL), text)
