"""What is imported where: workers know no SQL and no HTTP, and only the top package imports on demand."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1] / "aggregator"
HANDED_OVER = {  # every function that is handed to the pool
    ("aggregator.feeds.parse_feed", "parse"),
    ("aggregator.feeds.candidates", "named"),
    ("aggregator.articles.from_entry", "prepare"),
    ("aggregator.articles.read_pages", "read_batch"),
}


@pytest.mark.parametrize(("module", "function"), sorted(HANDED_OVER))
def test_a_worker_imports_neither_sql_nor_http(module: str, function: str) -> None:
    code = f"import sys; from {module} import {function}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not {"sqlalchemy", "httpx", "aiohttp", "pydantic", "typer"} & set(done.stdout.split())


def test_the_functions_handed_to_the_pool_are_those() -> None:
    names = {function for _, function in HANDED_OVER}
    calls = [
        call
        for path in ROOT.rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith(("pool.run", "pool.run_within"))
    ]
    given = {ast.unparse(call.args["within" in ast.unparse(call.func)]).rpartition(".")[2] for call in calls}
    assert given == names


def test_only_the_top_package_is_lazy() -> None:
    lazy = [path for path in ROOT.rglob("*.py") if "def __getattr__" in path.read_text(encoding="utf-8")]
    assert lazy == [ROOT / "__init__.py"]
