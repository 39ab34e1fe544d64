"""The expat reader gives what the feedparser reader gives, or says that it can't."""

import pytest

from aggregator.feeds import finish_entry
from aggregator.feeds.formats import feedparser_reader
from aggregator.feeds.quick import expat_reader
from aggregator.feeds.quick.item import Unsupported

URL = "https://news.example/feed"
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:own="https://own.example/ns"'
)
ITEMS = [
    "<title>A</title><media:title>B</media:title><title>C</title>",
    (
        "<media:group><media:title>B</media:title><media:description>deep</media:description></media:group>"
        "<title>C</title>"
    ),
    "<title>1 &lt; 2 &amp;lt;b&amp;gt;x&amp;lt;/b&amp;gt;</title><title/>",
    "<title><![CDATA[<b>x</b> &eacute; <int>]]></title><summary>a &amp;amp; &lt;p&gt;b&lt;/p&gt;</summary>",
    "<description>one</description><description>two</description><content:encoded>three</content:encoded>",
    (
        "<description>one</description><media:description type='html'>much longer "
        "&lt;b&gt;two&lt;/b&gt;</media:description>"
    ),
    "<content:encoded>full</content:encoded><description>short</description>",
    "<content:encoded>only</content:encoded><itunes:summary>longer than that</itunes:summary>",
    "<guid>https://news.example/1</guid><link>https://news.example/a?x=1&amp;amp;y=2&amp;copy=3</link>",
    "<guid isPermaLink='false'>7</guid><atom:link href='https://news.example/b' rel='alternate'/><link/>",
    "<link>https://news.example/c</link><enclosure url='x.mp3' type='Audio/MPEG' length='0'/>",
    "<author>ann@news.org (Ann Lee)</author><dc:creator>Bo</dc:creator><author/>",
    "<atom:author><atom:name>Cy</atom:name><own:image src='x'/><atom:email>c@news.example</atom:email></atom:author>",
    (
        "<category domain='x'>A</category><category>A</category><category/><dc:subject>B</dc:subject>"
        "<media:keywords>C, D</media:keywords>"
    ),
    "<pubDate>Wed, 5 Mar 2025 07:30 EST</pubDate><dc:date>2025-03-06</dc:date>",
    "<pubDate>Wed, 05 Mar 2025 12:30:00 +0130</pubDate><pubDate/>",
    "<pubDate>Mi, 5. März 2025, 13:30 MEZ</pubDate><dc:date>3/6/2025 1:30:00 PM</dc:date>",
    "<pubDate>Wednesday, March 5, 2025 - 13:30</pubDate><dc:date>20250306T133000Z</dc:date>",
    "<itunes:keywords>a, b,,</itunes:keywords><itunes:category text='C'/><itunes:category text='D'>E</itunes:category>",
    "<source url='https://x.example'>X</source><title>after</title><media:title>not this</media:title>",
    (
        "<media:content url='p.jpg' medium='image'><media:thumbnail url='t.jpg'/></media:content>"
        "<itunes:image href='i.jpg'/>"
    ),
    (
        "<media:content url='v.mp4' type='video/mp4'/><media:content url='p.jpg' type='image/jpeg'/>"
        "<own:thing a='b'>text</own:thing>"
    ),
]
ATOM = [
    (
        "<source><title>S</title></source><media:group xmlns:media='http://search.yahoo.com/mrss/'>"
        "<media:title>B</media:title></media:group>"
    ),
    (
        "<content type='xhtml'><div xmlns='http://www.w3.org/1999/xhtml'><p A='1 &lt; \"2'>a &lt; b &amp; "
        "c<br/></p> end</div></content>"
    ),
    (
        "<summary type='xhtml'> <h:div xmlns:h='http://www.w3.org/1999/xhtml'><h:b>x</h:b></h:div><h:i "
        "xmlns:h='http://www.w3.org/1999/xhtml'/></summary>"
    ),
    "<content>plain &lt;b&gt; &amp;amp;</content><title>a &lt;b&gt;c&lt;/b&gt;</title>",
    "<content type='text/html'>&lt;p&gt;x</content><title type='html'>a &lt;b&gt;c&lt;/b&gt; &amp;amp;</title>",
    (
        "<link rel='enclosure' href='a.mp3' length='5'/><link rel='self' href='s'/><link href='b' "
        "type='text/plain'/><id>urn:1</id>"
    ),
    (
        "<id>https://news.example/1</id><published>2025-03-05T12:30:00.5+01:00</published><updated>"
        "2025-03-05T12:30:00-0500</updated>"
    ),
    (
        "<author><name>A</name><uri>u</uri></author><contributor><name>B</name></contributor><author><name>"
        "C</name><email>x@y.zz</email></author>"
    ),
    (
        "<source><id>s</id><title>S</title><updated>2020-01-01</updated><link href='q'/></source><title>"
        "T</title><category term='a' label='b'/>"
    ),
]


BASES = [
    "<entry xml:base='When/2026/'><id>1</id><link href='a'/><content type='html'>&lt;img src='p'></content></entry>",
    (
        "<entry><id>1</id><link xml:base='https://other.example/' href='a'/>"
        "<link rel='enclosure' xml:base='m/' href='b'/></entry>"
    ),
    (
        "<entry xml:base='/x/'><id>1</id><link href='a'/><content type='xhtml' xml:base='y/'>"
        "<div xmlns='http://www.w3.org/1999/xhtml'><p xml:base='z'>t</p></div></content></entry>"
    ),
    "<entry><id>1</id><link href='a'/><summary xml:base='urn:x'>t</summary></entry>",
]
LINKS = [
    "<link>https://news.example/a</link><link rel='enclosure' type='audio/mpeg'>https://news.example/a.mp3</link>",
    "<atom:link rel='replies'><![CDATA[https://news.example/a?x&y]]></atom:link><link>https://news.example/a</link>",
    "<link rel='self'>https://news.example/s</link><guid>https://news.example/a</guid>",
    "<link>https://p.example/~r/1</link><feedburner:origLink>https://news.example/a</feedburner:origLink>",
    "<link>https://p.example/~r/1</link><feedburner:origLink>none</feedburner:origLink>",
]
CHANNEL_AUTHORS = [
    "<author>ann@news.org (Ann Lee)</author><dc:creator>Bo &lt;b&gt;Roe&lt;/b&gt;</dc:creator>",
    "<atom:author><atom:name>Cy</atom:name><atom:email>c@news.example</atom:email></atom:author>",
    "<itunes:author>Cy</itunes:author><managingEditor>The Editor</managingEditor><webMaster>W</webMaster>",
    "<managingEditor>The Editor</managingEditor>",
]


def compare(text: str) -> None:
    ours, theirs = expat_reader.read(text.encode()), feedparser_reader.read(text)
    assert finish_entry.finish_entries(ours, URL)[0] == finish_entry.finish_entries(theirs, URL)[0]
    for name in ("format", "title", "link", "lang", "ttl", "period", "frequency", "base", "authors"):
        assert getattr(ours, name) == getattr(theirs, name), name


@pytest.mark.parametrize("item", ITEMS)
def test_rss_items(item: str) -> None:
    channel = (
        "<title>N</title><link>https://news.example/</link><ttl>5</ttl><image><url>u</url><title>I</title></image>"
    )
    compare(
        f'<rss version="2.0" {NAMESPACES}><channel>{channel}<item>{item}</item><item><title>Z</title>'
        f"</item></channel></rss>"
    )


@pytest.mark.parametrize("entry", ATOM)
def test_atom_entries(entry: str) -> None:
    head = (
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de_AT" xml:base="https://x.example/y/"><title>'
        'N</title><link href="/"/>'
    )
    compare(f"{head}<entry>{entry}</entry><entry><id>z</id></entry></feed>")


@pytest.mark.parametrize("entry", BASES)
@pytest.mark.parametrize("base", ["", " xml:base='https://x.example/y/'", " xml:base='/y/'"])
def test_bases(entry: str, base: str) -> None:
    compare(f'<feed xmlns="http://www.w3.org/2005/Atom"{base}>{entry}<entry><id>z</id><link href="b"/></entry></feed>')


def test_bases_in_rss() -> None:
    item = (
        "<item xml:base='https://x.example/sub/'><link>post/6</link><description xml:base='d/'>t</description></item>"
    )
    for base in ("", " xml:base='/c/'"):
        compare(
            f"<rss version='2.0' xml:base='https://r.example/r/'><channel{base}>{item}<item><link>b</link></item></channel></rss>"
        )


@pytest.mark.parametrize("item", LINKS)
def test_links_that_are_no_page(item: str) -> None:
    proxied = "xmlns:feedburner='http://rssnamespace.org/feedburner/ext/1.0'"
    compare(f'<rss version="2.0" {NAMESPACES} {proxied}><channel><item>{item}</item></channel></rss>')


@pytest.mark.parametrize("channel", CHANNEL_AUTHORS)
def test_authors_of_a_channel(channel: str) -> None:
    item = "<item><title>Z</title><author>Own</author></item><item><title>Y</title></item>"
    compare(f'<rss version="2.0" {NAMESPACES}><channel>{channel}{item}</channel></rss>')
    compare(f'<rss version="2.0" {NAMESPACES}><channel>{item}{channel}</channel></rss>')


CHANNELS = [
    "<title>A</title><title>B</title><dc:title>C</dc:title>",
    "<dc:title>C</dc:title><title/><media:title>M</media:title>",
    "<media:title>M</media:title><title>A</title>",
    "<id>https://news.example/id</id><guid>https://news.example/guid</guid>",
    "<guid isPermaLink='false'>1</guid><id>https://news.example/id</id>",
    "<atom:link rel='self' href='https://news.example/feed'/><id>https://news.example/id</id>",
    "<id>https://news.example/id</id><link>https://news.example/</link>",
]


@pytest.mark.parametrize(
    "item",
    [
        "<title>a&nbsp;b &colon; &amp;colon; &#8217; &lt;b></title><link>https://news.example/?a=1&amp;b=2</link>",
        (
            "<title><![CDATA[a &nbsp; <b>x</b> &colon; &#39;&quot; <a href='?a&b'>]]>&nbsp;</title><category>"
            "A &amp; B</category>"
        ),
        "<description>&lt;p&gt;a&nbsp;&colon; &amp;amp; &amp;lt;x &#60;i&#62; &#x3c; &#38;lt; &#x26;amp;</description>",
        (
            "<description>&eacute; &amp;quot; &amp;apos; &amp;#x2f; &amp;#39; &#39; &quot; "
            "&apos;</description><dc:creator>A &Eacute;</dc:creator>"
        ),
        (
            "<itunes:summary>a &nbsp; &#x2f; &bogus; &lt;b&gt; &amp;lt;</itunes:summary><enclosure "
            "url='a?b&amp;c=d' type='a/b'/>"
        ),
        "<title><!-- &nbsp; -->x&nbsp;</title><guid>https://news.example/</guid><author>a@b.org (C&nbsp;D)</author>",
        "<title>a &nbsp; b & c, AT&T &mdash; d</title><guid>a&amp;b</guid>",
        "<title>&nbsp;</title><link>a&quot;b</link><category>a &amp;amp; b</category><enclosure url='a&lt;b?c&d'/>",
    ],
)
def test_entities_that_are_not_declared_and_bare_ampersands(item: str) -> None:
    text = f'<rss version="2.0" {NAMESPACES}><channel><title>N</title><item>{item}</item></channel></rss>'
    compare(text)
    assert "not well-formed" in (expat_reader.read(text.encode()).problem or "")


@pytest.mark.parametrize("channel", CHANNELS)
def test_channels(channel: str) -> None:
    item = "<item><title>Z</title></item>"
    compare(f'<rss version="2.0" {NAMESPACES}><channel>{item}{channel}</channel></rss>')
    compare(f'<rss version="2.0" {NAMESPACES}><channel xmlns="">{channel}{item}</channel></rss>')


@pytest.mark.parametrize(
    "text",
    [
        "<rss version='0.91'><channel/></rss>",
        "<rss version='2.0'><channel><item><title>a <b>b</b></title></item></channel></rss>",
        "<rss version='2.0'><channel><item><pubDate>yesterday</pubDate></item></channel></rss>",
        "<rss version='2.0'><channel><item><title>it\x92s</title></item></channel></rss>",
        "<!DOCTYPE rss [<!ENTITY a 'b'>]><rss version='2.0'><channel><item><title>&a;</title></item></channel></rss>",
        "<rss version='2.0'><channel><item><title>Ã¼ber</title></item></channel></rss>",
        f"<rss version='2.0' {NAMESPACES}><channel><content:encoded>x</content:encoded><item/></channel></rss>",
        "<opml/>",
        "",
    ],
)
def test_the_doubtful_is_unsupported(text: str) -> None:
    with pytest.raises(Unsupported):
        expat_reader.read(text.encode())
