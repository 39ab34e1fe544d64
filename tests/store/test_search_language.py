"""What words find in the languages of articles, on both databases; and that the index made anew finds the same."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from aggregator.archive.search import Search
from aggregator.archive.search import search as find
from aggregator.articles.from_record import from_record
from aggregator.query import parse
from aggregator.store.content import save_article
from aggregator.store.engine import Store, _complete_index
from aggregator.store.searching import rebuild_index
from aggregator.store.searching.search_articles import each, search
from aggregator.store.searching.search_sql import Filters

NOW = datetime(2024, 3, 1, tzinfo=UTC)
TEXTS = {
    "run": ("en", "She was running. He runs; the news is good."),
    "new": (
        "en",
        "A new house. AT&T of the U.K., J.K. Rowling, Ph.D., B-52s, F-16s, long-term, don't, 1,234,567 and 15.",
    ),
    "phone": ("en", "iPhone15 of the 1990s, longterm."),
    "ru": ("ru", "В Москве новый театр № 5."),
    "de": ("de", "Müller baut Häuser und News."),
    "no": ("nb", "Ødegård, Łódź, Đorđe, đến"),
    "ar": ("ar", "قالت الحكومة للحكومة إن الأمر مُهِمّ"),
    "he": ("he", "הממשלה בירושלים"),
    "tr": ("tr", "IŞIK ve İstanbul"),
    "ko": ("ko", "서울시는 좋다"),
    "none": (None, "Running and nothing else in 東京."),
}
FINDS = {
    **{"run": "run", "runs": "run", '="running"': "run none", '="run"': "", "=runs": "run", "runni*": "run none"},
    **{"running": "run none", '"she was run"': "run", '="she was run"': "", '="she was running"': "run"},
    **{"news": "run de", "new": "new", "neu": "", "text:runni*": "run none", "title:runni*": "", 'text:="runs"': "run"},
    **{"ATT": "new", "AT&T": "new", "UK": "new", "U.K.": "new", "JK Rowling": "new", "PhD": "new", "B52": "new"},
    **{"b-52": "new", "f-16": "new", "F16": "new", "longterm": "new phone", "long-term": "new phone", "dont": "new"},
    **{
        "don't": "new",
        "1234567": "new",
        "1,234,567": "new",
        "iphone 15": "phone",
        "iPhone15": "phone",
        "1990": "phone",
    },
    **{"москва": "ru", "НОВАЯ": "ru", '"новая театры"': "ru", '="москва"': "", '="москве"': "ru"},
    **{"mueller": "de", "Müller": "de", "haus": "de", "haeuser": "de"},
    **{"odegard lodz dorde den": "no", "حكومة": "ar", "مهم": "ar", "ממשלה": "he", "ירושלים": "he"},
    **{"ışık": "tr", "isik": "tr", "istanbul": "tr", "서울": "ko", "東京": "none", "京東": ""},
    **{"-run -new -house": "phone ru de no ar he tr ko none", "run OR haus": "run de", "run* -phone": "run none"},
}


def filled(store: Store) -> list[str]:
    with store.write() as unit:
        for name, (lang, said) in TEXTS.items():
            save_article.save(unit, from_record({"url": f"https://a.org/{name}", "text": said, "lang": lang}, {}, 1))
    return [*TEXTS]


def answers(conn: Connection, names: list[str]) -> dict[str, str]:
    found = {}
    for asked in FINDS:
        query = parse(asked, NOW)
        ids = [row.id for row in each(conn, query, Filters())]
        assert sorted(hit.article.id for hit in search(conn, query, Filters()).articles) == ids, asked
        found[asked] = " ".join(names[one - 1] for one in ids)
    return found


def test_what_words_find(store: Store) -> None:
    names = filled(store)
    with store.read() as conn:
        assert answers(conn, names) == FINDS


def test_hits_are_marked_by_their_stem(store: Store) -> None:
    filled(store)
    asked = ("run", "москва", "haus", "حكومة", "long-term", "att")
    marked = {
        one: sorted(hit.snippet[start:end] for hit in find(store, Search(one)) for start, end in hit.marks)
        for one in asked
    }
    assert marked == {
        "run": ["running", "runs"],
        "москва": ["Москве"],
        "haus": ["Häuser"],
        "حكومة": ["الحكومة", "للحكومة"],
        "long-term": ["long-term", "longterm"],
        "att": ["AT&T"],
    }
    (hit,) = find(store, Search("title:none OR run lang:en")).hits
    assert hit.snippet.startswith("She was running")


def test_an_interrupted_rebuild_goes_on_while_articles_change(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    names = filled(store)
    monkeypatch.setattr(rebuild_index, "_BATCH", 2)
    monkeypatch.setattr(rebuild_index, "_ROWS", 2)
    with store.write() as unit:
        rebuild_index.begin(unit, anyhow=True)
    assert next(rebuild_index.batches(store.write)) == 2
    with store.write() as unit:  # one that is indexed again already, one that is not, one that is new
        for name, said in (("run", "Nothing."), ("de", "Er baut Häuser."), ("late", "Late.")):
            record = {"url": f"https://a.org/{name}", "text": said, "lang": "de"}
            save_article.save(unit, from_record(record, {"fetched_at": 10}, 1))
    _complete_index(store)
    with store.read() as conn:
        assert rebuild_index.is_current(conn)
        for asked, meant in {"run": [], "nothing": [1, 11], "haus": [5], "müller": [], "late": [12]}.items():
            assert [row.id for row in each(conn, parse(asked, NOW), Filters())] == meant, asked
    assert len(names) == 11


def test_the_newer_of_two_that_are_nearly_as_good_comes_first(store: Store) -> None:
    said = "The ferry was late on this day, as it had been before, and people waited. "
    with store.write() as unit:
        for number, text in enumerate((said, f"{said}Why?", "Ferry, ferry and ferry again.")):
            url, at = f"https://a{number}.org/", 1_700_000_000 + (number % 2) * 60 * 86_400
            save_article.save(
                unit, from_record({"url": url, "text": text, "title": f"N{number}"}, {"fetched_at": at}, 1)
            )
    with store.read() as conn:
        assert [one.article.id for one in search(conn, parse("ferry", NOW), Filters()).articles] == [3, 2, 1]


def test_a_beginning_in_a_field_is_ranked_by_that_field(store: Store) -> None:
    often = "Ferries and ferrymen: ferry after ferry brings ferry passengers to the ferry port."
    texts = (("Ferry calm", "The lake is calm."), ("Late ferry and other news", often), ("A train", often))
    with store.write() as unit:
        for number, (title, text) in enumerate(texts):
            record = {"url": f"https://a.org/{number}", "title": title, "text": text, "lang": "en"}
            save_article.save(unit, from_record(record, {}, 1_700_000_000))
    with store.read() as conn:
        for asked, found in {"title:fer*": [1, 2], "title:ferrie*": [], "text:ferrie*": [3, 2]}.items():
            best = search(conn, parse(asked, NOW), Filters()).articles
            assert [row.article.id for row in best] == found, asked
