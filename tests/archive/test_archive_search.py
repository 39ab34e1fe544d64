"""Asking the archive: hits with their snippets, one article with all that is stored of it."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from aggregator.archive.history import history
from aggregator.archive.import_articles import import_file
from aggregator.archive.search import Search, search
from aggregator.archive.show import show
from aggregator.archive.snippets import WIDTH, marks, snippet
from aggregator.errors import QueryError, UsageError
from aggregator.query import Words
from aggregator.store.engine import Store

LONG = (
    "The beginning is dull, as beginnings are. " * 40 + "Then the Dragon's fire fell on Odessa. " + "And so on. " * 60
)
COPY = (
    "A dragon was seen over the harbour of Westfield at 9 on Monday, said Ann Miller, who sells fish there daily. " * 2
)


def fill(store: Store, tmp_path: Path, *lines: dict[str, object]) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert import_file(store, str(path), print).ok


def test_hits_carry_record_snippet_and_total(store: Store, tmp_path: Path) -> None:
    fill(
        store,
        tmp_path,
        {"url": "https://a.org/1", "text": LONG, "title": "Tales", "fetched_at": "2024-05-01T00:00:00Z"},
        {"url": "https://b.org/1", "text": COPY, "published_at": "2024-05-02", "fetched_at": "2024-05-03T00:00:00Z"},
        {"url": "https://c.org/1", "text": COPY, "published_at": "2024-05-03", "fetched_at": "2024-05-03T00:00:00Z"},
    )
    found = search(store, Search("dragon OR -dull", limit=2))
    assert found.total == 3
    assert len(found.hits) == 2
    folded = search(store, Search("dragon", stories=True, sort="date"))
    assert [(hit.article.site, hit.others) for hit in folded.hits] == [("c.org", 1), ("a.org", 0)]
    assert folded.total == 2
    assert "Dragon's fire fell" in folded.hits[1].snippet
    since = datetime(2024, 5, 2, tzinfo=UTC)
    assert search(store, Search("dragon", since=since)).total == 2
    assert search(store, Search("dragon", until=since)).total == 1
    with pytest.raises(QueryError):
        search(store, Search("title:("))


def test_a_feed_that_is_not_known_is_a_mistake_and_no_empty_answer(store: Store, tmp_path: Path) -> None:
    fill(store, tmp_path, {"url": "https://a.org/1", "text": LONG, "feed": "https://a.org/feed"})
    assert search(store, Search("dragon", feed="https://a.org/feed")).total == 1
    with pytest.raises(UsageError, match="no such feed"):
        search(store, Search("dragon", feed="https://a.org/fed"))


def test_show_has_revisions_copies_and_a_body(store: Store, tmp_path: Path) -> None:
    first = {"url": "https://a.org/1", "text": COPY, "published_at": "2024-05-01", "id": 1, "story_id": 1}
    copy = {"url": "https://b.org/1", "text": COPY, "id": 2, "story_id": 1, "copy_of": 1}
    fill(store, tmp_path, first | {"fetched_at": "2024-05-01T00:00:00Z"}, copy)
    fill(store, tmp_path, first | {"text": "Now <otherwise>.\n\nAnd more.", "fetched_at": "2024-05-02T00:00:00Z"})
    shown = show(store, 1)
    assert shown.record["text"] == "Now <otherwise>.\n\nAnd more."
    assert shown.html == "<p>Now &lt;otherwise&gt;.</p>\n<p>And more.</p>"
    earlier, now = history(store, 1).versions
    assert (now.number, now.text, now.replaced_at, now.added) == (2, "Now <otherwise>.\n\nAnd more.", None, 4)
    assert (earlier.text, earlier.fetched_at, earlier.replaced_at) == (
        COPY,
        "2024-05-01T00:00:00Z",
        "2024-05-02T00:00:00Z",
    )
    assert [one["id"] for one in show(store, 2).copies] in (
        [1],
        [],
    )  # a text that changed may be no copy's head any more


@pytest.mark.parametrize("article_id", [5, -1, 2**70])
def test_show_of_an_id_that_is_not_there(store: Store, article_id: int) -> None:
    with pytest.raises(UsageError, match=f"no article {article_id} "):
        show(store, article_id)


@pytest.mark.parametrize(
    ("words", "prefix", "seen"),
    [
        (("dragon",), False, "Dragon's fire"),
        (("dragon", "s", "fire"), False, "Dragon's fire"),
        (("odes",), True, "Odessa"),
        (("nowhere",), False, "The beginning is dull"),
    ],
)
def test_a_snippet_shows_the_words_that_match(words: tuple[str, ...], prefix: bool, seen: str) -> None:
    shown = snippet(LONG, [Words(words, None, prefix)])
    assert seen in shown
    assert len(shown) <= WIDTH + 4
    assert shown.endswith(" …")
    assert shown.startswith("… ") == ("nowhere" not in words)


def test_a_snippet_of_a_short_text_is_the_text() -> None:
    assert snippet("One\n\ntwo. ", []) == "One two."
    assert snippet("", [Words(("one",))]) == ""


def test_a_snippet_finds_its_place_in_scripts_without_spaces() -> None:
    assert "避難" in snippet("雨が降った。" * 200 + "人々は避難した。" + "雨が降った。" * 200, [Words(("避", "難"))])


def test_a_snippet_begins_and_ends_with_a_sentence_where_one_is_near() -> None:
    text = "It was a long day. " * 20 + "The ferry left at noon. " + "Nobody was on it. " * 20
    shown = snippet(text, [Words(("noon",))])
    assert shown.startswith("… The ferry left at noon. Nobody")
    assert shown.endswith("Nobody was on it. …")


@pytest.mark.parametrize(
    ("text", "words", "seen"),
    [
        ("The Ferry, the ferries", Words(("ferry",)), ["Ferry"]),
        ("The Ferry, the ferries", Words(("ferr",), None, prefix=True), ["Ferry", "ferries"]),
        ("In Łódź and Lodz", Words(("lodz",)), ["Łódź", "Lodz"]),
        ("人々は避難した。", Words(("避", "難")), ["避難"]),
        ("Nothing of it", Words(("ferry",)), []),
    ],
)
def test_marks_say_where_matches_stand(text: str, words: Words, seen: list[str]) -> None:
    assert [text[start:end] for start, end in marks(text, [words])] == seen
