"""The server as people start it: `aggregator serve` in a process of its own, over an archive that was fetched.

`served` is read without a password, `locked` has one; both are shared, so leave no mark or feed changed behind.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from html import escape
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.servers import Reply, Server

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ROOT = Path(__file__).parents[2]
USER, PASSWORD = "reader", "correct horse"
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)> javascript:alert(3)"
SENTENCES = {
    "World": "The bridge over the Vistula in Thorn was closed on Monday after engineers found cracks in pier {n}.",
    "Science": "Astronomers at the observatory of Velden counted {n} moons of the planet that they found last year.",
}


@dataclass(frozen=True)
class Running:
    """A server that runs: its address, its folder (feeds.yaml, aggregator.db), and a token where it has a password."""

    base: str
    folder: Path
    process: "subprocess.Popen[str]"
    token: str | None = None

    def client(self, **options: object) -> httpx.Client:
        """A client that sends the token, if there is one."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return httpx.Client(base_url=self.base, headers=headers, timeout=30, **options)  # type: ignore[arg-type]

    def run(self, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
        return run(self.folder, *arguments, stdin=stdin)


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AGGREGATOR_")}
    return {**kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "none"), "PYTHONPATH": str(ROOT)}


def run(folder: Path, *arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "aggregator", *arguments]
    return subprocess.run(
        command, input=stdin, capture_output=True, text=True, cwd=folder, env=environment(folder), timeout=120
    )


@contextmanager
def serving(folder: Path, *options: str, token: str | None = None) -> Iterator[Running]:
    """Starts `aggregator serve` on a free port, over the database of a folder."""
    command = [sys.executable, "-m", "aggregator", "serve", "--port", "0", *options]
    with (folder / "server.log").open("a") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder, env=environment(folder)
        )
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        assert said.startswith("serving on "), (folder / "server.log").read_text()
        yield Running(said.split()[-1].rstrip("/"), folder, process, token)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _feed(category: str, origin: str) -> str:
    now = datetime.now(UTC)
    items = []
    for n in range(1, 13):
        text = f"<p>{SENTENCES[category].format(n=n)} {' '.join(f'Word{n}x{i} is said.' for i in range(60))}</p>"
        title = EVIL if n == 12 else f"{category} report number {n}"
        text += f"<p>{escape(EVIL)}</p>{EVIL}" if n == 12 else ""
        items.append(
            f"<item><title>{escape(title)}</title><link>{origin}/{category}/{n}</link><guid>{category}-{n}</guid>"
            f"<category>{escape(EVIL) if n == 12 else category}</category>"
            f"<pubDate>{format_datetime(now - timedelta(hours=n))}</pubDate>"
            f"<description>{escape(text)}</description></item>"
        )
    head = f"<title>{escape(category + ' ' + EVIL)}</title><link>{origin}/</link><description>d</description>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{head}{"".join(items)}</channel></rss>'


@pytest.fixture(scope="session")
def newsroom() -> Iterator[Server]:
    """The site whose feeds are subscribed; it is up as long as the tests run."""
    with Server() as server:
        for category in SENTENCES:
            body = _feed(category, server.origin)
            server.route(f"/{category}.xml", Reply(body, headers={"Content-Type": "application/rss+xml"}))
        yield server


@pytest.fixture(scope="session")
def archive_folder(newsroom: Server, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with feeds.yaml and the database after a fetch: two feeds with 24 articles."""
    folder = tmp_path_factory.mktemp("archive")
    feeds = "".join(
        f"  - url: {newsroom.url(f'/{name}.xml')}\n    category: {name}\n    full_text: never\n" for name in SENTENCES
    )
    (folder / "feeds.yaml").write_text(f"settings:\n  site_gap: 0\n  allow_private_networks: true\nfeeds:\n{feeds}")
    done = run(folder, "fetch", "--all")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="session")
def served(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server without a password, which is read-only."""
    with serving(copied(archive_folder, tmp_path_factory)) as running:
        yield running


@pytest.fixture(scope="session")
def locked(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with a password (USER, PASSWORD) and a token."""
    folder = closed(archive_folder, tmp_path_factory)
    token = run(folder, "web", "token", "tests").stdout.strip()
    with serving(folder, token=token) as running:
        yield running


def copied(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the archive that may be changed."""
    target = tmp_path_factory.mktemp("copy")
    shutil.copytree(folder, target, dirs_exist_ok=True)
    return target


def closed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a password (USER, PASSWORD): its server lets nobody else in."""
    target = copied(folder, tmp_path_factory)
    assert run(target, "web", "password", USER, "--stdin", stdin=f"{PASSWORD}\n").returncode == 0
    return target


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser with nothing open; closed after each module, since its event loop would be in the way of others."""
    if CHROMIUM is None:
        pytest.skip("no browser: `apt-get install chromium` brings one")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()
