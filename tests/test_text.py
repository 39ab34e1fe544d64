"""Words, folding, and the form of the index."""

from hypothesis import given
from hypothesis import strategies as st

from aggregator import text


def test_words_of_many_scripts() -> None:
    assert text.words("Don't stop at 7.30!") == ["Don", "t", "stop", "at", "7", "30"]
    assert text.words("東京2024") == ["東", "京", "2024"]
    assert text.words("हिन्दी भाषा") == ["हिन्दी", "भाषा"]
    assert text.count_words("한국어 문장") == 2


def test_folding_takes_case_and_accents() -> None:
    assert text.index_form("Ünïcode STRASSE, Straße") == "unicode strasse strasse"
    assert text.index_form("ΆΘΗΝΑ") == "αθηνα"
    assert text.text_hash("Same  words.") == text.text_hash("same, WORDS")


def test_paragraphs() -> None:
    assert text.paragraphs("a\nb\n\n \nc\n") == ["a\nb", "c"]


@given(st.text())
def test_anything_may_come(anything: str) -> None:
    assert text.index_form(text.index_form(anything)) == text.index_form(anything)
    assert -(2**63) <= text.hash64(anything) < 2**63
    assert "\x00" not in text.storable(anything)
