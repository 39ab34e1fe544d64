"""`aggregator search` as people write it: words without quotation marks, what is said of empty and of cut answers."""

import csv
import io
import json

import pytest

LINES = (
    {"url": "https://a.org/1", "title": "Coral ferry sails", "text": "The coral ferry left the harbour.", "id": 1},
    {"url": "https://b.org/2", "title": "Tram", "text": "A tram met the ferry, and football fans.", "id": 2},
    {"url": "https://c.org/3", "title": "Coral ferry sails", "text": "The coral ferry left the harbour.", "id": 3},
)


@pytest.fixture
def archive(run, tmp_path):
    """A database with `LINES`; the third is a copy of the first."""
    (tmp_path / "in.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES))
    assert run("import", "in.jsonl").returncode == 0
    return run


def ids(done):
    assert done.returncode == 0, done.stderr
    return {json.loads(line)["id"] for line in done.stdout.splitlines()}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("coral", "ferry"), {1, 3}),
        (("ferry", "-football"), {1, 3}),
        (("-gone:true",), {1, 2, 3}),
        (("-football", "--limit", "5"), {1, 3}),
        (("!football",), {1, 3}),
        (("ferry", "NOT", "🚢"), {1, 2, 3}),
        (("--site", "b.org", "ferry"), {2}),
        (("--", "-football"), {1, 3}),
        (('"tram met"',), {2}),
    ],
)
def test_a_query_needs_no_quotation_marks(archive, words, found):
    assert ids(archive("search", "--format=jsonl", *words)) == found


def test_what_nothing_is_found_by_is_said(archive):
    done = archive("search", "coral", "fery", "--since", "2020")
    assert "nothing found in title, lead and text of 3 articles by: coral fery --since 2020" in done.stdout
    assert "coral* fery*" in done.stdout
    assert "AND, OR, NOT" in archive("search", "zebra", "and", "lion").stdout
    done = archive("search", "🚢", "--json")
    assert (done.returncode, done.stdout) == (0, "[]\n")
    assert "'🚢' holds neither letters nor digits" in done.stderr
    assert archive("-q", "search", "🚢", "--json").stderr == ""


def test_an_empty_archive_says_so(run, tmp_path):
    (tmp_path / "in.jsonl").write_text("")
    run("import", "in.jsonl")
    assert "holds no articles yet" in run("search", "ferry").stdout


def test_answers_for_programs_say_what_was_cut_and_where_it_matches(archive):
    done = archive("search", "ferry", "--json", "--limit", "2")
    assert "2 of 3 shown; --limit and --offset give others" in done.stderr
    assert all("ferry" in one["snippet"] for one in json.loads(done.stdout))
    folded = archive("search", "coral", "--json", "--stories")
    assert [one["others"] for one in json.loads(folded.stdout)] == [1]
    assert folded.stderr == ""
    rows = list(csv.DictReader(io.StringIO(archive("search", "tram", "--format", "csv").stdout)))
    assert rows[0]["snippet"].startswith("A tram met")


def test_formats_that_contradict_each_other_are_refused(fails, archive):
    assert "contradict" in fails("search", "ferry", "--json", "--format", "csv")


def test_a_story_is_shown_with_all_its_articles(archive):
    story = json.loads(archive("search", "coral", "--json").stdout)[0]["story_id"]
    table = archive("search", f"story:{story}").stdout
    assert table.count("Coral ferry sails") == 2
    assert archive("search", "coral").stdout.count("Coral ferry sails") == 1


def test_help_has_a_summary_of_the_language(run):
    said = " ".join(run("search", "--help").stdout.split())
    assert "author site feed lang tag story published before after is revised gone" in said
    assert "docs/searching.md" in said
