"""What the reader did to articles, and searches for it."""

import json
from pathlib import Path

import pytest

from aggregator.archive import marking
from aggregator.archive.import_articles import import_file
from aggregator.archive.search import Search, search
from aggregator.store.engine import Store


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    path = tmp_path / "in.jsonl"
    lines = ({"url": f"https://a.org/{n}", "title": f"Rain {n}", "text": f"{n} drops of rain fell."} for n in range(4))
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert import_file(store, str(path), print).ok
    return store


def found(store: Store, query: str) -> list[int]:
    return sorted(hit.article.id for hit in search(store, Search(query)))


def test_marks_are_set_taken_back_and_searched_for(filled: Store) -> None:
    assert marking.mark(filled, [1, 2, 99], "read", 100) == 2
    assert marking.mark(filled, [2, 3], "read", 200) == 1
    assert marking.mark(filled, [3], "star", 300) == 1
    assert found(filled, "is:read") == [1, 2, 3]
    assert found(filled, "is:unread") == [4]
    assert found(filled, "rain is:starred") == [3]
    assert found(filled, "rain -is:starred is:read") == [1, 2]
    assert found(filled, "is:starred OR is:unread") == [3, 4]
    assert marking.mark(filled, [1, 4], "unread", 400) == 1
    assert found(filled, "is:unread") == [1, 4]
    marks = marking.marks_of(filled, [1, 2, 3, 4])
    assert [(one, marks[one].read_at, marks[one].starred_at, marks[one].changed_at) for one in sorted(marks)] == [
        (1, None, None, 400),
        (2, 100, None, 100),
        (3, 200, 300, 300),
    ]


def test_all_that_matches_is_marked(filled: Store) -> None:
    assert marking.mark_matching(filled, Search("title:2 OR title:3"), "read", 100) == 2
    assert found(filled, "is:read") == [3, 4]
    assert marking.mark_matching(filled, Search(), "read", 100) == 2
    assert found(filled, "is:unread") == []
