"""The API's description: whole enough for a generated client, and what the server does."""

import importlib
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from tests.web.conftest import PASSWORD, USER, Running, copied, run, serving

# Where a query, a name or an address can't be read, no schema says so beforehand.
UNCHECKED = "positive_data_acceptance"
# These ask other servers.
OUTWARD = ("subscribe", "discover_feeds")


@pytest.fixture(scope="module")
def open_to_changes(archive_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server over an archive of its own."""
    folder = copied(archive_folder, tmp_path_factory)
    run(folder, "web", "password", USER, "--stdin", stdin=f"{PASSWORD}\n")
    token = run(folder, "web", "token", "tests").stdout.strip()
    with serving(folder, token=token) as running:
        yield running


def test_a_generated_client_works(open_to_changes: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_to_changes.client() as client:
        spec = client.get("/openapi.json").json()
    assert spec["openapi"].startswith("3.1")
    (tmp_path / "openapi.json").write_text(json.dumps(spec))
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json", "--meta", "none"]
    done = subprocess.run(
        [*command, "--output-path", "generated_client", "--config", str(_config(tmp_path))],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "WARNING" not in done.stdout, done.stdout
    monkeypatch.syspath_prepend(str(tmp_path))

    made = importlib.import_module("generated_client")
    models = importlib.import_module("generated_client.models")
    with made.AuthenticatedClient(base_url=open_to_changes.base, token=open_to_changes.token) as logged_in:

        def call(area: str, operation: str, *path: object, **values: object) -> Any:
            module = importlib.import_module(f"generated_client.api.{area}.{operation}")
            return module.sync(*path, client=logged_in, **values)

        found = call("articles", "search_articles", q="moons", limit=5)
        assert found.total == 12
        article = call("articles", "get_article", found.items[0].id)
        assert article.title == found.items[0].title
        assert article.fetched_at.tzinfo is not None
        assert call("state", "set_state", article.id, body=models.StateChange(read=True)).read_at
        assert call("stories", "get_story", article.story_id).items
        assert [feed.state for feed in call("feeds", "list_feeds")] == ["healthy", "healthy"]
        assert call("articles", "search_articles", q="title:(").detail.startswith("can't read the query")


def _config(folder: Path) -> Path:
    path = folder / "generate.json"
    path.write_text(json.dumps({"post_hooks": []}))
    return path


def test_the_server_does_what_its_description_says(open_to_changes: Running, tmp_path: Path) -> None:
    left_out = [word for name in OUTWARD for word in ("--exclude-operation-id", name)]
    token, spec = f"Authorization: Bearer {open_to_changes.token}", f"{open_to_changes.base}/openapi.json"
    bounds = ("--phases", "coverage", "--generation-deterministic", "--exclude-checks", UNCHECKED)
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "run", spec, "-H", token, *bounds, *left_out],
        capture_output=True,
        text=True,
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout[:6000]


def test_the_page_of_the_api_describes_each_operation_and_its_commands_work(served: Running) -> None:
    with served.client() as client:
        page = unescape(client.get("/docs").text)
        paths = client.get("/openapi.json").json()["paths"]
    for path, methods in paths.items():
        for method, said in methods.items():
            assert f"<code>{method.upper()} {path}</code>" in page
            assert f'id="{said["operationId"]}"' in page
    commands = [shlex.split(one) for one in re.findall(r"<pre><code>(curl .*)</code></pre>", page)]
    assert len(commands) == sum(map(len, paths.values()))
    with served.client() as client:
        for command in commands:
            assert command[-1].startswith(f"{served.base}/")
            if "-X" not in command and "discover" not in command[-1]:
                assert client.get(command[-1]).status_code in (200, 404), command
            if "-d" in command:
                json.loads(command[command.index("-d") + 1])
