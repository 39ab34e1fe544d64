"""Tells what is due, and who has it. A visit is claimed per site; its lease is a row with an end."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)

from aggregator.model import RobotsAnswer
from aggregator.store.polling.entries import ListedPage, waiting
from aggregator.store.polling.feeds import FeedRow, from_row
from aggregator.store.schema import SUBSCRIBED, entries, feeds, refetches, robots, sites
from aggregator.store.sql import insert


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run may touch: everything, or only these feeds with their entries, and these entries."""

    feeds: frozenset[int] | None = None
    entries: frozenset[int] = frozenset()


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True)
class DueSite:
    """A site with something due. `lease_until`, `quiet_until`: seconds UTC."""

    site: str
    owner: str | None
    lease_until: int | None
    quiet_until: int | None


@dataclass(frozen=True, slots=True)
class SiteDelay:
    """How fast a site may be asked, as its answers have taught it: seconds; `asked_at`: seconds UTC."""

    latency: float | None = None
    slowed: float | None = None
    gap: float | None = None
    asked_at: int | None = None


@dataclass(frozen=True, slots=True)
class SiteRow:
    """What is known of a site: who holds it, until when it is left alone, and how fast it may be asked."""

    site: str
    owner: str | None
    lease_until: int | None
    quiet_until: int | None
    delay: SiteDelay


_SITE = [sites.c[name] for name in ("site", "owner", "lease_until", "quiet_until", *SiteDelay.__slots__)]


def due_sites(conn: Connection, now: int, scope: Scope) -> list[DueSite]:
    """Returns the sites with something due, those first that have more to do than to refetch known articles, and of
    them those that were visited longest ago. Held and paused ones are among them."""
    due = union_all(
        select(feeds.c.site, literal(0).label("later")).where(_due_feed(now, scope)).distinct(),
        select(entries.c.site, literal(0)).where(_due_entry(now, scope)).distinct(),
        select(refetches.c.site, literal(1)).where(due_refetch(now, scope)).distinct(),
    ).subquery()
    each = select(due.c.site, func.min(due.c.later).label("later")).group_by(due.c.site).subquery()
    query = select(each.c.site, sites.c.owner, sites.c.lease_until, sites.c.quiet_until)
    query = query.outerjoin(sites, sites.c.site == each.c.site)
    query = query.order_by(each.c.later, sites.c.last_visit_at.asc().nulls_first())
    return [DueSite(*row) for row in conn.execute(query)]


def due_feeds(conn: Connection, site: str, now: int, scope: Scope, limit: int) -> list[FeedRow]:
    """Returns the subscriptions of a site that are to be polled, longest due first."""
    query = select(feeds).where(feeds.c.site == site, _due_feed(now, scope)).order_by(feeds.c.next_poll_at, feeds.c.id)
    return [from_row(row) for row in conn.execute(query.limit(limit))]


def count_due_feeds(conn: Connection, now: int, scope: Scope) -> int:
    """Counts the subscriptions that are to be polled."""
    return int(conn.execute(select(func.count()).where(_due_feed(now, scope))).scalar_one())


def next_poll_at(conn: Connection) -> int | None:
    """Returns when the next subscription is to be polled; None if there is none."""
    polled = SUBSCRIBED & feeds.c.gone_at.is_(None)
    return conn.execute(select(func.min(feeds.c.next_poll_at)).where(polled)).scalar()


def due_entries(conn: Connection, site: str, now: int, scope: Scope, limit: int) -> list[ListedPage]:
    """Returns the entries of a site whose pages are to be fetched, newest first."""
    return waiting(conn, and_(entries.c.site == site, _due_entry(now, scope)), limit)


def _due_feed(now: int, scope: Scope) -> ColumnElement[bool]:
    due = and_(
        feeds.c.next_poll_at <= now,
        feeds.c.retired_at.is_(None),
        feeds.c.kind != "hand",
        feeds.c.gone_at.is_(None),
        or_(feeds.c.quiet_until.is_(None), feeds.c.quiet_until <= now),
        or_(feeds.c.moved_to.is_(None), ~polled_by_another()),
    )
    return due if scope.feeds is None else and_(due, feeds.c.id.in_(scope.feeds))


def polled_by_another() -> ColumnElement[bool]:
    """Returns the condition of a row of `feeds` that moved to an address which another subscription polls already."""
    other = feeds.alias()
    alive = and_(other.c.id != feeds.c.id, other.c.retired_at.is_(None), other.c.gone_at.is_(None))
    named = exists().where(alive, other.c.url == feeds.c.moved_to, other.c.moved_to.is_(None))
    moved = exists().where(alive, other.c.moved_to == feeds.c.moved_to, other.c.id < feeds.c.id)
    return or_(named, moved)


def _due_entry(now: int, scope: Scope) -> ColumnElement[bool]:
    quiet = select(feeds.c.id).where(feeds.c.quiet_until > now)
    due = and_(entries.c.state == "waiting", entries.c.next_try_at <= now, entries.c.feed_id.not_in(quiet))
    if scope.feeds is None:
        return due
    return and_(due, or_(entries.c.feed_id.in_(scope.feeds), entries.c.id.in_(scope.entries)))


def due_refetch(now: int, scope: Scope) -> ColumnElement[bool]:
    """Returns the condition of a row of `refetches` whose page is to be fetched again now."""
    due = and_(refetches.c.next_at.is_not(None), refetches.c.next_at <= now)
    if scope.feeds is None:
        return due
    listed = exists().where(entries.c.article_id == refetches.c.article_id, entries.c.feed_id.in_(scope.feeds))
    return and_(due, listed)


def claim(conn: Connection, site: str, owner: str, until: int, now: int, dead: Collection[str]) -> SiteRow | None:
    """Takes the lease of a site if it is free, ran out, or its owner is dead, and returns the site; None if not."""
    conn.execute(insert(conn, sites).values(site=site).on_conflict_do_nothing())
    free = or_(sites.c.owner.is_(None), sites.c.lease_until <= now, sites.c.owner.in_({owner, *dead}))
    awake = or_(sites.c.quiet_until.is_(None), sites.c.quiet_until <= now)
    taken = update(sites).where(sites.c.site == site, free, awake)
    taken = taken.values(owner=owner, lease_until=until, last_visit_at=now)
    row = conn.execute(taken.returning(*_SITE)).first()
    return None if row is None else _site(row)


def renew(conn: Connection, names: Collection[str], owner: str, until: int) -> set[str]:
    """Lengthens the leases of these sites; returns those that are still the owner's."""
    mine = and_(sites.c.site.in_(names), sites.c.owner == owner)
    return set(conn.execute(update(sites).where(mine).values(lease_until=until).returning(sites.c.site)).scalars())


def release(conn: Connection, site: str, owner: str, delay: SiteDelay | None) -> None:
    """Gives a site back. `delay`: how fast it may be asked; None if nothing was learnt."""
    mine = and_(sites.c.site == site, sites.c.owner == owner)
    learned = {} if delay is None else {name: getattr(delay, name) for name in SiteDelay.__slots__}
    conn.execute(update(sites).where(mine).values(owner=None, lease_until=None, **learned))


def lapse(conn: Connection, names: Collection[str]) -> None:
    """Ends the leases of these sites, whose owners are held to be dead."""
    conn.execute(update(sites).where(sites.c.site.in_(names)).values(lease_until=0))


def owners(conn: Connection) -> set[str]:
    """Returns everyone who holds a lease."""
    return set(conn.execute(select(sites.c.owner).where(sites.c.owner.is_not(None)).distinct()).scalars())


def pause(conn: Connection, site: str, until: int) -> None:
    """Leaves a site alone until then; what it asked for earlier counts if it is longer."""
    conn.execute(insert(conn, sites).values(site=site).on_conflict_do_nothing())
    longer = or_(sites.c.quiet_until.is_(None), sites.c.quiet_until < until)
    conn.execute(update(sites).where(sites.c.site == site, longer).values(quiet_until=until))


def known_site(conn: Connection, site: str) -> SiteRow | None:
    """Returns what is known of a site; None before its first visit."""
    row = conn.execute(select(*_SITE).where(sites.c.site == site)).first()
    return None if row is None else _site(row)


def _site(row: Sequence[Any]) -> SiteRow:
    site, owner, lease_until, quiet_until, *delay = row
    return SiteRow(site, owner, lease_until, quiet_until, SiteDelay(*delay))


def robots_of(conn: Connection, origin: str) -> RobotsAnswer | None:
    """Returns an origin's robots.txt; None if it was never asked for."""
    tried_at = func.coalesce(robots.c.tried_at, robots.c.at)
    query = select(robots.c.at, robots.c.status, robots.c.body, tried_at).where(robots.c.origin == origin)
    row = conn.execute(query).first()
    return None if row is None else RobotsAnswer(*row)


def remember_robots(conn: Connection, origin: str, answer: RobotsAnswer) -> None:
    """Keeps an origin's robots.txt."""
    values = asdict(answer)
    row = insert(conn, robots).values(origin=origin, **values)
    conn.execute(row.on_conflict_do_update(index_elements=["origin"], set_=values))
