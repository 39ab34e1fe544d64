"""Dates as pages give them, in many notations and languages."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.extraction.metadata.page_dates import find_dates, parse_date, printed_dates, url_date

DAY = date(2024, 5, 3)
PRINTED = {
    "en": ("May 3, 2024", "3 May 2024", "Friday, 3rd of May 2024", "Updated May 3rd, 2024"),
    "de": ("3. Mai 2024", "Freitag, 3. Mai 2024, 17:47 Uhr", "03.05.2024"),
    "fr": ("3 mai 2024", "Publié le 3 mai 2024 à 10h42"),
    "es": ("3 de mayo de 2024", "3 mayo 2024"),
    "pt": ("3 de maio de 2024",),
    "it": ("3 maggio 2024",),
    "nl": ("3 mei 2024", "vrijdag 3 mei 2024"),
    "sv": ("3 maj 2024",),
    "da": ("3. maj 2024",),
    "no": ("3. mai 2024",),
    "fi": ("3. toukokuuta 2024",),
    "is": ("3. maí 2024",),
    "pl": ("3 maja 2024",),
    "cs": ("3. května 2024",),
    "sk": ("3. mája 2024",),
    "hu": ("2024. május 3.",),
    "ro": ("3 mai 2024",),
    "hr": ("3. svibnja 2024.",),
    "sl": ("3. maja 2024",),
    "lt": ("2024 m. gegužės 3 d.",),
    "lv": ("2024. gada 3. maijs",),
    "et": ("3. mai 2024",),
    "tr": ("3 Mayıs 2024",),
    "id": ("3 Mei 2024",),
    "vi": ("3 tháng 5 năm 2024",),
    "ru": ("3 мая 2024",),
    "uk": ("3 травня 2024",),
    "bg": ("3 май 2024",),
    "sr": ("3. мај 2024",),
    "el": ("3 Μαΐου 2024",),
    "ar": ("3 مايو 2024", "٣ مايو ٢٠٢٤"),
    "he": ("3 במאי 2024",),
    "hi": ("3 मई 2024", "३ मई २०२४"),
    "ja": ("2024年5月3日", "令和6年5月3日"),
    "zh": ("2024年5月3日", "民國113年5月3日"),
    "ko": ("2024년 5월 3일",),
    "th": ("3 พฤษภาคม 2567",),
}


@pytest.mark.parametrize(("lang", "text"), [(lang, text) for lang, texts in PRINTED.items() for text in texts])
def test_printed(lang: str, text: str) -> None:
    found = parse_date(text, month_first=lang == "en")
    assert found is not None
    assert found.at.date() == DAY


@pytest.mark.parametrize(
    "text",
    ["20 December 2025", "4 August 2010", "19 Dec, 2025", "1 April 2024", "11 agosto 2024", "12 dicembre 2024"],
)
def test_months_that_begin_like_a_suffix_of_the_day(text: str) -> None:
    found = parse_date(text)
    assert found is not None
    assert str(found.at.day) == text.split()[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-05-03T22:30:00-05:00", datetime(2024, 5, 3, 22, 30, tzinfo=timezone(timedelta(hours=-5)))),
        ("2024-05-03T22:30:00+0530", datetime(2024, 5, 3, 22, 30, tzinfo=timezone(timedelta(hours=5.5)))),
        ("2024-05-03 22:30:00 UTC", datetime(2024, 5, 3, 22, 30, tzinfo=UTC)),
        ("Fri, 03 May 2024 22:30:00 +0200", datetime(2024, 5, 3, 22, 30, tzinfo=timezone(timedelta(hours=2)))),
        ("May 3, 2024 at 4:28 PM EST", datetime(2024, 5, 3, 16, 28, tzinfo=timezone(timedelta(hours=-5)))),
        ("1714768200", datetime(2024, 5, 3, 20, 30, tzinfo=UTC)),
        ("1714768200000", datetime(2024, 5, 3, 20, 30, tzinfo=UTC)),
    ],
)
def test_times_keep_their_offset(text: str, expected: datetime) -> None:
    found = parse_date(text)
    assert found is not None
    assert found.precision == "second"
    assert found.at == expected
    assert found.at.utcoffset() == expected.utcoffset()


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("Freitag, 3. Mai 2024, 17:47 Uhr", "17:47+00:00"),
        ("May 3, 2024 5:47 p.m. ET", "17:47-04:00"),
        ("Jan 3, 2024 5:47 p.m. ET", "17:47-05:00"),
        ("10:42 AM EDT, Fri May 3, 2024", "10:42-04:00"),
        ("3 de mayo de 2024 a las 10:42 h", "10:42+00:00"),
        ("May 3, 2024\n5:12", None),
        ("May 3, 2024 · 5:12 min", None),
        ("3 mai 2024 — Lecture 5:12", None),
        ("Listen 5:12 | May 3, 2024", None),
        ("May 3, 2024, updated 10:42", None),
    ],
)
def test_the_clock_of_a_date(text: str, clock: str | None) -> None:
    (found, _), *_ = printed_dates(text)
    assert found.precision == ("day" if clock is None else "second")
    assert found.at.strftime("%H:%M") == (clock or "00:00")[:5]
    assert found.at.isoformat()[-6:] == (clock or "00:00+00:00")[-6:]


def test_a_bare_day_is_midnight() -> None:
    found = parse_date("2024-05-03")
    assert found is not None
    assert (found.at, found.precision) == (datetime(2024, 5, 3, tzinfo=UTC), "day")


@pytest.mark.parametrize(
    ("text", "month_first", "month"), [("05/06/2024", True, 5), ("05/06/2024", False, 6), ("25/06/2024", True, 6)]
)
def test_the_order_of_numbers(text: str, month_first: bool, month: int) -> None:
    found = parse_date(text, month_first=month_first)
    assert found is not None
    assert found.at.month == month


@pytest.mark.parametrize(
    "text", ["", "yesterday", "3 hours ago", "2024-13-45", "call 030 1234567", "version 1.2.3", None]
)
def test_what_is_no_date(text: str | None) -> None:
    assert parse_date(text) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/2024/05/03/x",
        "https://a.example/news/2024-05-03-x.html",
        "https://a.example/2024/may/03/x",
        "https://a.example/x-20240503",
    ],
)
def test_dates_in_addresses(url: str) -> None:
    found = url_date(url)
    assert found is not None
    assert found.at.date() == DAY


@pytest.mark.parametrize(
    "url", [None, "", "https://a.example/2024/x", "https://a.example/item/123456789012", "https://[bad/2024/05"]
)
def test_addresses_without_a_date(url: str | None) -> None:
    assert url_date(url) is None


def test_dates_of_a_longer_text_with_their_labels() -> None:
    found = printed_dates("Published\nApr 26, 2023\nUpdated\nAug 21, 2025\nDo 25.04.24 | 14:07 Uhr", month_first=True)
    assert [moment.at.date() for moment, _ in found] == [date(2023, 4, 26), date(2025, 8, 21), date(2024, 4, 25)]
    assert "published" in found[0][1]
    assert "updated" in found[1][1]


def test_years_of_an_era_are_found_in_a_longer_text() -> None:
    assert printed_dates("港の倉庫\n令和6年5月4日 10時30分")[0][0].at.date() == date(2024, 5, 4)


def test_a_date_does_not_run_over_the_end_of_a_line_but_for_its_year() -> None:
    assert printed_dates("franchises of 2024\nSeptember 1st, 2023")[0][0].at.date() == date(2023, 9, 1)
    assert printed_dates("May 3,\n2024")[0][0].at.date() == DAY


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    parse_date(text)
    list(find_dates(text))
    printed_dates(text)
    url_date(text)
