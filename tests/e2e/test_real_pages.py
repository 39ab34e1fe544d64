"""The command line on real pages where the corpus is present, on pages of our own where it is not."""

import json
import lzma
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from html import escape
from pathlib import Path

import pytest

from tests.servers import Reply, Server, conditional
from tests.visit import site

ROOT = Path(__file__).parents[2]
CORPUS = Path(os.environ.get("AGGREGATOR_CORPUS", ROOT.parent / "shared" / "corpus")) / "fundus-dev.jsonl.xz"
PAGES = 16
ENV = os.environ | {"PYTHONPATH": str(ROOT), "AGGREGATOR_SITE_GAP": "0", "AGGREGATOR_ALLOW_PRIVATE_NETWORKS": "true"}
_OWN_ADDRESS = re.compile(r"(?is)<link[^>]+rel=[\"']?(?:canonical|amphtml)[^>]*>|<meta[^>]+og:url[^>]*>")


def pages() -> list[str]:
    if not CORPUS.exists():
        return [site.page(number, f"Town {number}") for number in range(PAGES)]
    with lzma.open(CORPUS, "rt", encoding="utf-8") as lines:
        return [_OWN_ADDRESS.sub("", json.loads(line)["html"]) for line, _ in zip(lines, range(PAGES), strict=False)]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server("127.0.0.34") as running:
        items = ""
        for number, page in enumerate(pages()):
            kind = {"Content-Type": "text/html; charset=utf-8"}
            link = running.route(f"/a/{number}", conditional(page.encode("utf-8", "replace"), f'"{number}"', **kind))
            items += f"<item><title>Page {number}</title><link>{escape(link)}</link><guid>{number}</guid></item>"
        feed = f"<rss version='2.0'><channel><title>Paper</title>{items}</channel></rss>"
        (tmp_path / "feeds.yaml").write_text(f"feeds:\n  - url: {site.serve_feed(running, '/rss', feed)}\n")
        yield running


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "aggregator", *arguments]
    return subprocess.run(command, cwd=folder, env=ENV, capture_output=True, text=True, timeout=120, check=False)


def test_pages_are_stored_once_found_and_never_asked_again(server: Server, tmp_path: Path) -> None:
    fetched = run(tmp_path, "fetch", "--json")
    assert fetched.returncode == 0, fetched.stderr
    assert json.loads(fetched.stdout)["articles"]["new"] == PAGES
    assert run(tmp_path, "export", "out.jsonl").returncode == 0
    stored = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sorted(row["url"] for row in stored) == sorted(server.url(f"/a/{n}") for n in range(PAGES))
    longest = max(stored, key=lambda row: len(row["text"]))
    phrase = " ".join(longest["text"].split()[20:25]).replace('"', "")
    found = run(tmp_path, "search", f'"{phrase}"', "--format", "jsonl")
    assert longest["url"] in [json.loads(line)["url"] for line in found.stdout.splitlines()]
    asked = len(server.requests)
    assert run(tmp_path, "fetch", "--all").returncode == 0
    assert [seen.path for seen in server.requests[asked:]] == ["/rss"]
    assert run(tmp_path, "db", "check").returncode == 0


def test_two_fetches_at_once_store_nothing_twice(server: Server, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "aggregator", "fetch", "--all"]
    both = [subprocess.Popen(command, cwd=tmp_path, env=ENV, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait(timeout=120) for process in both] == [0, 0]
    stats = json.loads(run(tmp_path, "db", "stats", "--json").stdout)
    assert (stats["articles"], stats["entries"]) == (PAGES, PAGES)
    assert all(len(server.seen(f"/a/{number}")) == 1 for number in range(PAGES))


def test_control_c_ends_quietly_and_the_next_fetch_completes(server: Server, tmp_path: Path) -> None:
    for number in range(PAGES):
        server.route(f"/a/{number}", Reply(site.page(number), headers={"Content-Type": "text/html"}, delay=0.4))
    command = [sys.executable, "-m", "aggregator", "fetch"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=ENV, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    while not server.seen("/a/0") and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in errors
    assert run(tmp_path, "fetch").returncode == 0
    assert run(tmp_path, "db", "check").returncode == 0
    assert json.loads(run(tmp_path, "db", "stats", "--json").stdout)["articles"] == PAGES
