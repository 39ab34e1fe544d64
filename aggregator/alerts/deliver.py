"""Delivers what alerts have found: at least once, in the order of finding, with backoff where it fails.

One process delivers at a time: it holds a lock that is free when it dies, and what it had not noted as arrived is
delivered again, under the same id.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from aggregator.alerts import mail, manage, match, message, shell_command, webhook
from aggregator.alerts.message import Message, MessageType, TellableStory
from aggregator.config.models import Settings
from aggregator.errors import AggregatorError, FetchError, UsageError
from aggregator.net.net_settings import net_settings
from aggregator.query import Everything
from aggregator.store import locks
from aggregator.store.alerting import deliveries, saved_searches
from aggregator.store.alerting.deliveries import Delivery
from aggregator.store.alerting.saved_searches import SavedSearch, read_query
from aggregator.store.content import stored_articles
from aggregator.store.content.stored_articles import StoredArticle
from aggregator.store.engine import Store
from aggregator.store.searching import search_articles
from aggregator.store.searching.search_sql import Filters
from aggregator.times import DAY, HOUR, MINUTE, iso

if TYPE_CHECKING:
    from aggregator.net.client import Net

_log = logging.getLogger(__name__)
_SECONDS = 15.0  # for one delivery
_BACKOFF = (MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, DAY)
_GIVEN_UP_AFTER = 3 * DAY
_KEPT = 30 * DAY  # given up
_LOCK = "alerts"


@dataclass(slots=True)
class Outcome:
    """What came of a round: how many deliveries arrived, and (alert, reason) of those that did not."""

    delivered: int = 0
    failures: list[tuple[str, str]] = field(default_factory=list)


async def deliver(store: Store, settings: Settings, clock: Callable[[], float], outcome: Outcome) -> None:
    """Matches what is new and delivers what is due, if no other process does; counts in `outcome`.

    Cancelled at any moment, it loses nothing. Raises StoreError.
    """
    now = int(clock())
    if not await asyncio.to_thread(match.has_work, store, settings.digest_time, now):
        return
    with locks.hold(store, _LOCK) as held:
        if not held:
            return
        await asyncio.to_thread(match.match, store, settings.digest_time, now)
        due, alerts = await asyncio.to_thread(_due, store, now)
        if not due:
            return
        async with _network(settings, clock) as net:
            rounds = (_Round(store, settings, clock, net, alert, outcome) for alert in alerts)
            jobs = [one.deliver([each for each in due if each.search_id == one.alert.id]) for one in rounds]
            for ended in await asyncio.gather(*jobs, return_exceptions=True):  # no alert disturbs another
                if ended is not None:
                    raise ended


@dataclass(frozen=True, slots=True)
class _Round:
    """The deliveries of one alert, one after another."""

    store: Store
    settings: Settings
    clock: Callable[[], float]
    net: "Net"
    alert: SavedSearch
    outcome: Outcome

    async def deliver(self, due: Sequence[Delivery]) -> None:
        """Delivers until one fails: the receiver that is down is not asked for all of them."""
        for delivery in due:
            try:
                await self._one(delivery)
            except AggregatorError as error:
                reason = error.reason if isinstance(error, FetchError) else str(error)
                await self._failed(delivery, reason, getattr(error, "retry_after", None))
                return
            await self._write(lambda conn: deliveries.arrived(conn, delivery, int(self.clock())))  # noqa: B023
            self.outcome.delivered += 1

    async def _one(self, delivery: Delivery) -> None:
        told = await asyncio.to_thread(_message, self.store, self.alert, delivery)
        if told.stories:  # else all of it was pruned
            said = await send(self.net, self.settings, self.alert, told, int(self.clock()))
            _log.info("alert %s: %s: %s", self.alert.name, told.subject, said)

    async def _failed(self, delivery: Delivery, reason: str, retry_after: float | None) -> None:
        now = int(self.clock())
        wait = max(_BACKOFF[min(delivery.tries, len(_BACKOFF) - 1)], int(retry_after or 0))
        given_up = now - delivery.created_at > _GIVEN_UP_AFTER
        at = None if given_up else now + wait
        others_at = now + max(_BACKOFF[0], int(retry_after or 0))
        await self._write(lambda conn: deliveries.failed(conn, delivery, reason, at, others_at))
        ending = f"given up after {delivery.tries + 1} tries" if at is None else f"tried again at {iso(at)}"
        self.outcome.failures.append((self.alert.name, f"{reason}; {ending}"))

    async def _write(self, job: Callable[[Connection], None]) -> None:
        def write() -> None:
            with self.store.write() as unit:
                job(unit)

        await asyncio.to_thread(write)


async def send(net: "Net", settings: Settings, alert: SavedSearch, told: Message, now: int) -> str:
    """Sends a message to whom an alert tells; returns what came of it. Raises FetchError, DeliveryError, UsageError."""
    assert alert.target is not None
    if alert.channel == "mail":
        return await mail.send(mail.server(settings), alert.target, told, _SECONDS)
    body = message.as_json(told)
    if alert.channel == "command":
        return await shell_command.run(alert.target, body, _SECONDS)
    return await webhook.post(net, alert.target, alert.secret or "", told.id, body, now)


def deliver_sample(store: Store, settings: Settings, name: str, clock: Callable[[], float]) -> str:
    """Sends a sample now: the newest article that matches, else the newest of all, else one made up. Returns what came
    of it.

    Nothing of it is stored. Raises UsageError, AggregatorError.
    """
    now = int(clock())
    with store.read() as conn:
        alert = manage.existing(conn, name)
        if alert.channel is None:
            how = "with --webhook, --mail or --command makes it an alert"
            raise UsageError(f"{name} tells nobody; `aggregator alerts add {name}` {how}")
        told = Message(f"msg_{secrets.token_hex(12)}", "test", name, alert.query, now, _sample(conn, alert, now))

    async def ask() -> str:
        async with _network(settings, clock) as net:
            return await send(net, settings, alert, told, now)

    return asyncio.run(ask())


def _network(settings: Settings, clock: Callable[[], float]) -> "Net":
    """Returns a network of its own: what receivers answer says nothing of the sites that are read."""
    from aggregator.net.client import Net  # late: most rounds have nothing to deliver, and HTTP is slow to load

    return Net(replace(net_settings(settings), site_gap=0.0, timeout=_SECONDS), clock)


def _due(store: Store, now: int) -> tuple[list[Delivery], list[SavedSearch]]:
    with store.write() as unit:
        deliveries.drop_given_up(unit, now - _KEPT)
        return deliveries.due(unit, now), saved_searches.alerts(unit)


def _message(store: Store, alert: SavedSearch, delivery: Delivery) -> Message:
    kind: MessageType = "digest" if alert.daily else "stories"
    with store.read() as conn:
        found = _told(conn, [stored_articles.get(conn, one) for one in deliveries.articles_of(conn, delivery)])
    return Message(delivery.id, kind, alert.name, alert.query, delivery.created_at, found)


def _sample(conn: Connection, alert: SavedSearch, now: int) -> tuple[TellableStory, ...]:
    for query in (read_query(conn, alert.query, datetime.fromtimestamp(now, UTC)), Everything()):
        found = search_articles.search(conn, query, Filters(), "date", 1).articles
        if found:
            return _told(conn, [one.article for one in found])
    return (message.made_up(now),)


def _told(conn: Connection, articles: Sequence[StoredArticle]) -> tuple[TellableStory, ...]:
    sites = deliveries.sites_of(conn, {one.story_id for one in articles})
    return tuple(
        TellableStory(
            story_id=one.story_id,
            article_id=one.id,
            title=one.title,
            url=one.url,
            site=one.site,
            feed=one.feed,
            lang=one.lang,
            published_at=iso(one.published_at),
            fetched_at=iso(one.fetched_at),
            excerpt=message.excerpt(one.lead, one.summary, one.text),
            sites=tuple(sites.get(one.story_id, ())),
        )
        for one in articles
    )
