"""Databases of every earlier version are brought to today's with all that is in them."""

from pathlib import Path
from struct import pack

import pytest
from sqlalchemy import text

import migrations.versions
from aggregator.query import Words
from aggregator.store import engine, maintenance, near_copies
from aggregator.store.search_articles import each
from aggregator.store.search_sql import Filters
from aggregator.stories import fingerprint

VERSIONS = sorted(path.name[:4] for path in Path(migrations.versions.__path__[0]).glob("0*.py"))[:-1]
ROWS = (
    "INSERT INTO feeds (url, kind, site, options, position, next_poll_at, added_at, last_poll_at)"
    " VALUES ('https://a.example/feed', 'feed', 'a.example', '{}', 0, 50, 1, 20)",
    "INSERT INTO polls (feed_id, at, outcome, status, listed, new) VALUES (1, 20, 'changed', 200, 3, 1)",
    "INSERT INTO stories (first_at, last_at, articles) VALUES (10, 10, 1)",
    "INSERT INTO articles (url, canonical_url, site, body_from, fetched_at, at, title, text, story_id, word_count,"
    " text_hash, is_article, extractor_version) VALUES ('https://a.example/1', 'https://a.example/1', 'a.example',"
    " 'page', 10, 10,"
    " 'Bridge opens', 'The bridge over the river opens in Łódź.', 1, 8, 7, true, 1)",
    "INSERT INTO entries (feed_id, key, url, first_seen_at, last_seen_at, article_id, state)"
    " VALUES (1, 'k', 'https://a.example/1', 10, 20, 1, 'done')",
)


@pytest.mark.parametrize("version", VERSIONS)
def test_an_older_database_is_upgraded_with_all_that_is_in_it(bare_url: str, version: str) -> None:
    old = engine.Store(engine._engine(bare_url))
    engine._migrate(old, version)
    with old.write() as conn:
        for row in ROWS:
            conn.execute(text(row))
    old.close()
    assert engine.upgrade(bare_url) == engine.HEAD
    store = engine.open(bare_url)
    assert list(maintenance.check(store)) == []
    with store.read() as conn:
        assert [one.id for one in each(conn, Words(("lodz",)), Filters())] == [1]
        assert conn.execute(text("SELECT title, text, story_id FROM articles")).all() == [
            ("Bridge opens", "The bridge over the river opens in Łódź.", 1)
        ]
        assert conn.execute(text("SELECT url, next_poll_at FROM feeds")).all() == [("https://a.example/feed", 50)]
        assert conn.execute(text("SELECT article_id, state FROM entries")).all() == [(1, "done")]
    store.close()


def test_copies_of_articles_stored_with_longer_hashes_are_found(bare_url: str) -> None:
    made = fingerprint(" ".join(f"Crew {n} repaired pier {n * 3} before ferry {n * 7} left Velden." for n in range(60)))
    longer = [(7 << 32) | (value & 0xFFFFFFFF) for value in made.hashes]
    marks = [(9 << 16) | value for value in made.entities]
    old = engine.Store(engine._engine(bare_url))
    engine._migrate(old, "0012")
    with old.write() as conn:
        for row in ROWS:
            conn.execute(text(row))
        packed = {"hashes": pack(f"<{len(longer)}q", *longer), "marks": pack(f"<{len(marks)}I", *marks)}
        conn.execute(text("INSERT INTO fingerprints VALUES (1, 0, :hashes, :marks)"), packed)
        conn.execute(text("INSERT INTO shingles VALUES (0, :hash, 1)"), [{"hash": value} for value in longer])
    old.close()
    engine.upgrade(bare_url)
    store = engine.open(bare_url)
    with store.write() as unit:
        _, (found,) = near_copies.find(unit, at=10, text_hash=0, fingerprint=made)
        assert found.hashes == set(made.hashes)
        assert found.entities == set(made.entities)
        near_copies.remove(unit, 1)
        assert unit.execute(text("SELECT count(*) FROM shingles")).scalar() == 0
    store.close()
