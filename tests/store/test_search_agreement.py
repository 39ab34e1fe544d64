"""Both databases and a plain reading of the query's tree agree on what matches, whatever is combined."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from aggregator.articles.from_record import from_record
from aggregator.query import And, Between, Everything, HasState, Is, Not, Or, Query, Words, parse
from aggregator.store import save_article
from aggregator.store.engine import Store
from aggregator.store.search_articles import count, each, search
from aggregator.store.search_sql import Filters
from aggregator.text import search_form

NOW = datetime(2024, 3, 1, tzinfo=UTC)
VOCABULARY = ("rain", "snow", "new", "york", "storm", "don't", "東京", "sea")
LEAVES = (
    *VOCABULARY,
    '"new york"',
    '"snow storm sea"',
    "sto*",
    "title:rain",
    "lead:snow",
    "text:new*",
    "site:a.org",
    "lang:de",
    "is:paywalled",
    "is:copy",
    "after:2024-01-05",
    "before:2024-01-10",
)


def pages(chance: random.Random) -> list[dict[str, Any]]:
    def some(most: int) -> str:
        return " ".join(chance.choices(VOCABULARY, k=chance.randint(0, most)))

    return [
        {
            "url": f"https://{'ab'[number % 2]}.org/{number}",
            "title": some(3) or None,
            "lead": some(3) or None,
            "text": f"{some(6)} .",
            "lang": chance.choice(["de", "en", None]),
            "paywalled": chance.choice(["marked", None, None]),
            "published_at": 1704067200 + 86_400 * (number % 15),
        }
        for number in range(40)
    ]


def question(chance: random.Random, depth: int = 3) -> str:
    if depth == 0 or chance.random() < 0.2:
        return chance.choice(LEAVES)
    if chance.random() < 0.25:
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
        end = "" if query.prefix else " "
        fields = [query.field] if query.field else ["title", "lead", "text"]
        return any(f" {' '.join(query.words)}{end}" in f" {search_form(page[field] or '')} " for field in fields)
    if isinstance(query, HasState):
        return bool(page.get("paywalled" if query.state == "paywalled" else "copy_of"))
    if isinstance(query, Between):
        at = page["published_at"]
        return (query.since is None or query.since <= at) and (query.until is None or at < query.until)
    assert isinstance(query, Is)
    return query.value == (page["lang"] if query.field == "lang" else page["url"][8:13])


def test_what_is_found_is_what_the_query_means(store: Store) -> None:
    chance = random.Random(5)
    stored = pages(chance)
    with store.write() as conn:
        for page in stored:
            row = from_record(page, {"published_at": page["published_at"]}, 2_000_000_000)
            save_article.save(conn, replace(row, paywalled=page["paywalled"]))
    with store.read() as conn:
        for page, row in zip(stored, each(conn, Everything(), Filters()), strict=True):
            page["copy_of"] = row.copy_of
        for _ in range(150):
            asked = question(chance)
            query = parse(asked, NOW)
            meant = [number for number, page in enumerate(stored, 1) if matches(query, page)]
            assert [row.id for row in each(conn, query, Filters())] == meant, asked
            assert sorted(row.article.id for row in search(conn, query, Filters(), limit=100).articles) == meant, asked
            assert count(conn, query, Filters()) == len(meant), asked
