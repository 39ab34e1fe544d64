"""Pruning, tombstones, backups, checks."""

from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from aggregator.archive.prune import excess, prune
from aggregator.engines import fetch
from aggregator.errors import StoreError, UsageError
from aggregator.pool import Pool
from aggregator.store import engine, maintenance
from aggregator.store.engine import Store
from aggregator.store.schema import articles, entries, feeds
from aggregator.subscriptions.sync import load
from tests.servers import Reply, Server
from tests.visit import site

ENVIRON = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0", "AGGREGATOR_WORKERS": "1"}
DAY = 86400


def test_what_was_pruned_does_not_come_back(
    tmp_path: Path, database_url: str, pool: Pool, caplog: pytest.LogCaptureFixture
) -> None:
    config = tmp_path / "feeds.yaml"
    with Server() as server:
        server.route(
            "/rss",
            Reply(site.rss(server, range(3), description="A line.")),
            Reply(site.rss(server, range(1, 4), description="A line.")),
        )
        config.write_text(f"feeds:\n  - url: {server.url('/rss')}\n    full_text: never\n    keep: 1\n")
        job = fetch.FetchRequest(config, database_url, force=True)
        assert fetch.run(job, environ=ENVIRON, pool=pool).articles_new == 3
        store = engine.open(database_url)
        with store.read() as conn:
            now = conn.execute(select(feeds.c.parsed_at)).scalar_one()
        assert excess(store, load(store, config, ENVIRON)[0], now).articles == 2
        assert prune(store, now).articles == 2
        assert ["2 articles are removed now" in one for one in caplog.messages] == [True]
        assert fetch.run(job, environ=ENVIRON, pool=pool).articles_new == 1
        assert prune(store, now).articles == 1
        assert len(caplog.messages) == 1
        with store.write() as conn:
            assert count(store, "entries") == 4
            assert maintenance.drop_tombstones(conn, now + 29 * DAY) == 0
            conn.execute(update(entries).values(last_seen_at=now - 31 * DAY).where(entries.c.key == "g0"))
            conn.execute(update(feeds).values(format="sitemap-index"))  # of whose sitemaps it is only a part
            assert maintenance.drop_tombstones(conn, now) == 0
            conn.execute(update(feeds).values(format="rss20"))
            assert maintenance.drop_tombstones(conn, now) == 1
        assert list(maintenance.check(store)) == []
        store.close()


def count(store: Store, table: str) -> int:
    with store.read() as conn:
        return int(conn.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


@pytest.mark.parametrize("target", ["a.db", "link.db", "."])
def test_a_backup_never_takes_the_place_of_its_own_database(tmp_path: Path, target: str) -> None:
    store = engine.open(f"sqlite:///{tmp_path}/a.db")
    (tmp_path / "link.db").symlink_to(tmp_path / "a.db")
    before = (tmp_path / "a.db").stat().st_ino
    with pytest.raises(UsageError):
        maintenance.backup(store, tmp_path / target)
    assert (tmp_path / "a.db").stat().st_ino == before
    store.close()


def test_backup_is_whole(tmp_path: Path) -> None:
    store = engine.open(f"sqlite:///{tmp_path}/a.db")
    with store.write() as conn:
        conn.execute(text("INSERT INTO meta VALUES ('a', 'b')"))
        maintenance.backup(store, tmp_path / "copy.db")  # while somebody writes
    maintenance.backup(store, tmp_path / "copy.db")
    copy = engine.open(f"sqlite:///{tmp_path}/copy.db")
    with copy.read() as conn:
        assert conn.execute(text("SELECT value FROM meta WHERE key = 'a'")).scalar_one() == "b"
    with pytest.raises(StoreError, match="backup failed"):
        maintenance.backup(store, tmp_path / "none" / "copy.db")
    copy.close()
    store.close()


def test_a_damaged_database_gives_no_backup_and_leaves_the_one_before(tmp_path: Path) -> None:
    store = engine.open(f"sqlite:///{tmp_path}/a.db")
    with store.write() as conn:
        conn.execute(text("INSERT INTO meta VALUES ('a', :value)"), {"value": "b" * 400_000})
    store.close()
    before = b"SQLite format 3\0before"
    (tmp_path / "copy.db").write_bytes(before)
    with (tmp_path / "a.db").open("r+b") as file:
        file.seek(-200_000, 2)
        file.write(b"\xff" * 100_000)
    store = engine.open(f"sqlite:///{tmp_path}/a.db")
    with pytest.raises(StoreError, match="backup failed"):
        maintenance.backup(store, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_bytes() == before
    store.close()


def test_check_finds_what_is_wrong(store: Store) -> None:
    assert list(maintenance.check(store)) == []
    with store.write() as conn:
        conn.execute(text("INSERT INTO stories (id, first_at, last_at, articles) VALUES (1, 0, 0, 5)"))
    assert list(maintenance.check(store)) == ["1 stories count their articles wrongly"]


def test_stats_and_upkeep(store: Store) -> None:
    maintenance.optimise(store)
    maintenance.checkpoint(store)
    with store.read() as conn:
        found = maintenance.stats(conn)
        assert found["articles"] == conn.execute(select(func.count()).select_from(articles)).scalar_one() == 0
    assert found["bytes"] > 0
