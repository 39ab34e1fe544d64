"""`aggregator show --revisions`, `--diff` and what finds changed articles, as their user calls them."""

import json
import subprocess
from collections.abc import Callable

import pytest
from sqlalchemy import text

from aggregator.store import engine
from tests.cli.conftest import environment
from tests.servers import Reply, Server
from tests.visit import site
from tests.warm_process import Starter

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, starter: Starter) -> Run:
    """Runs commands over a database in which article 1 changed twice and the page of article 2 is gone. No test here
    changes it."""
    folder = tmp_path_factory.mktemp("changed")

    def run(*words: str, columns: int = 80) -> subprocess.CompletedProcess[str]:
        own = {"AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true", "AGGREGATOR_SITE_GAP": "0", "COLUMNS": str(columns)}
        return starter.run(words, "", folder, environment(folder) | own)

    html = site.page(1)
    second = html.replace("old bridge", "old wooden bridge", 1)
    third = second.replace("Resident number 1-5 said so too", "Resident number 1-5 did not agree")
    with Server() as server:
        server.route("/a/1", *(Reply(page) for page in (html, second, third)))
        server.route("/a/2", Reply(site.page(2, "Southport")), Reply("gone", 410))
        feed = site.serve_feed(server, "/rss", site.rss(server, range(1, 3)))
        (folder / "feeds.yaml").write_text(f"feeds:\n  - url: {feed}\n")
        assert run("fetch").returncode == 0
        for _ in range(2):
            store = engine.open(f"sqlite:///{folder / 'aggregator.db'}")
            with store.write() as conn:
                conn.execute(text("UPDATE refetches SET next_at = 1"))
            store.close()
            assert run("fetch").returncode == 0
    return run


def test_versions_and_changes_are_shown(run: Run) -> None:
    found = json.loads(run("search", "revised:true", "--json").stdout)
    (one,) = found
    assert (one["revisions"], one["gone_at"]) == (2, None)
    number = str(one["id"])
    listed = json.loads(run("show", number, "--revisions", "--json").stdout)
    assert [(v["number"], v["added"], v["removed"]) for v in listed] == [(1, None, None), (2, 1, 0), (3, 3, 3)]
    assert "newest" in run("show", number, "--revisions").stdout
    last = " ".join(run("show", number, "--diff").stdout.split())
    assert "[-said so too.-]" in last
    assert "{+did not agree.+}" in last
    assert "\x1b" not in last
    before = run("show", number, "--diff", "--version", "2").stdout
    assert "{+wooden+}" in before
    assert "agree" not in before
    assert run("show", number, "--diff", "--version", "4").returncode == 2
    told = json.loads(run("show", number, "--diff", "--json").stdout)
    assert ["added", "did not agree."] in told["pieces"]["text"]


@pytest.mark.parametrize("columns", [80, 200])
def test_a_change_is_as_wide_as_the_terminal(run: Run, columns: int) -> None:
    lines = run("show", "1", "--diff", "--version", "2", columns=columns).stdout.splitlines()
    if len(lines) < 3:
        lines = run("show", "2", "--diff", "--version", "2", columns=columns).stdout.splitlines()
    assert max(map(len, lines[1:])) <= columns
    assert max(map(len, lines[1:])) > columns / 2


def test_a_page_that_is_gone_is_found_and_told_of(run: Run) -> None:
    (one,) = json.loads(run("search", "gone:true", "--json").stdout)
    assert one["gone_at"] is not None
    shown = run("show", str(one["id"]))
    assert shown.stdout.startswith(f"{one['title']}\n{one['site']} · ")
    assert shown.stdout.split()[-20:] == one["text"].split()[-20:]
    assert shown.stderr.startswith("note: its page is gone since ")
    assert json.loads(run("show", str(one["id"]), "--json").stdout)["gone_at"] == one["gone_at"]
    assert "its text never changed" in run("show", str(one["id"]), "--diff").stdout
    assert run("search", "gone:maybe").returncode == 2
