"""Global options, help, exit codes, and errors of one line."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from aggregator import __version__
from aggregator.cli.app import build
from tests.cli.conftest import environment

COMMANDS = (
    *("fetch", "daemon", "search", "show", "stories", "extract", "export", "import", "reextract", "doctor", "demo"),
    *("feeds list", "feeds add", "feeds remove", "feeds check", "feeds import", "feeds export"),
    *("feeds discover", "feeds explain", "stories split", "stories merge"),
    *("db upgrade", "db check", "db backup", "db prune", "db rebuild", "db stats", "db migrate-to"),
)


def test_version(run):
    assert run("--version").stdout == f"aggregator {__version__}\n"
    assert run("-v", "--version").stdout == f"aggregator {__version__}\n"


def test_nothing_heavy_is_imported_to_begin_with():
    code = "import sys; from aggregator.cli.app import build; build(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"rich", "pydantic", "sqlalchemy", "aiohttp", "httpx", "tldextract", "selectolax"} & set(loaded)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_says_what_a_command_does(command):
    done = CliRunner().invoke(build(), [*command.split(), "--help"], prog_name="aggregator")
    assert done.exit_code == 0
    assert f"Usage: aggregator {command}" in done.stdout


def test_no_command_shows_the_help_and_is_wrong_usage(run):
    done = run()
    assert done.returncode == 2
    assert "Commands:" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("--nonsense",),
        ("fetch", "--nonsense"),
        ("show", "twelve"),
        ("search", "x", "--format", "pdf"),
        ("search", "x", "--limit", "0"),
        ("search", "title:("),
        ("search", "x", "--since", "soon"),
        ("search", "x", "--until", "2026-13-45"),
        ("reextract", "--since", "soon"),
        ("reextract", "--format", "csv"),
        ("--config", "missing.yaml", "fetch"),
        ("--database", "nowhere", "db", "stats"),
        ("--database", "mysql://host/name", "db", "stats"),
        ("fetch",),
        ("daemon",),
        ("fetch", "not a url"),
        ("feeds", "add", "ftp://example.org/feed"),
        ("feeds", "remove", "https://example.org/feed"),
        ("extract", "--text", "--explain", "-"),
        ("feeds", "check", "nonsense"),
        ("export", "archive.docx"),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_one_line_and_2(fails, arguments):
    fails(*arguments, code=2)


@pytest.mark.parametrize("command", ["import x.jsonl", "extract x.html", "feeds import x.opml", "extract --text x"])
def test_an_input_that_is_not_there_is_a_failure(fails, tmp_path, command):
    assert "No such file" in fails(*command.split(), code=1)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("package", "extra", "command"),
    [
        ("pyarrow", "parquet", "export x.parquet"),
        ("pyarrow", "parquet", "import x.parquet"),
        ("fastwarc", "warc", "import x.warc"),
    ],
)
def test_a_package_that_is_not_installed_is_named_with_its_extra(tmp_path, package, extra, command):
    for name in ("x.parquet", "x.warc"):
        (tmp_path / name).write_bytes(b"WARC/1.0")
    code = f"import sys; sys.modules[{package!r}] = None; from aggregator.cli import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, *command.split()],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env=environment(tmp_path),
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert f"needs the package {package}: `pip install 'aggregator[{extra}]'`" in done.stderr


@pytest.mark.parametrize("command", ["fetch", "daemon"])
def test_a_mistake_in_the_configuration_names_file_and_line(fails, tmp_path, command):
    (tmp_path / "feeds.yaml").write_text("feeds:\n  - url: https://example.org/f\n    full_text: sometimes\n")
    assert "feeds.yaml:3" in fails(command)


def test_doctor_tells_of_a_wrong_configuration(run, tmp_path):
    (tmp_path / "feeds.yaml").write_text("feeds: 7\n")
    done = run("doctor")
    assert done.returncode == 1
    assert done.stdout.count("FAIL  feeds.yaml:1") == 1


def test_a_database_that_is_none(fails, tmp_path):
    (tmp_path / "aggregator.db").write_text("this is no database, whatever its name says" * 100)
    fails("db", "stats", code=1)


def test_a_folder_that_is_missing(fails):
    assert "does not exist" in fails("--database", "sqlite:///nowhere/a.db", "import", "-", code=1)


def test_a_reader_that_has_seen_enough(tmp_path):
    command = f"{sys.executable} -m aggregator --help | true; exit ${{PIPESTATUS[0]}}"
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=tmp_path, env=environ)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_folder_that_can_not_be_made_is_one_line(fails, tmp_path):
    (tmp_path / "file").write_text("")
    assert "file" in fails("demo", "--keep", "file", code=1)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize(("output", "code", "said"), [("/dev/full", 1, "No space left"), ("&-", 0, "")])
def test_output_that_takes_nothing(tmp_path, output, code, said):
    command = f"{sys.executable} -m aggregator feeds export >{output}"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=tmp_path, env=environment(tmp_path))
    assert done.returncode == code
    assert said in done.stderr
    assert done.stderr.count("\n") == code
