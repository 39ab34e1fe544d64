"""feeds.opml: folders become categories, sloppy files are read, entity bombs refused, and what is written reads back."""

import pytest

from aggregator.errors import FeedError
from aggregator.feeds import opml
from aggregator.feeds.opml import Outline

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
    assert opml.read(NESTED) == [
        Outline("https://a.example/feed?x=1&y=2", "A & B", "World/Asia"),
        Outline("https://b.example/feed", "B", "World", "de"),
        Outline("https://c.example/feed", "C", "Tech/Linux"),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_encodings(encoding: str) -> None:
    text = '<opml version="2.0"><body><outline text="Übersee" xmlUrl="https://a.example/"/></body></opml>'
    assert opml.read(text.encode(encoding))[0].title == "Übersee"


def test_bare_ampersands_and_html_entities() -> None:
    text = '<opml><body><outline text="R&D &eacute; &amp;" xmlUrl="https://a.example/?a=1&b=2"/></body></opml>'
    assert opml.read(text) == [Outline("https://a.example/?a=1&b=2", "R&D é &")]


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
        Outline("https://b.example/", "B", None, "no"),
        Outline("https://c.example/", "C", "World"),
    ]
    text = opml.write(outlines, "Mine & yours")
    assert sorted(opml.read(text), key=lambda outline: outline.url) == outlines
    assert text.count("<outline text=") == 1
