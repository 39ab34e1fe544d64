"""The choice of the title among what a page claims."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

import aggregator
from aggregator.extraction.metadata.title import TitleClaims, choose_title, without_site

SITES = ["The Gazette", "gazette.example", "gazette"]
URL = "https://gazette.example/2024/05/council-opens-the-long-awaited-tram-line"
TITLE = "Council opens the long awaited tram line"


@pytest.mark.parametrize(
    "claims",
    [
        TitleClaims(headline=TITLE, og=TITLE, title=f"{TITLE} | The Gazette", headings=[TITLE]),
        TitleClaims(og=f"{TITLE} - The Gazette", title=f"{TITLE} - The Gazette"),
        TitleClaims(title=f"The Gazette » {TITLE}"),
        TitleClaims(title=f"{TITLE} – Gazette.example"),
        TitleClaims(headings=["The Gazette", TITLE], title=f"{TITLE} | The Gazette"),
        TitleClaims(og=TITLE, title=TITLE, headings=["Search", "Most read"]),
        TitleClaims(og=f"{TITLE} | News & Views of the Valley", headings=[TITLE]),
        TitleClaims(og="Council opens the long&nbsp;awaited tram line", title="Council opens the long awaited tram l…"),
        TitleClaims(headings=["Council opens the long awai\u00adted tram line"]),
        TitleClaims(headline=TITLE, og=f"Transport: {TITLE}", headings=[TITLE], is_news=True),
        TitleClaims(headline=f"{TITLE} after years", og=TITLE, headings=[TITLE], is_news=True),
    ],
)
def test_the_title(claims: TitleClaims) -> None:
    assert choose_title(claims, SITES, URL) == TITLE


def test_the_newsrooms_headline_before_another_wording() -> None:
    claims = TitleClaims(
        headline=TITLE, og="You will not believe this tram", title="A tram", headings=["A tram"], is_news=True
    )
    assert choose_title(claims, SITES, URL) == TITLE


def test_what_is_printed_and_stated_before_the_wording_for_networks() -> None:
    copies = "Tram line opens at last"
    claims = TitleClaims(headline=copies, og="Wait for this tram", title=copies, headings=[copies], is_news=True)
    assert choose_title(claims, SITES, URL) == copies


def test_a_quotation_is_no_kicker() -> None:
    heading = "'It is time to go' - the right day for the mayor"
    claims = TitleClaims(headings=[heading], og="'Time to go' - the right day for the mayor")
    assert choose_title(claims, [], None) in (heading, claims.og)


def test_kickers_of_two_kinds() -> None:
    claims = TitleClaims(og=f"Transport: {TITLE}", title=f"Transport: {TITLE}", headings=[f"Rails - {TITLE}"])
    assert choose_title(claims, SITES, None) == TITLE


def test_the_address_tells_which_of_two_headings_is_meant() -> None:
    claims = TitleClaims(title="A tram line", headings=["Sign up for our morning letter today", TITLE])
    assert choose_title(claims, SITES, URL) == TITLE


@pytest.mark.parametrize("claims", [TitleClaims(), TitleClaims(title="The Gazette", headings=["", "The Gazette"])])
def test_a_page_without_a_title(claims: TitleClaims) -> None:
    assert choose_title(claims, SITES, URL) is None


@pytest.mark.parametrize(
    "title",
    [
        "'I sell trams - the right line could save you'",
        "“Slow – but sure”, says the driver",
        "« Lent – mais sûr » : une ligne",
        "„Langsam – aber sicher“ fährt die Bahn",
        'The "late - but never lost" tram',
    ],
)
def test_nothing_is_cut_within_quotation_marks(title: str) -> None:
    assert choose_title(TitleClaims(og=title, title=f"{title} - The Gazette"), SITES, None) == title
    assert choose_title(TitleClaims(title=f"{title} | The Gazette", headings=[title]), SITES, None) == title


@pytest.mark.parametrize(
    ("heading", "stated", "expected"),
    [
        ("Low tide : a film", "Low tide: a film", "Low tide: a film"),
        ("TRAM OPENS AT LAST", "Tram opens at last", "Tram opens at last"),
        ("The “tram” opens", 'The "tram" opens', "The “tram” opens"),
        ("Tram opens", "<em>Tram</em> opens", "Tram opens"),
    ],
)
def test_the_spelling_of_the_heading_unless_it_is_a_guess_or_shouts(heading: str, stated: str, expected: str) -> None:
    marked_up = {heading} if " :" in heading else ()
    claims = TitleClaims(og=stated, title=f"{stated} | The Gazette", headings=[heading], marked_up=marked_up)
    assert choose_title(claims, SITES, None) == expected


@pytest.mark.parametrize("heading", ["TheGazette", "The Gazette", "Gazette"])
def test_the_sites_name_as_a_heading(heading: str) -> None:
    assert choose_title(TitleClaims(title=TITLE, headings=[heading]), ["gazette"], None) == TITLE


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("A tram | gazette", "A tram"),
        ("gazette: a tram", "gazette: a tram"),
        ("What now? - Part two", "What now? - Part two"),
        ("The Gazette | A tram | Part two", "A tram | Part two"),
        ("The Gazette", "The Gazette"),
    ],
)
def test_the_sites_name_is_cut_off(title: str, expected: str) -> None:
    assert without_site(title, {"the gazette", "gazette"}) == expected


texts = st.none() | st.text(max_size=60) | st.sampled_from([TITLE, f"{TITLE} | The Gazette", "The Gazette", " - ", "|"])


@given(
    texts,
    texts,
    texts,
    texts,
    st.lists(st.text(max_size=60), max_size=8),
    st.booleans(),
    st.none() | st.text(max_size=40),
)
def test_anything_is_chosen_from(
    headline: str | None,
    og: str | None,
    twitter: str | None,
    title: str | None,
    headings: list[str],
    news: bool,
    path: str | None,
) -> None:
    claims = TitleClaims(headline, og, twitter, title, headings, news)
    chosen = choose_title(claims, SITES, None if path is None else f"https://gazette.example/{path}")
    assert chosen is None or chosen.strip()


def test_readings_of_characters_are_no_part_of_the_title() -> None:
    heading = "港の<ruby>倉庫<rp>（</rp><rt>そうこ</rt><rp>）</rp></ruby>が図書館に"
    assert (
        aggregator.extract(f"<title>港の倉庫が図書館に</title><h1>{heading}</h1><p>本文</p>").title
        == "港の倉庫が図書館に"
    )
