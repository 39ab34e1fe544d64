"""Dates and delays of HTTP headers, durations as people read them, names of months."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.times import (
    DAY,
    HOUR,
    MAX_RETRY_AFTER,
    MINUTE,
    MONTHS,
    WEEK,
    http_date,
    humanize,
    month_names,
    retry_after,
)

NOW = datetime(2026, 5, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("Fri, 01 May 2026 12:05:00 GMT", 300.0),
        ("Friday, 01-May-26 12:05:00 GMT", 300.0),
        ("Fri May  1 12:05:00 2026", 300.0),
        ("Fri, 01 May 2026 14:05:00 +0200", 300.0),
        ("Fri, 01 May 2026 11:00:00 GMT", 0.0),
        ("Wed, 01 May 2999 12:00:00 GMT", MAX_RETRY_AFTER),
        ("999999999", MAX_RETRY_AFTER),
        ("9" * 400, MAX_RETRY_AFTER),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
        ("Fri, 99 May 2026 12:05:00 GMT", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value, NOW) == seconds


def test_a_date_needs_a_time_to_reckon_from() -> None:
    assert retry_after("120", None) == 120.0
    assert retry_after("Fri, 01 May 2026 12:05:00 GMT", None) is None


@pytest.mark.parametrize(
    "text", [None, "", " ", ",", "Fri,", "0 ", "Fri, 01 May 99999 12:05:00 GMT", "\udcff", "1" * 99]
)
def test_what_is_no_date(text: str | None) -> None:
    assert http_date(text) is None


def test_dates_are_aware() -> None:
    for text in ("Fri, 01 May 2026 12:00:00 GMT", "Fri May  1 12:00:00 2026", "Fri, 01 May 2026 12:00:00 -0000"):
        assert http_date(text) == NOW


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (0, "0"),
        (75, "1m15s"),
        (40 * MINUTE + 20, "40m"),
        (3 * HOUR + 12 * MINUTE, "3h12m"),
        (2 * DAY + 4 * HOUR + 59, "2d4h"),
        (timedelta(seconds=WEEK), "7d"),
    ],
)
def test_humanize(length: float | timedelta, text: str) -> None:
    assert humanize(length) == text


def test_every_language_names_twelve_months() -> None:
    assert {code: len(names.split()) for code, names in MONTHS.items()} == dict.fromkeys(MONTHS, 12)
    assert month_names(["en", "pl"])["maja"] == 5
    assert month_names(["en", "pl"])["september"] == 9
