"""`aggregator reextract` on the database that the demonstration leaves."""

import json
import shutil
import sqlite3
from pathlib import Path

import pytest


@pytest.fixture
def archive(played: Path, tmp_path: Path) -> Path:
    """A copy of it, in which one raw page is damaged and another holds no article."""
    shutil.copy(played / "feeds.yaml", tmp_path)
    shutil.copy(played / "aggregator.db", tmp_path)
    with sqlite3.connect(tmp_path / "aggregator.db") as conn:
        first, second = [row[0] for row in conn.execute("SELECT article_id FROM raw_pages ORDER BY article_id LIMIT 2")]
        conn.execute("UPDATE raw_pages SET body = x'00' WHERE article_id = ?", [first])
        conn.execute("DELETE FROM raw_pages WHERE article_id = ?", [second])
        conn.execute("DELETE FROM site_memories")
    conn.close()
    return tmp_path


def test_the_report_for_programs(run, archive):
    done = run("reextract", "--dry-run", "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    found = json.loads(done.stdout)
    assert (found["dry_run"], found["interrupted"]) == (True, False)
    failed = found["articles"][0]
    assert (failed["outcome"], failed["error"]) == ("failed", "the raw page is damaged")
    assert set(failed) == {
        *("id", "title", "url", "outcome", "old_version", "new_version", "words_added", "words_removed"),
        *("fields", "error"),
    }
    totals = found["totals"]
    assert totals["without_raw_page"] == 1
    assert sum(totals[name] for name in ("unchanged", "changed", "no_article", "failed")) == totals["pages"] == 9


def test_the_report_for_people(run, archive):
    done = run("reextract")
    assert done.returncode == 0, done.stderr
    assert "9 of 9 raw pages read:" in done.stdout
    assert "1 failed" in done.stdout
    assert "failed: the raw" in done.stdout
    assert "without a raw page: 1" in done.stdout
    assert run("db", "check").stdout == "nothing wrong\n"


def test_a_feed_or_site_that_is_unknown_is_wrong_usage(fails, archive):
    assert "no article of that site" in fails("reextract", "--site", "nowhere.example")
    assert "no such feed" in fails("reextract", "--feed", "nobody")


def test_nothing_to_read_is_no_failure(run, archive):
    done = run("reextract", "--until", "2001-01-01", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["articles"] == []


def test_every_page_failing_is_one(run, archive):
    with sqlite3.connect(archive / "aggregator.db") as conn:
        conn.execute("UPDATE raw_pages SET body = x'00'")
    conn.close()
    assert run("reextract").returncode == 1
