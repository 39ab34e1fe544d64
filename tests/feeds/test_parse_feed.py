"""feeds.parse: every format gives the same entries; bad documents are survived or named."""

import json
import pickle
from datetime import UTC, datetime
from html import escape

import pytest

from aggregator.errors import FeedError
from aggregator.feeds import parse_feed
from aggregator.model import Enclosure, Entry, FeedDocument

URL = "https://news.example/feeds/all.xml"
AT = datetime(2025, 3, 5, 12, 30, tzinfo=UTC)
NAMESPACES = (
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
    'xmlns:media="http://search.yahoo.com/mrss/" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
)
ITEM = """<item><title>Rain &amp;amp; <![CDATA[wind]]></title><link>https://news.example/a?x=1&amp;y=2#top</link>
<guid isPermaLink="false">tag:1</guid><pubDate>Wed, 05 Mar 2025 13:30:00 +0100</pubDate><dc:creator>Ann Lee</dc:creator>
<description>&lt;p&gt;Short&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>Long and <b>full</b></p>]]></content:encoded>
<category>Weather</category><enclosure url="/a.mp3" type="audio/mpeg" length="123"/>
<media:thumbnail url="https://news.example/a.jpg"/></item>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>News</title><link
  href="https://news.example/"/>
<entry><title type="html">Rain &amp;amp; &lt;b&gt;wind&lt;/b&gt;</title><link rel="alternate"
  href="https://news.example/a?x=1&amp;y=2#top"/>
<id>tag:1</id><published>2025-03-05T12:30:00Z</published><updated>2025-03-06T12:30:00Z</updated>
<author><name>Ann Lee</name></author><summary type="html">&lt;p&gt;Short&lt;/p&gt;</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Long and <b>full</b></p></div></content>
<category term="Weather"/><link rel="enclosure" href="/a.mp3" type="audio/mpeg" length="123"/></entry></feed>"""
JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "News", "language": "en",
"home_page_url": "https://news.example/",
"items": [{"id": "tag:1", "url": "https://news.example/a?x=1&y=2#top", "title": "Rain & wind", "summary": "Short",
"content_html": "<p>Long and <b>full</b></p>", "date_published": "2025-03-05T13:30:00+01:00", "tags": ["Weather"],
"authors": [{"name": "Ann Lee"}],
"attachments": [{"url": "/a.mp3", "mime_type": "audio/mpeg", "size_in_bytes": 123}]}, 7]}"""


def rss(items: str, channel: str = "") -> str:
    head = "<title>News</title><link>https://news.example/</link><language>en</language>"
    return f'<?xml version="1.0"?>\n<rss version="2.0" {NAMESPACES}><channel>{head}{channel}{items}</channel></rss>'


def parse(text: str | bytes, **headers: str) -> FeedDocument:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return parse_feed.parse(text.encode() if isinstance(text, str) else text, named, URL)


def first(items: str) -> Entry:
    return parse(rss(items)).entries[0]


def item(**parts: str) -> str:
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in parts.items()) + "</item>"


@pytest.mark.parametrize(("text", "kind"), [(rss(ITEM), "rss20"), (ATOM, "atom10"), (JSON, "json")])
def test_each_format_gives_the_same_entry(text: str, kind: str) -> None:
    document = parse(text)
    assert (document.format, document.title, document.link, document.lang) == (
        kind,
        "News",
        "https://news.example/",
        "en",
    )
    (entry,) = document.entries
    assert entry.key == entry.guid == "tag:1"
    assert entry.url == "https://news.example/a?x=1&y=2#top"
    assert entry.title == "Rain & wind"
    assert entry.authors == ("Ann Lee",)
    assert entry.tags == ("Weather",)
    assert entry.published_at == AT
    assert entry.content == "<p>Long and <b>full</b></p>"
    assert (entry.summary or "").replace("<p>", "").replace("</p>", "") == "Short"
    assert entry.enclosures == (Enclosure("https://news.example/a.mp3", "audio/mpeg", 123),)
    assert pickle.loads(pickle.dumps(document)) == document


def test_rdf_has_dates_of_dublin_core() -> None:
    text = f"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
      xmlns="http://purl.org/rss/1.0/" {NAMESPACES}>
    <channel rdf:about="https://news.example/"><title>News</title><link>https://news.example/</link></channel>
    <item rdf:about="https://news.example/a"><title>A</title><link>https://news.example/a</link>
    <dc:date>2025-03-05T12:30:00Z</dc:date></item></rdf:RDF>"""
    document = parse(text)
    assert document.format == "rss10"
    assert document.entries[0].published_at == AT
    assert document.entries[0].updated_at is None


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("AT&amp;T", "AT&T"),
        ("AT&amp;amp;T", "AT&T"),
        ("a &amp;lt; b &lt; c", "a < b < c"),
        ("one\n  two&#160;three", "one two three"),
        ("&lt;b&gt;Bold&lt;/b&gt; text", "Bold text"),
        ("<![CDATA[It&#8217;s <em>here</em>]]>", "It’s here"),
        ("List&lt;int&gt; in C++", "List<int> in C++"),
        ("", None),
    ],
)
def test_titles_are_plain_text(title: str, plain: str | None) -> None:
    assert first(item(title=title, link="https://news.example/a")).title == plain


@pytest.mark.parametrize("marked", ["<b>News</b> <script>of</script> A&B<br>", "<b>News</b> of A&amp;B", "News of A&B"])
@pytest.mark.parametrize("text", [rss(ITEM), ATOM, ATOM.replace("<title>", '<title type="html">', 1), JSON])
def test_what_a_feed_calls_itself_holds_no_markup(text: str, marked: str) -> None:
    written = json.dumps(marked)[1:-1] if text is JSON else escape(marked)
    assert parse(text.replace("News", written, 1)).title == "News of A&B"


def test_links_are_absolute_and_otherwise_as_they_stand() -> None:
    links = ["/a", "b.html", "https://NEWS.example/%7Ec/?utm_source=rss", "//cdn.example/d", "javascript:alert(1)"]
    entries = parse(rss("".join(item(link=link) for link in links))).entries
    assert [entry.url for entry in entries] == [
        "https://news.example/a",
        "https://news.example/b.html",
        "https://NEWS.example/%7Ec/?utm_source=rss",
        "https://cdn.example/d",
        None,
    ]


def test_an_atom_link_is_resolved_against_its_base_or_the_address() -> None:
    entry = '<entry><link href="a"/><id>1</id></entry>'
    plain = f'<feed xmlns="http://www.w3.org/2005/Atom">{entry}</feed>'
    based = plain.replace("<feed ", '<feed xml:base="https://other.example/x/" ')
    assert parse(plain).entries[0].url == "https://news.example/feeds/a"
    assert parse(based).entries[0].url == "https://other.example/x/a"


def test_keys_of_entries_without_or_with_shared_guids() -> None:
    same = '<guid isPermaLink="false">g</guid>'
    items = (
        f"<item>{same}<link>https://news.example/1</link></item><item>{same}<link>https://news.example/2</link></item>"
    )
    items += item(link="https://news.example/3") + item(title="T", pubDate="Wed, 05 Mar 2025 12:30:00 GMT")
    items += items
    keys = [entry.key for entry in parse(rss(items)).entries]
    assert keys[:3] == ["g https://news.example/1", "g https://news.example/2", "https://news.example/3"]
    assert keys[3].startswith("hash:")
    assert len(keys) == 4
    permalink = first("<item><guid>https://news.example/p</guid></item>")
    assert permalink.url == "https://news.example/p"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Wed, 05 Mar 2025 12:30:00 GMT", AT),
        ("Wed, 05 Mar 2025 07:30:00 EST", AT),
        ("2025-03-05T13:30:00+01:00", AT),
        ("5 Mar 2025 12:30", AT),
        ("Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("yesterday", None),
        ("Wed, 99 Mar 2025 12:30:00 GMT", None),
        ("", None),
    ],
)
def test_dates(written: str, read: datetime | None) -> None:
    assert first(item(title="T", pubDate=written)).published_at == read


def test_content_and_summary() -> None:
    only = first("<item><title>T</title><content:encoded>&lt;p&gt;Full&lt;/p&gt;</content:encoded></item>")
    assert (only.summary, only.content) == (None, "<p>Full</p>")
    caption = first("<item><description>A long summary</description><media:description>cap</media:description></item>")
    assert (caption.summary, caption.content) == ("A long summary", None)
    text = ATOM.replace('type="html">&lt;p&gt;Short&lt;/p&gt;', 'type="text">a &lt; b')
    assert parse(text).entries[0].summary == "a &lt; b"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"),
        ("one\n \n\n  two &amp;lt; &amp;amp;", "<p>one</p><p>two &lt; &amp;</p>"),
        ("  one line\n", "one line"),
        (
            "These lines were broken by a program, which does it at the\nend of a word, and so they are one.",
            "These lines were broken by a program, which does it at the end of a word, and so they are one.",
        ),
        ("&lt;b&gt;one&lt;/b&gt;\ntwo", "<b>one</b>\ntwo"),
        (
            "&amp;lt;p&amp;gt;A &amp;lt;a href=&amp;#34;/x&amp;#34;&amp;gt;b&amp;lt;/a&amp;gt;.&amp;lt;/p&amp;gt;",
            '<p>A <a href="/x">b</a>.</p>',
        ),
        ("Write &amp;lt;p&amp;gt; and &amp;lt;/p&amp;gt;.", "Write &lt;p&gt; and &lt;/p&gt;."),
    ],
)
def test_plain_text_keeps_its_lines(written: str, kept: str) -> None:
    assert first(f"<item><description>{written}</description></item>").summary == kept
    grouped = f"<media:group><media:description>{written}</media:description></media:group>"
    assert first(f"<item>{grouped}</item>").summary == kept


@pytest.mark.parametrize("version", ["2.0", "0.92"])  # read by either reader
def test_what_an_item_inherits_and_what_is_not_its_page(version: str) -> None:
    channel = "<managingEditor>Ed Itor</managingEditor><dc:creator>The desk</dc:creator>"
    items = (
        '<item xml:base="https://other.example/x/"><link>a</link><enclosure url="a.mp3" type="audio/mpeg"/>'
        '<description xml:base="y/">t</description></item>'
        '<item><link>https://news.example/b</link><link rel="enclosure">https://news.example/b.mp3</link>'
        "<author>Ann Lee</author></item>"
        "<item><link>https://proxy.example/c</link><feedburner:origLink>https://news.example/c</feedburner:origLink></item>"
    )
    text = rss(items, channel).replace(
        'version="2.0"', f'version="{version}" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"'
    )
    one, other, third = parse(text).entries
    assert (one.url, one.base) == ("https://other.example/x/a", "https://other.example/x/y/")
    assert one.enclosures[0].url == "https://other.example/x/a.mp3"
    assert (other.url, other.base) == ("https://news.example/b", None)
    assert [file.url for file in other.enclosures] == ["https://news.example/b.mp3"]
    assert third.url == "https://news.example/c"
    assert [entry.authors for entry in (one, other, third)] == [("The desk",), ("Ann Lee",), ("The desk",)]


def test_lines_of_texts_that_are_declared_plain() -> None:
    content = '<content type="text">a &lt; b\nc\n\nd</content>'
    entry = f'<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>1</id>{content}</entry></feed>'
    assert parse(entry).entries[0].content == "<p>a &lt; b<br>c</p><p>d</p>"
    item = '{"version": "https://jsonfeed.org/version/1", "items": [{"id": "1", "content_text": "a < b\\nc\\n\\nd"}]}'
    assert parse(item).entries[0].content == "<p>a &lt; b<br>c</p><p>d</p>"


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("&lt;a href='/1'&gt;Ann Lee&lt;/a&gt;, &lt;a href='/2'&gt;Bo Roe&lt;/a&gt;", ("Ann Lee", "Bo Roe")),
        ("by &lt;b&gt;Ann Lee&lt;/b&gt;", ("Ann Lee",)),
        ("By Ann Lee", ("Ann Lee",)),
        ("ann@news.example (Ann Lee)", ("Ann Lee",)),
        ("Ann Lee &lt;ann@news.example&gt;", ("Ann Lee",)),
        ("Ann Lee (ann@news.example)", ("Ann Lee",)),
        ("ann@news.example", ()),
        ("Byron Lee", ("Byron Lee",)),
        ("Lee &amp;amp; Roe", ("Lee & Roe",)),
        ("&lt;img src='x'/&gt;", ()),
    ],
)
def test_authors_are_names(written: str, names: tuple[str, ...]) -> None:
    assert first(f"<item><dc:creator>{written}</dc:creator></item>").authors == names


@pytest.mark.parametrize(
    ("given", "names"),
    [
        ('"authors": [{"name": "Ann Lee"}, {"url": "x"}, {"name": "Bo Roe"}]', ("Ann Lee", "Bo Roe")),
        ('"authors": {"name": "Ann Lee"}', ("Ann Lee",)),
        ('"authors": ["Ann Lee", "Bo Roe"]', ("Ann Lee", "Bo Roe")),
        ('"authors": "Ann Lee"', ("Ann Lee",)),
        ('"author": {"name": "Ann Lee"}', ("Ann Lee",)),
        ('"author": "Ann Lee"', ("Ann Lee",)),
        ('"author": [{"name": "Ann Lee"}]', ("Ann Lee",)),
        ('"authors": [], "author": {"name": "Ann Lee"}', ("Ann Lee",)),
        ('"authors": null', ("The desk",)),
    ],
)
def test_authors_of_a_json_feed(given: str, names: tuple[str, ...]) -> None:
    text = f'{{"version": "https://jsonfeed.org/version/1.1", "author": "The desk", "items": [{{"id": "1", {given}}}]}}'
    assert parse(text).entries[0].authors == names


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "windows-1252", "koi8-r", "iso-2022-jp", "cp037", "cp500"],
)
@pytest.mark.parametrize("header", ["", "text/xml", "text/xml; charset=iso-8859-1"])
def test_encodings(encoding: str, header: str) -> None:
    title = {"koi8-r": "Привет, мир", "iso-2022-jp": "こんにちは"}.get(encoding, "Übergröße")
    declared = encoding.removesuffix("-sig").removesuffix("-le")
    text = rss(item(title=title)).replace('version="1.0"?', f'version="1.0" encoding="{declared}"?')
    assert parse(text.encode(encoding), content_type=header).entries[0].title == title


def test_the_servers_language_counts_where_the_feed_names_none() -> None:
    text = rss(item(title="T"))
    assert parse(text, content_language="de").lang == "en"
    assert parse(text.replace("<language>en</language>", ""), content_language="de").lang == "de"


def test_a_wrong_declaration_and_control_characters() -> None:
    text = rss(item(title="Übergröße\x0b!")).replace('version="1.0"?', 'version="1.0" encoding="iso-8859-1"?')
    assert parse(text.encode()).entries[0].title == "Übergröße!"


def test_broken_xml_is_survived_and_said() -> None:
    broken = rss(item(title="A &nbsp; B", link="https://news.example/a") + item(title="C"))
    document = parse(broken)
    assert [entry.title for entry in document.entries] == ["A B", "C"]
    assert "not well-formed" in (document.problem or "")
    cut = rss(item(title="A") + item(title="B"))
    assert [entry.title for entry in parse(cut[:-40]).entries][:1] == ["A"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "an empty answer"),
        (b" \n", "an empty answer"),
        (
            b"<!doctype html><html><head><title>Not here</title></head><body>Sorry</body></html>",
            "an HTML page ('Not here'), not a feed",
        ),
        (b"%PDF-1.7 ...", "a PDF file"),
        (bytes(range(256)) * 4, "binary data"),
        (b'{"error": "not found"}', "JSON, but not a JSON Feed"),
        (b"[1, 2]", "JSON, but not a JSON Feed"),
        (b'{"items": [', "broken JSON"),
        (b"Internal Server Error", "plain text ('Internal Server Error')"),
        (b"<catalogue></catalogue>", "XML with the outermost element <catalogue>"),
        (b"<html><body><a href='/rss.xml'>our <b>rss</b> feed</a> <rss></body>", "an HTML page"),
    ],
)
def test_what_is_no_feed_is_named(body: bytes, said: str) -> None:
    with pytest.raises(FeedError) as caught:
        parse(body)
    assert said in str(caught.value)
    assert str(caught.value).startswith(URL)
    assert "\n" not in str(caught.value)


def test_what_makes_feedparser_trip_is_a_feed_error() -> None:
    with pytest.raises(FeedError, match="too broken to be read"):
        parse("<rss version='2.0'><channel><image><width><url></width></image>")


def test_bare_ampersands_and_entities_of_html_are_read_as_they_are_meant() -> None:
    broken = rss(
        item(title="F&ecirc;te at AT&T &mdash; free", link="https://news.example/a?x=1&y=2", description="R&D & more")
        + "<item><title><![CDATA[AT&T &amp; R&amp;D]]></title><link><![CDATA[https://news.example/b?x=1&y=2]]></link></item>"
        + item(title="Bell &#8; tower&#0;", author="Ann & Bo")
    )
    for text in (broken, broken.replace('<rss version="2.0"', '<rss version="0.91"')):
        document = parse(text)
        assert "not well-formed" in (document.problem or "")
        assert [entry.title for entry in document.entries] == ["Fête at AT&T — free", "AT&T & R&D", "Bell tower"]
        assert [entry.url for entry in document.entries[:2]] == [f"https://news.example/{n}?x=1&y=2" for n in "ab"]
        assert document.entries[0].summary == "R&D & more"
        assert document.entries[2].authors == ("Ann & Bo",)


def test_an_empty_feed_is_a_feed() -> None:
    assert parse(rss("")).entries == ()
    assert parse('{"version": "https://jsonfeed.org/version/1", "items": []}').entries == ()


def test_five_thousand_entries() -> None:
    items = "".join(item(title=f"T{n}", link=f"https://news.example/{n}") for n in range(5000))
    assert len(parse(rss(items)).entries) == 5000


def test_traps_of_quadratic_time_are_bounded() -> None:
    attributes = " ".join(f'a{n}="x"' for n in range(50_000))
    with pytest.raises(FeedError, match="too many attributes"):
        parse(rss(f"<item><title {attributes}>T</title><description>a <b>b</b></description></item>"))
    for form in ("{}", "<![CDATA[{}]]>"):
        long = form.format("a." * 50_000)
        assert first(item(title="T &nbsp; & c", author=long, description="a <b>b</b>")).title == "T & c"


def test_hints_of_document_and_headers() -> None:
    channel = """<ttl>90</ttl><sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>
    <skipHours><hour>0</hour><hour>24</hour><hour>7</hour></skipHours><skipDays><day>Sunday</day></skipDays>"""
    headers = {"cache_control": "public, max-age=600", "expires": "Wed, 05 Mar 2025 13:00:00 GMT", "retry_after": "120"}
    hints = parse(rss("", channel), **headers).hints
    assert (hints.ttl, hints.update_period, hints.max_age, hints.retry_after) == (5400, 21600, 600, 120)
    assert hints.expires_in is None
    assert (hints.skip_hours, hints.skip_days) == (frozenset({0, 7}), frozenset({6}))


def test_hints_given_as_dates_are_reckoned_from_the_answers_own() -> None:
    date, later = "Wed, 05 Mar 2025 12:00:00 GMT", "Wed, 05 Mar 2025 13:00:00 GMT"
    hints = parse(rss(""), date=date, expires=later, retry_after=later).hints
    assert (hints.expires_in, hints.retry_after) == (3600, 3600)
    assert parse(rss(""), date=date, expires="0", cache_control="no-cache, max-age=60").hints.max_age is None


def test_json_with_half_a_character_is_read() -> None:
    item = r'{"id": "1\ud800", "url": "https://news.example/a", "title": "\ude00 Rain \ud83d\ude00"}'
    found = parse('{"version": "https://jsonfeed.org/version/1", "title": "News", "items": [' + item + "]}").entries[0]
    assert found.title == "\ufffd Rain \U0001f600"
    found.key.encode()


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("One&lt;br/&gt;Two", "One Two"),
        ("Trans&#173;port&#8203; now", "Transport now"),
        ("A &lt;i&gt;very&lt;/i&gt; good day", "A very good day"),
    ],
)
def test_a_title_is_one_line_of_what_is_seen(title: str, plain: str) -> None:
    assert first(item(title=title, link="https://news.example/a")).title == plain


def test_text_beyond_ascii_that_says_it_is_another_encoding_is_detected() -> None:
    text = "Склад в порту станет библиотекой к осени, решил городской совет после долгого обсуждения"
    document = rss(item(title=text, link="https://news.example/a")).replace("?>", ' encoding="utf-8"?>', 1)
    assert parse(document.encode("windows-1251")).entries[0].title == text
