"""Databases of every earlier version are brought to today's with all that is in them."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from struct import pack

import pytest
from sqlalchemy import text

import migrations.versions
from aggregator.errors import DatabaseBusy
from aggregator.query import Words
from aggregator.store import engine
from aggregator.store.grouping import near_copies
from aggregator.store.searching.search_articles import each
from aggregator.store.searching.search_sql import Filters
from aggregator.store.upkeep import maintenance
from aggregator.stories import fingerprint
from tests.conftest import new_database

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
COUNTED = ("0023", text("UPDATE feeds SET entries = 1"))  # what versions from this one on count by themselves


@pytest.mark.parametrize("version", VERSIONS)
def test_an_older_database_is_upgraded_with_all_that_is_in_it(bare_url: str, version: str) -> None:
    old = engine.Store(engine._engine(bare_url))
    engine._migrate(old, version)
    with old.write() as conn:
        for row in ROWS:
            conn.execute(text(row))
        if version >= COUNTED[0]:
            conn.execute(COUNTED[1])
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


@pytest.fixture
def old_postgres(postgres: str) -> Iterator[engine.Store]:
    """A database of an earlier version on PostgreSQL, with an article."""
    old = engine.Store(engine._engine(new_database(postgres, "template0")))
    engine._migrate(old, "0017")
    with old.write() as conn:
        for row in ROWS:
            conn.execute(text(row))
    yield old
    old.close()


def test_indexes_are_made_while_others_write(old_postgres: engine.Store) -> None:
    mark = text("INSERT INTO article_marks (article_id, changed_at) VALUES (1, 1)")
    with ThreadPoolExecutor(1) as thread, old_postgres.write() as writer:
        writer.execute(mark)  # which the index has to wait for
        upgraded = thread.submit(engine.upgrade, old_postgres.url)
        while not waits(old_postgres):
            assert not upgraded.done(), upgraded.result()
            time.sleep(0.02)
        with old_postgres.write() as other:
            other.execute(text("SET LOCAL lock_timeout = '3s'"))
            other.execute(text("UPDATE article_marks SET changed_at = 2"))
        writer.execute(text("UPDATE articles SET title = 'Written meanwhile'"))
        writer.commit()
        assert upgraded.result() == engine.HEAD
    with old_postgres.read() as conn:
        found = "SELECT indexrelid::regclass::text FROM pg_index WHERE indrelid = 'articles'::regclass"
        names = set(conn.execute(text(found)).scalars())
    assert "articles_of_story" in names
    assert "articles_story" not in names


def waits(store: engine.Store) -> bool:
    with store.read() as conn:
        query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'CREATE INDEX%'"
        return bool(conn.execute(text(f"{query} AND datname = current_database()")).scalar())


def test_an_index_whose_making_was_interrupted_is_made_anew(old_postgres: engine.Store) -> None:
    url = old_postgres.url
    engine.upgrade(url)
    with old_postgres.write() as conn:
        conn.execute(text("DROP INDEX articles_at, articles_gone"))
        conn.execute(text("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'articles_of_site'::regclass"))
    engine.upgrade(url)
    with old_postgres.read() as conn:
        named = "('articles_at'::regclass, 'articles_of_site'::regclass)"
        found = conn.execute(text(f"SELECT indisvalid FROM pg_index WHERE indexrelid IN {named}"))
        assert found.scalars().all() == [True, True]
        gone = "SELECT indexdef FROM pg_indexes WHERE indexname = 'articles_gone'"
        assert str(conn.execute(text(gone)).scalar()).endswith("WHERE (gone_at IS NOT NULL)")


def test_a_table_in_use_lets_a_migration_wait_no_longer(
    old_postgres: engine.Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "LOCK_SECONDS", 1)
    with old_postgres.write() as writer:
        writer.execute(text("LOCK TABLE alembic_version IN SHARE MODE"))
        with pytest.raises(DatabaseBusy, match="a table was in use for over 1 s; nothing is changed, try again"):
            engine.upgrade(old_postgres.url)
    assert engine.upgrade(old_postgres.url) == engine.HEAD
