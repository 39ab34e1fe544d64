"""From what a feed lists to the rows that are stored: entries, and the articles of those that carry one themselves.

Pure functions that run in a process of the pool, as those of `reading` do for pages.
"""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from aggregator.articles import finish
from aggregator.articles.row import ArticleRow
from aggregator.model import Entry
from aggregator.text import hash64
from aggregator.urls import is_http, normalise, site_of


@dataclass(frozen=True, slots=True)
class Prepared:
    """A new entry's row, and its article where the entry carries one."""

    row: dict[str, Any]
    article: ArticleRow | None


def prepare(new: list[Entry], feed_url: str, feed_id: int, options: dict[str, Any], now: int) -> list[Prepared]:
    """What is to be stored of new entries. Runs in the pool."""
    full_text = options.get("full_text", "auto")
    return [_prepared(entry, feed_url, feed_id, options, full_text, now) for entry in new]


def passed_over(entry: Entry, feed_id: int, now: int) -> Prepared:
    """An entry that is older than the subscription: it is known from now on, and not fetched."""
    return Prepared(entry_row(feed_id, entry, now) | {"state": "none", "error": "older than the subscription"}, None)


def _prepared(entry: Entry, feed_url: str, feed_id: int, options: dict[str, Any], full_text: str, now: int) -> Prepared:
    row = entry_row(feed_id, entry, now) | {"title": entry.title}
    own = full_text == "never" or (full_text == "auto" and finish.carries_full_text(entry))
    summary = None if own and not entry.content else finish.plain_summary(entry)
    url = entry.url or f"{feed_url}#{entry.key}"
    if own or not (entry.url and is_http(entry.url)):
        listed = _listed(entry, url, feed_url, summary, options, now)
        own_url = normalise(url) if entry.url else url
        article = finish.from_entry(entry, listed, own_url, now)
        own_state = {
            "state": "none",
            "digest": digest(entry),
            "error": None if article else "the entry carries no text",
        }
        return Prepared(row | own_state, article)
    site = options.get("site") if site_of(entry.url) == site_of(feed_url) else None
    waiting = {"state": "waiting", "site": site or site_of(entry.url), "next_try_at": now, "summary": summary}
    return Prepared(row | waiting, None)


def digest(entry: Entry) -> int:
    """Equal for entries that say the same: title and text."""
    return hash64("\n".join((entry.title or "", entry.content or entry.summary or "")))


def _listed(
    entry: Entry, url: str, feed_url: str, summary: str | None, options: dict[str, Any], now: int
) -> finish.EntryFacts:
    return finish.EntryFacts(
        url=url,
        feed=feed_url,
        title=entry.title,
        authors=entry.authors,
        published_at=_not_future(entry.published_at, now),
        updated_at=_not_future(entry.updated_at, now),
        summary=summary,
        lang=options.get("lang"),
        tags=tuple(dict.fromkeys((*entry.tags, *options.get("tags", ())))),
        image=entry.image,
    )


def entry_row(feed_id: int, entry: Entry, now: int) -> dict[str, Any]:
    details = {
        "guid": entry.guid if entry.guid != entry.key else None,
        "authors": entry.authors,
        "tags": entry.tags,
        "image": entry.image,
        "enclosures": [asdict(item) for item in entry.enclosures],
    }
    details = {name: value for name, value in details.items() if value}
    return {
        "feed_id": feed_id,
        "key": entry.key,
        "url": entry.url,
        "title": entry.title,
        "summary": None,
        "details": orjson.dumps(details).decode() if details else None,
        "published_at": _not_future(entry.published_at, now),
        "updated_at": _not_future(entry.updated_at, now),
        "first_seen_at": now,
        "last_seen_at": now,
        "site": None,
        "article_id": None,
        "next_try_at": None,
        "error": None,
        "digest": digest(entry),
        "tries": 0,
    }


def _not_future(when: datetime | None, now: int) -> int | None:
    at = finish.seconds(when)
    return None if at is None or at > now + 2 * 86400 else at
