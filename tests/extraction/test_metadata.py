"""What pages state and print about their articles."""

import json
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aggregator.dom import parse
from aggregator.extraction.metadata.collect import Metadata, metadata
from tests.growth import assert_linear

URL = "https://gazette.example/news/tram"
PROSE = "The council met on Tuesday and decided that the bridge over the river will be rebuilt next year, it said. " * 2


def read(body: str = "", head: str = "", linked: object = None, lang: str = "en", url: str | None = URL) -> Metadata:
    script = (
        ""
        if linked is None
        else f'<script type="application/ld+json">{linked if isinstance(linked, str) else json.dumps(linked)}</script>'
    )
    return metadata(
        parse(f'<html lang="{lang}"><head>{head}{script}</head><body>{body}<p>{PROSE}</p></body></html>'), url
    )


def day_of(found: Metadata) -> date | None:
    return found.published_at.date() if found.published_at else None


ARTICLE = {
    "@type": "NewsArticle",
    "headline": "Tram line opens",
    "datePublished": "2024-05-03T22:30:00-05:00",
    "dateModified": "2024-05-04T08:00:00-05:00",
    "author": {"@type": "Person", "name": "Ann Field"},
    "inLanguage": "en",
    "isAccessibleForFree": "False",
}


@pytest.mark.parametrize(
    "linked",
    [
        ARTICLE,
        [{"@type": "WebSite", "name": "Gazette"}, ARTICLE],
        {"@graph": [{"@type": "BreadcrumbList"}, ARTICLE]},
        {"@type": "WebPage", "mainEntity": ARTICLE},
        ARTICLE | {"author": ["Ann Field"]},
        ARTICLE | {"author": [{"@type": "Person", "givenName": "Ann", "familyName": "Field"}]},
        {"@graph": [ARTICLE | {"author": {"@id": "#ann"}}, {"@id": "#ann", "@type": "Person", "name": "Ann Field"}]},
        ARTICLE | {"@type": ["Article", "https://schema.org/NewsArticle"], "headline": "Tram&nbsp;line opens"},
        json.dumps(ARTICLE)[:-1] + ",}",
        json.dumps(ARTICLE, indent=0).replace('",\n', '"\n'),
        "<!-- " + json.dumps(ARTICLE) + " -->",
        "//<![CDATA[\n" + json.dumps(ARTICLE) + "\n//]]>",
        json.dumps(ARTICLE).replace("Tram line opens", "Tram line\topens"),
    ],
    ids=[
        "plain",
        "array",
        "graph",
        "nested",
        "text",
        "parts",
        "reference",
        "types",
        "comma",
        "no commas",
        "comment",
        "cdata",
        "tab",
    ],
)
def test_linked_data(linked: object) -> None:
    found = read(linked=linked)
    assert found.title == "Tram line opens"
    assert found.authors == ("Ann Field",)
    assert found.published_at == datetime(2024, 5, 3, 22, 30, tzinfo=timezone(timedelta(hours=-5)))
    assert day_of(found) == date(2024, 5, 3)
    assert found.paywalled
    assert found.is_article_type


def test_linked_data_beyond_repair() -> None:
    found = read(
        linked='{"headline": "Tram line opens", "author": {"name": "Ann Field"}, '
        '"datePublished": "2024-05-03", "x": ]]] "'
    )
    assert (found.title, found.authors) == ("Tram line opens", ("Ann Field",))
    assert found.published_precision == "day"


def test_the_article_of_this_page_among_others() -> None:
    other = ARTICLE | {"headline": "Another", "url": "https://gazette.example/news/other"}
    assert read(linked=[other, ARTICLE | {"url": URL}]).title == "Tram line opens"


def test_open_graph_and_meta() -> None:
    found = read(
        head="""<title>Tram line opens | Gazette</title><meta property="og:title" content="Tram line opens">
        <meta property="og:site_name" content="Gazette">
        <meta property="og:type" content="article"><meta name="author" content="Ann Field">
        <meta property="article:published_time" content="2024-05-03T10:00:00+02:00">
        <meta property="og:image" content="/tram.jpg">
        <meta property="article:tag" content="Trams"><meta property="article:tag" content="Transport">
        <link rel="canonical" href="/news/tram?x=1"><meta name="description" content="It opens.">"""
    )
    assert (found.title, found.authors, found.site_name) == ("Tram line opens", ("Ann Field",), "Gazette")
    assert found.published_at == datetime(2024, 5, 3, 10, 0, tzinfo=timezone(timedelta(hours=2)))
    assert found.image == "https://gazette.example/tram.jpg"
    assert found.tags == ("Trams", "Transport")
    assert (found.canonical_url or "").startswith("https://gazette.example/news/tram")
    assert (found.description, found.is_article_type) == ("It opens.", True)


def test_dublin_core() -> None:
    found = read(
        head='<meta name="DC.title" content="x"><meta name="DC.creator" content="Ann Field"><meta '
        'name="DC.date.issued" content="2024-05-03">'
    )
    assert found.authors == ("Ann Field",)
    assert day_of(found) == date(2024, 5, 3)


def test_microdata() -> None:
    found = read(
        """<article itemscope itemtype="https://schema.org/Article"><h1 itemprop="headline">Tram line opens</h1>
        <span itemprop="author" itemscope><span itemprop="name">Ann Field</span></span>
        <time itemprop="datePublished" datetime="2024-05-03T10:00:00+02:00">yesterday</time></article>"""
    )
    assert (found.title, found.authors) == ("Tram line opens", ("Ann Field",))
    assert found.published_at == datetime(2024, 5, 3, 10, 0, tzinfo=timezone(timedelta(hours=2)))


BYLINES = {
    "en": ("By Ann Field", "May 3, 2024"),
    "de": ("Von Ann Field", "3. Mai 2024"),
    "fr": ("Par Ann Field", "Publié le 3 mai 2024"),
    "es": ("Por Ann Field", "3 de mayo de 2024"),
    "pt": ("Por Ann Field", "3 de maio de 2024"),
    "it": ("di Ann Field", "3 maggio 2024"),
    "nl": ("Door Ann Field", "3 mei 2024"),
    "sv": ("Av Ann Field", "3 maj 2024"),
    "no": ("Av Ann Field", "3. mai 2024"),
    "da": ("Af Ann Field", "3. maj 2024"),
    "fi": ("Kirjoittaja Ann Field", "3. toukokuuta 2024"),
    "pl": ("Autor: Ann Field", "3 maja 2024"),
    "cs": ("Autor: Ann Field", "3. května 2024"),
    "hu": ("Szerző: Ann Field", "2024. május 3."),
    "ro": ("De Ann Field", "3 mai 2024"),
    "tr": ("Yazan: Ann Field", "3 Mayıs 2024"),
    "id": ("Oleh Ann Field", "3 Mei 2024"),
    "vi": ("Tác giả: Ann Field", "3 tháng 5 năm 2024"),
    "ru": ("Автор: Ann Field", "3 мая 2024"),
    "uk": ("Автор: Ann Field", "3 травня 2024"),
    "el": ("Συντάκτης: Ann Field", "3 Μαΐου 2024"),
    "ar": ("بقلم: Ann Field", "3 مايو 2024"),
    "he": ("מאת: Ann Field", "3 במאי 2024"),
    "hi": ("लेखक: Ann Field", "3 मई 2024"),
    "ja": ("記者：Ann Field", "2024年5月3日"),
    "zh": ("文／Ann Field", "2024年5月3日"),
    "ko": ("글: Ann Field", "2024년 5월 3일"),
    "th": ("โดย Ann Field", "3 พฤษภาคม 2567"),
}


@pytest.mark.parametrize("lang", BYLINES)
def test_what_is_printed_by_the_title(lang: str) -> None:
    byline, day = BYLINES[lang]
    found = read(f"<h1>Tram line opens</h1><div><span>{byline}</span> <span>{day}</span></div>", lang=lang)
    assert found.authors == ("Ann Field",)
    assert day_of(found) == date(2024, 5, 3)


@pytest.mark.parametrize(
    "body",
    [
        "<h1>Tram line opens</h1><p><a>Ann Field</a></p><p>May 3, 2024</p>",
        "<h1>Tram line opens</h1><p>Dec. 17, 2025 · Ann Field</p>",
        '<h1>Tram line opens</h1><a rel="author" href="/ann">Ann Field</a>',
        '<h1>Tram line opens</h1><div class="post-author"><b>Ann Field</b><i>Senior Editor</i></div>',
        f"<h1>Tram line opens</h1><p>{PROSE}</p><p>{PROSE}</p><footer><p>Written by</p><p>Ann Field</p></footer>",
        "<p>By <a>Ann Field</a></p><h1>Tram line opens</h1>",
    ],
)
def test_authors_without_statements(body: str) -> None:
    assert read(body).authors == ("Ann Field",)


def test_the_byline_is_believed_rather_than_an_account() -> None:
    head = '<meta name="author" content="NOC Admin">'
    assert read("<h1>Tram line opens</h1><p>By Ann Field</p>", head).authors == ("Ann Field",)
    assert read(
        "<h1>Tram line opens</h1><p>By Bo Lake, Ann Field</p>", '<meta name="author" content="Ann Field">'
    ).authors == ("Bo Lake", "Ann Field")


def test_who_took_the_pictures_is_no_author() -> None:
    head = '<meta name="author" content="Ann Field, Bo Lake">'
    assert read("<h1>Tram line opens</h1><p>By <a>Ann Field</a></p><p>May 3</p>", head).authors == ("Ann Field",)
    assert read("<h1>Tram line opens</h1><p>By</p><p>Ann Field</p><p>Bo Lake</p>", head).authors == (
        "Ann Field",
        "Bo Lake",
    )


def test_a_row_of_authors_of_whom_one_is_stated() -> None:
    head = '<meta name="author" content="Ann Field">'
    row = "<p><a>Ann Field</a>, <a>Bo Lake</a> &amp; <a>Cy Hill</a></p>"
    assert read(f"<h1>Tram line opens</h1>{row}", head).authors == ("Ann Field", "Bo Lake", "Cy Hill")


def test_a_row_of_authors_that_is_longer_than_the_texts_around() -> None:
    names = tuple(f"{first} {last}" for first in ("Ann", "Bo", "Cy") for last in ("Field", "Lake", "Hill"))
    row = "<i>,</i> ".join(f"<a>{name}</a>" for name in names)
    head = "".join(f'<meta name="citation_author" content="{name}">' for name in names)
    assert read(f"<h1>Tram line opens</h1><p>Authors: {row}</p>", head).authors == names


def test_a_row_of_authors_ends_with_their_paper() -> None:
    head = '<meta name="author" content="Ann Field"><meta property="og:site_name" content="TLN">'
    row = "<p>By <a>Ann Field</a></p><p>and Bo Lake, TLN</p>"
    assert read(f"<h1>Tram line opens</h1>{row}", head).authors == ("Ann Field", "Bo Lake")


def test_a_doctor_is_the_same_person_with_and_without_the_title() -> None:
    head = '<meta name="author" content="Ann van der Field">'
    row = "<p>Written by</p><p><i>Dr Ann van der Field</i>, <i>Dr Bo Lake</i></p>"
    assert read(f"<h1>Tram line opens</h1>{row}", head).authors == ("Dr Ann van der Field", "Dr Bo Lake")


def test_the_person_of_an_account() -> None:
    head = '<meta name="author" content="afield">'
    assert read('<h1>Tram line opens</h1><b class="author">Ann Field</b>', head).authors == ("Ann Field",)
    assert read('<h1>Tram line opens</h1><b class="author">Bo Lake</b>', head).authors == ("afield",)
    assert read(head='<meta name="author" content="page.extra.author">').authors == ()


def test_the_author_on_a_card() -> None:
    card = '<meta name="twitter:label{0}" content="{1}"><meta name="twitter:data{0}" content="{2}">'
    head = card.format(1, "Written by", "Ann Field") + card.format(2, "Est. reading time", "3 minutes")
    assert read(head=head).authors == ("Ann Field",)
    assert read(head=card.format(1, "Time to read", "Three Minutes")).authors == ()


def test_a_marked_author_in_view_rather_than_what_stands_by_the_date() -> None:
    top = "<i>Harbour Trams</i><h1>Tram line opens</h1><time>3 May 2024</time>"
    assert read(f'{top}<p>{PROSE}</p><b class="author">Ann Field</b>').authors == ("Ann Field",)


def test_a_link_to_an_author() -> None:
    assert read(f'<h1>Tram</h1><p>{PROSE}</p><p>{PROSE}</p><a href="/authors/7">Ann Field</a>').authors == (
        "Ann Field",
    )


def test_a_stated_newsroom_is_kept() -> None:
    head = '<meta name="author" content="Gazette"><meta property="og:site_name" content="Gazette">'
    assert read("<h1>Tram line opens</h1>", head).authors == ("Gazette",)
    assert read("<h1>Tram line opens</h1>", '<meta name="author" content="Staff Clinician">').authors == (
        "Staff Clinician",
    )


@pytest.mark.parametrize(
    ("body", "day"),
    [
        ("<h1>Tram</h1><p>Updated May 9, 2024</p><p>Published May 3, 2024</p>", date(2024, 5, 3)),
        ("<h1>Tram</h1><p>Updated May 9, 2024</p>", date(2024, 5, 9)),
        ("<p>May 3, 2024</p><h1>Tram</h1>", date(2024, 5, 3)),
        ('<h1>Tram</h1><time datetime="2024-05-03T09:00:00Z">today</time>', date(2024, 5, 3)),
        (f"<h1>Tram</h1><p>{PROSE}</p><p>{PROSE}</p><p>{PROSE}</p><p>Published on 3 May 2024</p>", date(2024, 5, 3)),
        ("<h1>Tram</h1><p>Do 25.04.24 | 14:07 Uhr</p>", date(2024, 4, 25)),
    ],
)
def test_dates_without_statements(body: str, day: date) -> None:
    found = read(body)
    assert day_of(found) == day


@pytest.mark.parametrize(
    "body",
    [
        '<h1>Tram</h1><time datetime="2024-03-04T09:30:00+01:00">04/03/2024 9:30</time>',
        '<h1>Tram</h1><p>By Ann Field</p><time datetime="2024-03-04T09:30:00+01:00">2 days ago</time>',
        '<h1>Tram</h1><abbr class="published" title="2024-03-04T09:30:00+01:00">04/03/2024</abbr>',
        '<time datetime="2024-03-04T09:30:00+01:00">Published March 4, 2024 9:30am</time><h1>Tram</h1>',
    ],
)
def test_the_markup_of_a_time_says_more_than_its_print(body: str) -> None:
    expected = datetime(2024, 3, 4, 9, 30, tzinfo=timezone(timedelta(hours=1)))
    for lang in ("en", "de"):
        found = read(body, lang=lang)
        assert found.published_at == expected
        assert found.published_at.utcoffset() == expected.utcoffset()
        assert found.published_precision == "second"


def test_a_time_in_utc_is_of_the_day_that_readers_see() -> None:
    claims = '<meta property="article:published_time" content="2024-05-03T04:00:41+00:00">'
    shown = '<time datetime="2024-05-03T04:00:41+00:00">May 2, 2024 11:00 pm EST</time>'
    found = read(f"<h1>Tram</h1>{shown}", claims)
    assert day_of(found) == date(2024, 5, 2)


LATEST = '<aside><ul><li>Bus rota <time datetime="2024-06-01">1 June 2024</time></li></ul></aside>'


@pytest.mark.parametrize(
    ("body", "linked", "day"),
    [
        ("<p>First published 1 March 2024 | Last updated 4 March 2024 10:12 GMT</p>", None, date(2024, 3, 1)),
        ("<p>2024年3月1日 14時07分 公開 [Ann Field]</p>", None, date(2024, 3, 1)),
        ("<p>Expires 12/31/2030</p><p>1 March 2024</p>", None, date(2024, 3, 1)),
        (
            "<p>Updated: 20 March 2024, 10:12</p>",
            {"datePublished": "2024-03-01T08:00:00+01:00", "dateModified": "2024-03-20T10:12:00+01:00"},
            date(2024, 3, 1),
        ),
    ],
)
def test_the_publication_among_other_days(body: str, linked: object, day: date) -> None:
    linked = {"@type": "NewsArticle", "headline": "Tram"} | linked if isinstance(linked, dict) else None
    assert day_of(read(f"<article><h1>Tram</h1>{body}</article>{LATEST}", linked=linked)) == day


@pytest.mark.parametrize(
    ("lang", "url", "day"),
    [
        ("en-US", "https://gazette.example/1", date(2024, 3, 4)),
        ("en", "https://gazette.example/1", date(2024, 3, 4)),
        ("en-GB", "https://gazette.example/1", date(2024, 4, 3)),
        ("en", "https://gazette.ch/1", date(2024, 4, 3)),
        ("en-GB", "https://gazette.example/2024/03/04/1", date(2024, 3, 4)),
    ],
)
def test_the_order_of_day_and_month(lang: str, url: str, day: date) -> None:
    assert day_of(read("<h1>Tram</h1><p>03/04/2024</p>", lang=lang, url=url)) == day


def test_a_time_whose_markup_a_template_left() -> None:
    found = read('<h1>Tram</h1><time datetime="2019-09-03">May 3, 2024</time>')
    assert day_of(found) == date(2024, 5, 3)


def test_the_length_of_a_film_is_no_clock() -> None:
    for film in ("<span>5:12</span>", "<p>Listen · 5:12 min</p>", "<b>Video 5:12</b>"):
        found = read(f"<h1>Tram</h1><p>May 3, 2024</p>{film}")
        assert (found.published_at, found.published_precision) == (datetime(2024, 5, 3, tzinfo=UTC), "day")


@pytest.mark.parametrize(
    "body",
    [
        "<p>Published May 3, 2024 · Updated May 5, 2024</p>",
        "<p>Updated May 5, 2024 | Published May 3, 2024</p>",
        "<p>Veröffentlicht: 03.05.2024</p><p>Aktualisiert: 05.05.2024</p>",
        "<p>Mis à jour le 5 mai 2024</p><p>Publié le 3 mai 2024</p>",
        "<p>2024年5月3日 公開</p><p>2024年5月5日 更新</p>",
        "<p>입력 2024.05.03 14:02 수정 2024.05.05 10:11</p>",
        '<time datetime="2024-05-03">3 May</time><time class="updated" datetime="2024-05-05">5 May</time>',
    ],
)
def test_a_printed_update(body: str) -> None:
    found = read(f"<h1>Tram</h1>{body}", lang="de")
    assert day_of(found) == date(2024, 5, 3)
    assert found.modified_at is not None
    assert found.modified_at.date() == date(2024, 5, 5)


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("A prize for “<em>Low Tide</em>”, a film", "A prize for “Low Tide”, a film"),
        ("CO<sub>2</sub> per m<sup>2</sup> falls", "CO₂ per m² falls"),
        ("<span>T</span>he tram opens", "The tram opens"),
        ("<span>Traffic</span><span>The tram opens</span>", "Traffic The tram opens"),
        ("Traffic:<span>The tram opens</span>", "Traffic: The tram opens"),
        ("The tram<br>opens", "The tram opens"),
        ("<div>The tram</div><div>opens</div>", "The tram opens"),
        ("<a href='/x'>The tram</a>, at last", "The tram, at last"),
        ("<span>電車</span><span>開通</span>", "電車開通"),
        ("The tram <svg><title>icon</title></svg>opens", "The tram opens"),
    ],
)
def test_markup_within_a_heading(heading: str, title: str) -> None:
    assert read(f"<h1>{heading}</h1>").title == title


FOOT = "<footer>© 2024 The Alder Chronicle. All rights reserved.</footer>"


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ("<title>A tram opens - The Alder Chronicle</title>", "<h1>The Alder Chronicle</h1><h2>A tram opens</h2>"),
        ("<title>A tram opens - The Alder Chronicle</title>", f"<h1>The Alder Chronicle</h1>{FOOT}"),
        ("<title>The Alder Chronicle</title>", '<h1><a href="/">The Alder Chronicle</a></h1><h2>A tram opens</h2>'),
        (
            "<title>A tram opens - The Alder Chronicle</title>",
            '<a href="/"><img alt="The Alder Chronicle"></a><h1>The Alder Chronicle</h1>',
        ),
        ("<title>A tram opens</title>", f"<h1>The Alder Chronicle</h1><h2>A tram opens</h2>{FOOT}"),
        ('<meta property="og:title" content="A tram opens">', f"<h1>The Alder Chronicle</h1>{FOOT}"),
    ],
)
def test_the_sites_name_is_no_title(head: str, body: str) -> None:
    assert read(body, head, url="https://pages.example/1").title == "A tram opens"


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        (
            'Von Gazette-Redakteurin <a rel="author">Anna Weber</a> und Volontär Jörg Müller',
            ("Anna Weber", "Jörg Müller"),
        ),
        ("Von <a>Anna Weber</a> und Jörg Müller", ("Anna Weber", "Jörg Müller")),
        ('<a rel="author">Anna Weber</a> und Jörg Müller', ("Anna Weber", "Jörg Müller")),
        ("Von unserem Korrespondenten <b>Anna Weber</b>", ("Anna Weber",)),
        ("Anna Weber (Text) und Jörg Müller (Fotos)", ("Anna Weber",)),
        ("By <a>Ann Field</a> in London and <a>Bo Lake</a> in Paris", ("Ann Field", "Bo Lake")),
        ('<i class="author">Ann Field</i><i class="author">Bo Lake</i>', ("Ann Field", "Bo Lake")),
        ("by <a href='/u/1'>inkwren</a>", ("inkwren",)),
        ("Posted by gannet77 on 3 May 2024", ("gannet77",)),
        ("[서울=통신] 김철수 기자 = 서울", ("김철수",)),
        ("<time>2024.05.03</time> 이영희·김철수 기자", ("이영희", "김철수")),
        ("2024年5月3日 来源：通讯社 记者：张伟", ("张伟",)),
        ("2024-05-03 14:07 来源：通讯社 作者：张伟", ("张伟",)),
        ("記者王小明／台北報導", ("王小明",)),
        ("（责编：张伟、李雷）", ("张伟", "李雷")),
        ("3 May 2024 <b>أخبار العالم</b>", ()),
    ],
)
def test_bylines_in_markup(byline: str, names: tuple[str, ...]) -> None:
    assert read(f"<h1>Tram line opens</h1><p>{byline}</p>", lang="de").authors == names


def test_the_site_is_no_author_where_a_person_is_named() -> None:
    head = '<meta name="author" content="Gazette Online"><title>Tram line opens - Gazette Online</title>'
    body = '<h1>Tram line opens</h1><div class="author-name">Ann Field</div>'
    assert read(body, head, url="https://pages.example/1").authors == ("Ann Field",)


def test_the_date_of_the_address() -> None:
    found = read("<h1>Tram</h1>", url="https://gazette.example/2024/05/03/tram")
    assert (found.published_at, found.published_precision) == (datetime(2024, 5, 3, tzinfo=UTC), "day")


def test_a_page_that_states_when_its_site_was_generated() -> None:
    stamp = {
        "@type": "BlogPosting",
        "headline": "Tram",
        "datePublished": "2025-06-12T00:00:00Z",
        "dateModified": "2025-06-12T00:00:00Z",
    }
    found = read("<h1>Tram</h1><p>May 3, 2024</p>", linked=stamp)
    assert day_of(found) == date(2024, 5, 3)


def test_a_new_edition_is_dated_as_it_shows() -> None:
    linked = ARTICLE | {"datePublished": "2019-01-01", "dateModified": "2024-05-03"}
    found = read("<h1>Tram line opens</h1><p>Updated May 3, 2024</p>", linked=linked)
    assert day_of(found) == date(2024, 5, 3)
    found = read("<h1>Tram line opens</h1><p>Published Jan 1, 2019, updated May 3, 2024</p>", linked=linked)
    assert day_of(found) == date(2019, 1, 1)


@pytest.mark.parametrize(
    ("lang", "head", "expected"),
    [("de-AT", "", "de"), ("", '<meta property="og:locale" content="fr_FR">', "fr"), ("", "", None)],
)
def test_the_claimed_language(lang: str, head: str, expected: str | None) -> None:
    assert read(head=head, lang=lang).lang == expected


def test_an_empty_page() -> None:
    assert metadata(parse(""), None).title is None


@given(st.text(), st.none() | st.text(max_size=60))
def test_any_text_is_read(text: str, url: str | None) -> None:
    metadata(parse(text), url)


pieces = st.sampled_from(
    [
        "<h1>",
        "</h1>",
        "<p>",
        "</p>",
        "By Ann Field",
        "May 3, 2024",
        "<time datetime='x'>",
        "<meta name=author content=''>",
        "<title>",
        "<nav>",
        "<span class=author>",
        '<script type="application/ld+json">',
        "</script>",
        '{"@type":"Article","author":',
        "[{",
        "}]",
        '"headline":',
        "null",
        "<body>",
        "2024",
    ]
)


@settings(max_examples=200)
@given(st.lists(pieces, max_size=30))
def test_any_markup_is_read(parts: list[str]) -> None:
    metadata(parse(" ".join(parts)), URL)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["NewsArticle", "#a", URL]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "@type",
                    "@id",
                    "@graph",
                    "author",
                    "name",
                    "headline",
                    "datePublished",
                    "image",
                    "publisher",
                    "url",
                    "keywords",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=15,
)


@settings(max_examples=200)
@given(json_values)
def test_any_linked_data_is_read(value: object) -> None:
    read(linked=value)


@pytest.mark.parametrize(
    "html",
    [
        "<meta name=a content=b>" * 100_000,
        "<h2>x</h2>" * 100_000,
        "<p>By</p>" * 100_000,
        "<h1>x</h1>" + "<i></i>" * 300_000,
        '<script type="application/ld+json">' + '"\n' + "\n" * 500_000 + "</script>",
        '<script type="application/ld+json">' + json.dumps([{"@type": "Article"}] * 100_000) + "</script>",
        '<script type="application/ld+json">' + "[" * 200_000 + "</script>",
        "<h1>x</h1><p>" + "2024 " * 500_000,
        "<title>" + " - " * 300_000 + "</title>",
    ],
    ids=["meta", "headings", "labels", "empty", "newlines", "objects", "nesting", "years", "separators"],
)
def test_time_grows_with_the_length_alone(html: str) -> None:
    assert_linear(lambda tree: metadata(tree, URL), parse(html[: len(html) // 4]), parse(html))


def test_a_broken_address_is_no_reason_to_fail():
    from aggregator.extraction.pipeline import article

    for url in ("http://[", "http://[::1", "//", "http://x.example:99999/a"):
        assert (
            article("<title>Bridge closed</title><h1>Bridge closed</h1><p>It rains.</p>", url).title == "Bridge closed"
        )
