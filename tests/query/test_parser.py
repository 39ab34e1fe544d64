"""The query language: what is syntax, what is ordinary text, and what is said of mistakes."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aggregator.errors import QueryError
from aggregator.query import And, Between, Everything, HasState, Is, Not, Nothing, Or, Query, Words, wordless
from aggregator.query import parse as parse_at

NOW = datetime(2024, 3, 1, 12, tzinfo=UTC)


def parse(text: str) -> Query:
    return parse_at(text, NOW)


def words(*some: str, field: str | None = None, prefix: bool = False) -> Words:
    return Words(some, field, prefix)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["", "   ", "*", "*:*", "title:*", '""'])
def test_an_empty_query_asks_for_everything(text: str) -> None:
    assert parse(text) == Everything()


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("🚢", Nothing("🚢")),
        ("%", Nothing("%")),
        ("...", Nothing("...")),
        ('"—"', Nothing("—")),
        ("title:🚢", Nothing("🚢")),
        ("ferry 🚢", And((words("ferry"), Nothing("🚢")))),
        ("ferry NOT 🚢", And((words("ferry"), Not(Nothing("🚢"))))),
        ("ferry OR 🚢", Or((words("ferry"), Nothing("🚢")))),
        ("Marks & Spencer — on sale", And((words("marks"), words("spencer"), words("on"), words("sale")))),
        ("rain -- snow", And((words("rain"), words("snow")))),
    ],
)
def test_a_term_without_letters_or_digits_is_found_nowhere(text: str, tree: Query) -> None:
    assert parse(text) == tree
    assert wordless(tree) == (() if "rain" in text or "sale" in text else (wordless(tree)[0],))


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("rain", words("rain")),
        ("!rain snow", And((Not(words("rain")), words("snow")))),
        ("hey! you", And((words("hey"), words("you")))),
        ("Title:rain", words("rain", field="title")),
        ("-gone:true", Not(HasState("gone"))),
        ("revised:false", Not(HasState("revised"))),
        ("is:copy -is:Paywalled", And((HasState("copy"), Not(HasState("paywalled"))))),
        ('"foo:bar"', words("foo", "bar")),
        ("서울시", words("서", "울", "시")),
        ("Łódź", words("lodz")),
        ("RAIN Ödland", And((words("rain"), words("odland")))),
        ("rain AND snow", And((words("rain"), words("snow")))),
        ("rain && snow || hail", Or((And((words("rain"), words("snow"))), words("hail")))),
        ("rain OR snow -hail", And((Or((words("rain"), words("snow"))), Not(words("hail"))))),
        ("+rain NOT snow", And((words("rain"), Not(words("snow"))))),
        ("a b OR c AND d e", And((words("a"), Or((words("b"), And((words("c"), words("d"))))), words("e")))),
        ("a AND (b OR c)", And((words("a"), Or((words("b"), words("c")))))),
        ("a OR NOT b c", And((Or((words("a"), Not(words("b")))), words("c")))),
        ("NOT -rain", words("rain")),
        ("-(rain snow)", Not(And((words("rain"), words("snow"))))),
        ('"New York"', words("new", "york")),
        ("“New York” times", And((words("new", "york"), words("times")))),
        ("new*", words("new", prefix=True)),
        ("title:new*", words("new", field="title", prefix=True)),
        ('lead:"new york"', words("new", "york", field="lead")),
        ("title:(rain OR text:snow)", Or((words("rain", field="title"), words("snow", field="text")))),
        ("site:example.org lang:de", And((Is("site", "example.org"), Is("lang", "de")))),
        ("feed:https://a.org/f(1)?x=y:z rain", And((Is("feed", "https://a.org/f(1)?x=y:z"), words("rain")))),
        ('author:"Ann Ödman"', Is("author", "Ann Ödman")),
        ("tag:(city OR sea)", Or((Is("tag", "city"), Is("tag", "sea")))),
        ("story:7", Is("story", "7")),
        ('="New York"', Words(("new", "york"), exact=True)),
        ("title:=York", Words(("york",), "title", exact=True)),
        ("a=b -=rain", And((words("a", "b"), Not(Words(("rain",), exact=True))))),
    ],
)
def test_syntax(text: str, tree: object) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("don't", words("don", "t")),
        ("東京", words("東", "京")),
        ("C++", words("c")),
        ("12:30", words("12", "30")),
        ("https://a.org/x?y=[1]~2^3", words("https", "a", "org", "x", "y", "1", "2", "3")),
        ("why? {now}", And((words("why"), words("now")))),
        ("rain - snow", And((words("rain"), words("snow")))),
        ("rain = snow", And((words("rain"), words("snow")))),
        ("and/or", words("and", "or")),
        ("Note: rain", And((words("note"), words("rain")))),
        ("the day after: rain", And((words("the"), words("day"), words("after"), words("rain")))),
        ("<b>rain</b>", words("b", "rain", "b")),
        ("TO be", And((words("to"), words("be")))),
    ],
)
def test_punctuation_of_ordinary_text_is_no_syntax(text: str, tree: object) -> None:
    assert parse(text) == tree


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("published:[2024-01-01 TO *]", 1704067200, None),
        ("published:[* TO 2024-01-31]", None, 1706745600),
        ("published:[2024-01-01 TO 2024-01-01]", 1704067200, 1704153600),
        ("published:{2024-01-01 TO 2024-01-03}", 1704153600, 1704240000),
        ("published:>=2024", 1704067200, None),
        ("published:>2024-01", 1706745600, None),
        ("published:<2024-12", None, 1733011200),
        ("published:2024-12", 1733011200, 1735689600),
        ("published:today", 1709251200, 1709337600),
        ("published:Yesterday", 1709164800, 1709251200),
        ("before:2024-01", None, 1704067200),
        ("after:2024-01", 1704067200, None),
        ("after:7d", 1708689600, None),
        ("published:7d", 1708689600, None),
        ("published:<=today", None, 1709337600),
        ("published:[2w TO 12h]", 1708084800, 1709251200),
        ('published:"2024-01-01T01:00:00+01:00"', 1704067200, 1704067201),
    ],
)
def test_ranges_of_time(text: str, since: int | None, until: int | None) -> None:
    assert parse(text) == Between(since, until)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("title:(", "character 7, near 'title:(': this parenthesis is never closed"),
        ("rain)", "character 5, near 'rain)': this parenthesis was never opened"),
        ("()", "empty"),
        ("title:", "lacks its value"),
        ('tag:""', "lacks its value"),
        ("is:new", "is: stands before copy, gone, paywalled, read, revised, starred or unread"),
        ("since:7d", "did you mean after?"),
        ("before:[2024 TO 2025]", "a range stands after published: alone"),
        ('published:""', "lacks its value"),
        ("rain (OR snow)", "character 7"),
        ("rain AND (snow OR)", "character 18"),
        ('rain "snow', "character 6"),
        ("rain AND", "missing at the end"),
        ("rain OR OR snow", "character 9"),
        ("AND", 'quotation marks: "AND"'),
        ('"new york"~3', "distances"),
        ("story:x", "by its number"),
        ('author:="Ann"', "= stands before words of title, lead and text alone; write author: without it"),
        ('="rain', "never closed"),
        ("published:[2024-01-01 TO", "never closed"),
        ("published:[2024 2025]", "a range is written"),
        ("published:soon", "'soon' is no time"),
        ("published:2024-13-01", "is no time"),
        ("published:7x", "today or yesterday"),
        ("authors:roe", "did you mean author? The fields are title, lead, text, author,"),
        ("date:2024", "there is no field date: did you mean published?"),
        ("foo:bar", "there is no field foo: The fields are"),
        ('foo:"a b"', "there is no field foo"),
        ("foo:(a b)", "there is no field foo"),
        ("*erry", "a wildcard stands at a word's end alone"),
        ("f*rry", "wildcard"),
        ("fer?y", "wildcard"),
        ("title:fer?y", "wildcard"),
        ("ferry^2", "weights"),
        ('"coral ferry"^2', "weights"),
        ("ferri~", "inexact words"),
        ("ferri~1", "inexact words"),
        ("/fer.*/", "regular expressions"),
        ("[a TO b]", "a range stands after published: alone"),
        ("title:[a TO b]", "a range stands after published: alone"),
        ('"coral fer"*', "a star stands after a word alone"),
        ("author:R*", "author: takes no star"),
        ("title:-rain", "character 7, near 'title:-rain': signs and operators stand before a field, as in -title:…"),
        ("site:!a.org", "as in -site:…"),
        ("title:NOT rain", "as in -title:…"),
        ("text:OR", "or quote the text"),
        ("=(rain snow)", "= stands right before a word or a phrase"),
        ("=title:rain", 'as in title:="ferries"'),
        ("(" * 30 + "a" + ")" * 30, "nested deeper"),
        ("a " * 500, "more than 400 terms"),
    ],
)
def test_a_mistake_is_one_line_that_shows_where(text: str, said: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(alphabet='ab*"()[]{}:+-~^/\\?!&| \tTOANDR<>=“”', max_size=40) | st.text(max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        said = str(parse(text))
    except QueryError as error:
        said = str(error)
    assert "\n" not in said


def test_parsing_writes_no_files(tmp_path: Path) -> None:
    code = "import datetime; from aggregator.query import parse; parse('a OR b', datetime.datetime.now())"
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(root)}, check=True)
    assert list(tmp_path.iterdir()) == []
