"""Articles for alerts to find, and the rounds in which they are delivered."""

import asyncio
from collections.abc import Mapping
from random import Random
from typing import Any

from sqlalchemy import select, update

from aggregator.alerts import manage
from aggregator.alerts.deliver import Outcome, deliver
from aggregator.articles.from_record import from_record
from aggregator.config.models import Settings
from aggregator.store.engine import Store
from aggregator.store.schema import deliveries
from aggregator.visit import save_new

NOW = 1_800_000_000
WORDS = "harbour council bridge river engineers report pillars timetable island morning crossing winter".split()


def publish(store: Store, topic: str, *, site: str = "a.example", text: str | None = None, **more: str) -> int:
    """Stores a new article as a visit does; its id."""
    says = text or " ".join(Random(topic).choices([*WORDS, topic], k=120))
    record = {"url": f"https://{site}/{topic}", "title": f"News of the {topic}", "text": f"The {topic}. {says}"}
    article = from_record({**record, "lang": "en", **more}, {"published_at": NOW - 60}, NOW)
    with store.write() as unit:
        return save_new.save(unit, article).id


def words_of(topic: str) -> str:
    """A text like no other."""
    return " ".join(f"{topic}{number}" for number in range(60))


def add(store: Store, name: str, query: str | None, channel: Any, address: str, **more: Any) -> str:
    """Adds an alert; the secret of its webhook."""
    settings = more.pop("settings", Settings())
    return manage.add(store, name, query, channel, address, settings, **more).secret or ""


def run(store: Store, at: int = NOW, settings: Settings | None = None) -> Outcome:
    """One round of matching and delivering."""
    outcome = Outcome()
    asyncio.run(deliver(store, settings or Settings(), lambda: float(at), outcome))
    return outcome


def next_try(store: Store) -> list[int | None]:
    """When each delivery that waits is tried next."""
    with store.read() as conn:
        return list(conn.execute(select(deliveries.c.next_try_at).order_by(deliveries.c.created_at)).scalars())


def created(store: Store, at: int) -> None:
    """Makes what waits as old as that."""
    with store.write() as conn:
        conn.execute(update(deliveries).values(created_at=at))


def listed(store: Store) -> Mapping[str, manage.ListedSearch]:
    """All saved searches by name."""
    return {one.search.name: one for one in manage.listing(store)}
