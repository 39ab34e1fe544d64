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


@given(st.text(st.one_of(st.characters(), st.sampled_from("aé½ﬁ™℃ ._-\u00ad\u200b\u0301\uff41東한हि"))))
def test_index_form_is_the_words_of_the_folded_text(anything: str) -> None:
    """However it is reached: by tables and word by word where that is the same, and quicker."""
    whole = " ".join(text._WORD.findall(text.fold(anything)))
    apart = " ".join(text._WORD.findall(" ".join(map(text.fold, text._WORD.findall(anything)))))
    assert text.index_form(anything) in (whole, apart)
    assert text.words(anything) == text._WORD.findall(anything)


@given(st.text())
def test_anything_may_come(anything: str) -> None:
    assert text.index_form(text.index_form(anything)) == text.index_form(anything)
    assert -(2**63) <= text.hash64(anything) < 2**63
    assert "\x00" not in text.storable(anything)
