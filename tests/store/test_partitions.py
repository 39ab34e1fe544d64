"""What goes by age lies in partitions of a month on PostgreSQL, one raw page of an article in all of them."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text

from aggregator.engines import fetch
from aggregator.pool import Pool
from aggregator.store import engine, partitions
from aggregator.store.content import save_article
from aggregator.store.engine import Store
from aggregator.store.schema import feeds, raw_pages
from aggregator.store.upkeep import maintenance, move_archive, sizes
from tests.conftest import new_database
from tests.store.months import FEED, NOW, at, log, names, page, until, waits, where


def test_a_month_has_its_partition_and_what_is_of_none_another(postgres_store: Store) -> None:
    times = (7, at(1, 1), at(1, 31), at(2, 1), at(7, 31), at(8, 1))
    with postgres_store.write() as conn:
        log(conn, *times)
    months = ("default", "2030_01", "2030_01", "2030_02", "2030_07", "default")
    assert where(postgres_store) == [(f"polls_{month}", one) for month, one in zip(months, times, strict=True)]


def test_a_month_takes_what_came_before_it_was_made(postgres_store: Store) -> None:
    with postgres_store.write() as conn:
        log(conn, 7, at(8), at(9))
    partitions.make_months(postgres_store, at(7))
    partitions.make_months(postgres_store, at(7))
    assert where(postgres_store) == [("polls_default", 7), ("polls_2030_08", at(8)), ("polls_default", at(9))]


def test_a_month_that_can_not_be_made_now_is_made_another_time(
    postgres_store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(partitions, "_PAUSES", (0.01,))
    with postgres_store.write() as conn:
        log(conn, at(8))
        partitions.make_months(postgres_store, at(7))
        log(conn, at(8, 16))
    assert "a table was in use at each of 2 tries; the partition of 2030_08 is made another time" in caplog.text
    partitions.make_months(postgres_store, at(7))
    assert where(postgres_store) == [("polls_2030_08", at(8)), ("polls_2030_08", at(8, 16))]


def kept(store: Store) -> list[tuple[int, bytes]]:
    with store.read() as conn:
        found = conn.execute(select(raw_pages.c.fetched_at, raw_pages.c.body))
        return [(int(when), bytes(body)) for when, body in found]


def test_a_fetch_makes_the_months(postgres_store: Store, tmp_path: Path, pool: Pool) -> None:
    config = tmp_path / "feeds.yaml"
    config.write_text("feeds: []\n")
    fetch.run(fetch.FetchRequest(config, postgres_store.url), environ={}, clock=lambda: at(9), pool=pool)
    assert names(postgres_store)[-3:] == ["polls_2030_09", "polls_2030_10", "polls_default"]


def test_an_article_has_one_raw_page_in_whichever_month(store: Store) -> None:
    partitions.make_months(store, NOW)
    for when, body in ((at(5), b"1"), (at(6), b"2"), (at(6), b"3"), (at(5), b"4"), (at(12), b"5")):
        with store.write() as unit:
            save_article.save(unit, page(when, body))
        assert kept(store) == [(when, body)]
    with store.write() as unit:
        article_id = save_article.save(unit, page(at(6, 30), b"6", title="Bridge opens")).id
        save_article.replace(unit, article_id, page(at(7, 1), b"7"))
    assert kept(store) == [(at(7, 1), b"7")]
    assert list(maintenance.check(store)) == []


def test_of_two_that_store_a_page_of_one_article_the_second_waits(postgres_store: Store) -> None:
    with postgres_store.write() as unit:
        article_id = save_article.save(unit, page(at(4), b"1")).id

    def again() -> None:
        with postgres_store.write() as unit:
            assert save_article.save(unit, page(at(6), b"3")).outcome == "unchanged"

    with ThreadPoolExecutor(1) as thread:
        with postgres_store.write() as unit:
            save_article.replace(unit, article_id, page(at(5), b"2"))
            other = thread.submit(again)
            until(lambda: waits(postgres_store, "") or other.done())
        other.result()
    assert kept(postgres_store) == [(at(6), b"3")]


def test_check_finds_an_article_with_two_pages(postgres_store: Store) -> None:
    with postgres_store.write() as unit:
        article_id = save_article.save(unit, page(at(4))).id
        unit.execute(insert(raw_pages).values(article_id=article_id, url="", fetched_at=at(5), body=b""))
    assert list(maintenance.check(postgres_store)) == ["1 articles have more than one raw page"]


def test_a_partition_counts_for_its_table(postgres_store: Store) -> None:
    with postgres_store.write() as conn:
        log(conn, 7, at(1))
    with postgres_store.read() as conn:
        tables, stats = sizes.by_table(conn), maintenance.stats(conn)
        size = text("SELECT pg_total_relation_size(to_regclass(:name))")
        parts = [int(conn.execute(size, {"name": name}).scalar_one()) for name in names(postgres_store)]
    assert tables["polls"] == sum(parts)
    assert not [name for name in tables if name.startswith("polls_")]
    assert stats["polls"] == 2


def test_an_archive_that_moves_here_has_the_months_of_the_last_year(tmp_path: Path, postgres: str) -> None:
    now = int(time.time())
    times = [partitions.month(now, -12), partitions.month(now, -1), now]
    target = new_database(postgres, "template0")
    with closing(engine.open(f"sqlite:///{tmp_path / 'a.db'}")) as source:
        with source.write() as conn:
            conn.execute(insert(feeds).values(**FEED, position=0, next_poll_at=0, added_at=0))
            log(conn, 7, *times)
        assert move_archive.move(source, target).differences == ()
    with closing(engine.open(target)) as there:
        assert where(there) == [
            ("polls_default", 7),
            *((f"polls_{datetime.fromtimestamp(one, UTC):%Y_%m}", one) for one in times),
        ]
