"""Whatever is asked gets an answer or an error of one line, within the time that a search may take."""

from datetime import UTC, datetime
from time import monotonic

import pytest
from sqlalchemy import text

from aggregator.archive.search import Search, search
from aggregator.articles.from_record import from_record
from aggregator.errors import QueryError, SearchTooLong, UsageError
from aggregator.query import Or, parse
from aggregator.store import time_limit
from aggregator.store.content import save_article
from aggregator.store.engine import Store

NOW = datetime(2026, 11, 1, tzinfo=UTC)
QUERIES = {  # what is asked, and how many of two articles it finds; None: it is refused
    "": 2,
    "*": 2,
    "the": 2,
    "the and of": 0,
    "the OR and OR of": 2,
    "-the": 0,
    "ferry " * 20_000: None,
    "f" * 100_000: None,
    "f" * 9_000: 0,
    "[ " * 5_000: None,
    '"' * 101: None,
    "(" * 500: None,
    "ferry)": None,
    '"ferry': None,
    "ferry\x00\x01\x1b[2J": 0,
    "\x00ferry": 1,
    "\ud800 ferry": 1,
    "author:\x00a": 0,
    "tag:\ud800x": 0,
    "site:\x00": None,
    "'; DROP TABLE articles; --": 0,
    "ferry' OR '1'='1": 1,
    "NEAR(ferry lake)": 0,
    "NEAR(ferry, 10)": 0,
    "ferry NEAR/2 lake": 0,
    "{title}: ferry": 0,
    "- {title} : ferry": 0,
    "^ferry": 1,
    "ferry + lake": 1,
    "ferry <-> lake": 1,
    "ferry:*": None,
    "ferry & !tram": 1,
    "ferry | tram": 0,
    "\\": 0,
    "%": 0,
    "_": 0,
    "author:%": 0,
    "author:_": 0,
    "author:(a+)+$": 0,
    "author:/(a+)+$/": 0,
    "/(a+)+$/": None,
    "site:[": 0,
    "site:http://[::1": 0,
    "feed:'": 0,
    "lang:%": 0,
    "story:-1": None,
    "published:99999-01-01": None,
    "published:[* TO *]": 0,
    "saved:'": None,
    "=": 0,
    '=""': 2,
    "=ferry": 1,
    '="ferry lake"': 1,
    '="lakes ferry"': 0,
    'author:="roe"': None,
    "\u202eferry\u202c": 1,
    "ﬀ" * 3_000: 0,
    "́" * 3_000: 0,
    "a-" * 4_000: 0,
    "1," * 4_000: 0,
}


@pytest.fixture
def filled(store: Store) -> Store:
    with store.write() as conn:
        for number, said in enumerate(("The ferry lake is calm.", "The council met.")):
            save_article.save(conn, from_record({"url": f"https://a.org/{number}", "text": said}, {}, 1_700_000_000))
    return store


def test_anything_may_be_asked(filled: Store) -> None:
    found, said = dict[str, int | None](), list[str]()
    for asked in QUERIES:
        try:
            found[asked] = search(filled, Search(asked)).total
        except QueryError as error:
            found[asked] = None
            said.append(str(error))
    wrong = {asked[:60]: (found[asked], meant) for asked, meant in QUERIES.items() if found[asked] != meant}
    assert wrong == {}
    assert [line for line in said if "\n" in line or not 0 < len(line) < 400] == []


ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n")


def test_what_takes_too_long_is_ended(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGREGATOR_SEARCH_TIMEOUT", "0.2s")
    said = "longer than 0.2s: narrow it, with --since, --site or rarer words, or allow more by search_timeout"
    with filled.read() as conn, pytest.raises(SearchTooLong, match=said), time_limit.limited(conn):
        conn.execute(ENDLESS)
    monkeypatch.setenv("AGGREGATOR_SEARCH_TIMEOUT", "20s")
    assert search(filled, Search("ferry")).total == 1  # the connection is as good as before
    monkeypatch.setenv("AGGREGATOR_SEARCH_TIMEOUT", "soon")
    with pytest.raises(UsageError, match="AGGREGATOR_SEARCH_TIMEOUT: 'soon' is not a duration"):
        search(filled, Search("ferry"))


LONG = {"sqlite": ENDLESS, "postgresql": text("SELECT pg_sleep(0.4)")}


def test_all_statements_share_the_time(filled: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGGREGATOR_SEARCH_TIMEOUT", "1s")
    began = monotonic()
    with filled.read() as conn, pytest.raises(SearchTooLong), time_limit.limited(conn):
        for _ in range(10):
            conn.execute(LONG[filled.dialect])
    assert monotonic() - began < 2.5


def test_what_is_pasted_is_found(filled: Store) -> None:
    """A whole paragraph is asked for, of words that are many in every language of the archive."""
    words = [f"{begin}{middle}{end}ing" for begin in "bcdfghj" for middle in "aeiou" for end in "klmnprst"]
    with filled.write() as conn:
        for number, lang in enumerate(("en", "de", "fr", "es", "it", "nl", "sv", "ru", "pl", "pt", "da", "fi", "tr")):
            said = {"url": f"https://b.org/{number}", "text": " ".join(words), "lang": lang}
            save_article.save(conn, from_record(said, {}, 1_700_000_000))
    assert search(filled, Search(" ".join(words))).total == 13
    assert search(filled, Search(" OR ".join(words[:190]))).total == 13


def test_what_is_said_again_costs_nothing() -> None:
    said = parse("ferry OR lake", NOW)
    assert parse("(ferry OR lake) " * 60, NOW) == said
    assert parse(" OR ".join(["(ferry lake)"] * 60), NOW) == parse("ferry lake", NOW)
    both = parse("resume OR r\u00e9sum\u00e9", NOW)  # whose stems are others
    assert isinstance(both, Or)
    assert len(both.parts) == 2


def test_the_setting_says_how_long(filled: Store) -> None:
    with filled.write() as unit:
        time_limit.put(unit, time_limit._DEFAULT / 50)
    with filled.read() as conn, pytest.raises(SearchTooLong, match=r"longer than 0.2s"), time_limit.limited(conn):
        conn.execute(ENDLESS)
