"""The daemon as a process: it polls, takes over a changed feeds.yaml, survives a bad one, and stops when told."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.servers import Server
from tests.visit import site


@pytest.fixture
def server() -> Iterator[Server]:
    with Server("127.0.0.33") as running:
        site.serve_pages(running, range(3))
        site.serve_feed(running, "/rss", site.rss(running, range(2)))
        site.serve_feed(running, "/second", site.rss(running, range(2, 3)))
        yield running


@pytest.fixture
def daemon(tmp_path: Path, server: Server) -> Iterator[subprocess.Popen[str]]:
    (tmp_path / "feeds.yaml").write_text(f"feeds:\n  - url: {server.url('/rss')}\n")
    env = os.environ | {
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "AGGREGATOR_SITE_GAP": "0",
        "AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true",
        "NOTIFY_SOCKET": str(tmp_path / "notify"),
    }
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd, (tmp_path / "log").open("w") as log:
        systemd.bind(str(tmp_path / "notify"))
        systemd.settimeout(30)
        command = [sys.executable, "-m", "aggregator", "-v", "daemon"]
        process = subprocess.Popen(command, cwd=tmp_path, env=env, stdout=log, stderr=log, text=True)
        try:
            assert systemd.recv(100) == b"READY=1"
            yield process
        finally:
            process.kill()
            process.wait()


def until(what: Callable[[], bool], seconds: float = 30) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.05)
    return False


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_it_works_reloads_and_stops(
    daemon: subprocess.Popen[str], tmp_path: Path, server: Server, stop: signal.Signals
) -> None:
    log = tmp_path / "log"
    assert until(lambda: len(server.seen("/a/0")) == 1 and len(server.seen("/a/1")) == 1), log.read_text()
    feeds = tmp_path / "feeds.yaml"
    feeds.write_text("feeds:\n  - url: nonsense\n")
    daemon.send_signal(signal.SIGHUP)
    assert until(lambda: "feeds.yaml:2" in log.read_text()), log.read_text()
    assert daemon.poll() is None
    feeds.write_text(f"feeds:\n  - url: {server.url('/second')}\n")
    daemon.send_signal(signal.SIGHUP)
    assert until(lambda: len(server.seen("/a/2")) == 1), log.read_text()
    daemon.send_signal(stop)
    assert daemon.wait(timeout=10) == 0
    assert "Traceback" not in log.read_text()
