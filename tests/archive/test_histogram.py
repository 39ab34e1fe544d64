"""Matches counted over time, on both databases."""

import json
from datetime import date
from pathlib import Path

import pytest

from aggregator.archive.histogram import Bin, histogram
from aggregator.archive.import_articles import import_file
from aggregator.archive.search import Search
from aggregator.errors import UsageError
from aggregator.store.engine import Store


def fill(store: Store, tmp_path: Path, *days: str) -> None:
    path = tmp_path / "in.jsonl"
    lines = [
        {"url": f"https://a.org/{n}", "text": f"Rain on {day}, and {n} drops.", "published_at": day, "site": "a.org"}
        for n, day in enumerate(days)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert import_file(store, str(path), print).ok


@pytest.mark.parametrize(
    ("days", "unit", "first", "counts"),
    [
        (("2024-05-01T23:59:00Z", "2024-05-01", "2024-05-03"), "day", "2024-05-01", [2, 0, 1]),
        (("2023-11-30", "2024-02-01"), "month", "2023-11-01", [1, 0, 0, 1]),
        (("2017-05-01", "2019-01-02", "2022-05-02"), "year", "2017-01-01", [1, 0, 1, 0, 0, 1]),
    ],
)
def test_matches_are_counted_without_gaps(
    store: Store, tmp_path: Path, days: tuple[str, ...], unit: str, first: str, counts: list[int]
) -> None:
    fill(store, tmp_path, *days)
    found = histogram(store, Search("rain", limit=1))
    assert (found.unit, found.bins[0].start) == (unit, date.fromisoformat(first))
    assert [one.articles for one in found.bins] == counts
    assert len({one.start for one in found.bins}) == len(counts)


def test_a_histogram_is_narrowed_as_a_search_is(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, "2024-05-01", "2024-05-02", "2024-05-02")
    assert histogram(store, Search("rain -0 published:2024-05-02")).bins == (Bin(date(2024, 5, 2), 2),)
    assert histogram(store, Search("", site="a.org")).bins[1].articles == 2
    assert histogram(store, Search("snow")).bins == ()
    with pytest.raises(UsageError):
        histogram(store, Search("rain", feed="https://no.org/feed"))


def test_some_matches_stand_for_all_where_many_have_the_words(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, *["2024-05-01"] * 150, *["2024-05-02"] * 50)
    assert histogram(store, Search("rain"), 200) == histogram(store, Search("rain"))
    some = histogram(store, Search("rain"), 50)
    assert not some.is_exact
    first, second = (one.articles for one in some.bins)
    assert 100 <= first <= 200
    assert 20 <= second <= 100
    assert not histogram(store, Search("rain", site="a.org"), 50).is_exact
    assert histogram(store, Search("rain story:1"), 50).is_exact
