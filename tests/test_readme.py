"""The examples of README.md and of docs/: those that need no internet are run, and all commands exist as they are
named."""

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

import aggregator
from aggregator.cli.app import build

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text("utf-8")
SETUP, TESTS, OFFLINE, *_ = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
PROGRAM: Any = get_command(build())
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def test_one_command_sets_it_up_and_one_runs_the_tests() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert SETUP == "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/aggregator demo\n"
    assert TESTS == "python3 -m venv .venv && .venv/bin/pip install -e '.[dev]' && .venv/bin/pytest -n auto\n"
    assert project["scripts"]["aggregator"] == "aggregator.cli:main"
    assert any(package.startswith("pytest>") for package in project["optional-dependencies"]["dev"])


def test_the_examples_that_need_no_internet(tmp_path: Path) -> None:
    script = tmp_path / "bin" / "aggregator"
    script.parent.mkdir()
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m aggregator "$@"\n')
    script.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AGGREGATOR_")}
    environ = kept | {"PATH": f"{script.parent}:{kept['PATH']}", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    done = subprocess.run(
        ["sh", "-euxc", OFFLINE], cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert "nothing found" not in done.stdout
    assert re.search(r"^# .+", done.stdout, re.MULTILINE)  # the article as Markdown
    assert "3 feeds: 3 healthy\narchive.jsonl.zst: 10 articles\n" in done.stdout


def _commands() -> Iterator[tuple[str, str]]:
    """Every command that a page shows, in a block or between backticks, with the page."""
    for page in PAGES:
        text = page.read_text("utf-8")
        blocks = re.findall(r"^(?:    )?(?:\.venv/bin/)?(aggregator [^\n]*)", text, re.MULTILINE)
        inline = re.findall(r"`(aggregator [a-z-][^`\n]*)`", text)
        table = [f"aggregator {command}" for cell in re.findall(r"^\| ((?:`[^`]+`(?:, )?)+) \|", text, re.MULTILINE)
                 for command in re.findall(r"`([^`]+)`", cell) if page.name == "README.md"]  # fmt: skip
        for command in (*blocks, *inline, *table):
            yield page.name, command.partition(" && ")[0]
    for unit in (ROOT / "deploy").glob("*.service"):
        yield from [
            (unit.name, line) for line in re.findall(r"^ExecStart=\S+/(.+)", unit.read_text("utf-8"), re.MULTILINE)
        ]
    compose = ROOT / "deploy" / "compose.yaml"
    for service in YAML(typ="safe").load(compose)["services"].values():
        if "command" in service:
            yield compose.name, shlex.join(["aggregator", *service["command"]])


@pytest.mark.parametrize(("page", "shown"), sorted(set(_commands())))
def test_a_command_that_a_page_names(page: str, shown: str) -> None:
    words = [re.split(r"\\?\|", word) for word in shlex.split(shown, comments=True)[1:]]
    for variant in product(*words):  # `feeds list|add` is two commands
        _refuse_unknown([word.strip("[]…") for word in variant])


def _refuse_unknown(words: list[str]) -> None:
    """Fails if a word is no command, no option of its command, or an argument too many."""
    command = PROGRAM
    arguments = 0
    while words:
        word = words.pop(0)
        if word.startswith("--") or re.fullmatch("-[a-z]", word):
            option = {name: one for one in command.params for name in one.opts}[word]
            if not (option.is_flag or option.count):
                words.pop(0)
        elif word in getattr(command, "commands", ()):
            command = command.commands[word]
        else:
            arguments += 1
    takes = [one.nargs for one in command.params if one.param_type_name == "argument"]
    assert arguments <= len(takes) or -1 in takes


def test_the_library_does_what_is_shown() -> None:
    block = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert block is not None
    html = (ROOT / "aggregator" / "demo" / "templates" / "courier.html").read_text("utf-8")
    names: dict[str, Any] = {"html": html, "pages": [("https://example.org/news/3", html)]}
    exec(block[1], names)
    assert isinstance(names["article"], aggregator.Article)
