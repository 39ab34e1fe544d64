"""Numbers drawn with characters, on a terminal alone."""

import json
import os
import pty
import subprocess
import sys

import pytest

from aggregator.cli.bars import bar, sparkline
from tests.cli.conftest import environment


@pytest.mark.parametrize(("value", "drawn"), [(0, ""), (1, "▏"), (8, "█"), (12, "█▌"), (64, "████████")])
def test_a_bar_is_as_long_as_its_value(value, drawn):
    assert bar(value, 64, 8) == drawn


def test_a_sparkline_has_a_character_a_value():
    assert sparkline([0, 1, 4, 8]) == " ▁▄█"
    assert sparkline([]) == sparkline([0] * 3).strip() == ""


def shown(tmp_path, *arguments, stream="stdout"):
    """What a person sees on a terminal 80 columns wide."""
    ours, theirs = pty.openpty()
    started = subprocess.Popen(
        [sys.executable, "-m", "aggregator", *arguments],
        stdout=theirs if stream == "stdout" else subprocess.DEVNULL,
        stderr=theirs if stream == "stderr" else None,
        cwd=tmp_path,
        env=environment(tmp_path) | {"COLUMNS": "80", "TERM": "xterm", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"},
    )
    os.close(theirs)
    read = b""
    try:
        while part := os.read(ours, 4096):
            read += part
    except OSError:  # the other end is closed
        pass
    assert started.wait(60) == 0
    return read.decode().replace("\r\n", "\n")


def test_a_terminal_shows_bars_and_a_file_numbers_alone(run, tmp_path):
    lines = [
        {"url": f"https://a.org/{n}", "text": f"Rain {n}.", "published_at": f"2024-05-0{1 + n // 3}"} for n in range(4)
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert run("import", "in.jsonl").returncode == 0
    told = run("search", "rain", "--histogram").stdout
    assert told == "2024-05-01  3\n2024-05-02  1\n4 articles, by day (UTC)\n"
    assert "2024-05-01  3  ████" in shown(tmp_path, "search", "rain", "--histogram")
    assert json.loads(run("search", "rain", "--histogram", "--json").stdout)[0] == {"day": "2024-05-01", "articles": 3}
    assert "████" in shown(tmp_path, "stories", "--since", "2024")
    assert "█" not in run("stories", "--since", "2024").stdout


def test_a_terminal_shows_how_far_an_import_has_come(run, tmp_path):
    lines = [{"url": f"https://a.org/{n}", "text": f"Rain {n}."} for n in range(4)]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    drawn = shown(tmp_path, "import", "in.jsonl", stream="stderr")
    assert "articles stored" in drawn
    assert "100%" in drawn
    assert shown(tmp_path, "-q", "import", "in.jsonl", stream="stderr") == ""
    assert run("import", "in.jsonl").stderr == ""


def test_feeds_list_draws_the_entries_of_each_day(played):
    drawn = shown(played, "feeds", "list")
    assert "14 days" in drawn
    assert "█" in drawn
