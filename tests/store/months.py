"""Polls and raw pages of made-up months of 2030."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, text

from aggregator.articles.from_record import from_record
from aggregator.articles.row import ArticleRow, RawPage
from aggregator.store import partitions
from aggregator.store.engine import Store
from aggregator.store.schema import polls

FEED = {"id": 1, "url": "https://a.example/feed", "kind": "feed", "site": "a.example", "options": "{}"}
LOGGED = text("SELECT tableoid::regclass::text, at FROM polls ORDER BY at")


def at(month: int, day: int = 15) -> int:
    return int(datetime(2030, month, day, tzinfo=UTC).timestamp())


NOW = at(6)


def log(conn: Connection, *times: int) -> None:
    conn.execute(insert(polls), [{"feed_id": 1, "at": one, "outcome": "changed"} for one in times])


def where(store: Store) -> list[tuple[str, int]]:
    """In which partition each poll lies."""
    with store.read() as conn:
        return [(str(name), int(when)) for name, when in conn.execute(LOGGED)]


def names(store: Store) -> list[str]:
    with store.read() as conn:
        return [one.name for one in partitions.of(conn, polls)]


def page(when: int, body: bytes = b"x", **more: Any) -> ArticleRow:
    """An article from a page that was kept."""
    url = "https://a.example/1"
    row = from_record({"url": url, "title": "Bridge", "text": "The bridge opens. " * 20, **more}, {}, when)
    return replace(row, raw=RawPage(url, "text/html", body), body_from="page")


def waits(store: Store, statement: str) -> bool:
    with store.read() as conn:
        query = text(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            " AND query LIKE :statement || '%'"
        )
        return bool(conn.execute(query, {"statement": statement}).scalar())


def until(happens: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.01)
