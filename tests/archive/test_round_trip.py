"""Export and import: what goes out comes back, and what is wrong in a file is said by its line."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from sqlalchemy import text

from aggregator.archive.export import export
from aggregator.archive.history import history
from aggregator.archive.import_articles import Counts, import_file
from aggregator.archive.search import Search, records
from aggregator.errors import AggregatorError, UsageError
from aggregator.store.content.article_json import EXPORTED
from aggregator.store.engine import Store

BRIDGE = (
    "The council voted on Tuesday to close the bridge over the river Alm for two years. Mayor Ann Ödman said that 400 "
    "jobs depend on it. Traffic will go by the old road through Westfield, where residents fear noise at night."
)
LATER = {
    "url": "https://a.org/1?utm_source=x",
    "text": BRIDGE,
    "title": "Bridge closes",
    "published_at": "2024-05-02T10:00:00Z",
}
EARLIER = {"url": "https://b.org/1", "text": BRIDGE, "published_at": "2024-05-01T10:00:00+02:00", "id": 40}
OTHER = {
    "url": "https://c.org/1",
    "text": "東京で大雨が降った。\n\n人々は避難した。",
    "lang": "ja",
    "tags": ["a; b", "c"],
}
NOW = 1_720_000_000


@pytest.fixture
def lines(tmp_path: Path) -> Callable[..., str]:
    """Writes objects (or raw text) as the lines of a file; gives its path."""

    def write(*some: Any, name: str = "in.jsonl") -> str:
        path = tmp_path / name
        path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in some))
        return str(path)

    return write


def every(store: Store) -> dict[str, dict[str, Any]]:
    return {record["canonical_url"]: record for record in records(store, Search())}


def silent(_: str) -> None:
    raise AssertionError(_)


def test_only_url_and_text_must_be_there(store: Store, lines: Callable[..., str]) -> None:
    assert import_file(store, lines({"url": "https://a.org/x", "text": "Some words."}), silent, NOW) == Counts(new=1)
    (record,) = every(store).values()
    assert tuple(record) == EXPORTED
    assert record["site"] == "a.org"
    assert record["body_from"] == "page"
    assert record["fetched_at"] == "2024-07-03T09:46:40Z"
    assert record["authors"] == []
    assert record["published_at"] is None
    assert record["word_count"] == 2


def test_lines_without_a_story_go_through_the_story_path_in_time_order(store: Store, lines: Callable[..., str]) -> None:
    assert import_file(store, lines(LATER, EARLIER, OTHER), silent, NOW) == Counts(new=3)
    found = every(store)
    early, late, other = found["https://b.org/1"], found["https://a.org/1"], found["https://c.org/1"]
    assert early["id"] == 40
    assert late["copy_of"] == 40
    assert late["story_id"] == early["story_id"] != other["story_id"]
    assert late["url"] == LATER["url"]


def test_an_import_can_be_repeated(store: Store, lines: Callable[..., str]) -> None:
    path = lines(LATER, EARLIER, OTHER)
    import_file(store, path, silent, NOW)
    before = every(store)
    assert import_file(store, path, silent, NOW + 1000) == Counts(unchanged=3)
    assert every(store) == before


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz", "out.jsonl.zst", "out.parquet", "out.parquet.zst"])
def test_what_goes_out_comes_back(
    store: Store, second_store: Store, lines: Callable[..., str], tmp_path: Path, name: str
) -> None:
    import_file(store, lines(LATER, EARLIER, OTHER), silent, NOW)
    first, again = tmp_path / name, tmp_path / f"again-{name}"
    assert export(store, str(first), Search()) == 3
    assert import_file(second_store, str(first), silent, NOW + 5000) == Counts(new=3)
    assert every(second_store) == every(store)
    export(second_store, str(again), Search())
    assert again.read_bytes() == first.read_bytes()
    assert import_file(second_store, str(first), silent) == Counts(unchanged=3)


@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_earlier_texts_and_pages_that_are_gone_come_back(
    store: Store, second_store: Store, lines: Callable[..., str], tmp_path: Path, kind: str
) -> None:
    first = OTHER | {"fetched_at": "2024-05-01T00:00:00Z", "lead": "A lead."}
    import_file(store, lines(first), silent)
    import_file(store, lines(OTHER | {"text": "A second.", "fetched_at": "2024-06-01T00:00:00Z"}), silent)
    gone = {"url": OTHER["url"], "text": "A third.", "fetched_at": "2024-07-01T00:00:00Z"}
    import_file(store, lines(gone | {"gone_at": "2024-07-02T00:00:00Z"}), silent)
    export(store, str(tmp_path / "out.jsonl"), Search())
    found = json.loads((tmp_path / "out.jsonl").read_text())
    assert [one["text"] for one in found["revisions"]] == [OTHER["text"], "A second."]
    assert (found["revisions"][0]["lead"], found["gone_at"]) == ("A lead.", "2024-07-02T00:00:00Z")
    export(store, str(tmp_path / f"out.{kind}"), Search())
    assert import_file(second_store, str(tmp_path / f"out.{kind}"), silent) == Counts(new=1)
    export(second_store, str(tmp_path / "again.jsonl"), Search())
    assert (tmp_path / "again.jsonl").read_bytes() == (tmp_path / "out.jsonl").read_bytes()
    assert [one.words for one in history(second_store, found["id"]).versions] == [
        one.words for one in history(store, found["id"]).versions
    ]
    without_story = {name: value for name, value in found.items() if name not in ("id", "story_id")}
    import_file(second_store, lines(without_story | {"url": "https://d.org/1", "canonical_url": None}), silent)
    other = every(second_store)["https://d.org/1"]
    assert (other["revisions"], other["gone_at"]) == (found["revisions"], found["gone_at"])


def test_ids_that_are_taken_are_replaced_and_mapped(
    store: Store, second_store: Store, lines: Callable[..., str], tmp_path: Path
) -> None:
    import_file(store, lines(LATER, EARLIER), silent, NOW)
    export(store, str(tmp_path / "out.jsonl"), Search())
    import_file(second_store, lines(OTHER | {"id": 40, "story_id": 1}), silent, NOW)
    assert import_file(second_store, str(tmp_path / "out.jsonl"), silent, NOW) == Counts(new=2)
    found = every(second_store)
    early, late = found["https://b.org/1"], found["https://a.org/1"]
    assert found["https://c.org/1"]["id"] == 40
    assert early["id"] != 40
    assert late["copy_of"] == early["id"]
    assert late["story_id"] == early["story_id"] != 1


def test_a_head_may_stand_after_its_copy_or_not_at_all(store: Store, lines: Callable[..., str]) -> None:
    copy = {"url": "https://a.org/1", "text": BRIDGE, "id": 1, "story_id": 9, "copy_of": 7}
    head = {"url": "https://b.org/1", "text": BRIDGE, "id": 7, "story_id": 9}
    lost = {"url": "https://c.org/1", "text": BRIDGE, "id": 8, "story_id": 9, "copy_of": 6}
    import_file(store, lines(copy, head, lost), silent, NOW)
    assert [(one["id"], one["story_id"], one["copy_of"]) for one in every(store).values()] == [
        (1, 9, 7),
        (7, 9, None),
        (8, 9, None),
    ]
    with store.read() as conn:
        assert conn.execute(text("SELECT articles FROM stories WHERE id = 9")).scalar_one() == 3


def test_new_articles_get_ids_after_the_restored_ones(store: Store, lines: Callable[..., str]) -> None:
    import_file(store, lines(OTHER | {"id": 3, "story_id": 3}), silent, NOW)
    import_file(store, lines(LATER, {"url": "https://d.org/1", "text": "Quite new."}), silent, NOW)
    assert sorted(one["id"] for one in every(store).values()) == [3, 4, 5]


def test_a_younger_text_of_the_file_updates_an_older_one_does_not(store: Store, lines: Callable[..., str]) -> None:
    import_file(store, lines(OTHER | {"fetched_at": "2024-05-01T00:00:00Z"}), silent)
    older = {"url": OTHER["url"], "text": "An older text.", "fetched_at": "2024-04-01T00:00:00Z"}
    younger = {"url": OTHER["url"], "text": "A younger text.", "fetched_at": "2024-06-01T00:00:00Z"}
    assert import_file(store, lines(older), silent) == Counts(unchanged=1)
    assert import_file(store, lines(younger), silent) == Counts(updated=1)
    assert every(store)["https://c.org/1"]["text"] == "A younger text."


def test_bad_lines_are_told_and_the_rest_goes_on(store: Store, lines: Callable[..., str]) -> None:
    told: list[str] = []
    path = lines(
        "{broken",
        "[1]",
        {"text": "x"},
        {"url": "https://a.org/", "text": " "},
        {"url": "ftp://a.org/", "text": "x"},
        {"url": "https://a.org/", "text": "x", "published_at": "soon"},
        {"url": "https://a.org/", "text": "x", "authors": "Ann"},
        {"url": "https://a.org/", "text": 5},
        "",
        {"url": "https://a.org/\u0000", "text": "good\u0000 enough", "id": "x", "story_id": True, "copy_of": -1},
    )
    counts = import_file(store, path, told.append, NOW)
    assert counts == Counts(new=1, failed=8)
    assert not counts.ok
    assert [line.split(":")[1] for line in told] == ["1", "2", "3", "4", "5", "6", "7", "8"]
    assert told[2] == f"{path}:3: url is missing; left out"
    assert not import_file(store, lines("{"), told.append).ok


@pytest.mark.parametrize(
    ("name", "said"),
    [("a.csv", "only .jsonl, .parquet and .warc"), ("a.txt", "only .jsonl")],
)
def test_files_that_are_not_imported(store: Store, tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        import_file(store, str(tmp_path / name), silent)


def test_a_file_that_is_not_there_is_a_failure(store: Store, tmp_path: Path) -> None:
    with pytest.raises(AggregatorError, match="can't be read") as failed:
        import_file(store, str(tmp_path / "none.jsonl"), silent)
    assert failed.value.exit_code == 1


def test_parquet_has_times_as_times_and_is_read_by_columns(
    store: Store, lines: Callable[..., str], tmp_path: Path
) -> None:
    import_file(store, lines(LATER, EARLIER, OTHER), silent, NOW)
    export(store, str(tmp_path / "out.parquet"), Search())
    table = pq.read_table(tmp_path / "out.parquet", columns=["published_at", "tags", "id"])
    assert table["published_at"].to_pylist()[0] == datetime(2024, 5, 1, 8, tzinfo=UTC)
    assert OTHER["tags"] in table["tags"].to_pylist()
    assert tuple(pq.read_schema(tmp_path / "out.parquet").names) == EXPORTED


def test_parquet_of_others_is_taken_by_the_names_of_its_columns(store: Store, tmp_path: Path) -> None:
    told: list[str] = []
    rows = [{"url": "https://a.org/1", "text": "Some words.", "score": 5}, {"url": None, "text": "b", "score": 1}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    assert import_file(store, str(tmp_path / "in.parquet"), told.append, NOW) == Counts(new=1, failed=1)
    assert told == [f"{tmp_path}/in.parquet:2: url is missing; left out"]
    (tmp_path / "in.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(AggregatorError, match="damaged after line 0"):
        import_file(store, str(tmp_path / "in.parquet"), silent)


@pytest.mark.parametrize("name", ["a.jsonl.gz", "a.jsonl.zst"])
def test_a_damaged_file_is_said_to_be(store: Store, tmp_path: Path, name: str) -> None:
    path, line = tmp_path / name, json.dumps(OTHER).encode() + b"\n"
    packed = gzip.compress(line) if name.endswith(".gz") else zstandard.compress(line)
    for content in (packed[: len(packed) // 2], b"no archive at all"):
        path.write_bytes(content)
        with pytest.raises(AggregatorError, match="damaged after line 0"):
            import_file(store, str(path), silent)


def test_csv(store: Store, lines: Callable[..., str], tmp_path: Path) -> None:
    import_file(store, lines(OTHER), silent, NOW)
    export(store, str(tmp_path / "out.csv.gz"), Search())
    (row,) = csv.DictReader(io.StringIO(gzip.decompress((tmp_path / "out.csv.gz").read_bytes()).decode(), newline=""))
    assert tuple(row) == EXPORTED
    assert (row["text"], row["tags"], row["title"]) == (OTHER["text"], "a; b; c", "")


def test_csv_holds_no_formulas(store: Store, lines: Callable[..., str], tmp_path: Path) -> None:
    import_file(store, lines(OTHER | {"title": '=HYPERLINK("https://a.org")', "authors": ["@sum"]}), silent, NOW)
    export(store, str(tmp_path / "out.csv"), Search())
    (row,) = csv.DictReader((tmp_path / "out.csv").read_text().splitlines())
    assert (row["title"], row["authors"]) == ('\'=HYPERLINK("https://a.org")', "'@sum")


def test_progress_has_an_end(store: Store, lines: Callable[..., str], tmp_path: Path) -> None:
    told: list[tuple[str, int, int | None]] = []
    some = [{"url": f"https://a.org/{number}", "text": f"Text {number}."} for number in range(100)]
    import_file(store, lines(*some), silent, NOW, lambda *one: told.append(one))
    export(store, str(tmp_path / "out.jsonl"), Search("text"), lambda *one: told.append(one))
    import_file(store, str(tmp_path / "out.jsonl"), silent, NOW, lambda *one: told.append(one))
    size = (tmp_path / "out.jsonl").stat().st_size
    assert told == [("articles stored", 100, 100), ("articles written", 100, 100), ("file read", size, size)]


def test_export_takes_the_filters_of_search(store: Store, lines: Callable[..., str], tmp_path: Path) -> None:
    import_file(store, lines(LATER, EARLIER, OTHER), silent, NOW)
    assert export(store, str(tmp_path / "out.jsonl"), Search("bridge", site="a.org", limit=0)) == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [("out.xml", ".jsonl, .csv or .parquet"), ("none/out.jsonl", "can't be written")],
)
def test_exports_that_can_not_be(store: Store, tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        export(store, str(tmp_path / name), Search())


def test_a_failed_export_leaves_the_file_as_it_was(store: Store, lines: Callable[..., str], tmp_path: Path) -> None:
    import_file(store, lines(OTHER), silent, NOW)
    with store.write() as conn:
        conn.execute(text("UPDATE articles SET tags = 'no JSON'"))
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "out.jsonl").write_text("before")
    with pytest.raises(ValueError):
        export(store, str(folder / "out.jsonl"), Search())
    assert [path.read_text() for path in folder.iterdir()] == ["before"]


def test_batches_of_any_size_give_the_same(
    store: Store, second_store: Store, lines: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    towns = "Alm Berg Carlow Dunmore".split()
    reports = [
        {
            "url": f"https://{site}.org/{town}",
            "title": f"Bridge of {town} closes",
            "text": f"{BRIDGE.replace('Alm', town)} {extra}".replace("Westfield", f"{town}field"),
            "published_at": f"2024-05-0{day}T10:00:00Z",
        }
        for day, town in enumerate(towns, 1)
        for site, extra in (("a", ""), ("b", f"{town} has another bridge."), ("c", "The minister will come."))
    ]
    path = lines(*reports)
    import_file(store, path, silent, NOW)
    monkeypatch.setattr("aggregator.archive.import_articles._BATCH", 1)
    import_file(second_store, path, silent, NOW)
    found = every(store)
    assert len({one["story_id"] for one in found.values()}) < len(found) == len(reports)
    assert any(one["copy_of"] for one in found.values())
    assert every(second_store) == found
