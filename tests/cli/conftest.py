"""The command line as people run it: in a process of its own, in an empty folder, with no settings of this machine."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.warm_process import Starter

ROOT = Path(__file__).parents[2]
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def environment(home: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("AGGREGATOR_") and k not in ("COLUMNS", "NO_COLOR")}
    return {**kept, "HOME": str(home), "XDG_CONFIG_HOME": str(home / "none"), "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="session")
def starter() -> Iterator[Starter]:
    """What starts the commands of `run`."""
    with Starter() as opened:
        yield opened


@pytest.fixture
def run(tmp_path: Path, starter: Starter) -> Run:
    """`run("fetch", "--json", stdin="…", COLUMNS="80")`: the finished process."""

    def call(*arguments: str, stdin: str = "", **variables: str) -> "subprocess.CompletedProcess[str]":
        return starter.run(arguments, stdin, tmp_path, environment(tmp_path) | variables)

    return call


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the configuration and database that the demonstration leaves; `demo.txt` is what it printed."""
    folder = tmp_path_factory.mktemp("played")
    done = subprocess.run(
        [sys.executable, "-m", "aggregator", "demo", "--keep", str(folder / "kept")],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment(folder),
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (folder / "kept" / "demo.txt").write_text(done.stdout, "utf-8")
    return folder / "kept"


@pytest.fixture
def fails(run: Run) -> Callable[..., str]:
    """`fails("show", "9", code=2)`: runs a command that must fail as people should see it; gives its one line."""

    def call(*arguments: str, code: int = 2, **more: str) -> str:
        done = run(*arguments, **more)
        assert done.returncode == code, done.stdout + done.stderr
        assert done.stderr.count("\n") == 1, done.stderr
        assert done.stderr.startswith("aggregator: ")
        return done.stderr

    return call
