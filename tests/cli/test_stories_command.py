"""`aggregator stories …` and `show --copies` as people use them: imported, listed, split, merged, compared."""

import json
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.stories.test_clustering import AGAIN, BUDGET, FERRY

Run = Callable[..., "subprocess.CompletedProcess[str]"]
LONG = (
    FERRY + " The captain said the lights of the harbour were dark and the wind had turned without any warning at all. "
)


@pytest.fixture
def imported(run: Run, tmp_path: Path) -> Run:
    now = datetime.now(UTC)
    texts = [("one", LONG * 2), ("two", LONG * 2 + "More follows."), ("three", AGAIN), ("four", BUDGET)]
    lines = [
        {
            "url": f"https://{name}.example/a",
            "title": f"Title {name}",
            "text": text,
            "lang": "en",
            "published_at": (now - timedelta(hours=5 - n)).isoformat(),
        }
        for n, (name, text) in enumerate(texts)
    ]
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    assert run("import", "in.jsonl").returncode == 0
    return run


def listed(run: Run, *arguments: str) -> list[dict[str, object]]:
    done = run("stories", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_biggest_story_comes_first_with_its_lead(imported: Run) -> None:
    first, second = listed(imported, "--since", "24h")
    assert (first["articles"], first["reports"], first["copies"]) == (3, 2, 1)
    assert first["title"] == "Title one"
    assert first["sites"] == ["one.example", "two.example", "three.example"]
    assert str(first["lead_reason"]).startswith("the most complete")
    assert second["articles"] == 1


@pytest.mark.parametrize("columns", [80, 200])
def test_the_table_fits_its_terminal(imported: Run, columns: int) -> None:
    out = imported("stories", COLUMNS=str(columns)).stdout
    assert "Title one" in out
    assert "lead: 1, the most" in " ".join(out.split())
    assert max(map(len, out.splitlines())) <= columns


def test_search_folds_stories(imported: Run) -> None:
    found = imported("search", "aurora", "--stories", "--format", "jsonl").stdout.splitlines()
    assert len(found) == 1


def test_copies_are_shown_with_score_and_what_differs(imported: Run) -> None:
    out = imported("show", "1", "--copies").stdout
    assert "score 1.00" in out
    assert "{+More follows.+}" in out
    (copy,) = json.loads(imported("show", "1", "--copies", "--json").stdout)
    assert copy["id"] == 2
    assert ["added", "More follows."] in copy["diff"]
    assert "head" in imported("show", "2", "--copies").stdout
    assert imported("show", "4", "--copies").stdout == "no other article has this text\n"


def test_stories_are_split_and_merged_by_hand(imported: Run) -> None:
    story = str(listed(imported)[0]["id"])
    old, new = listed(imported, "split", story, "3")
    assert (old["articles"], new["articles"]) == (2, 1)
    (merged,) = listed(imported, "merge", str(new["id"]), str(old["id"]))
    assert (merged["id"], merged["articles"]) == (new["id"], 3)
    assert imported("db", "check").returncode == 0


def test_mistakes_are_one_line(imported: Run, fails: Callable[..., str]) -> None:
    assert "no story 99" in fails("stories", "split", "99")
    assert "name articles of that story" in fails("stories", "split", "1", "4")
    assert "with itself" in fails("stories", "merge", "1", "1")
