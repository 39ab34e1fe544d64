"""Forms, stems and other spellings of words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.search_words import (
    FORM_MARK,
    STEMMERS,
    compounds,
    joined,
    search_form,
    search_terms,
    stem_form,
    stemming,
)


@pytest.mark.parametrize(
    ("written", "form"),
    [
        ("Ødegård ǿ Łódź Đorđe đến", "odegard o lodz dorde den"),
        ("Œuvre Æsir Þór Straße", "oeuvre aesir thor strasse"),
        ("İstanbul IŞIK ışık", "istanbul isik isik"),
        ("مُهِمّ أحمد إلى آل مدرسة ـــ ـــكتاب", "مهم احمد الي ال مدرسه كتاب"),
        ("שָׁלוֹם", "שלום"),
        ("서울시는 3월", "서 울 시 는 3 월"),
        ("हिन्दी 東京", "हिन्दी 東 京"),
    ],
)
def test_the_form_makes_spellings_one(written: str, form: str) -> None:
    assert search_form(written) == form


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en-GB", "run running runs Running"),
        ("ru", "Москва Москве москвы"),
        ("ru", "новый новая № новые"),
        ("ar", "حكومة الحكومة للحكومة والحكومة"),
        ("de", "Müller Mueller müllers"),
        ("tr", "IŞIK ışık ışıkları"),
        ("nb", "bilen bil biler"),
        ("pl", "wybory wyborów"),
    ],
)
def test_words_of_one_stem_are_one(lang: str, words: str) -> None:
    stems = stem_form(words, stemming(lang)).split()
    assert len({stem for stem in stems if stem != "no"}) == 1
    assert all(stem.isalpha() for stem in stem_form(words, "").split())


def test_a_stem_is_no_word_of_another_language() -> None:
    assert stem_form("news new", "en").split()[0] != stem_form("news new", "en").split()[1]
    assert not set(stem_form("news new", "en").split()) & set(stem_form("news new", "de").split())
    assert stem_form("2024 東京 Москва", "en") == search_form("2024 東京 Москва")


@pytest.mark.parametrize(
    ("written", "one"),
    [
        *(
            ("AT&T", "att"),
            ("the U.K. and", "uk"),
            ("J.K. Rowling", "jk"),
            ("J. K. Rowling", "jk"),
            ("a Ph.D. in", "phd"),
        ),
        *(("B-52s", "b52"), ("F-16", "f16"), ("long-term", "longterm"), ("don’t", "dont"), ("1,234,567", "1234567")),
        *(("O'Brien", "obrien"), ("1 000 000", "1000000"), ("1.000.000", "1000000")),
    ],
)
def test_what_is_written_in_one_word_too(written: str, one: str) -> None:
    assert one in joined(written)


@pytest.mark.parametrize("written", ["state-of-the-art", "He is. A man", "l'économie de", "rain - snow", "one, two"])
def test_what_is_not(written: str) -> None:
    assert joined(written) <= {"leconomie"}


@pytest.mark.parametrize(
    ("lang", "written", "other"),
    [
        ("he", "הממשלה", "ממשלה"),
        ("he", "ובירושלים", "ירושלים"),
        ("en", "iPhone15", "iphone"),
        ("en", "1990s", "1990"),
        ("de", "Müller", "mueller"),
        ("en", "running", f"running{FORM_MARK}"),
    ],
)
def test_other_spellings(lang: str, written: str, other: str) -> None:
    assert other in search_terms(None, None, written, lang).others.split()


@given(st.text(), st.sampled_from([*STEMMERS, "", "az"]))
def test_forms_and_stems_stand_in_step(anything: str, language: str) -> None:
    form = search_form(anything, language)
    assert len(form.split()) == len(stem_form(anything, language).split())
    assert search_form(search_form(anything)) == search_form(anything)
    terms = search_terms(anything, anything, anything, language)
    assert terms.forms == (form,) * 3
    assert not set("'\\") & set(" ".join((*terms.forms, *terms.stems, terms.others)))


@given(st.text("aZé1 2\u00a0.,-&'’J\n\u2009", max_size=40))
def test_what_is_joined_is_found_part_by_part_as_in_the_whole(anything: str) -> None:
    whole = {form for one in compounds(anything) if (form := search_form("".join(filter(str.isalnum, one))))}
    assert {form for form in whole if len(form) <= 40} <= joined(anything)
    assert bool(joined(anything)) == bool(whole)
