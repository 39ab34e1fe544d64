"""Pruning, tombstones, backups, checks."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text, update

from aggregator.archive import marking
from aggregator.archive.import_articles import import_file
from aggregator.archive.prune import excess, prune
from aggregator.engines import fetch
from aggregator.errors import StoreError, UsageError
from aggregator.pool import Pool
from aggregator.store import engine
from aggregator.store.engine import Store
from aggregator.store.schema import articles, entries, feeds
from aggregator.store.upkeep import maintenance, sizes
from aggregator.subscriptions.sync import load, synced_settings
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


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Articles 1 to 6, a day apart from the 1st of May 2024 on; 4 and 5 are copies of 1, and 2 is starred."""
    lines = [
        {
            "url": f"https://{'ab'[number % 2]}.org/{number}",
            "text": f"Text {number}. " * 50,
            "published_at": f"2024-05-0{number}T00:00:00Z",
            "fetched_at": f"2024-05-0{number}T00:00:00Z",
            **{"id": number, "story_id": 1 if number in (4, 5) else number},
            **({"copy_of": 1} if number in (4, 5) else {}),
        }
        for number in range(1, 7)
    ]
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_file(store, str(path), print)
    marking.mark(store, [2], "star", NOW)
    return store


NOW = 1_715_040_000  # the 7th of May 2024


@pytest.mark.parametrize(
    ("keep", "left"),
    [("3", [1, 2, 3, 6]), ("4", [1, 2, 3, 5, 6]), ("1", [2, 6]), ("3d", [2, 4, 5, 6]), ("forever", [1, 2, 3, 4, 5, 6])],
)
def test_of_the_whole_archive_copies_go_first_and_starred_articles_never(
    filled: Store, tmp_path: Path, keep: str, left: list[int]
) -> None:
    config = tmp_path / "feeds.yaml"
    config.write_text(f"settings: {{keep_in_all: {keep}}}\n")
    synced_settings(filled, config, {}, NOW)
    assert excess(filled, load(filled, config, {})[0], NOW).articles == 6 - len(left)
    assert prune(filled, NOW).articles == 6 - len(left)
    with filled.read() as conn:
        assert conn.execute(select(articles.c.id).order_by(articles.c.id)).scalars().all() == left
    assert list(maintenance.check(filled)) == []


def test_of_a_feed_copies_go_first_and_starred_articles_never(filled: Store) -> None:
    with filled.write() as conn:
        known = {"url": "https://a.org/feed", "kind": "feed", "site": "a.org", "options": "{}"}
        conn.execute(insert(feeds).values(id=1, **known, position=0, next_poll_at=0, added_at=0))
        row = {"feed_id": 1, "first_seen_at": 0, "last_seen_at": 0, "state": "done"}
        of = [row | {"key": str(number), "article_id": number, "published_at": number} for number in range(1, 7)]
        conn.execute(insert(entries), of)
        found = {most: maintenance.outdated(conn, 1, None, most) for most in (1, 3, 4)}
        assert found == {1: [3, 1, 5, 4], 3: [5, 4], 4: [4]}
        assert maintenance.outdated(conn, 1, 4, None) == [1, 3]


def test_where_the_bytes_are(filled: Store) -> None:
    with filled.read() as conn:
        tables = sizes.by_table(conn)
        sites, months = sizes.by_site_and_month(conn)
        whole = maintenance.stats(conn)["bytes"]
    assert {"articles", "shingles", "entries"} <= tables.keys()
    assert list(tables.values()) == sorted(tables.values(), reverse=True)
    assert 0 < sum(tables.values()) <= whole
    if filled.dialect == "sqlite":
        assert sum(tables.values()) == whole
    assert {(one.name, one.articles) for one in sites} == {("a.org", 3), ("b.org", 3)}
    assert [(one.name, one.articles) for one in months] == [("2024-05", 6)]
    assert months[0].bytes == sum(one.bytes for one in sites) > 6 * 400


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


def test_writes_of_others_do_not_make_a_backup_begin_anew(tmp_path: Path) -> None:
    store = engine.open(f"sqlite:///{tmp_path}/a.db")
    with store.write() as conn:
        conn.execute(text("INSERT INTO meta VALUES ('large', :value)"), {"value": "b" * 30_000_000})
    done: list[int] = []

    def write(what: str, copied: int, total: int | None) -> None:
        with store.write() as conn:
            conn.execute(text("INSERT INTO meta VALUES (:key, 'later')"), {"key": f"during {len(done)}"})
        done.append(copied)
        assert len(done) < 50

    maintenance.backup(store, tmp_path / "copy.db", write)
    assert done == sorted(set(done))
    assert len(done) > 2
    copy = engine.open(f"sqlite:///{tmp_path}/copy.db")
    with copy.read() as copied:
        assert copied.execute(text("SELECT count(*) FROM meta WHERE value = 'later'")).scalar_one() == 0
    copy.close()
    store.close()


def test_a_database_at_rest_that_can_not_be_written_is_backed_up(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    engine.open(f"sqlite:///{folder}/a.db").close()
    (folder / "a.db").chmod(0o400)
    folder.chmod(0o500)
    command = [sys.executable, "-m", "aggregator", "--database", f"sqlite:///{folder}/a.db", "db", "backup", "copy.db"]
    ours = {"PYTHONPATH": str(Path(__file__).parents[2])}
    unprivileged = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*unprivileged, *command], cwd=tmp_path, env=os.environ | ours, capture_output=True, text=True
    )
    folder.chmod(0o700)
    assert (done.returncode, done.stderr) == (0, "")
    copy = engine.open(f"sqlite:///{tmp_path}/copy.db")
    assert list(maintenance.check(copy)) == []
    copy.close()


def test_an_interrupted_backup_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    store = engine.open(f"sqlite:///{tmp_path}/a.db")
    with pytest.raises(KeyboardInterrupt):
        maintenance.backup(store, tmp_path / "copy.db", interrupt)
    assert not list(tmp_path.glob("copy.db*"))
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
