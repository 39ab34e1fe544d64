"""Text scraped without its markup: the article stays, the page's furniture goes, whatever the language."""

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.extraction.plain.scraped_text import plain
from tests.growth import assert_linear_in_text

ENGLISH = [
    "The harbour council has approved a plan to rebuild the northern pier, which storms had closed in the spring.",
    "Work is to begin in June and will cost four million, said the mayor, who had promised it during her campaign.",
    "Fishing boats will use the southern basin until then, and the market will stay open on every weekday.",
]
GERMAN = [
    "Der Stadtrat hat am Montag beschlossen, die alte Brücke über den Fluss im nächsten Jahr neu zu bauen.",
    "Die Arbeiten sollen im Juni beginnen und vier Millionen kosten, sagte die Bürgermeisterin nach der Sitzung.",
    "Bis dahin fahren die Busse über die südliche Brücke, und der Markt bleibt an allen Wochentagen geöffnet.",
]
JAPANESE = [
    "市議会は月曜日、川に架かる古い橋を来年建て替える計画を承認した。春の嵐で橋は通行止めになっていた。",
    "工事は六月に始まり、費用は四百万と見込まれていると市長は記者団に語った。市長は選挙で建て替えを約束していた。",
    "それまでの間、バスは南側の橋を通り、市場は平日も休まず営業する予定だ。住民からは歓迎の声が上がっている。",
]
CASES = {
    "english": (
        "Council to rebuild northern pier",
        ENGLISH,
        ["21 °C", "Harbour City", "3 March 2025"],
        ["Most read", "Follow us", "Get our letter"],
    ),
    "german": (
        "Stadtrat baut die alte Brücke neu",
        GERMAN,
        ["Heute 9°C", "Dienstag", "Menü"],
        ["Mehr zum Thema", "Newsletter", "Impressum"],
    ),
    "japanese": ("市議会が古い橋の建て替えを承認", JAPANESE, ["気温 12度", "東京"], ["関連記事", "会員登録", "広告"]),
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_the_run_of_paragraphs_stays_and_the_furniture_goes(name: str) -> None:
    title, body, before, after = CASES[name]
    article = plain("\n\n".join([*before, title, *body, *after]))
    assert article.text == "\n\n".join(body)
    assert article.title == title
    assert article.is_article


@pytest.mark.parametrize(
    ("lines", "title"),
    [
        (
            ["Menu", "Home News Harbour Council to rebuild northern pier", "Share", "Council to rebuild northern pier"],
            "Council to rebuild northern pier",
        ),
        (
            ["Menu", "Storms in spring - Council votes to rebuild northern pier"],
            "Council votes to rebuild northern pier",
        ),
        (
            ["Menu", "Council to rebuild northern pier", "Storms in spring had closed it, a vote opens it again"],
            "Council to rebuild northern pier",
        ),
        (["Menu", "Northern pier to be rebuilt - The Courier"], "Northern pier to be rebuilt - The Courier"),
    ],
)
def test_a_title_is_no_trail_and_stands_below_its_kicker(lines: list[str], title: str) -> None:
    article = plain("\n\n".join([*lines, "By Jane Doe", "3 March 2025", *ENGLISH, "Most read", "Follow us"]))
    assert article.title == title
    assert article.text.endswith("\n\n".join(ENGLISH))


@pytest.mark.parametrize(
    ("body", "heading", "pitch"),
    [
        (ENGLISH, "Sign up to our newsletter", "Every morning the biggest stories of your town."),
        (GERMAN, "Abonnieren Sie unseren Newsletter", "Jeden Morgen das Wichtigste aus Ihrer Stadt."),
        (JAPANESE, "メールマガジン登録", "毎朝、地元のニュースをお届けします。"),
    ],
)
def test_what_a_newsletter_promises_inside_the_text_goes(body: list[str], heading: str, pitch: str) -> None:
    article = plain("\n".join([*body[:2], heading, pitch, body[2]]))
    assert article.text == "\n\n".join(body)


def test_headings_and_quotes_inside_the_run_stay() -> None:
    lines = [ENGLISH[0], "A long wait", ENGLISH[1], "“We are glad.”", ENGLISH[2]]
    assert plain("\n".join(lines)).text == "\n\n".join(lines)


def test_rows_of_short_lines_inside_the_run_go() -> None:
    row = ["Share", "Print", "More on this", "Pier closed"]
    assert plain("\n".join([ENGLISH[0], *row, ENGLISH[1], ENGLISH[2]])).text == "\n\n".join(ENGLISH)


def test_text_that_is_no_article() -> None:
    article = plain("Home\nWeather\nSport\n12 °C")
    assert (article.text, article.is_article) == ("", False)


@given(st.text())
def test_anything_may_come(text: str) -> None:
    plain(text)


def test_a_paragraph_broken_to_fit_a_width_is_joined() -> None:
    broken = "\n".join(textwrap.wrap(" ".join(ENGLISH), 60))
    text = f"Council to rebuild northern pier\n\n{broken}\n\n" + "\n".join(textwrap.wrap(ENGLISH[1], 60))
    assert plain(text).text == "\n\n".join([" ".join(ENGLISH), ENGLISH[1]])


AFTER = {
    "english": [
        "Comments",
        "anna87",
        "2 hours ago",
        "Log in to reply",
        "Subscribe to our newsletter",
        "Related",
        "Ferry strike ends",
    ],
    "german": [
        "Mehr zum Thema",
        "Schwimmbad bleibt zu",
        "Newsletter abonnieren",
        "Kommentare",
        "Anmelden",
        "Impressum",
        "Datenschutz",
    ],
    "japanese": [
        "関連記事",
        "市バスの運賃が値上げ",
        "コメント",
        "ログイン",
        "会員登録",
        "プライバシーポリシー",
        "広告",
    ],
}
QUOTES = {
    "english": "“We are glad that it is over,” she said.",
    "german": "„Wir sind froh“, sagte sie.",
    "japanese": "「うれしい」と市長は話した。",
}


@pytest.mark.parametrize("name", sorted(CASES))
def test_what_follows_the_end_goes_and_a_quote_inside_stays(name: str) -> None:
    title, body, before, _ = CASES[name]
    lines = [body[0], QUOTES[name], *body[1:]]
    article = plain("\n\n".join([*before, title, *lines, *AFTER[name]]))
    assert article.text == "\n\n".join(lines)
    assert article.title == title


@pytest.mark.parametrize(
    "text", ["." * 200_000, ". " * 200_000, "a\n" * 60_000, "(" * 200_000, "\n".join(ENGLISH) * 2000]
)
def test_the_time_is_bounded(text: str) -> None:
    assert_linear_in_text(plain, text)
