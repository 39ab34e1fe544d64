"""Both databases and a plain reading of the query agree on what matches, whatever is combined, in many languages."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from aggregator.articles.from_record import from_record
from aggregator.query import And, Between, Everything, HasState, Is, Not, Nothing, Or, Query, Words, parse
from aggregator.search_words import search_terms, stemming
from aggregator.store import engine
from aggregator.store.content import save_article
from aggregator.store.engine import Store
from aggregator.store.searching.search_articles import each, search
from aggregator.store.searching.search_sql import Filters

NOW = datetime(2024, 3, 1, tzinfo=UTC)
QUERIES = 300
VOCABULARY = {  # what is drawn from for texts in a language, and asked for in any case of letters
    "en": "run running runs rain new york news storm don't long-term longterm AT&T U.K. uk F-16s 1,234,567 iPhone15 "
    "election elections resume résumé happy happier",
    "de-AT": "Müller mueller Haus Häuser News neu new running Straße storm",
    "ru": "Москва Москве новый новая новости ёлка ёлках York",
    "fr": "économie economie économies l'été élections news résumé",
    "tr": "IŞIK ışıkları İstanbul kitap kitaplar run",
    "ar": "الحكومة للحكومة حكومة مُهِمّ وزارة",
    "he": "הממשלה ממשלה בירושלים ירושלים",
    "ja": "東京都 東京 京都 選挙 storm",
    "hi": "नीति नी न सरकार सरकारें की के",
    "ta": "நீதி நீ ந அரசு",
    "th": "รัฐบาล รฐ รัฐ บาล",
    "ko": "서울시는 서울 부산과",
    "pt": "eleição eleições eleicao new",
    None: "run running rain new york storm don't Ødegård 16s 東京",
}
ALL = sorted({word for words in VOCABULARY.values() for word in words.split()})
FIELDS = (
    *("site:a.org", "lang:de", "lang:ru", "-lang:en", "is:paywalled", "is:copy", "author:roe", "tag:city"),
    *(
        'author:"ann r"',
        "author:Ånn",
        'author:"roe ann"',
        "author:oe",
        "-author:li",
        "-site:b.org",
        "lang:de-AT",
        "tag:sea",
    ),
    *("after:2024-01-05", "before:2024-01-10", "published:2024-01-03", "published:[2024-01-02 TO 2024-01-09}"),
)


def pages(chance: random.Random) -> list[dict[str, Any]]:
    made = []
    for number in range(150):
        lang = chance.choice([*VOCABULARY])

        def some(least: int, most: int, lang: str | None = lang) -> str:
            return " ".join(chance.choices(VOCABULARY[lang].split(), k=chance.randint(least, most)))

        made.append(
            {
                "url": f"https://{'ab'[number % 2]}.org/{number}",
                "title": some(0, 3) or None,
                "lead": some(0, 3) or None,
                "text": f"{some(1, 7)} .",
                "lang": lang,
                "authors": chance.choice([["Ann Roe"], ["Bo Li"], ["Bo Roe", "Ann Li"], []]),
                "tags": chance.choice([["City"], ["Sea"], []]),
                "paywalled": chance.choice(["marked", None, None]),
                "published_at": 1704067200 + 86_400 * (number % 15) + number,
            }
        )
    return made


def term(chance: random.Random) -> str:
    one, other = chance.choice(ALL), chance.choice(ALL)
    field = chance.choice(["", "", "", "title:", "lead:", "text:"])
    kind = chance.randint(0, 9)
    if kind < 4:
        return field + chance.choice([one, one.lower(), one.upper()])
    if kind < 6:
        return f'{field}="{one}"' if kind == 5 else f'{field}="{one} {other}"'
    if kind == 6:
        words = VOCABULARY[chance.choice([*VOCABULARY])].split()
        return f'{field}"{" ".join(chance.choices(words, k=2))}"'
    if kind == 7:
        return f"{field}{one[: chance.randint(1, 5)].strip('.&,-')}*"
    return chance.choice(FIELDS)


def question(chance: random.Random, depth: int = 2) -> str:
    if depth == 0 or chance.random() < 0.3:
        return term(chance)
    if chance.random() < 0.2:
        return f"-({question(chance, depth - 1)})"
    one, other = question(chance, depth - 1), question(chance, depth - 1)
    return f"({one}{chance.choice([' ', ' AND ', ' OR ', ' OR -'])}{other})"


def matches(query: Query, page: dict[str, Any]) -> bool:
    """The meaning of a query, as one would explain it."""
    if isinstance(query, And):
        return all(matches(part, page) for part in query.parts)
    if isinstance(query, Or):
        return any(matches(part, page) for part in query.parts)
    if isinstance(query, Not):
        return not matches(query.part, page)
    if isinstance(query, Words):
        in_one = query.in_one_word()
        return says(query, page) or (in_one is not None and says(in_one, page))
    if isinstance(query, HasState):
        return bool(page.get("paywalled" if query.state == "paywalled" else "copy_of"))
    if isinstance(query, Between):
        at = page["published_at"]
        return (query.since is None or query.since <= at) and (query.until is None or at < query.until)
    if isinstance(query, Nothing):
        return False
    assert isinstance(query, Is)
    asked = query.value.lower()
    if query.field == "lang":
        return bool(page["lang"]) and f"{page['lang'].lower()}-".startswith(f"{asked}-")
    if query.field == "tag":
        return any(asked == one.lower() for one in page["tags"])
    if query.field == "author":
        return any(f" {asked.replace('å', 'a')}" in f" {one.lower()}" for one in page["authors"])
    return asked == page["url"][8:13]


@cache
def spelt(asked: Words, _: str, language: str) -> list[tuple[str, ...]]:
    return asked.spellings([language])


def says(asked: Words, page: dict[str, Any]) -> bool:
    """Tells whether an article says words: as they stand; else their stems, of the article's language; else, for a word
    of no field, that one of its other spellings."""
    terms = page["terms"]
    spellings = spelt(asked, asked.typed, stemming(page["lang"]))
    for number, name in enumerate(("title", "lead", "text")):
        if asked.field not in (None, name):
            continue
        forms, stems = terms.forms[number].split(), terms.stems[number].split()
        for at in range(len(forms) - len(asked.words) + 1):
            here = slice(at, at + len(asked.words))
            if asked.exact:
                if tuple(forms[here]) == asked.words:
                    return True
            elif asked.prefix:
                last = here.stop - 1
                begun = forms[last].startswith(asked.words[-1]) or stems[last].startswith(asked.words[-1])
                if begun and any(one[:-1] == tuple(stems[at:last]) for one in spellings):
                    return True
            elif tuple(stems[here]) in spellings:
                return True
    if asked.field or asked.exact or len(asked.words) > 1:
        return False
    one, others = asked.words[0], terms.others.split()
    return any(other.startswith(one) for other in others) if asked.prefix else one in others


def is_ranked_alike(query: Query) -> bool:
    """Tells whether both databases rank by the same: SQLite knows beginnings and exact words by other words than
    PostgreSQL, and counts parts that need not match in its own way."""
    if isinstance(query, And):
        return all(isinstance(part, Not) or is_ranked_alike(part) for part in query.parts)
    if isinstance(query, Words):
        return not query.prefix and not query.exact
    return not isinstance(query, Or | Not)


@pytest.fixture(scope="module")
def questions() -> list[str]:
    chance, found = random.Random(5), list[str]()
    while len(found) < QUERIES:
        asked = question(chance)
        if any(letter.isalnum() for letter in asked):
            found.append(asked)
    return found


def fill(store: Store, stored: list[dict[str, Any]]) -> None:
    with store.write() as conn:
        for page in stored:
            row = from_record(page, {"published_at": page["published_at"]}, 2_000_000_000)
            save_article.save(conn, replace(row, paywalled=page["paywalled"]))


def test_what_is_found_is_what_the_query_means(postgres_url: str, tmp_path: Path, questions: list[str]) -> None:
    """300 queries of both databases: the same ids in the same order, and those that a plain reading of all articles
    finds."""
    stored = pages(random.Random(7))
    stores = [engine.open(f"sqlite:///{tmp_path / 'a.db'}"), engine.open(postgres_url)]
    for store in stores:
        fill(store, stored)
    with stores[0].read() as conn:
        for page, row in zip(stored, each(conn, Everything(), Filters()), strict=True):
            page["copy_of"] = row.copy_of
            page["terms"] = search_terms(page["title"], page["lead"], page["text"], page["lang"])
    found_any, alike, orders = 0, 0, list[list[int]]()
    with stores[0].read() as sqlite, stores[1].read() as postgresql:
        for asked in questions:
            query = parse(asked, NOW)
            meant = [number for number, page in enumerate(stored, 1) if matches(query, page)]
            newest = sorted(meant, key=lambda number: -stored[number - 1]["published_at"])
            found_any += bool(meant)
            for conn in (sqlite, postgresql):
                where = f"{asked} on {conn.dialect.name}"
                by_time = search(conn, query, Filters(), "date", limit=300)
                assert [row.article.id for row in by_time.articles] == newest, where
                best = search(conn, query, Filters(), limit=300)
                assert sorted(row.article.id for row in best.articles) == meant, where
                orders.append([row.article.id for row in best.articles])
            if is_ranked_alike(query):
                assert orders[-1] == orders[-2], asked
                alike += bool(meant)
    assert found_any > QUERIES / 2
    assert alike > QUERIES / 5
    for store in stores:
        store.close()
