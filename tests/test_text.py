"""What bytes say, words, folding, and the form of the index."""

import pytest
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


def test_many_gaps_and_an_uneven_word_go_together() -> None:
    signs = "".join(f" a{chr(code)}b" for code in range(0x2190, 0x2200))
    found, form = text.words_and_form(f"{'even ' * 40}for\u00admat{signs}")
    assert found[40:] == ["format", *["a", "b"] * 112]
    assert form.endswith("format" + " a b" * 112)


_ODD = st.text(st.one_of(st.characters(), st.sampled_from("aé½ﬁ™℃ ._-\u00ad\u200b\u0301\uff41東한हि")))


@given(st.one_of(st.text(), _ODD.map(lambda odd: f"{'An even text ' * 40}{odd}")))
def test_words_and_form_are_those_of_each_alone(anything: str) -> None:
    parted = anything.translate(dict.fromkeys((0xAD, 0x200B, 0x200C, 0x2060, 0xFEFF)))
    found, form = text.words_and_form(anything)
    assert form == text.index_form(anything)
    assert found == text.words(parted) or " ".join(map(text.fold, found)) == form


def test_few_uneven_words_are_folded_by_themselves() -> None:
    even = "Ein gerader Satz " * 20
    found, form = text.words_and_form(f"{even}u\u0308ber 東京2024 for\u00admat 5½ ℃")
    assert found[60:] == ["über", "東", "京", "2024", "format", "51", "2", "C"]
    assert form.split()[60:] == ["uber", "東", "京", "2024", "format", "51", "2", "c"]


@given(st.one_of(_ODD, _ODD.map(lambda odd: f"{'An even text ' * 40}{odd}")))
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


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"%PDF-1.7 ...", "a PDF file"),
        (b"\x89PNG\r\n\x1a\n...", "a picture"),
        (b"RIFF\0\0\0\0WEBP", "binary data"),
        (b"RIFF is a word", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_files_are_no_text(body: bytes, kind: str | None) -> None:
    assert text.file_kind(body) == kind


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_marks_and_wide_markup_say_the_encoding(codec: str) -> None:
    markup = "<p>Škoda 🚋"
    assert text.decode_marked(markup.encode(codec)) == markup


def test_encodings_are_named_as_browsers_take_them() -> None:
    assert text.decode_marked(b"<p>plain") is None
    assert text.header_encoding("text/html; charset = 'ISO-8859-1'") == "cp1252"
    assert text.header_encoding("text/html; charset=zip") is None
    assert text.xml_encoding(b"<?xml version='1.0' encoding='gb2312'?>") == "gb18030"
    assert text.decode_valid("ж".encode("cp1251"), ["utf-8", "cp1251"]) == "ж"
    assert text.decode_valid(b"\xff", ["utf-8"]) is None


def test_a_very_long_text_has_the_words_of_its_parts() -> None:
    part = "The ferry to Łódź runs 横跨河流. "
    long = part * 20_000
    assert text.index_form(long) == " ".join([text.index_form(part)] * 20_000)
    assert text.count_words(long) == 20_000 * text.count_words(part)
    unbroken = "横跨河流的大桥" * 80_000
    assert text.count_words(unbroken) == len(unbroken) == len(text.index_form(unbroken).split())


@pytest.mark.parametrize(
    ("long", "most", "short"),
    [
        ("one  two", 8, "one two"),
        ("one two three", 10, "one two …"),
        ("避難した人々の話", 6, "避難した …"),
        ("", 5, ""),
    ],
)
def test_a_shortened_text_is_cut_at_a_blank_or_anywhere(long: str, most: int, short: str) -> None:
    assert text.shortened(long, most) == short


def test_a_very_long_text_is_read_in_pieces() -> None:
    assert text.caseless_words("ferry " * 100_000) == ["ferry"] * 100_000
    assert len("".join(text.caseless_words("é" * 700_000))) == 700_000
