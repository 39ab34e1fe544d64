"""What no command may destroy: the configuration and the database in use, and files of other programs."""

import ctypes
import os
import sqlite3
import subprocess
import sys

import pytest

from tests.cli.conftest import environment

LINE = '{"url": "https://a.example/1", "title": "Harbour", "text": "The harbour opens again after the storm."}\n'


@pytest.fixture
def archive(run, tmp_path):
    """A folder with a configuration and a database of one article."""
    (tmp_path / "feeds.yaml").write_text("feeds:\n  - url: https://a.example/f\n    title: A\n")
    assert run("import", "-", stdin=LINE).returncode == 0
    return tmp_path


def test_feeds_that_are_added_at_once_are_all_there(tmp_path):
    urls = [f"https://{number}.example/f" for number in range(6)]
    command = [sys.executable, "-m", "aggregator", "feeds", "add", "--no-check"]
    at_once = [subprocess.Popen([*command, url], cwd=tmp_path, env=environment(tmp_path)) for url in urls]
    assert [one.wait() for one in at_once] == [0] * 6
    text = (tmp_path / "feeds.yaml").read_text()
    assert all(url in text for url in urls)


@pytest.mark.parametrize("name", ["feeds.yaml", "./feeds.yaml", "link", "hard", "aggregator.db", "aggregator.db-wal"])
@pytest.mark.parametrize("command", ["feeds export", "db backup"])
def test_no_output_replaces_what_is_in_use(fails, archive, command, name):
    (archive / "link").symlink_to("feeds.yaml")
    os.link(archive / "feeds.yaml", archive / "hard")
    before = {path.name: path.read_bytes() for path in archive.iterdir() if path.is_file()}
    assert "in use" in fails(*command.split(), name)
    assert {path.name: path.read_bytes() for path in archive.iterdir() if path.is_file()} == before


def test_no_output_replaces_the_configuration_that_is_named(fails, archive):
    (archive / "mine.jsonl").write_text("feeds: []\n")
    assert "in use" in fails("--config", "mine.jsonl", "--database", "sqlite:///aggregator.db", "export", "mine.jsonl")
    assert "in use" in fails("--database", "sqlite:///a.csv", "export", "a.csv")


@pytest.mark.parametrize("command", ["feeds export", "db backup"])
def test_files_of_other_programs_stay_and_earlier_outputs_are_replaced(run, fails, archive, command):
    (archive / "notes").write_text("what was read this week")
    assert "there already" in fails(*command.split(), "notes")
    assert (archive / "notes").read_text() == "what was read this week"
    assert [run(*command.split(), "twice").returncode for _ in range(2)] == [0, 0]


@pytest.mark.parametrize(
    "command",
    [
        *("search x", "show 1", "stories", "stories split 1", "stories merge 1 2", "export a.jsonl", "reextract"),
        *("db check", "db backup b", "db stats", "db prune", "feeds list", "feeds check", "feeds explain x"),
    ],
)
def test_reading_makes_no_database(fails, tmp_path, command):
    assert "typo.db: no database there" in fails("--database", "sqlite:///typo.db", *command.split(), code=1)
    assert list(tmp_path.iterdir()) == []


def test_doctor_finds_a_database_that_is_not_there(run, tmp_path):
    done = run("doctor", AGGREGATOR_DATABASE="sqlite:///typo.db")
    assert done.returncode == 1
    assert "typo.db: no database there" in done.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", ["search x", "import -"])
def test_the_database_of_another_program_is_left_alone(fails, tmp_path, command):
    with sqlite3.connect(tmp_path / "other.db") as conn:
        conn.execute("CREATE TABLE bookmarks (url TEXT)")
    conn.close()
    before = (tmp_path / "other.db").read_bytes()
    assert "another program" in fails("--database", "sqlite:///other.db", *command.split(), code=1)
    assert (tmp_path / "other.db").read_bytes() == before


@pytest.fixture
def read_only(archive):
    """Runs a command as somebody who may read the archive and write nothing: root gives up its rights."""
    (archive / "aggregator.db").chmod(0o444)
    archive.chmod(0o555)

    def call(*arguments):
        command = [sys.executable, "-m", "aggregator", *arguments]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=archive,
            env=environment(archive),
            preexec_fn=_give_up_what_root_may,
        )

    yield call
    archive.chmod(0o755)


def _give_up_what_root_may():
    for capability in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, capability, 0, 0, 0)  # PR_CAPBSET_DROP


def test_a_folder_that_can_not_be_written_is_read(read_only):
    done = read_only("search", "harbour", "--format", "jsonl")
    assert (done.returncode, done.stderr) == (0, "")
    assert "https://a.example/1" in done.stdout
    assert read_only("show", "1").returncode == 0


def test_a_folder_that_can_not_be_written_is_said_to_be(read_only):
    done = read_only("doctor")
    assert done.returncode == 1
    assert "FAIL" in done.stdout
    assert "Permission denied" in done.stdout or "read-only" in done.stdout
    done = read_only("fetch")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
