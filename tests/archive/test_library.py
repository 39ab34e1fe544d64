"""The archive as programs use it: `aggregator.open`."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

import aggregator
from aggregator.archive.import_articles import import_file
from aggregator.errors import QueryError, StoreError, UsageError
from aggregator.store import engine

TEXT = "A dragon was seen over the harbour of Westfield at 9 on Monday, said Ann Miller, who sells fish there. " * 2
LINES = (
    {"url": "https://a.org/1", "title": "A <dragon>", "text": TEXT, "published_at": "2024-05-01", "authors": ["Ann"]},
    {"url": "https://b.org/2", "title": "Copied", "text": TEXT, "published_at": "2024-05-02T10:00:00Z"},
    {"url": "https://c.org/3", "title": "Snow", "text": "Snow fell on the hills, and no ferry left.", "lang": "en"},
)


@pytest.fixture
def archive(database_url: str, tmp_path: Path) -> Iterator[aggregator.Archive]:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(line | {"fetched_at": "2024-05-03T00:00:00Z"}) + "\n" for line in LINES))
    store = engine.open(database_url)
    assert import_file(store, str(path), print).ok
    store.close()
    with aggregator.open(database_url) as opened:
        yield opened


def test_hits_are_values(archive: aggregator.Archive) -> None:
    found = archive.search("dragon", sort="date")
    assert (len(found), found.total, found.total_is_exact) == (2, 2, True)
    first = next(iter(found)).article
    assert (first.site, first.published_at) == ("b.org", datetime(2024, 5, 2, 10, tzinfo=UTC))
    assert "dragon" in found.hits[0].snippet
    assert found.to_dicts()[1] == archive.article(1).to_dict() | {
        "snippet": found.hits[1].snippet,
        "marks": [*map(list, found.hits[1].marks)],
        "others": 0,
    }
    assert archive.article(1).to_dict()["published_at"] == "2024-05-01T00:00:00Z"
    assert archive.article(1).authors == ("Ann",)
    assert "A &lt;dragon&gt;" in found._repr_html_() + archive.article(1)._repr_html_()
    assert [hit.others for hit in archive.search("dragon", stories=True)] == [1]


def test_a_cursor_asks_for_what_came_after(archive: aggregator.Archive, database_url: str, tmp_path: Path) -> None:
    before = archive.search("", limit=1)
    assert (len(before), archive.search(changed_after=before.cursor).total) == (1, 0)
    assert archive.search(changed_after="0-0").total == 3
    again = LINES[2] | {
        "text": "Snow fell on the hills, and a ferry left after all.",
        "fetched_at": "2024-05-04T00:00:00Z",
    }
    new = {"url": "https://d.org/4", "title": "Rain", "text": "Rain fell.", "fetched_at": "2024-05-04T00:00:00Z"}
    path = tmp_path / "more.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in (again, new)))
    with closing(engine.open(database_url)) as store:
        assert import_file(store, str(path), print).ok
    after = archive.search(changed_after=before.cursor)
    assert sorted(hit.article.url for hit in after) == ["https://c.org/3", "https://d.org/4"]
    assert archive.search("rain", changed_after=before.cursor).total == 1
    assert archive.search(changed_after=after.cursor).total == 0
    with pytest.raises(UsageError, match="'x' is no cursor"):
        archive.search(changed_after="x")


@pytest.mark.parametrize(
    ("since", "until", "total"),
    [
        ("2024-05-02", None, 2),
        (date(2024, 5, 2), date(2024, 5, 2), 1),
        (datetime(2024, 5, 1, tzinfo=UTC), datetime(2024, 5, 2, tzinfo=UTC), 1),
        ("7d", None, 0),
    ],
)
def test_times_are_dates_or_words(archive: aggregator.Archive, since: object, until: object, total: int) -> None:
    assert archive.search(since=since, until=until).total == total  # type: ignore[arg-type]


def test_stories_come_with_their_articles(archive: aggregator.Archive) -> None:
    story = archive.stories(since="2024")[0]
    assert [one.id for one in story.articles] == [1, 2]
    assert (story.lead.id, story.reports, story.sites) == (1, 1, ("a.org", "b.org"))
    assert archive.story(story.id) == story
    assert archive.feeds() == []


def test_what_is_not_there_is_said(archive: aggregator.Archive, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no story 99"):
        archive.story(99)
    with pytest.raises(UsageError, match="no article 99"):
        archive.article(99)
    with pytest.raises(QueryError):
        archive.search("title:(")
    with pytest.raises(StoreError, match="no such file"):
        aggregator.open(f"sqlite:///{tmp_path}/typo.db")
    assert not (tmp_path / "typo.db").exists()


@pytest.mark.parametrize("asked", [{"sort": "newest"}, {"limit": -1}, {"offset": -1}])
def test_what_can_not_be_asked_is_said(archive: aggregator.Archive, asked: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=r"sorted by relevance or date|below 0"):
        archive.search("ferry", **asked)
