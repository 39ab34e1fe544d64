"""newsboat, a feed reader for terminals, reads the archive as one of Miniflux."""

import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import miniflux
import pytest

from tests.web.conftest import PASSWORD, USER, Running, closed, serving

there = shutil.which("newsboat") and shutil.which("tmux")
pytestmark = pytest.mark.skipif(not there, reason="wants `apt-get install newsboat tmux`")
_PATIENCE = 15  # seconds


class Terminal:
    """newsboat in a terminal of its own."""

    def __init__(self, folder: Path, base: str) -> None:
        self.socket = folder / "tmux"
        settings = {"urls-source": "miniflux", "miniflux-url": base}
        settings |= {"miniflux-login": USER, "miniflux-password": PASSWORD}
        (folder / "config").write_text("".join(f'{name} "{value}"\n' for name, value in settings.items()))
        (folder / "urls").touch()
        newsboat = f"newsboat -C {folder}/config -u {folder}/urls -c {folder}/cache.db"
        command = f"env LC_ALL=C.UTF-8 HOME={folder} {newsboat}; sleep 60"  # so that its last words can be read
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", "120", "-y", "40", command)

    def tmux(self, *arguments: str) -> str:
        done = subprocess.run(["tmux", "-S", str(self.socket), *arguments], capture_output=True, text=True, timeout=20)
        return done.stdout

    def press(self, *keys: str) -> None:
        for key in keys:
            self.tmux("send-keys", key)
            time.sleep(0.2)

    def screen(self) -> str:
        return self.tmux("capture-pane", "-p")

    def shows(self, text: str) -> bool:
        return waited(lambda: text in self.screen())


def waited(happened: Callable[[], bool]) -> bool:
    end = time.monotonic() + _PATIENCE
    while not (done := happened()) and time.monotonic() < end:
        time.sleep(0.1)
    return done


@pytest.fixture
def running(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = closed(archive_folder, tmp_path_factory)
    with serving(folder) as running:
        yield running


def test_what_is_read_there_is_read_here_and_back(running: Running, tmp_path: Path) -> None:
    with miniflux.Client(running.base, username=USER, password=PASSWORD) as ours:
        terminal = Terminal(tmp_path, running.base)
        try:
            assert terminal.shows("World alert(1)"), terminal.screen()
            terminal.press("R")
            assert terminal.shows("(12/12) World"), terminal.screen()
            terminal.press("Enter")
            assert terminal.shows("World report number 1"), terminal.screen()
            terminal.press("Enter")
            assert terminal.shows("Vistula in Thorn"), terminal.screen()
            terminal.press("q")
            assert waited(lambda: ours.get_entries(status="read")["total"] == 1)
            (read,) = ours.get_entries(status="read")["entries"]
            assert read["title"] == "World report number 1"
            some = [one["id"] for one in ours.get_entries(search="title:number", limit=30)["entries"]]
            ours.update_entries(some, "read")
            ours.update_entries([read["id"]], "unread")
            terminal.press("q", "R")
            assert terminal.shows("(2/12) World"), terminal.screen()
        finally:
            terminal.tmux("kill-server")
