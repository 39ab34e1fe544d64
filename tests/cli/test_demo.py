"""`aggregator demo`, and asking the archive it leaves."""

import csv
import json
import sqlite3

import pytest


@pytest.fixture
def archive(run, played):
    """`run` on the demonstration's archive."""
    return lambda *arguments, **more: run("--config", str(played / "feeds.yaml"), *arguments, **more)


def test_it_shows_what_was_cleaned_dropped_and_one_story(played):
    printed = (played / "demo.txt").read_text("utf-8")
    assert "10 new" in printed
    assert "Neue Talbrücke" in printed
    dropped = printed.split("dropped as boilerplate")[1].split("one story")[0]
    assert "14°C" in dropped
    assert "Mantente informado" in dropped
    assert printed.split("one story")[1].count("copy") == 2
    assert "\x1b[" not in printed


def test_articles_are_free_of_furniture(archive):
    articles = [json.loads(line) for line in archive("export", "-").stdout.splitlines()]
    assert len(articles) == 10
    assert {article["lang"] for article in articles} == {"en", "de", "es"}
    for article in articles:
        assert article["word_count"] > 100
        for furniture in ("Stay in touch", "ookies", "Latest Posts", "PUBLICIDAD", "Impressum", "°C"):
            assert furniture not in article["text"]


def test_search_in_every_format(archive):
    assert "+1" in archive("search", "teatro").stdout
    found = json.loads(archive("search", "teatro", "--json").stdout)
    assert len(found) == 2
    assert list(found[0])[:3] == ["id", "url", "canonical_url"]
    assert [json.loads(line) for line in archive("search", "teatro", "--format", "jsonl").stdout.splitlines()] == found
    rows = csv.DictReader(archive("search", "teatro", "--format", "csv").stdout.splitlines(keepends=True))
    assert [int(row["id"]) for row in rows] == [article["id"] for article in found]
    brief = archive("search", "teatro", "--format", "text").stdout.splitlines()
    assert [line.split()[0] for line in brief[::2]] == [f"[{article['id']}]" for article in found]
    assert all(line.startswith("  ") for line in brief[1::2])


def test_search_narrows(archive):
    def count(*arguments: str) -> int:
        return len(json.loads(archive("search", "teatro", *arguments, "--json").stdout))

    assert count("--lang", "de") == 0
    assert count("--until", "2001-01-01") == 0
    assert count("--since", "7d", "--limit", "1") == 1
    assert count("--stories") == 1
    assert archive("search", "zebra").returncode == 0


@pytest.mark.parametrize("width", [80, 200])
def test_tables_fit_their_width(archive, width):
    for command in (["search", "ferry"], ["stories", "--since", "30d"], ["feeds", "list"]):
        printed = archive(*command, COLUMNS=str(width)).stdout
        assert max(map(len, printed.splitlines())) <= width


def test_show(archive):
    (head,) = [a for a in json.loads(archive("search", "teatro", "--json").stdout) if a["copy_of"] is None]
    del head["snippet"], head["marks"]
    number = str(head["id"])
    text = archive("show", number).stdout
    assert text.startswith(f"{head['title']}\n{head['site']} · ")
    assert head["url"] in text.split("\n\n")[0]
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert json.loads(archive("show", number, "--format", "json").stdout) == head
    assert archive("show", number, "--format", "markdown").stdout.startswith(f"# {head['title']}")
    assert "<p>" in archive("show", number, "--format", "html").stdout
    assert json.loads(archive("show", number, "--copies", "--json").stdout)[0]["copy_of"] == head["id"]
    assert "never changed" in archive("show", number, "--revisions").stdout


def test_stories(archive):
    found = json.loads(archive("stories", "--since", "30d", "--json").stdout)
    assert [story["articles"] for story in found] == [2, 2, 1, 1, 1, 1, 1, 1]


def test_export_and_import_into_an_empty_database(run, archive, tmp_path):
    archive("export", str(tmp_path / "all.jsonl.zst"))
    assert run("import", "all.jsonl.zst").stdout == "10 new, 0 updated, 0 unchanged, 0 failed\n"
    assert run("import", "all.jsonl.zst").stdout == "0 new, 0 updated, 10 unchanged, 0 failed\n"
    assert run("export", "-").stdout == archive("export", "-").stdout


def test_database_commands(archive, tmp_path):
    assert archive("db", "check").stdout == "nothing wrong\n"
    assert json.loads(archive("db", "stats", "--json").stdout)["articles"] == 10
    assert archive("db", "upgrade").returncode == 0
    assert archive("db", "prune").stdout.startswith("0 articles")
    assert archive("db", "backup", str(tmp_path / "copy.db")).returncode == 0
    copy = sqlite3.connect(tmp_path / "copy.db")
    assert copy.execute("SELECT count(*) FROM articles").fetchone() == (10,)
    copy.close()


def test_three_sites_that_fail_alike_are_the_networks_fault(run, played, tmp_path):
    (tmp_path / "feeds.yaml").write_text((played / "feeds.yaml").read_text())
    done = run("fetch", "--json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    assert "none of 3 sites" in found["offline"]
    assert (found["feeds"]["failed"], found["failures"]["feeds"]) == (0, [])


def test_a_folder_in_use_is_left_alone(fails, played):
    assert "already" in fails("demo", "--keep", str(played))
