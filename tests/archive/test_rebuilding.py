"""Derived data made anew is what storing the articles one after another made of them, also after an interruption."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, text

from aggregator.archive.import_articles import import_file
from aggregator.store.engine import Store
from aggregator.store.grouping import rebuild_stories
from aggregator.store.schema import articles, shingles
from aggregator.store.upkeep import maintenance

TABLES = ("shingles", "fingerprints", "term_frequencies", "story_terms", "centroids", "stories")


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """A database with copies, reports of one event and articles of their own."""
    records = [
        {
            "url": f"https://{site}.org/{town}",
            "title": f"Bridge of {town} closes",
            "text": f"The council of {town} voted on Tuesday to close the bridge over the river for {day} years. The "
            f"mayor said that {day}00 jobs in {town} depend on it, and that traffic will go by the old road. {extra}",
            "published_at": f"2024-05-0{day}T10:00:00Z",
        }
        for day, town in enumerate("Alm Berg Carlow Dunmore".split(), 1)
        for site, extra in (("a", ""), ("b", "Residents fear noise at night."), ("c", "So does the minister."))
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    import_file(store, str(path), print, 1_720_000_000)
    return store


def rows(store: Store) -> dict[str, list[Any]]:
    with store.read() as conn:
        found = {name: sorted(map(tuple, conn.execute(text(f"SELECT * FROM {name}")))) for name in TABLES}
        placed = select(articles.c.id, articles.c.story_id, articles.c.copy_of).order_by(articles.c.id)
        return found | {"articles": [tuple(row) for row in conn.execute(placed)]}


def stop(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("batch", [1, 5, 200])
def test_it_is_what_was_there_before(filled: Store, monkeypatch: pytest.MonkeyPatch, batch: int) -> None:
    before = rows(filled)
    assert any(copy_of for _, _, copy_of in before["articles"])
    monkeypatch.setattr(rebuild_stories, "_BATCH", batch)
    with filled.write() as unit:
        unit.execute(delete(shingles))
    assert rebuild_stories.rebuild(filled) == len(before["articles"])
    assert rows(filled) == before


def test_what_was_interrupted_goes_on(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = rows(filled)
    monkeypatch.setattr(rebuild_stories, "_BATCH", 5)
    with pytest.raises(KeyboardInterrupt):
        rebuild_stories.rebuild(filled, stop)
    assert any("interrupted" in line for line in maintenance.check(filled))
    assert rebuild_stories.rebuild(filled) == len(before["articles"]) - 5
    assert rows(filled) == before
    assert list(maintenance.check(filled)) == []
