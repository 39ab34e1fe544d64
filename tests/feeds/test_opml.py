"""OPML: folders become categories, sloppy files are read, entity bombs refused, and what is written reads back."""

import gzip
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import FeedError
from aggregator.feeds import opml
from aggregator.feeds.decode_xml import legal
from aggregator.feeds.opml import Outline
from aggregator.text import squeeze
from tests.growth import assert_linear_in_text

NESTED = """<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.0"><head><title>Mine</title></head><body>
  <outline text="World">
    <outline text="Asia"><outline type="rss" text="A &amp; B" xmlUrl="https://a.example/feed?x=1&amp;y=2"/></outline>
    <outline title="B" text="b" xmlurl="https://b.example/feed" language="de"/>
  </outline>
  <outline text="C" xmlUrl="https://c.example/feed" category="/Tech/Linux,/Other"/>
  <outline text="again" xmlUrl="https://b.example/feed"/>
  <outline text="a link" type="link" url="https://d.example/"/>
  <outline text="local" xmlUrl="file:///etc/passwd"/>
</body></opml>"""


def test_folders_are_categories_and_each_address_comes_once() -> None:
    found = opml.read(NESTED)
    assert found.outlines == (
        Outline("https://a.example/feed?x=1&y=2", "A & B", "World/Asia"),
        Outline("https://b.example/feed", "B", "World", "de"),
        Outline("https://c.example/feed", "C", "Tech/Linux"),
    )
    assert (found.skipped, found.problem) == (("local",), None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings(encoding: str) -> None:
    text = '<opml version="2.0"><body><outline text="Übersee" xmlUrl="https://a.example/"/></body></opml>'
    assert opml.read(text.encode(encoding)).outlines[0].title == "Übersee"


def test_bare_ampersands_and_html_entities() -> None:
    text = '<opml><body><outline text="R&D &eacute; &amp;" xmlUrl="https://a.example/?a=1&b=2"/></body></opml>'
    assert opml.read(text).outlines == (Outline("https://a.example/?a=1&b=2", "R&D é &"),)


def test_an_entity_bomb_is_refused() -> None:
    bomb = '<!DOCTYPE opml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><opml><body><outline text="&b;"/></body></opml>'
    with pytest.raises(FeedError, match="DOCTYPE"):
        opml.read(bomb)


@pytest.mark.parametrize("text", ["", "<html></html>", "<opml><body>", "no xml", "{}"])
def test_what_is_no_opml_is_said_in_one_line(text: str) -> None:
    with pytest.raises(FeedError) as caught:
        opml.read(text)
    assert "\n" not in str(caught.value)


def test_what_is_written_reads_back() -> None:
    outlines = [
        Outline("https://a.example/?a=1&b=2", 'Quotes " and <tags> & more', "World"),
        Outline("https://b.example/", "B", None, "no", "https://b.example/home?a&b"),
        Outline("https://c.example/", "C", "World"),
        Outline("https://d.example/", None, "World/Asia/East"),
        Outline("https://e.example/", "E", "World/Asia", links="h2 > a[href^='/x']"),
        Outline("https://f.example/", "F", "Asia"),
    ]
    text = opml.write(outlines, "Mine & yours")
    assert sorted(opml.read(text).outlines, key=lambda outline: outline.url) == outlines
    assert text.count("<outline text=") == 4  # World, Asia in it, East in that, and Asia
    assert opml.write(opml.read(text).outlines, "Mine & yours") == text


NAMES = st.text(min_size=1, max_size=20).map(squeeze).filter(lambda name: bool(name) and legal(name) == name)
CATEGORIES = st.lists(NAMES.filter(lambda name: "/" not in name), max_size=4).map(lambda parts: "/".join(parts) or None)


@given(st.lists(st.tuples(NAMES, CATEGORIES), max_size=8))
def test_any_titles_and_categories_read_back(given_: list[tuple[str, str | None]]) -> None:
    outlines = [Outline(f"https://a.example/{n}", title, category) for n, (title, category) in enumerate(given_)]
    read = opml.read(opml.write(outlines, "x")).outlines
    assert sorted(read, key=lambda outline: int(outline.url.rpartition("/")[2])) == outlines


# As these programs write them: names and addresses are made up.
FRESHRSS = """<?xml version="1.0" encoding="UTF-8"?>
<opml xmlns:frss="https://freshrss.org/opml"
  version="2.0"><head><title>FreshRSS</title><dateCreated>Wed, 25 Nov 2026 10:00:00 +0000</dateCreated></head>
<body><outline text="Sans catégorie"><outline text="FreshRSS releases" type="rss"
  xmlUrl="https://github.example/releases.atom"
  htmlUrl="https://github.example/releases" description="FreshRSS releases"/></outline>
<outline text="World" frss:opmlUrl="https://lists.example/world.opml"><outline text="A page" type="HTML+XPath"
  xmlUrl="https://page.example/news" htmlUrl="https://page.example/news"
  frss:xPathItem="//article" frss:xPathItemTitle=".//h2"/>
<outline text="B" type="rss" xmlUrl="https://b.example/feed" htmlUrl="" frss:cssFullContent="div.body"
  frss:priority="important"/></outline></body></opml>"""
MINIFLUX = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Miniflux</title><dateCreated>Wed, 25 Nov 2026 10:00:00 UTC</dateCreated></head><body>
<outline text="All"><outline title="C" text="C" xmlUrl="https://c.example/feed.xml"
  htmlUrl="https://c.example/" description=""></outline></outline>
<outline text="Tech &amp; Co"><outline title="D" text="D" xmlUrl="https://d.example/feed.xml"
  htmlUrl="https://d.example/"></outline></outline></body></opml>"""
NEWSBOAT = """<?xml version="1.0"?>
<opml version="1.0"><head><title>newsboat - Exported Feeds</title></head><body>
<outline type="rss" xmlUrl="https://e.example/rss" htmlUrl="https://e.example/" title="E" text="E"/>
<outline type="rss" xmlUrl="exec:~/bin/feed.sh" title="F"/><outline type="rss"
  xmlUrl="query:unread:unread = &quot;yes&quot;" title="unread"/></body></opml>"""


def test_exports_of_freshrss() -> None:
    assert opml.read(FRESHRSS).outlines == (
        Outline(
            "https://github.example/releases.atom",
            "FreshRSS releases",
            "Sans catégorie",
            None,
            "https://github.example/releases",
        ),
        Outline("https://page.example/news", "A page", "World", None, "https://page.example/news", "auto"),
        Outline("https://b.example/feed", "B", "World"),
    )


def test_listings_of_one_feed_say_together_what_each_says() -> None:
    for first, second in (
        ("{0}", "<outline text='Music'>{1}</outline>"),
        ("<outline title='Music'>{1}</outline>", "{0}"),
    ):
        bare, named = (
            "<outline xmlUrl='https://a.example/'/>",
            "<outline text='Sea' xmlURL='https://a.example/' language='fr'/>",
        )
        text = f"<opml><body>{first}{second}</body></opml>".format(bare, named)
        assert opml.read(text).outlines == (Outline("https://a.example/", "Sea", "Music", "fr"),)


def test_exports_of_miniflux_and_newsboat() -> None:
    assert opml.read(MINIFLUX).outlines == (
        Outline("https://c.example/feed.xml", "C", "All", None, "https://c.example/"),
        Outline("https://d.example/feed.xml", "D", "Tech & Co", None, "https://d.example/"),
    )
    found = opml.read(NEWSBOAT)
    assert found.outlines == (Outline("https://e.example/rss", "E", None, None, "https://e.example/"),)
    assert found.skipped == ("F", "unread")


def test_what_would_spoil_feeds_yaml_is_left_out() -> None:
    text = """<opml><body><outline text="A" xmlUrl=" https://a.example/x " language="English (US)"/><outline
      xmlUrl="https://b.example/a b"/>
    <outline text="C" type="rss"/><outline type="rss" text="D" url="feed://d.example/f"/><outline text="E"
      xmlUrl="feed:https://e.example/f"/>
    <outline text=" / "><outline text="F" xmlUrl="https://f.example/"/></outline></body></opml>"""
    found = opml.read(text)
    assert found.outlines == (
        Outline("https://a.example/x", "A"),
        Outline("https://b.example/a%20b"),
        Outline("https://d.example/f", "D"),
        Outline("https://e.example/f", "E"),
        Outline("https://f.example/", "F"),
    )
    assert found.skipped == ("C",)


def test_of_a_broken_file_the_rest_is_read() -> None:
    whole = opml.read(NESTED).outlines
    for broken in (
        NESTED[: NESTED.index("</body>")],
        NESTED.replace("<head>", "<head><meta>"),
        NESTED.replace('de"/>', 'de">'),
    ):
        found = opml.read(broken)
        assert found.outlines == whole
        assert found.problem is not None
        assert found.problem.startswith("broken XML: ")
    bomb = '<!DOCTYPE opml [<!ENTITY a "ha">]><opml><body><outline xmlUrl="https://a.example/"/><x></body>'
    with pytest.raises(FeedError, match="DOCTYPE"):
        opml.read(bomb)


def test_gzip() -> None:
    assert opml.read(gzip.compress(NESTED.encode("latin-1"))).outlines == opml.read(NESTED).outlines


@given(st.text(alphabet=st.sampled_from("<>/&;=\"' outlinexmlUrlhttps:.a![]"), max_size=300), st.booleans())
def test_nothing_but_a_feed_error_is_raised(noise: str, inside: bool) -> None:
    try:
        opml.read(f"<opml><body>{noise}<outline xmlUrl='https://a.example/'/></body></opml>" if inside else noise)
    except FeedError as error:
        if "\n" in str(error):
            pytest.fail("more than one line")


@pytest.mark.parametrize(
    "text",
    [
        "<opml>" + "<outline text='a'>" * 200_000,
        "<opml>" + "<outline text='a'>" * 100_000 + "<outline xmlUrl='https://a.example/'/>" * 100_000,
        "<opml><x>" + "<outline " * 300_000,
        "<opml><x><outline " + "a='b' " * 200_000 + ">",
        "<opml><x><outline " + "a=' " * 300_000,
        "<opml><x>" + '<outline a="' * 200_000,
        "<opml><x>" + "&" * 2_000_000,
        "<opml>" + "".join(f"<outline text='a' xmlUrl='https://a.example/{n}'/>" for n in range(100_000)) + "</opml>",
    ],
    ids=range(8),
)
def test_time_grows_with_the_length_alone(text: str) -> None:
    def read(text: str) -> None:
        with suppress(FeedError):
            opml.read(text)

    assert_linear_in_text(read, text)
