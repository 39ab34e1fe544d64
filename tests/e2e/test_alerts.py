"""Alerts as people run them: one delivery a story, by a fetch and by the daemon, and none lost by kill -9."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aggregator.engines import fetch
from aggregator.pool import Pool
from tests.servers import Reply, Server
from tests.visit import site

COMMAND = [sys.executable, "-m", "aggregator"]
ENVIRON = {
    "PYTHONPATH": str(Path(__file__).parents[2]),
    "AGGREGATOR_SITE_GAP": "0",
    "AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "127.0.0.34,127.0.0.35",  # not the hook's: that one was named by a person
    "AGGREGATOR_WORKERS": "1",
}


@pytest.fixture
def hook() -> Iterator[Server]:
    with Server("127.0.0.36") as running:
        running.route("/hook", Reply(b"ok"))
        yield running


@pytest.fixture
def folder(tmp_path: Path, hook: Server) -> Iterator[Path]:
    """A folder with two feeds that carry the same two stories, and an alert on one of them."""
    with Server("127.0.0.34") as one, Server("127.0.0.35") as other:
        for server in (one, other):
            site.serve_pages(server, range(1))
            server.route("/a/1", Reply(site.page(1, "Southtown"), headers={"Content-Type": "text/html"}))
            site.serve_feed(server, "/rss", site.rss(server, range(2)))
        urls = [server.url("/rss") for server in (one, other)]
        (tmp_path / "feeds.yaml").write_text("feeds:\n" + "".join(f"  - url: {url}\n" for url in urls))
        done = run(tmp_path, "alerts", "add", "north", "--query", "Northtown", "--webhook", hook.url("/hook"))
        assert done.stdout.splitlines()[1].startswith("secret: whsec_")
        yield tmp_path


def run(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command, env = [*COMMAND, *arguments], os.environ | ENVIRON
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done


def until(what: Callable[[], object]) -> bool:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


def test_two_fetches_deliver_a_story_once(folder: Path, hook: Server) -> None:
    first, second = (json.loads(run(folder, "fetch", "--all", "--json").stdout) for _ in range(2))
    assert (first["articles"]["new"], first["duplicates"]) == (4, 2)
    assert [one["alerts"] for one in (first, second)] == [{"delivered": 1, "failed": 0}, {"delivered": 0, "failed": 0}]
    (seen,) = hook.requests
    (story,) = json.loads(seen.body)["stories"]
    assert story["title"] == "Bridge 0 of Northtown"
    assert len(story["sites"]) == 2


def test_what_a_killed_fetch_had_found_is_delivered_by_the_next(folder: Path, hook: Server) -> None:
    hook.route("/hook", Reply(hang="before"))
    killed = subprocess.Popen([*COMMAND, "fetch"], cwd=folder, env=os.environ | ENVIRON, stdout=subprocess.DEVNULL)
    assert until(lambda: hook.requests)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    hook.route("/hook", Reply(b"ok"))
    for delivered in (1, 0):
        done = json.loads(run(folder, "fetch", "--json").stdout)
        assert done["alerts"] == {"delivered": delivered, "failed": 0}
    assert len(hook.requests) == 2
    assert len({seen.header("webhook-id") for seen in hook.requests}) == 1


def test_a_silent_receiver_holds_no_fetch_up(
    folder: Path, hook: Server, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    hook.route("/hook", Reply(hang="before"))
    monkeypatch.setattr(fetch, "ALERT_SECONDS", 0.5)
    request = fetch.FetchRequest(folder / "feeds.yaml", f"sqlite:///{folder}/aggregator.db")
    summary = fetch.run(request, environ=ENVIRON, pool=pool)
    assert (summary.articles_new, summary.alerts.delivered) == (4, 0)
    hook.route("/hook", Reply(b"ok"))
    assert fetch.run(request, environ=ENVIRON, pool=pool).alerts.delivered == 1


def test_a_failure_is_told_and_shown(folder: Path, hook: Server) -> None:
    hook.route("/hook", Reply(b"", 500))
    done = run(folder, "-q", "fetch")
    assert done.stdout == ""
    assert done.stderr.startswith("alert north failed: the server answered 500 Internal Server Error; tried again at ")
    assert "FAILS: the server answered 500" in run(folder, "alerts", "list").stdout
    (listed,) = json.loads(run(folder, "alerts", "list", "--json").stdout)
    assert (listed["waiting"], listed["delivered_at"]) == (1, None)
    doctor = subprocess.run([*COMMAND, "doctor"], cwd=folder, env=os.environ | ENVIRON, capture_output=True, text=True)
    assert doctor.returncode == 1
    assert "FAIL  alert north: the server answered 500 Internal Server Error" in doctor.stdout


def test_the_daemon_delivers(folder: Path, hook: Server) -> None:
    with (folder / "log").open("w") as log:
        daemon = subprocess.Popen([*COMMAND, "-v", "daemon"], cwd=folder, env=os.environ | ENVIRON, stderr=log)
        try:
            assert until(lambda: hook.requests), (folder / "log").read_text()
            assert until(lambda: json.loads(run(folder, "alerts", "list", "--json").stdout)[0]["delivered_at"])
        finally:
            daemon.send_signal(signal.SIGTERM)
            assert daemon.wait(20) == 0
    assert len(hook.requests) == 1
    assert "Traceback" not in (folder / "log").read_text()
