"""Queues what alerts tell: new articles until they are compared with the alerts, matches, deliveries until they arrive.

An alert finds a story once, by its first article that matches: later articles and copies add nothing.
"""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select, text, update

from aggregator.store.schema import alert_queue, articles, deliveries, saved_searches, story_matches
from aggregator.store.sql import listed, run

_QUEUE = text(
    "INSERT INTO alert_queue (article_id) SELECT CAST(:article AS BIGINT)"
    " WHERE EXISTS (SELECT 1 FROM saved_searches WHERE channel IS NOT NULL)"
)
_MATCH = text(
    "INSERT INTO story_matches (search_id, story_id, article_id, at, delivery_id)"
    " SELECT s.id, a.story_id, a.id, :now, :delivery FROM articles a, saved_searches s"
    " WHERE a.id = :article AND s.id = :search"
    " ON CONFLICT (search_id, story_id) DO NOTHING RETURNING story_id"
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is to be told at once. `tries`: how many failed; `next_try_at`: None when it was given up."""

    id: str
    search_id: int
    created_at: int
    tries: int = 0
    next_try_at: int | None = None


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many deliveries of an alert wait, and how many were given up; how many stories wait for its digest;
    `next_try_at`: when the next delivery is tried."""

    deliveries: int = 0
    given_up: int = 0
    stories: int = 0
    next_try_at: int | None = None


def queue(conn: Connection, article_id: int) -> None:
    """Queues a new article for the alerts; does nothing where there are none."""
    run(conn, _QUEUE, {"article": article_id})


def queued(conn: Connection, most: int) -> list[int]:
    """Returns articles that the alerts have not been compared with."""
    return list(conn.execute(select(alert_queue.c.article_id).order_by(alert_queue.c.article_id).limit(most)).scalars())


def unqueue(conn: Connection, article_ids: Sequence[int]) -> None:
    """Takes articles off the queue."""
    conn.execute(delete(alert_queue).where(alert_queue.c.article_id.in_(listed(conn, article_ids))))


def originals_first(conn: Connection, article_ids: Sequence[int]) -> list[int]:
    """Returns these articles, those that are no copies first, in the order of their times."""
    order = (articles.c.copy_of.is_not(None), articles.c.at, articles.c.id)
    found = select(articles.c.id).where(articles.c.id.in_(listed(conn, article_ids))).order_by(*order)
    return list(conn.execute(found).scalars())


def match(conn: Connection, search_id: int, article_ids: Sequence[int], now: int, *, daily: bool) -> int:
    """Notes the stories of articles that match as found, those that were not found before; returns how many. They wait
    for the digest, or make a delivery."""
    delivery = None if daily else _new_id()
    values = {"search": search_id, "now": now, "delivery": delivery}
    found = sum(len(run(conn, _MATCH, values | {"article": one})) for one in article_ids)
    if found and delivery is not None:
        _add(conn, delivery, search_id, now)
    return found


def make_digest(conn: Connection, search_id: int, now: int) -> None:
    """Makes one delivery of all the stories that wait for a digest, if there are any."""
    delivery = _new_id()
    waiting = (story_matches.c.search_id == search_id, story_matches.c.delivery_id.is_(None))
    if conn.execute(update(story_matches).where(*waiting).values(delivery_id=delivery)).rowcount:
        _add(conn, delivery, search_id, now)


def due(conn: Connection, now: int) -> list[Delivery]:
    """Returns the deliveries that are to be tried now: those that failed least first, then the oldest."""
    query = select(*(deliveries.c[name] for name in Delivery.__slots__)).where(deliveries.c.next_try_at <= now)
    return [Delivery(*row) for row in conn.execute(query.order_by(deliveries.c.tries, deliveries.c.created_at))]


def has_work(conn: Connection, now: int) -> bool:
    """Tells whether articles are queued or a delivery is due."""
    queries = (select(alert_queue.c.article_id), select(deliveries.c.id).where(deliveries.c.next_try_at <= now))
    return any(conn.execute(query.limit(1)).first() is not None for query in queries)


def articles_of(conn: Connection, delivery: Delivery) -> list[int]:
    """Returns the articles that a delivery tells of, as far as they are still stored, in the order of their times."""
    told = (story_matches.c.search_id == delivery.search_id, story_matches.c.delivery_id == delivery.id)
    query = select(articles.c.id).join(story_matches, story_matches.c.article_id == articles.c.id).where(*told)
    return list(conn.execute(query.order_by(articles.c.at, articles.c.id)).scalars())


def sites_of(conn: Connection, story_ids: Collection[int]) -> dict[int, list[str]]:
    """Returns the sites of each of these stories, the first to tell it first."""
    query = select(articles.c.story_id, articles.c.site).where(articles.c.story_id.in_(listed(conn, list(story_ids))))
    found: dict[int, dict[str, None]] = {}
    for story_id, site in conn.execute(query.order_by(articles.c.at, articles.c.id)):
        found.setdefault(story_id, {})[site] = None
    return {story_id: list(sites) for story_id, sites in found.items()}


def arrived(conn: Connection, delivery: Delivery, now: int) -> None:
    """Notes that a delivery has arrived."""
    conn.execute(delete(deliveries).where(deliveries.c.id == delivery.id))
    mine = saved_searches.c.id == delivery.search_id
    conn.execute(update(saved_searches).where(mine).values(delivered_at=now, error=None))


def failed(conn: Connection, delivery: Delivery, reason: str, next_try_at: int | None, others_at: int) -> None:
    """Notes that a delivery failed, and when it is tried again (None: never); the alert's others wait until then."""
    tried = {"tries": delivery.tries + 1, "next_try_at": next_try_at}
    conn.execute(update(deliveries).where(deliveries.c.id == delivery.id).values(**tried))
    others = (deliveries.c.search_id == delivery.search_id, deliveries.c.next_try_at < others_at)
    conn.execute(update(deliveries).where(*others, deliveries.c.id != delivery.id).values(next_try_at=others_at))
    conn.execute(update(saved_searches).where(saved_searches.c.id == delivery.search_id).values(error=reason))


def drop_given_up(conn: Connection, before: int) -> None:
    """Deletes deliveries that were given up and are older than that."""
    conn.execute(delete(deliveries).where(deliveries.c.next_try_at.is_(None), deliveries.c.created_at < before))


def waiting(conn: Connection) -> dict[int, Waiting]:
    """Returns what waits, by the id of the alert."""
    tried = deliveries.c.next_try_at
    counted = select(deliveries.c.search_id, func.count(tried), func.count(), func.min(tried))
    rows = {row[0]: row for row in conn.execute(counted.group_by(deliveries.c.search_id))}
    undigested = select(story_matches.c.search_id, func.count()).where(story_matches.c.delivery_id.is_(None))
    stories = {row[0]: row[1] for row in conn.execute(undigested.group_by(story_matches.c.search_id))}
    none = (0, 0, 0, None)
    return {
        one: Waiting(found[1], found[2] - found[1], stories.get(one, 0), found[3])
        for one in rows.keys() | stories.keys()
        for found in [rows.get(one, none)]
    }


def _add(conn: Connection, delivery: str, search_id: int, now: int) -> None:
    conn.execute(deliveries.insert().values(id=delivery, search_id=search_id, created_at=now, next_try_at=now))


def _new_id() -> str:
    return f"msg_{secrets.token_hex(12)}"
