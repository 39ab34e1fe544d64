"""Times as people write them."""

from datetime import UTC, datetime, timedelta

import pytest

from aggregator.errors import QueryError
from aggregator.query import moment, span

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "length"),
    [
        ("2024", datetime(2024, 1, 1, tzinfo=UTC), timedelta(days=366)),
        ("2023-12", datetime(2023, 12, 1, tzinfo=UTC), timedelta(days=31)),
        ("2024-2-29", datetime(2024, 2, 29, tzinfo=UTC), timedelta(days=1)),
        ("2024-02-29T12:30", datetime(2024, 2, 29, 12, 30, tzinfo=UTC), timedelta(seconds=1)),
        ("2024-02-29T12:30:00+02:00", datetime(2024, 2, 29, 10, 30, tzinfo=UTC), timedelta(seconds=1)),
    ],
)
def test_span(text: str, start: datetime, length: timedelta) -> None:
    assert span(text, NOW) == (start, start + length)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("90m", NOW - timedelta(minutes=90)),
        ("12h", NOW - timedelta(hours=12)),
        ("2w", NOW - timedelta(days=14)),
        ("today", datetime(2024, 3, 1, tzinfo=UTC)),
        ("Today ", datetime(2024, 3, 1, tzinfo=UTC)),
        ("yesterday", datetime(2024, 2, 29, tzinfo=UTC)),
        ("2024-02", datetime(2024, 2, 1, tzinfo=UTC)),
    ],
)
def test_moment(text: str, at: datetime) -> None:
    assert moment(text, NOW) == at


def test_the_end_of_a_day_is_the_start_of_the_next() -> None:
    assert moment("2024-02-29", NOW, after=True) == datetime(2024, 3, 1, tzinfo=UTC)
    assert moment("yesterday", NOW, after=True) == datetime(2024, 3, 1, tzinfo=UTC)
    assert moment("7d", NOW, after=True) == NOW - timedelta(days=7)


def test_more_weeks_than_there_were_is_the_beginning() -> None:
    assert moment("999999w", NOW) == datetime.min.replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2024-02-30", "9999", "7x", "0000"])
def test_what_is_no_time_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(QueryError, match="is no time"):
        moment(text, NOW)
