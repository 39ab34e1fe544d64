"""What pages show of stories and searches, on both databases."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from aggregator.archive.comparison import compare
from aggregator.archive.front_page import front_page, unread_page
from aggregator.archive.import_articles import import_file
from aggregator.archive.marking import mark
from aggregator.archive.next_articles import neighbours
from aggregator.archive.removed_blocks import removed_blocks
from aggregator.archive.search import Search
from aggregator.archive.search_facets import search_facets
from aggregator.errors import NotFound
from aggregator.store.engine import Store
from aggregator.subscriptions.source_names import source_names

NOW = datetime(2024, 5, 10, 12, tzinfo=UTC)
TEXT = " ".join(f"The harbour council of Velden voted on pier {n} and on its {n} lamps." for n in range(20))


def fill(store: Store, tmp_path: Path) -> None:
    """Three articles: one, its copy an hour later, and one of another language the day after."""
    lines = [
        {"url": "https://a.org/1", "title": "A vote", "text": f"A vote. {TEXT}", "lang": "en"},
        {"url": "https://b.org/2", "title": "A vote again", "text": f"A vote. {TEXT}", "lang": "en"},
        {"url": "https://b.org/3", "title": "Regen", "text": "Es regnet in Velden.", "lang": "de"},
    ]
    for line, at in zip(lines, ("2024-05-01T08:00:00Z", "2024-05-01T09:00:00Z", "2024-05-02T08:00:00Z"), strict=True):
        line["published_at"] = at
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert import_file(store, str(path), print).ok


def test_the_last_day_with_news_is_shown_where_the_last_one_had_none(store: Store, tmp_path: Path) -> None:
    assert front_page(store, timedelta(days=1), NOW, 10).cards == ()
    fill(store, tmp_path)
    found = front_page(store, timedelta(days=2), NOW, 10)
    assert found.is_late
    assert [(card.story.articles, card.story.copies) for card in found.cards] == [(2, 1), (1, 0)]
    first = found.cards[0]
    assert first.teaser.startswith("The harbour council")  # not the title again
    assert [one.site for one in first.members] == ["a.org", "b.org"]
    assert not first.is_read
    assert not front_page(store, timedelta(days=30), NOW, 1).is_late
    assert front_page(store, timedelta(days=30), NOW, 1).more


def test_what_is_unread_is_looked_for_beyond_the_first_page(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    biggest, other = front_page(store, timedelta(days=2), NOW, 10).cards
    mark(store, [one.id for one in biggest.members], "read", 1)
    found = unread_page(store, timedelta(days=2), NOW, 1)
    assert [card.story.id for card in found.cards] == [other.story.id]
    assert not found.all_read
    mark(store, [one.id for one in other.members], "read", 1)
    assert unread_page(store, timedelta(days=2), NOW, 1).all_read


def test_matches_are_counted_by_source_and_language(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    found = search_facets(store, Search("velden"))
    assert found.sites == (("b.org", 2), ("a.org", 1))
    assert found.langs == (("en", 2), ("de", 1))
    assert found.is_whole
    assert search_facets(store, Search("nothing")).sites == ()


def test_articles_stand_in_the_order_of_time_and_are_compared(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path)
    assert [neighbours(store, one) for one in (1, 2, 3)] == [(2, None), (3, 1), (None, 2)]
    assert compare(store, 1, 2).score == 1.0
    assert source_names(store) == {}
    with pytest.raises(NotFound, match="is not kept"):
        removed_blocks(store, 1)
