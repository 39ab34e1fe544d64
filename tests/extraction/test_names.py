"""Names out of bylines of many languages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.extraction.metadata.name_forms import is_person
from aggregator.extraction.metadata.person_names import clean_authors, split_names, stated_as_is
from aggregator.extraction.metadata.printed_names import labelled_names

BYLINES = [
    ("By Ann Field", ["Ann Field"]),
    ("Written by Ann Field and Bo Lake", ["Ann Field", "Bo Lake"]),
    ("by Ann Field, Bo Lake & Cy Hill", ["Ann Field", "Bo Lake", "Cy Hill"]),
    ("By Ann Field, Senior Editor", ["Ann Field"]),
    ("Ann Field | Staff Writer", ["Ann Field"]),
    ("Ann Field (AFP)", ["Ann Field"]),
    ("Paramita (Guha) Ghosh", ["Paramita (Guha) Ghosh"]),
    ("Ann Field, PhD", ["Ann Field"]),
    ("Ann Field, Head of Harbour Labs", ["Ann Field"]),
    ("Martin Hall, Jr.", ["Martin Hall Jr"]),
    ("Ann Field ann@gazette.example @annfield", ["Ann Field"]),
    ("Von Anna Weber und Jörg Müller", ["Anna Weber", "Jörg Müller"]),
    ("Von Ursula von der Linde", ["Ursula von der Linde"]),
    ("Par Élise Dupont et Luc Moreau", ["Élise Dupont", "Luc Moreau"]),
    ("Por Lucía Gómez y Juan Pérez", ["Lucía Gómez", "Juan Pérez"]),
    ("Por João Silva", ["João Silva"]),
    ("di Giulia Rossi", ["Giulia Rossi"]),
    ("Door Jan de Vries", ["Jan de Vries"]),
    ("Av Kari Nordmann og Ola Hansen", ["Kari Nordmann", "Ola Hansen"]),
    ("Text: Åsa Lind", ["Åsa Lind"]),
    ("Af Mette Jensen", ["Mette Jensen"]),
    ("Kirjoittaja: Aino Virtanen", ["Aino Virtanen"]),
    ("Autor: Jan Kowalski", ["Jan Kowalski"]),
    ("Autor: Petra Nováková", ["Petra Nováková"]),
    ("Szerző: Kovács Anna", ["Kovács Anna"]),
    ("Yazan: Ayşe Yılmaz", ["Ayşe Yılmaz"]),
    ("Penulis: Budi Santoso", ["Budi Santoso"]),
    ("Tác giả: Lê Phương", ["Lê Phương"]),
    ("Автор: Иван Петров", ["Иван Петров"]),
    ("Текст: Олена Шевченко", ["Олена Шевченко"]),
    ("Автор: Георги Иванов", ["Георги Иванов"]),
    ("Συντάκτης: Μαρία Παππά", ["Μαρία Παππά"]),
    ("بقلم: محمد علي", ["محمد علي"]),
    ("מאת: דנה כהן", ["דנה כהן"]),
    ("लेखक: राम शर्मा", ["राम शर्मा"]),
    ("文/张伟", ["张伟"]),
    ("記者：王小明", ["王小明"]),
    ("山田太郎 記者", ["山田太郎"]),
    ("김철수 기자", ["김철수"]),
    ("记者 张伟 李雷", ["张伟", "李雷"]),
    ("文：张伟 编辑：李雷", ["张伟"]),
    ("编辑：李雷", ["李雷"]),
    ("大渡 美咲", ["大渡 美咲"]),
    ("Text: Anna Weber, Foto: Jörg Müller", ["Anna Weber"]),
    ("Text und Fotos: Anna Weber", ["Anna Weber"]),
    ("Words by Ann Field. Photos by Bo Lake", ["Ann Field"]),
    ("Foto: Jörg Müller", []),
    ("Reporting by Ann Field; editing by Bo Lake", ["Ann Field"]),
    ("Von Redakteurin Anna Weber", ["Anna Weber"]),
    ("By Political Editor Ann Field", ["Ann Field"]),
    ("Ann Field BBC News correspondent", ["Ann Field"]),
    ("Par Élise Dupont avec AFP", ["Élise Dupont"]),
    ("Ann Field | Valley Media for Valley.com", ["Ann Field"]),
    ("valley.com", []),
]


@pytest.mark.parametrize(("byline", "names"), BYLINES, ids=[byline for byline, _ in BYLINES])
def test_bylines(byline: str, names: list[str]) -> None:
    assert [*split_names(byline)] == names


@pytest.mark.parametrize(
    "text",
    [
        "admin",
        "Staff Writer",
        "https://www.facebook.com/gazette",
        "3 May 2024",
        "5 min read",
        "Read more",
        "@gazette",
        "",
        "42",
    ],
)
def test_what_is_no_name(text: str) -> None:
    assert not split_names(text)


def test_the_site_is_dropped_beside_other_names_only() -> None:
    assert clean_authors(["Ann Field, The Gazette"], ["The Gazette"]) == ("Ann Field",)
    assert clean_authors(["The Gazette"], ["The Gazette"]) == ("The Gazette",)


def test_newsrooms_are_dropped_beside_persons_only() -> None:
    assert clean_authors(["Ann Field", "Harbour Times"]) == ("Ann Field",)
    assert clean_authors(["Ann Field", "Global Desk"]) == ("Ann Field",)
    assert clean_authors(["Ann Field", "Associated Press"]) == ("Ann Field", "Associated Press")
    assert clean_authors(["Harbour Times"]) == ("Harbour Times",)


def test_a_site_whose_name_could_be_two() -> None:
    assert clean_authors([", The Gazette & Herald"], ["The Gazette & Herald"]) == ("The Gazette & Herald",)


@pytest.mark.parametrize("name", ["dpa", "AFP", "Anadolu Ajansı", "The Associated Press", "新华社"])
def test_agencies_are_authors_where_nobody_else_is(name: str) -> None:
    assert clean_authors([name]) == (name,)
    assert clean_authors([f"Ann Field {name}"]) == ("Ann Field",)


def test_each_name_once() -> None:
    assert clean_authors(["Ann Field", "ANN FIELD", "By Ann Field"]) == ("Ann Field",)


@pytest.mark.parametrize("name", ["Podium Staff", "The Upwork Team", "Our Editors", "Redaktion Netzwelt Team"])
def test_newsrooms_are_authors(name: str) -> None:
    assert clean_authors([name]) == (name,)


@pytest.mark.parametrize(
    ("lines", "names"),
    [
        (["3 May", "By", "Ann Field", ",", "Bo Lake", "and", "Cy Hill", "Share"], ["Ann Field", "Bo Lake", "Cy Hill"]),
        (["By Ann Field", "Senior Editor", "May 3, 2024"], ["Ann Field"]),
        (["By Ann Field and", "Bo Lake", "Updated"], ["Ann Field", "Bo Lake"]),
        (["Von:", "Anna Weber", ",", "Jörg Müller"], ["Anna Weber", "Jörg Müller"]),
        (["文化・エンタメ", "旅・体育"], []),
        (["By the river we sat down and wept for a while"], []),
        ([], []),
    ],
)
def test_names_after_labels(lines: list[str], names: list[str]) -> None:
    assert labelled_names(lines) == names


@pytest.mark.parametrize("name", ["Ann Field", "Jan de Vries", "Niko Matsakis", "Podium Staff"])
def test_persons(name: str) -> None:
    assert is_person(name)


@pytest.mark.parametrize(
    "name", ["Table of Contents", "Get Started", "Front Page", "Ann", "SHARE THIS", "It is a long way to go"]
)
def test_no_persons(name: str) -> None:
    assert not is_person(name)


def test_stated_authors_that_are_no_names() -> None:
    assert stated_as_is(["Staff Clinician", "admin", "https://a.example", "mail@a.example"]) == ("Staff Clinician",)


@given(st.lists(st.text(max_size=120), max_size=6))
def test_any_text_is_read(texts: list[str]) -> None:
    clean_authors(texts, texts[:1])
    labelled_names(texts)
    stated_as_is(texts)


def test_long_texts_are_read_quickly() -> None:
    for text in ("By " * 100_000, "a, " * 100_000, "(" * 100_000, " and " * 100_000, "von der " * 50_000):
        clean_authors([text])
        labelled_names([text] * 10)
