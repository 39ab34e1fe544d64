"""What is imported where: workers know no SQL and no HTTP, and only the top package imports on demand."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "aggregator"
HANDED_OVER = {  # every function that is handed to the pool, and the module that does its work there
    "parse": "aggregator.feeds.parse_feed",
    "named": "aggregator.feeds.candidates",
    "prepare": "aggregator.articles.from_entry",
    "read_batch": "aggregator.articles.read_batch",
}
HEAVY = {"numpy", "feedparser", "selectolax", "nh3"}


def loaded(code: str) -> set[str]:
    """The modules of a new process that ran this."""
    command = [sys.executable, "-c", f"import sys; {code}; print(*sys.modules)"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("module", sorted(HANDED_OVER.values()))
def test_a_worker_imports_neither_sql_nor_http(module: str) -> None:
    assert not {"sqlalchemy", "httpx", "aiohttp", "pydantic", "typer"} & loaded(f"import {module}")


@pytest.mark.parametrize("engine", ["fetch", "daemon"])
def test_an_engine_imports_nothing_that_only_the_workers_need(engine: str) -> None:
    there = loaded(f"import aggregator.engines.{engine}")
    assert not HEAVY & there
    assert "sqlalchemy.dialects.postgresql" not in there  # who has SQLite does not pay for it


def test_http_is_loaded_where_something_is_asked_for() -> None:
    assert not {"aiohttp", "httpx"} & loaded("import aggregator.engines.fetch, aggregator.alerts.manage")


def test_a_server_imports_no_extraction() -> None:
    assert not {"numpy", "feedparser", "aggregator.extraction.pipeline"} & loaded("import aggregator.web.serve")


def test_only_workers_import_the_job_queue() -> None:
    commands = "import aggregator.cli.app, aggregator.engines.fetch, aggregator.engines.daemon, aggregator.visit"
    commands += "; aggregator.cli.app.build()"
    assert not {"procrastinate", "psycopg", "psycopg_pool"} & loaded(commands)


def test_a_command_imports_no_other_one() -> None:
    there = loaded("from aggregator.cli.app import build; build('search')")
    assert {name for name in there if name.startswith("aggregator.cli.cmd_")} == {"aggregator.cli.cmd_search"}


def test_the_functions_handed_to_the_pool_are_those() -> None:
    calls = [
        call
        for path in ROOT.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(("pool.run", "pool.run_within"))
    ]
    given = {ast.unparse(call.args["within" in ast.unparse(call.func)]).rpartition(".")[2] for call in calls}
    assert given == set(HANDED_OVER)


def test_only_the_top_package_is_lazy() -> None:
    lazy = [path for path in ROOT.rglob("*.py") if "def __getattr__" in path.read_text(encoding="utf-8")]
    assert lazy == [ROOT / "__init__.py"]
