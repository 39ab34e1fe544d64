"""Lists of articles as feed readers ask for them, compared with what a plain loop finds."""

import json
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from aggregator.archive import reading_list
from aggregator.archive.import_articles import import_file
from aggregator.config.models import Feed
from aggregator.store.content import stored_articles
from aggregator.store.content.reader_lists import Counted, Wanted
from aggregator.store.engine import Store
from aggregator.store.polling import feeds
from aggregator.store.schema import articles
from aggregator.subscriptions.subscribed import subscriptions
from aggregator.subscriptions.sync import subscription

URLS = [f"https://{name}.example/feed.xml" for name in "abc"]
GONE = "https://gone.example/feed.xml"
_DAY = 86_400


@pytest.fixture
def filled(store: Store, tmp_path: Path) -> Store:
    """Thirty articles of three feeds, some of one that is no subscription any more, some of none."""
    with store.write() as unit:
        wanted = [Feed(url=url, category=category) for url, category in zip(URLS, ("News", "News", None), strict=True)]
        feeds.sync(unit, [subscription(one) for one in (*wanted, Feed(url=GONE))], 0)
        feeds.sync(unit, [subscription(one) for one in wanted], 0)
    lines = []
    for n in range(30):
        feed = [*URLS, *URLS, GONE, None][n % 8]
        when = f"2026-01-{1 + n * 7 % 28:02}T00:00:00Z"
        text = " ".join(f"word{n}x{i}" for i in range(40))
        line = {"id": n + 1, "url": f"https://s.example/{n}", "title": f"T{n % 5}", "text": text, "feed": feed}
        tags = ["even"] if n % 2 == 0 else ["odd", 'a "quoted" one']
        fetched = f"2026-02-{1 + n * 11 % 28:02}T00:00:00Z"
        lines.append(line | {"published_at": when, "fetched_at": fetched, "tags": tags})
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert import_file(store, str(path), print).ok
    with store.write() as unit:  # as if their texts were the same
        table = articles
        unit.execute(table.update().where(table.c.id.in_((4, 7, 9))).values(copy_of=2))
        unit.execute(table.update().where(table.c.id == 10).values(copy_of=15))  # whose feed is gone
    for ids, action, now in (
        ([1, 2, 3, 11, 12, 13], "read", 100),
        ([3, 5, 13], "star", 200),
        ([11, 13], "remove", 300),
        ([12], "unread", 1_900_000_000),
    ):
        reading_list.mark_ids(store, ids, [action], now)  # type: ignore[list-item]
    return store


def expected(store: Store, wanted: Wanted) -> list[int]:
    """The same by a loop over all articles."""
    known = subscriptions(store)
    subscribed = {one.feed.url: one for one in known.all}
    with store.read() as conn:
        every = list(stored_articles.by_ids(conn, range(1, 31)).values())
    items = {one.article.id: one for one in reading_list.reading_list(store, Wanted(removed=True)).items}
    found = []
    for article in every:
        if article.feed not in subscribed:
            continue
        feed, item = subscribed[article.feed], items[article.id]
        read, starred = item.mark.read_at is not None, item.mark.starred_at is not None
        head = next((one for one in every if one.id == article.copy_of), None)
        keeps = (
            wanted.feed_id in (None, feed.feed.id),
            wanted.category_id in (None, feed.category.id),
            wanted.read in (None, read),
            wanted.starred in (None, starred),
            wanted.removed or not (article.id == 11 and read and not starred),
            wanted.ids is None or article.id in wanted.ids,
            wanted.since is None or article.at >= wanted.since,
            wanted.until is None or article.at <= wanted.until,
            wanted.stored_since is None or article.fetched_at >= wanted.stored_since,
            wanted.stored_until is None or article.fetched_at <= wanted.stored_until,
            wanted.changed_since is None or item.changed_at >= wanted.changed_since,
            wanted.changed_until is None or item.changed_at <= wanted.changed_until,
            wanted.above is None or article.id > wanted.above,
            wanted.below is None or article.id < wanted.below,
            not wanted.tags or bool(set(wanted.tags) & set(article.tags)),
            not wanted.folded or head is None or head.feed not in subscribed,
        )
        if all(keeps):
            by: dict[str, Any] = {"at": article.at, "id": article.id, "changed": item.changed_at, "read": read}
            by |= {"title": article.title, "feed_category": feed.category.name, "category_id": feed.category.id}
            found.append((by.get(wanted.order, 0), article.id))
    return [one for _, one in sorted(found, reverse=not wanted.ascending)]


def asked(dice: random.Random, store: Store) -> Wanted:
    known, at = subscriptions(store), 1_767_225_600  # 2026-01-01
    choices: dict[str, list[Any]] = {
        "feed_id": [one.feed.id for one in known.all],
        "category_id": [one.id for one in known.categories],
        "read": [True, False],
        "starred": [True, False],
        "ids": [tuple(range(1, 20, 2)), ()],
        "since": [at + 9 * _DAY],
        "until": [at + 20 * _DAY],
        "stored_since": [at + 40 * _DAY],
        "stored_until": [at + 50 * _DAY],
        "changed_since": [at + 40 * _DAY, at + 60 * _DAY],
        "changed_until": [at + 45 * _DAY],
        "above": [5],
        "below": [25],
        "tags": [("even",), ('a "quoted" one', "none")],
        "removed": [True],
        "folded": [True],
        "order": ["at", "id", "changed", "read", "title", "feed_category", "category_id", "author"],
        "ascending": [True],
    }
    named = dice.sample(sorted(choices), dice.randint(0, 5))
    return Wanted(**{name: dice.choice(choices[name]) for name in named})


def test_lists_hold_what_a_loop_finds(filled: Store) -> None:
    dice = random.Random(7)
    for _ in range(150):
        wanted = asked(dice, filled)
        every = expected(filled, wanted)
        found = reading_list.ids(filled, wanted)
        assert (found.ids, found.total) == (every, len(every)), wanted
        part = reading_list.ids(filled, replace(wanted, limit=3, offset=2))
        assert (part.ids, part.total) == (every[2:5], len(every)), wanted
        if wanted.order in ("at", "id") and len(every) > 4:
            assert reading_list.ids(filled, replace(wanted, limit=3, after=every[3])).ids == every[4:7], wanted


@pytest.mark.parametrize("folded", [False, True])
@pytest.mark.parametrize("mostly_read", [False, True])
def test_feeds_are_counted(filled: Store, folded: bool, mostly_read: bool) -> None:
    if mostly_read:
        reading_list.mark_ids(filled, [number for number in range(1, 31) if number not in (5, 9)], ["read"], 400)
    counted = reading_list.per_feed(filled, folded=folded)
    assert set(counted) == set(URLS)
    every = reading_list.reading_list(filled, Wanted(folded=folded)).items
    for url in URLS:
        items = [one for one in every if one.article.feed == url]
        unread = [one.at for one in items if one.mark.read_at is None]
        assert counted[url] == Counted(len(items) - len(unread), len(unread), max(unread, default=0))


def test_all_that_is_asked_is_marked(filled: Store) -> None:
    category = subscriptions(filled).named("News").id
    of_category = reading_list.ids(filled, Wanted(category_id=category, read=False)).ids
    reading_list.mark_all(filled, Wanted(category_id=category, read=False), ["read"], 500)
    assert reading_list.ids(filled, Wanted(category_id=category, read=False)).ids == []
    assert set(of_category) < set(reading_list.ids(filled, Wanted(read=True)).ids)
    assert reading_list.ids(filled, Wanted(read=False)).ids
