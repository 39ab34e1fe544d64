"""What is older than it is kept goes: on PostgreSQL by whole months, where it is kept for a month or more."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from aggregator.archive.prune import Pruned, excess, prune
from aggregator.config.models import Config
from aggregator.store import partitions
from aggregator.store.content import save_article
from aggregator.store.engine import Store
from aggregator.subscriptions.sync import load, synced_settings
from aggregator.times import DAY
from tests.store.months import LOGGED, NOW, at, log, names, page, until, waits, where


def configured(store: Store, folder: Path, settings: str) -> Config:
    config = folder / "feeds.yaml"
    config.write_text(f"settings: {{{settings}}}\n")
    synced_settings(store, config, {}, NOW)
    return load(store, config, {})[0]


def pruned(store: Store, config: Config, now: int = NOW) -> Pruned:
    """Prunes, and what would be removed is what is."""
    told = excess(store, config, now)
    gone = prune(store, now)
    assert (told.raw_pages, told.polls) == (gone.raw_pages, gone.polls)
    return gone


def test_a_month_goes_as_a_whole_when_its_last_day_is_past(postgres_store: Store, tmp_path: Path) -> None:
    config = configured(postgres_store, tmp_path, "poll_log_keep: 90d")
    stay = (at(3, 1), at(3, 16), at(3, 17), at(6, 14), at(12))  # 90 days before are the 17th of March
    with postgres_store.write() as conn:
        log(conn, 7, at(1, 1), at(1, 31), at(2, 28), *stay)
    assert pruned(postgres_store, config).polls == 4
    assert [when for _, when in where(postgres_store)] == [*stay]
    assert names(postgres_store)[0] == "polls_2030_03"
    assert pruned(postgres_store, config).polls == 0
    assert pruned(postgres_store, config, at(7, 1)).polls == 2 + 1
    assert names(postgres_store) == [*(f"polls_2030_0{month}" for month in range(4, 9)), "polls_default"]
    assert where(postgres_store) == [("polls_2030_06", at(6, 14)), ("polls_default", at(12))]


def test_what_is_kept_for_less_than_a_month_goes_row_by_row(postgres_store: Store, tmp_path: Path) -> None:
    config = configured(postgres_store, tmp_path, "poll_log_keep: 7d, keep_raw: 0")
    with postgres_store.write() as conn:
        log(conn, 7, at(4), at(5), at(6, 7), at(6, 9))
        save_article.save(conn, page(at(6, 14)))
    gone = pruned(postgres_store, config)
    assert (gone.polls, gone.raw_pages) == (4, 1)
    assert where(postgres_store) == [("polls_2030_06", at(6, 9))]
    assert names(postgres_store)[0] == "polls_2030_06"


def test_nothing_goes_of_what_is_kept_for_ever(postgres_store: Store, tmp_path: Path) -> None:
    config = configured(postgres_store, tmp_path, "poll_log_keep: forever")
    with postgres_store.write() as conn:
        log(conn, 7, at(1))
    assert pruned(postgres_store, config).polls == 0
    assert len(where(postgres_store)) == 2


def test_a_table_in_use_keeps_its_months_until_the_next_prune(
    postgres_store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(partitions, "_PAUSES", (0.01,))
    configured(postgres_store, tmp_path, "poll_log_keep: 30d")
    with postgres_store.write() as conn:
        log(conn, 7, at(1))
    with postgres_store.read() as conn:
        conn.execute(LOGGED).all()
        assert prune(postgres_store, NOW).polls == 1  # of those of no month
    assert "a table was in use at each of 2 tries; polls_2030_01 is dropped another time" in caplog.text
    assert where(postgres_store) == [("polls_2030_01", at(1))]
    assert prune(postgres_store, NOW).polls == 1


def test_killed_while_it_drops_a_month_it_leaves_nothing_behind(postgres_store: Store, tmp_path: Path) -> None:
    now = int(time.time())
    past = now - 200 * DAY
    partitions.make_months(postgres_store, past)
    with postgres_store.write() as conn:
        log(conn, past, now)
    before = where(postgres_store)
    command = [sys.executable, "-m", "aggregator", "--database", postgres_store.url, "db", "prune"]
    here = os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])}
    with postgres_store.read() as conn:
        conn.execute(LOGGED).all()
        with subprocess.Popen(command, cwd=tmp_path, env=here) as running:
            until(lambda: waits(postgres_store, "DROP TABLE") or running.poll() is not None)
            running.send_signal(signal.SIGKILL)
        assert running.returncode == -signal.SIGKILL
    assert where(postgres_store) == before
    done = subprocess.run(command, cwd=tmp_path, env=here, capture_output=True, text=True, check=False)
    assert "0 raw pages, 1 polls" in done.stdout
    assert where(postgres_store) == before[1:]
