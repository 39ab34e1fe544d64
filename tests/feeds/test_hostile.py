"""Feeds that were made to harm: each is read or refused in bounded time, and nothing but FeedError comes out."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.errors import FeedError
from aggregator.feeds import parse_feed
from aggregator.feeds.formats.raw import MAX_ENTRIES
from tests.growth import assert_linear

URL = "https://news.example/feed"
BAD = "<description>a <b>b</b></description>"  # sends a document to the feedparser reader
MANY = " ".join(f'a{n}="x"' for n in range(40_000))  # 430 KB
SPACES = " ".join(f"xmlns:a{n}='http://x/{n}'" for n in range(5000))
TENFOLD = "&a{0};" * 10
LAUGHS = "".join(f"<!ENTITY a{n + 1} '{TENFOLD.format(n)}'>" for n in range(12))
ITEMS = {
    "attributes": f"<title {MANY}>T</title>",
    "attributes of a link": f"<link {MANY}/>",
    "namespaces": f"<title {SPACES}>T</title>",
    "author": f"<author>{'a.' * 16_000}</author>",
    "author with mail": f"<author>x@{'a.' * 16_000} (</author>",
    "name": f"<author><name>{'a.' * 16_000}</name><x/></author>",
    "nested": "<media:group>" * 30_000 + "</media:group>" * 30_000,
    "open": "<x>" * 50_000,
    "angles": "<" * 200_000,
    "ampersands": "&" * 200_000,
    "comments": "<!--" * 100_000,
    "instructions": "<?" * 100_000,
    "sections": "<title>" + "<![CDATA[x" * 50_000,
    "entities": f"<title>{'&nbsp;&foo;' * 50_000}</title>",
    "categories": "".join(f"<category>x{n}</category>" for n in range(20_000)),
    "keywords": f"<media:keywords>{','.join(f'x{n}' for n in range(20_000))}</media:keywords>",
    "links": "<link>http://a/</link>" * 20_000,
    "enclosures": "<enclosure url='http://a/'/>" * 20_000,
    "tags in a title": f"<title type='html'>{'&lt;a ' * 100_000}</title>",
    "date": f"<pubDate>{'1 ' * 100_000}</pubDate>",
    "bases": "<x xml:base" * 20_000,
    "skipped hours": "<skipHours>" * 30_000,
}


def rss(items: str, head: str = "") -> bytes:
    opening = '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>N</title>'
    return f"{head}{opening}{items}</channel></rss>".encode()


def entries_of(body: bytes) -> int | None:
    """How many entries are read, in a time that grows with the length alone; None if the document is refused."""
    found: list[int] = []

    def read(body: bytes) -> None:
        found.clear()
        with suppress(FeedError):
            found.append(len(parse_feed.parse(body, {}, URL).entries))

    assert_linear(read, body[: len(body) // 4], body)
    return found[0] if found else None


@pytest.mark.parametrize("bad", ["", BAD])
@pytest.mark.parametrize("name", ITEMS)
def test_one_item(name: str, bad: str) -> None:
    entries_of(rss(f"<item>{bad}{ITEMS[name]}</item>"))


def test_entities_that_grow() -> None:
    entries_of(rss("<item><title>&a12;</title></item>", f'<!DOCTYPE rss [<!ENTITY a0 "lol">{LAUGHS}]>'))
    one = f'<!DOCTYPE rss [<!ENTITY a "{"x" * 50_000}">]>'
    entries_of(rss(f"<item><title>{'&a;' * 50_000}</title></item>", one))


def test_a_million_entries() -> None:
    document = parse_feed.parse(rss(f"<item><title>T</title></item>{'<item/>' * 1_000_000}"), {}, URL)
    assert f"more than {MAX_ENTRIES} entries" in (document.problem or "")
    assert document.entries[0].title == "T"
    assert entries_of(rss(f"<item>{BAD}</item>" + "<item/>" * 1_000_000)) is not None


def test_many_tags_are_kept_where_they_cost_little() -> None:
    assert len(parse_feed.parse(rss(f"<item>{ITEMS['categories']}</item>"), {}, URL).entries[0].tags) == 20_000
    with pytest.raises(FeedError, match="too many tags"):
        parse_feed.parse(rss(f"<item>{BAD}{ITEMS['categories']}</item>"), {}, URL)


PIECES = st.sampled_from(
    [
        "<rss version='2.0'>",
        "</rss>",
        "<feed xmlns='http://www.w3.org/2005/Atom'>",
        "</feed>",
        "<channel>",
        "</channel>",
        "<item>",
        "</item>",
        "<entry>",
        "</entry>",
        "<title>",
        "<title type='html'>",
        "</title>",
        "<link>",
        "<link href='a'/>",
        "</link>",
        "<content type='xhtml'>",
        "</content>",
        "<author>",
        "</author>",
        "<name>",
        "</name>",
        "<div xmlns='http://www.w3.org/1999/xhtml'>",
        "</div>",
        "<guid>",
        "</guid>",
        "<x xmlns=''>",
        "</x>",
        "<y xmlns:m=''/>",
        "<media:title xmlns:media='http://search.yahoo.com/mrss/'>",
        "</media:title>",
        "&nbsp;",
        "&amp;",
        "&foo;",
        "&#x80;",
        "&#0;",
        "&",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "<?x ?>",
        "a",
        "\x7f",
        "\x85",
        "é",
        "<!DOCTYPE x>",
        "<enclosure url='[' length='9'/>",
        "<category term='a'/>",
        "<category>",
        "</category>",
        "<image>",
        "</image>",
        "<source>",
        "</source>",
        "<pubDate>",
        "</pubDate>",
        "2025-03-05",
        "Wed, 31 Feb 2025 00:00 GMT",
        "<svg>",
        "</svg>",
        "<skipHours>",
        "a@b.org (",
    ]
)


@given(st.lists(PIECES, max_size=40))
@settings(deadline=None, max_examples=300)
def test_nothing_but_a_feed_error_comes_out(pieces: list[str]) -> None:
    body = "".join(pieces)
    for text in (body, f"<rss version='2.0'><channel><item>{body}</item></channel></rss>"):
        with suppress(FeedError):
            parse_feed.parse(text.encode(), {}, URL)
