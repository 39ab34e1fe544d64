"""Alerts that run a command."""

import json
from pathlib import Path

import pytest

from aggregator.alerts import deliver
from aggregator.store.engine import Store
from tests.alerts.newsroom import NOW, add, publish, run


def test_a_command_gets_json_on_its_input(store: Store, tmp_path: Path) -> None:
    add(store, "ferries", "ferry", "command", f"cat | tee {tmp_path}/found.json")
    publish(store, "ferry")
    assert run(store).delivered == 1
    assert json.loads((tmp_path / "found.json").read_text())["stories"][0]["title"] == "News of the ferry"


def test_one_that_reads_nothing_is_well(store: Store) -> None:
    add(store, "ferries", "*", "command", "true")
    publish(store, "ferry", text="ferry " * 100_000)
    assert run(store).delivered == 1


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("echo one >&2; echo two >&2; exit 3", "the command ended with exit code 3: two"),
        ("no-such-program-here", "the command ended with exit code 127"),
        ("kill -9 $$", "the command was killed"),
    ],
)
def test_one_that_fails_is_run_again(store: Store, command: str, why: str) -> None:
    add(store, "ferries", "ferry", "command", command)
    publish(store, "ferry")
    for at in (NOW, NOW + 60):
        ((_, reason),) = run(store, at).failures
        assert reason.startswith(why)


def test_one_that_takes_too_long_is_ended_with_all_that_it_started(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "_SECONDS", 0.5)
    add(store, "ferries", "ferry", "command", f"sleep 1000 & echo $! > {tmp_path}/pid; wait")
    publish(store, "ferry")
    ((_, reason),) = run(store).failures
    assert reason.startswith("the command took longer than 0.5 s and was ended")
    number = int((tmp_path / "pid").read_text())
    state = Path(f"/proc/{number}/stat")
    assert not state.exists() or state.read_text().rpartition(")")[2].split()[0] in "ZX"
