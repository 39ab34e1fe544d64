"""Searching, on both databases: what matches, in which order."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, insert, text

from aggregator.archive.import_articles import import_file
from aggregator.articles.from_record import from_record
from aggregator.query import Is, parse
from aggregator.store.content import save_article
from aggregator.store.engine import Store
from aggregator.store.schema import entries, feeds
from aggregator.store.searching import search_articles
from aggregator.store.searching.search_articles import count, each, search
from aggregator.store.searching.search_sql import Filters

NOW = datetime(2024, 3, 1, tzinfo=UTC)
DAY = 86_400
WORDS_LEFT = text('SELECT count(*) FROM articles_fts(\'facts : "\ue0f7b.org" OR storm OR facts : "\ue0f9li"\')')
PAGES: tuple[dict[str, Any], ...] = (
    {
        "url": "https://www.a.org/rain",
        "title": "Heavy rain in New York",
        "lead": "A storm is near",
        "text": "Don't panic, said Mayor Jones. 東京で雨が降った。",
        "lang": "en",
        "authors": ["Ann Ödman"],
        "tags": ["Weather", "Œuvre"],
        "feed": "https://a.org/feed.xml",
    },
    {
        "url": "https://news.b.org/dry",
        "title": "Sunny",
        "text": "No rain at all in York. New shoes sell well. हिन्दी में समाचार. 서울시는 부산과 다르다.",
        "lang": "de-AT",
    },
    {
        "url": "https://b.org/snow",
        "title": "Snow",
        "text": "A storm of snow, and some rain, and more of other things too.",
    },
    {
        "url": "https://c.org/undated",
        "text": "Кот сидел на окне, and nothing happened. Ødegård, Łódź, IŞIK, Æsir; مُهِمّ أحمد; שָׁלוֹם",
    },
)


@pytest.fixture
def conn(store: Store) -> Iterator[Connection]:
    """A database with `PAGES` as articles 1 to 4, a day apart; the first two are listed by a feed called Wire."""
    with store.write() as conn:
        for number, page in enumerate(PAGES, 1):
            at = number * DAY
            times = {"published_at": at if number < 4 else None, "fetched_at": at + 60}
            save_article.save(conn, from_record(page, times, at))
        feed = {"id": 1, "url": "https://w.org/f", "kind": "feed", "title": "Wire", "site": "w.org", "options": "{}"}
        conn.execute(insert(feeds).values(**feed, position=0, next_poll_at=0, added_at=0))
        for number in (1, 2):
            seen = {"first_seen_at": 0, "last_seen_at": 0, "state": "done"}
            conn.execute(insert(entries).values(feed_id=1, key=str(number), article_id=number, **seen))
    with store.read() as conn:
        yield conn


def found(conn: Connection, text: str, **filters: object) -> set[int]:
    """The ids that match; every way of asking must agree on them."""
    query, narrowed = parse(text, NOW), Filters(**filters)  # type: ignore[arg-type]
    ids = [row.id for row in each(conn, query, narrowed)]
    assert ids == sorted(ids)
    assert sorted(row.article.id for row in search(conn, query, narrowed, "relevance").articles) == ids
    assert [row.article.id for row in search(conn, query, narrowed, "date").articles] == ids[::-1]
    assert count(conn, query, narrowed) == len(ids)
    return set(ids)


MATCHES: dict[str, set[int]] = {
    "": {1, 2, 3, 4},
    "rain": {1, 2, 3},
    "RAIN": {1, 2, 3},
    "title:rain": {1},
    '"new york"': {1},
    "new york": {1, 2},
    '"york rain"': set(),
    "don't": {1},
    "東京": {1},
    "京東": set(),
    "東京 OR snow": {1, 3},
    "lead:storm": {1},
    "text:stor*": {3},
    "text:(storm AND rain)": {3},
    "rain -storm": {2},
    "-storm": {2, 4},
    "-rain -кот": set(),
    "КОТ": {4},
    "rain OR -storm": {1, 2, 3, 4},
    "-(rain snow)": {1, 2, 4},
    "(rain -shoes) OR sunny": {1, 2, 3},
    "हिन्दी": {2},
    "हिन्द*": {2},
    '"हिन्दी में"': {2},
    "서울": {2},
    "부산과": {2},
    "서울*": {2},
    "부울": set(),
    "odegard lodz isik aesir": {4},
    "ødegård": {4},
    "مهم احمد": {4},
    "שלום": {4},
    "🚢": set(),
    "%": set(),
    "rain 🚢": set(),
    "rain OR 🚢": {1, 2, 3},
    "rain NOT 🚢": {1, 2, 3},
    "!rain": {4},
    "NOT lang:de": {1, 3, 4},
    "lang:de": {2},
    "lang:de-at": {2},
    "site:b.org": {2, 3},
    "site:news.b.org": {2},
    "site:https://www.a.org/anything": {1},
    "site:b.org OR title:rain": {1, 2, 3},
    "author:ödman": {1},
    "author:ÖDMAN": {1},
    "author:odman": {1},
    'author:"ann öd"': {1},
    'author:"ödman ann"': set(),
    "author:dman": set(),
    "author:.": set(),
    "-author:ann": {2, 3, 4},
    "rain author:ann": {1},
    "snow OR author:ann": {1, 3},
    "tag:weather": {1},
    "tag:œuvre": {1},
    "tag:weath": set(),
    "-tag:WEATHER rain": {2, 3},
    "tag:\\'": set(),
    'site:"["': set(),
    "site:.": set(),
    "tag:%": set(),
    "story:2": {2},
    "story:99999999999999999999": set(),
    "feed:wire": {1, 2},
    "feed:https://w.org/f": {1, 2},
    "feed:https://a.org/feed.xml": {1},
    "published:1970-01-03": {2},
    "published:[1970-01-03 TO *]": {2, 3},
    "-published:[1970-01-03 TO *]": {1, 4},
    "rain (site:a.org OR lang:de) -shoes": {1},
}


def test_what_matches(conn: Connection) -> None:
    assert {query: found(conn, query) for query in MATCHES} == MATCHES


def test_what_is_known_of_an_article_is_found_as_it_is_now(store: Store) -> None:
    def holds(text: str) -> bool:
        with store.read() as conn:
            return bool(found(conn, text))

    page = {"url": "https://a.org/1", "text": "Rain.", "lang": "en", "tags": ["a"]}
    with store.write() as unit:
        made = save_article.save(unit, from_record(page, {}, DAY)).id
    assert holds("site:a.org tag:a lang:en")
    page = {"url": "https://a.org/1", "text": "Rain and a storm over the whole of the city.", "authors": ["Bo Li"]}
    with store.write() as unit:
        assert save_article.save(unit, from_record(page, {}, 2 * DAY)).outcome == "updated"
    assert holds("author:li site:a.org -tag:a -lang:en")
    page |= {"authors": ["Cy Ek", "Bo Li"], "tags": ["wet"]}
    with store.write() as unit:
        save_article.reread(unit, made, from_record(page, {}, 2 * DAY))
    assert holds('author:"bo li" author:cy tag:wet -author:"ek bo"')
    with store.write() as unit:
        moved = from_record(page | {"url": "https://b.org/1"}, {}, 3 * DAY)
        assert save_article.save(unit, moved, had=made).id == made
    assert holds("site:b.org author:li")
    assert not holds("site:a.org")
    with store.write() as unit:
        save_article.remove(unit, made)
        assert unit.dialect.name != "sqlite" or not unit.execute(WORDS_LEFT).scalar()


def test_tags_and_names_of_any_characters_are_found(store: Store) -> None:
    odd = [
        "it's",
        'a "b"',
        "back\\slash",
        "C++",
        "🚢 \U0001fae0",
        "a\u00a0b",
        "नीति",
        "e\u0301",
        "東京",
        "x" * 3_000,
        "\ue0f8en",
        "IŞIK",
    ]
    page = {
        "url": "https://a.org/1",
        "text": "Rain.",
        "tags": odd,
        "authors": ['O\'Neil \\ "Bo"', "王小明", "x" * 3_000],
    }
    with store.write() as unit:
        made = save_article.save(unit, from_record(page, {}, DAY)).id
    asked = [Is("tag", tag) for tag in odd]
    asked += [Is("author", name) for name in ("o'neil bo", "bo", "小明", "x" * 3_000)]
    with store.read() as conn:
        assert [one for one in asked if search_articles.matching_ids(conn, one, Filters()) != [made]] == []
        assert not search_articles.matching_ids(conn, Is("author", "bo 王"), Filters())


def test_what_no_words_rank_comes_newest_first(store: Store) -> None:
    with store.write() as unit:
        for number in (2, 3, 1):
            page = {"url": f"https://a.org/{number}", "text": f"Rain on day {number}.", "lang": "en"}
            save_article.save(unit, from_record(page, {"published_at": number * DAY}, 9 * DAY))
    with store.read() as conn:
        for text in (
            "site:a.org",
            "lang:en -snow",
            "site:a.org (rain OR is:starred)",
            'lang:en (rain OR ="on day" OR is:copy)',
        ):
            rows = search(conn, parse(text, NOW), Filters()).articles
            assert [row.article.url[-1] for row in rows] == ["3", "2", "1"], text


def test_filters_narrow(conn: Connection) -> None:
    assert found(conn, "rain", since=2 * DAY) == {2, 3}
    assert found(conn, "rain", until=2 * DAY) == {1}
    assert found(conn, "rain", since=DAY, until=3 * DAY, lang="en") == {1}
    assert found(conn, "rain", site="b.org") == {2, 3}
    assert found(conn, "rain", feed="Wire") == {1, 2}


def test_what_is_dated_otherwise_is_found_by_its_date(store: Store) -> None:
    with store.write() as conn:
        for number, (fetched, published) in enumerate(((1, 1), (2, 9), (3, 3)), 1):
            times = {"published_at": published * DAY, "fetched_at": fetched * DAY}
            page = {"url": f"https://a.org/{number}", "text": f"Rain of the day {number}."}
            save_article.save(conn, from_record(page, times, fetched * DAY))
        later = {"url": "https://a.org/later", "text": "Rain that came late, it was said at first of this day."}
        save_article.save(conn, from_record(later, {"published_at": None, "fetched_at": 20 * DAY}, 20 * DAY))
        again = later | {"text": "Rain that came late, it is said now of a day long before, and nobody knew of it."}
        save_article.save(conn, from_record(again, {"published_at": 14 * DAY, "fetched_at": 21 * DAY}, 21 * DAY))
    with store.read() as conn:
        for more in ("", " rain"):
            assert found(conn, f"published:1970-01-15{more}") == {4}
            assert found(conn, f"published:[1970-01-12 TO 1970-01-16]{more}") == {4}
            assert found(conn, f"published:1970-01-10{more}") == {2}
            assert found(conn, f"published:1970-01-03{more}") == set()
            assert found(conn, f"published:[1970-01-04 TO *]{more}") == {2, 3, 4}
            assert found(conn, f"published:[1970-01-04 TO 1970-01-06]{more}") == {3}
            assert found(conn, f"published:[* TO 1970-01-06]{more}") == {1, 3}
            assert found(conn, f"published:[1970-01-04 TO *]{more}", since=3 * DAY) == {3, 4}
            assert found(conn, f"published:[1970-01-04 TO *]{more}", until=3 * DAY) == {2}


def test_the_title_weighs_more_than_the_text(conn: Connection) -> None:
    assert next(row.article.id for row in search(conn, parse("storm", NOW), Filters()).articles) == 1
    assert [row.article.id for row in search(conn, parse("york OR snow", NOW), Filters(), limit=1).articles] == [3]


def test_the_longest_queries_are_answered(conn: Connection) -> None:
    assert found(conn, "rain " * 400) == {1, 2, 3}
    assert found(conn, " OR ".join(["rain"] * 200)) == {1, 2, 3}
    assert found(conn, "rain " + "-nowhere " * 190) == {1, 2, 3}
    assert found(conn, "rain OR -" * 100 + "rain") == {1, 2, 3, 4}
    assert found(conn, "(" * 8 + "rain -storm" + ")" * 8) == {2}
    assert found(conn, "(lang:de OR site:a.org AND -feed:x -" * 8 + "rain" + ")" * 8)


def test_limit_and_offset_cut_pages(conn: Connection) -> None:
    ids = [search(conn, parse("", NOW), Filters(), "date", limit=2, offset=start).articles for start in (0, 2, 4)]
    assert [[row.article.id for row in page] for page in ids] == [[4, 3], [2, 1], []]


@pytest.mark.parametrize("sort", ["relevance", "date"])
@pytest.mark.parametrize("query", ["flood", ""])
def test_stories_fold_to_their_best_hit(store: Store, sort: str, query: str) -> None:
    body = "The flood rose over night, and 300 people of Westfield left their houses before Tuesday's dawn came. " * 3
    pages = (
        {"url": "https://a.org/1", "text": body, "title": "Water rises"},
        {"url": "https://b.org/1", "text": body, "title": "Flood, flood, flood"},
        {"url": "https://c.org/1", "text": "Quite another flood is told of here, in few words and another place."},
    )
    with store.write() as conn:
        for number, page in enumerate(pages):
            save_article.save(conn, from_record(page, {"fetched_at": 1000 + number}, 0))
    with store.read() as conn:
        found = search(conn, parse(query, NOW), Filters(), sort, stories=True)  # type: ignore[arg-type]
        assert {(row.article.id, row.others) for row in found.articles} == {(2, 1), (3, 0)}
        assert (found.total, found.exact) == (2, True)


@pytest.fixture
def many(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """Thirty articles of which all hold one word, stored in another order than that of their times; what is ranked and
    counted is bounded to 5, and the way back from the newest goes in steps of 4."""
    for name, value in (("MOST", 5), ("_FIRST_STEP", 4), ("_LAST_STEP", 8)):
        monkeypatch.setattr(search_articles, name, value)
    with store.write() as conn:
        for number in range(1, 31):
            page = {
                "url": f"https://{'ab'[number % 2]}.org/{number}",
                "title": "Rain",
                "text": f"t{number} ." * 9,
            }
            save_article.save(conn, from_record(page, {"fetched_at": number * 7 % 31 * DAY}, 0))
    with store.read() as conn:
        yield conn


NEWEST = sorted(range(1, 31), key=lambda number: -(number * 7 % 31))


@pytest.mark.parametrize("text", ["rain", ""])
@pytest.mark.parametrize("stories", [False, True])
def test_the_order_of_time_is_exact_however_many_match(many: Connection, text: str, stories: bool) -> None:
    pages = [search(many, parse(text, NOW), Filters(), "date", 7, start, stories=stories) for start in range(0, 35, 7)]
    assert [row.article.id for page in pages for row in page.articles] == NEWEST
    assert {(page.total, page.exact) for page in pages} == {(5, False)}
    site = search(many, parse(f"{text} site:a.org", NOW), Filters(since=3 * DAY, until=20 * DAY), "date")
    assert [row.article.id for row in site.articles] == [
        one for one in NEWEST if one % 2 == 0 and 3 <= one * 7 % 31 < 20
    ]


def test_what_is_all_far_back_is_listed_without_going_all_the_way(many: Connection) -> None:
    oldest = parse(" OR ".join(f"t{one}" for one in NEWEST[-8:]), NOW)
    page = search(many, oldest, Filters(), "date", 1, exact=True)
    assert [row.article.id for row in page.articles] == NEWEST[-8:-7]


def test_what_follows_the_best_is_listed_too(many: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_articles, "_FRESHENED", 4)
    pages = [
        search(many, parse("rain", NOW), Filters(), limit=3, offset=start, exact=True) for start in range(0, 30, 3)
    ]
    assert sorted(row.article.id for page in pages for row in page.articles) == [*range(1, 31)]


def test_what_is_ranked_is_bounded_unless_all_is_asked_for(many: Connection) -> None:
    assert {row.article.id for row in search(many, parse("rain", NOW), Filters()).articles} == {26, 27, 28, 29, 30}
    whole = search(many, parse("rain", NOW), Filters(), exact=True, limit=50)
    assert (len(whole.articles), whole.total, whole.exact) == (30, 30, True)
    by_time = search(many, parse("rain", NOW), Filters(), "date", exact=True, limit=2)
    assert ([row.article.id for row in by_time.articles], by_time.total, by_time.exact) == (NEWEST[:2], 30, True)


FAR = (1, 900, 2_047, 2_048, 5_000, 40_000, 41_000, 1_100_000, 2**40)


def test_articles_are_found_however_far_apart_their_ids_are(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PostgreSQL is asked for runs of ids, the newest first."""
    lines = [
        {
            "id": one,
            "story_id": one,
            "url": f"https://{'ab'[one % 2]}.org/{one}",
            "text": "To be or not to be.",
            "lang": "en",
        }
        for one in FAR
    ]
    (tmp_path / "in.jsonl").write_text(
        "".join(
            json.dumps(line | {"published_at": f"{2000 + n}-01-01T00:00:00Z"}) + "\n" for n, line in enumerate(lines)
        )
    )
    import_file(store, str(tmp_path / "in.jsonl"), print)
    with store.read() as conn:
        for text in ("be", '"to be"', '"be or not"', "text:not", "be -site:a.org OR be"):
            assert found(conn, text) == {*FAR}
        assert found(conn, '"to be" site:b.org') == {1, 2_047}
        assert found(conn, "be published:2003") == {2_048}
        assert found(conn, '"not be"') == found(conn, "title:be") == set()
        assert found(conn, '"to be"', since=1_050_000_000) == {*FAR[4:]}
        monkeypatch.setattr(search_articles, "MOST", 3)
        newest = search(conn, parse('"to be"', NOW), Filters())
        assert ({row.article.id for row in newest.articles}, newest.total, newest.exact) == ({*FAR[-3:]}, 3, False)
