"""The choice of the day of publication among all that a page names."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.extraction.metadata.page_dates import Moment
from aggregator.extraction.metadata.publication import DateClaim, choose_moment


def claim(source: str, text: str) -> DateClaim:
    at = datetime.fromisoformat(text)
    return DateClaim(
        source, Moment(at if at.tzinfo else at.replace(tzinfo=UTC), "day" if len(text) == 10 else "second")
    )


@pytest.mark.parametrize(
    ("claims", "day"),
    [
        ([("linked", "2024-05-03"), ("changed", "2024-05-05")], "2024-05-03"),
        ([("changed", "2024-05-05"), ("url", "2024-05-03")], "2024-05-03"),
        ([("meta", "2024-05-03"), ("near_changed", "2024-05-05"), ("changed", "2024-05-05")], "2024-05-03"),
        ([("near_changed", "2024-05-05"), ("near_published", "2024-05-03")], "2024-05-03"),
        ([("near_changed", "2024-05-05"), ("near_later", "2024-05-03")], "2024-05-03"),
        ([("near", "2024-05-03"), ("line_later", "2024-04-01"), ("line_later", "2024-03-01")], "2024-05-03"),
        ([("url", "2024-05-03"), ("near", "2024-05-03"), ("time_later", "2024-06-01")], "2024-05-03"),
        ([("meta", "2024-05-08"), ("near", "2024-05-03"), ("time", "2024-05-03")], "2024-05-03"),
        ([("url", "2024-05-21"), ("near", "2024-02-15"), ("near_later", "2024-05-17")], "2024-05-21"),
        ([("changed", "2024-05-05")], "2024-05-05"),
        ([("near_changed", "2024-05-05")], "2024-05-05"),
        ([("image", "2024-05-05")], "2024-05-05"),
    ],
)
def test_the_day(claims: list[tuple[str, str]], day: str) -> None:
    found = choose_moment([claim(source, text) for source, text in claims])
    assert found is not None
    assert found.at.date() == date.fromisoformat(day)


def test_no_claims() -> None:
    assert choose_moment([]) is None


def test_the_clearest_moment_of_the_day() -> None:
    found = choose_moment([claim("url", "2024-05-03"), claim("meta", "2024-05-03T09:30:00+02:00")])
    assert found is not None
    assert found.at.isoformat() == "2024-05-03T09:30:00+02:00"


def test_a_moment_in_utc_in_the_offset_of_the_clock_beside_it() -> None:
    stated = [claim("linked", "2024-05-04T02:28:00+00:00"), claim("meta", "2024-05-04T02:28:00+00:00")]
    found = choose_moment([*stated, claim("url", "2024-05-03"), claim("near_published", "2024-05-03T22:28:00")])
    assert found is not None
    assert found.at == datetime(2024, 5, 4, 2, 28, tzinfo=UTC)
    assert found.at.utcoffset() == timedelta(hours=-4)


def test_a_moment_in_utc_is_of_the_day_of_its_address() -> None:
    found = choose_moment(
        [claim("meta", "2024-05-04T02:28:00+00:00"), claim("url", "2024-05-03"), claim("near", "2024-05-03")]
    )
    assert found is not None
    assert found.at == datetime(2024, 5, 4, 2, 28, tzinfo=UTC)
    assert found.at.date() == date(2024, 5, 3)


SOURCES = (
    "linked meta other_meta marked changed url near near_later near_published near_changed time line image".split()
)
MOMENTS = st.builds(
    lambda minutes, hours: Moment(
        datetime(1975, 1, 1, tzinfo=timezone(timedelta(hours=hours))) + timedelta(minutes=minutes),
        "second" if minutes % 60 else "day",
    ),
    st.integers(0, 60_000_000),
    st.integers(-12, 14),
)


@given(st.lists(st.builds(DateClaim, st.sampled_from(SOURCES), MOMENTS), max_size=12))
def test_any_claims_are_chosen_from(claims: list[DateClaim]) -> None:
    found = choose_moment(claims)
    assert (found is None) == (not claims)
    if found is not None:
        assert found.at.utcoffset() is not None
        assert any(abs(found.at - one.moment.at) < timedelta(days=1) for one in claims)
