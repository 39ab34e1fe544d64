"""How the subscriptions fare: counts kept where entries come and go, compared with all rows counted."""

from dataclasses import replace

import pytest
from sqlalchemy import text, update

from aggregator.articles.entry_facts import entry_row
from aggregator.config.models import Config, Feed
from aggregator.model import Entry
from aggregator.store import schema
from aggregator.store.engine import Store
from aggregator.store.polling import entries, feeds
from aggregator.store.upkeep import maintenance
from aggregator.subscriptions.overview import DAYS, feed_overview, overview
from aggregator.subscriptions.sync import sync
from aggregator.times import DAY

NOW = 1_900_000_000
CONFIG = Config(feeds=tuple(Feed(url=f"https://{name}.example/feed") for name in "ab"))
ARTICLE = (
    "INSERT INTO articles (id, url, canonical_url, site, body_from, fetched_at, at, text, story_id, word_count,"
    " text_hash, is_article, extractor_version)"
    " VALUES (:id, :url, :url, 'a.example', 'page', 10, 10, '', 1, 8, 7, true, 1)"
)


@pytest.fixture
def filled(store: Store) -> Store:
    """Two feeds; of the first's entries two have an article, one waits with its old one, one failed, one never had."""
    sync(store, CONFIG, "digest", NOW)
    with store.write() as unit:
        unit.execute(text("INSERT INTO stories (id, first_at, last_at, articles) VALUES (1, 10, 10, 3)"))
        unit.execute(text(ARTICLE), [{"id": n, "url": f"https://a.example/{n}"} for n in (1, 2, 3)])
        rows = [entry_row(Entry(key=f"k{n}", url=f"https://a.example/{n}"), 1, NOW - n * DAY, "none") for n in range(6)]
        done = [replace(row, state="done", article_id=n) for n, row in enumerate(rows[:3]) if n]
        entries.add(unit, [*done, rows[0], *rows[3:]])
        waiting = list(entries.known(unit, 1, ["k3", "k4"]).values())
        entries.wait(unit, [one.id for one in waiting], NOW, "a.example")
        entries.give_article(unit, waiting[0].id, 3)
        entries.postpone(unit, [one.id for one in entries.known(unit, 1, ["k5"]).values()], 3, "404", None)
    return store


def test_entries_articles_and_what_waits_are_counted(filled: Store) -> None:
    first, second = overview(filled, CONFIG, NOW)
    assert (first.entries, first.articles, first.waiting) == (6, 3, 2)
    assert (second.entries, second.articles, second.waiting) == (0, 0, 0)
    assert first.new_by_day == (*[0] * (DAYS - 6), *[1] * 6)
    assert feed_overview(filled, CONFIG, 1, NOW) == first
    assert not [line for line in maintenance.check(filled) if "count" in line]


def test_counts_follow_what_is_pruned(filled: Store) -> None:
    with filled.write() as unit:
        pruned = update(schema.entries).where(schema.entries.c.key.in_(("k1", "k2")))
        unit.execute(pruned.values(state="pruned", article_id=None))
    first = overview(filled, CONFIG, NOW)[0]
    assert (first.entries, first.articles) == (6, 1)
    with filled.write() as unit:
        unit.execute(update(schema.feeds).values(parsed_at=NOW + 40 * DAY))
        assert maintenance.drop_tombstones(unit, NOW + 40 * DAY) == 2
    first = overview(filled, CONFIG, NOW)[0]
    assert (first.entries, first.articles, first.waiting) == (4, 1, 2)
    assert not [line for line in maintenance.check(filled) if "count" in line]


def test_only_what_is_not_done_and_what_came_lately_is_read(filled: Store) -> None:
    if filled.dialect != "sqlite":
        pytest.skip("on PostgreSQL the plan depends on what is there")
    asked: list[str] = []
    with filled.read() as conn:
        conn.connection.driver_connection.set_trace_callback(asked.append)  # type: ignore[union-attr]
        feeds.overview(conn)
        feeds.entries_per_day(conn, NOW - DAY)
        conn.connection.driver_connection.set_trace_callback(None)  # type: ignore[union-attr]
        plans = [str(conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {one}").all()) for one in asked if "SELECT" in one]
    read = [plan for plan in plans if "entries" in plan]
    assert len(read) == 2
    assert "COVERING INDEX entries_not_done" in read[0]
    assert "COVERING INDEX entries_came (feed_id=? AND first_seen_at>?)" in read[1]
