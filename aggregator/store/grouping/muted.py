"""Knows what `mute` keeps out of lists of stories and out of alerts: what it matches stays in the archive all the same.

It is asked when something is listed or told, not when articles are stored, so that a changed `mute` holds for all.
"""

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from aggregator.errors import QueryError
from aggregator.query import And, Is, Or, Query
from aggregator.store import meta
from aggregator.store.alerting.saved_searches import read_query
from aggregator.store.schema import articles
from aggregator.store.searching import search_articles
from aggregator.store.sql import listed

Mute = tuple[str | None, str]
"""The feed whose articles are muted (its URL; None: all) where they match a query."""

_KEY = "mute"


def put(conn: Connection, mutes: Sequence[Mute]) -> None:
    """Stores what is muted from now on."""
    meta.put(conn, _KEY, json.dumps(mutes))


def of_articles(conn: Connection, ids: Sequence[int]) -> set[int]:
    """Returns those of the articles that are muted."""
    query = _query(conn)
    return set() if query is None else set(search_articles.among(conn, query, ids))


def of_stories(conn: Connection, ids: Sequence[int]) -> set[int]:
    """Returns those of the stories of which every article is muted."""
    query = _query(conn)
    if query is None:
        return set()
    told = select(articles.c.story_id, articles.c.id).where(articles.c.story_id.in_(listed(conn, ids)))
    members = [(int(story), int(one)) for story, one in conn.execute(told)]
    found = set(search_articles.among(conn, query, [one for _, one in members]))
    return set(ids) - {story for story, one in members if one not in found}


def _query(conn: Connection) -> Query | None:
    """Returns what asks for all that is muted; None if nothing is."""
    parts: list[Query] = []
    for feed, text in json.loads(meta.get(conn, _KEY) or "[]"):
        try:
            query = read_query(conn, text, datetime.now(UTC))
        except QueryError:  # a saved search that it names is gone: it mutes nothing
            continue
        parts.append(query if feed is None else And((Is("feed", feed), query)))
    return Or(tuple(parts)) if len(parts) > 1 else next(iter(parts), None)
