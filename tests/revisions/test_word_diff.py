"""Word diffs: complete, readable, quick."""

from hypothesis import given
from hypothesis import strategies as st

from aggregator.revisions.word_diff import mark_changes, word_diff
from tests.growth import assert_linear

OLD = "The mayor of Velden resigned on Monday. He had been in office for eleven years. Elections follow in May."
NEW = "The mayor of Velden resigned late on Monday. He had been in office for eleven years. Nobody knows who follows."


def test_what_was_removed_and_added_is_marked() -> None:
    line = mark_changes(word_diff(OLD, NEW), context=4)
    assert "resigned {+late+} on Monday" in line
    assert "[-Elections follow in May.-] {+Nobody knows who follows.+}" in line
    assert "…" in line
    assert mark_changes(word_diff(OLD, OLD)) == ""


_TEXTS = st.lists(st.sampled_from(["one", "two", "three.", "four", "five!", "six\n", "seven"]), max_size=40).map(
    " ".join
)


@given(_TEXTS, _TEXTS)
def test_the_pieces_put_together_are_the_texts(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    assert " ".join(p.text for p in pieces if p.kind != "added").split() == old.split()
    assert " ".join(p.text for p in pieces if p.kind != "removed").split() == new.split()


def test_long_hostile_texts_cost_little() -> None:
    assert_linear(lambda count: word_diff("a b " * count, "b a " * count), 15_000, 60_000)
    assert_linear(lambda count: word_diff("a. b. " * count, "b. a. " * count), 5_000, 20_000)


def test_numbers_and_names_with_dots_stay_whole() -> None:
    old, new = "The U.S.A. paid 2.4 million. All agreed.", "The U.S.A. paid 2.5 million. All agreed."
    assert [piece.text for piece in word_diff(old, new)] == ["The U.S.A. paid", "2.4", "2.5", "million. All agreed."]
