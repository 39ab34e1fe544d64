"""What people see: names, widths, colours, what goes to which stream, global options behind the command."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.conftest import environment
from tests.servers import Reply, Server
from tests.visit import site

TITLE = "Harbour council buys a ferry"
ANN = ["Ann Roe"]
TEXT = "The harbour council has bought a ferry from the town across the strait. " * 8
LONG_URL = "https://long.example/news/2026/11/28/" + "the-harbour-council-has-bought-a-ferry-" * 3 + "1.html"
LINES = [
    {
        "url": "https://one.example/1",
        "title": TITLE,
        "text": TEXT,
        "authors": ANN,
        "published_at": "2026-11-01",
    },
    {"url": "https://two.example/1", "title": "A copy of it", "text": TEXT, "published_at": "2026-11-02"},
    {"url": LONG_URL, "text": "A shorter text of a tram and a bridge, and of nothing else at all."},
]


@pytest.fixture
def archive(run, tmp_path):
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES))
    assert run("import", "in.jsonl").returncode == 0
    return run


@pytest.mark.parametrize("width", [40, 80, 100, 200])
def test_tables_can_be_read_at_any_width(archive, width):
    out = archive("search", "harbour OR tram", COLUMNS=str(width)).stdout
    assert LONG_URL in out
    assert max(len(line) for line in out.splitlines() if LONG_URL not in line and "`" not in line) <= width
    plain = " ".join(out.split())
    assert TITLE.split(" buys")[0] in plain
    assert all(len(line.strip()) > 9 for line in out.splitlines() if "bought" in line)


def test_columns_in_which_nothing_stands_are_left_out(archive):
    assert "more" not in archive("search", "tram", COLUMNS="200").stdout
    assert "why" not in archive("feeds", "list").stdout


def test_show_says_where_an_article_is_from(archive):
    said = archive("show", "1").stdout
    assert said.startswith(f"{TITLE}\none.example · 2026-11-01 00:00 UTC · Ann Roe · https://one.example/1\n\n")
    assert archive("show", "https://one.example/1?utm_source=x").stdout == said
    assert archive("show", "1", "3").stdout.startswith(said + "\n")
    wrapped = archive("show", "1", COLUMNS="60").stdout
    assert max(map(len, wrapped.splitlines())) <= 60
    assert wrapped.split() == said.split()


def test_an_address_that_is_none(archive, fails):
    assert "no article of that address" in fails("show", "https://none.example/")
    assert "neither the id" in fails("show", "twelve")


def test_a_story_with_its_articles(archive, fails):
    said = archive("stories", "show", "1").stdout
    assert "a copy of 1" in said
    assert "1 report, 1 copy" in said
    found = json.loads(archive("stories", "show", "1", "--json").stdout)
    assert [one["id"] for one in found["articles"]] == [1, 2]
    assert "no story 77" in fails("stories", "show", "77")
    assert "copies go with their head" in fails("stories", "split", "1", "2")


@pytest.mark.parametrize(
    "arguments",
    ["-q export out.jsonl", "export out.jsonl -q", "export --quiet out.jsonl", "export out.jsonl --config none.yaml"],
)
def test_global_options_stand_anywhere(archive, arguments):
    done = archive(*arguments.split())
    assert done.stdout == ""
    assert ("none.yaml: no such file" in done.stderr) is ("none.yaml" in arguments)
    assert done.returncode == (2 if "none.yaml" in arguments else 0)


def test_a_word_behind_two_dashes_is_no_option(archive):
    assert archive("search", "--", "-q").returncode == 0


def test_variables_that_are_misspelt_are_told_of(run):
    said = run("feeds", "list", AGGREGATOR_SITE_GPA="0").stderr
    assert "AGGREGATOR_SITE_GPA: no such setting; did you mean AGGREGATOR_SITE_GAP?" in said
    assert run("feeds", "list", AGGREGATOR_SITE_GAP="0").stderr == ""


@pytest.mark.parametrize("command", ["", "feeds", "stories", "db"])
def test_help_holds_nothing_of_the_parser(run, command):
    for name in re.findall(r"^  ([a-z]+)  ", run(*command.split(), "--help").stdout, re.MULTILINE):
        said = run(*command.split(), name, "--help").stdout
        assert not re.search(r"list\[|\[\[|\]\.\.\.\.|…\.\.\.|<\w+>|\{[A-Z]", said), said


def test_messages_hold_nothing_of_the_parser(fails):
    for command in (
        "feeds add",
        "show",
        "stories split x",
        "feeds add u.example --lang !",
        "search",
        "search x --limit 0",
    ):
        assert not re.search(r"Value error|Input should|list\[|\[\[|<\w+", fails(*command.split()))
    assert "'--limit': it is less than 1" in fails("search", "x", "--limit", "0")
    assert "'--format': 'pdf' is not one of 'table', " in fails("search", "x", "--format", "pdf")


def test_failures_go_to_stderr_and_quiet_prints_nothing_else(run, tmp_path):
    with Server() as server:
        good = site.serve_feed(server, "/good", site.rss(server, range(2), description="A line."))
        bad = server.route("/bad", Reply(b"", 500))
        (tmp_path / "feeds.yaml").write_text(
            f"feeds:\n  - url: {good}\n    full_text: never\n  - url: {bad}\n    title: The Bad\n"
        )
        own = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0"}
        done = run("fetch", **own)
        assert "feeds polled" in done.stdout
        assert "failed: " not in done.stdout
        assert f"feed failed: {bad}" in done.stderr
        quiet = run("fetch", "the bad", "-q", **own)
        assert (quiet.stdout, quiet.returncode) == ("", 1)
        assert f"feed failed: {bad}" in quiet.stderr
        assert "nothing wrong" not in run("db", "check", "-q").stdout


def test_lines_that_can_not_be_used_fail_an_import(run, tmp_path):
    done = run("import", "-", stdin=json.dumps(LINES[0]) + "\n{\n[]\n")
    assert done.returncode == 1
    assert "1 new, 0 updated, 0 unchanged, 2 failed" in done.stdout
    assert "-: 2 lines could not be used, the rest was" in done.stderr


def test_feeds_are_known_by_their_names(run, fails, tmp_path):
    config = tmp_path / "feeds.yaml"
    config.write_text(
        "feeds:\n  - url: https://a.example/f\n    title: The Able\n  - url: https://b.example/f\n    title: Same\n"
        "  - url: https://c.example/f\n    title: Same\n"
    )
    assert "https://a.example/f" in run("feeds", "explain", "the able").stdout
    assert "1 checked" in run("feeds", "check", "THE ABLE").stdout
    assert "2 feeds have that title" in fails("feeds", "remove", "same")
    assert run("feeds", "add", "https://d.example/f", "--no-check", "--replace", "the able").returncode == 0
    assert "https://d.example/f" in config.read_text()
    assert run("feeds", "remove", "THE able", "https://b.example/f").returncode == 0
    assert config.read_text().count("url:") == 1


def test_several_feeds_are_added_and_told_of(run, fails, tmp_path):
    with Server() as server:
        good = site.serve_feed(server, "/good", site.rss(server, range(3)))
        done = run(
            *("feeds", "add", good, server.url("/none"), "https://no.example/f"),
            AGGREGATOR_ALLOW_PRIVATE_NETWORKS="true",
            AGGREGATOR_SITE_GAP="0",
        )
        assert "3 entries" in done.stdout
        assert done.returncode == 1
        assert "/none" in done.stderr
        text = (tmp_path / "feeds.yaml").read_text()
        assert (good in text, "https://no.example/f" in text) == (True, True)
    assert "is no public host" in fails("feeds", "add", "example")
    assert "--title is for one feed" in fails("feeds", "add", "a.example", "b.example", "--title", "T")


def test_hits_and_states_are_coloured_on_a_terminal_alone(archive, tmp_path):
    (tmp_path / "feeds.yaml").write_text("feeds:\n  - url: https://a.example/f\n")
    assert "\x1b[1;33mferry\x1b[0m" in on_terminal(tmp_path, "search", "FERRY")
    assert "\x1b[" not in archive("search", "ferry").stdout


def on_terminal(folder, *arguments):
    """Returns what a command prints on a terminal."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "aggregator", *arguments]
    variables = environment(folder) | {"TERM": "xterm", "COLUMNS": "100"}
    done = subprocess.Popen(command, cwd=folder, env=variables, stdout=theirs, stderr=theirs, stdin=theirs)
    os.close(theirs)
    printed = b""
    while True:
        try:
            part = os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        printed += part
    assert done.wait() == 0, printed
    return printed.decode()


def test_a_page_that_is_no_article_is_said_to_be_none(run):
    done = run("extract", "-", stdin="<title>Log in</title><form><input type=password></form>")
    assert done.returncode == 0
    assert "no article: " in done.stderr
    assert run("extract", "-", "--json", stdin="").stderr.count("no article") == 1


def test_an_interrupted_fetch_says_what_stays(run, tmp_path):
    with Server() as server:
        url = site.serve_feed(server, "/f", site.rss(server, range(20)))
        for number in range(20):
            server.route(f"/a/{number}", Reply(site.page(number), delay=1.0))
        (tmp_path / "feeds.yaml").write_text(
            f"settings: {{site_gap: 0, allow_private_networks: true}}\nfeeds:\n  - url: {url}\n"
        )
        command = [sys.executable, "-m", "aggregator", "fetch"]
        done = subprocess.Popen(command, cwd=tmp_path, env=environment(tmp_path), stderr=subprocess.PIPE, text=True)
        while not any(one.path == "/a/3" for one in server.requests):
            time.sleep(0.05)
        done.send_signal(signal.SIGINT)
        assert "interrupted; 1 feed polled and" in done.communicate(timeout=60)[1]
        assert done.returncode == 130
    assert run("db", "check").stdout == "nothing wrong\n"
