"""What is due, and who has it. A visit is claimed per site; its lease is a row with an end."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)

from aggregator.store.schema import entries, feeds, refetches, robots, sites
from aggregator.store.upsert import insert


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run may touch: everything, or only these feeds with their entries, and these entries."""

    feeds: frozenset[int] | None = None
    entries: frozenset[int] = frozenset()


EVERYTHING = Scope()


def due_sites(conn: Connection, now: int, scope: Scope) -> Sequence[Any]:
    """Sites with something due: (site, owner, lease_until, quiet_until), those first that have more to do than to look at
    known articles again, and of them those that were visited longest ago. Held and quiet ones are among them."""
    due = union_all(
        select(feeds.c.site, literal(0).label("later")).where(_due_feed(now, scope)).distinct(),
        select(entries.c.site, literal(0)).where(_due_entry(now, scope)).distinct(),
        select(refetches.c.site, literal(1)).where(due_refetch(now, scope)).distinct(),
    ).subquery()
    each = select(due.c.site, func.min(due.c.later).label("later")).group_by(due.c.site).subquery()
    query = select(each.c.site, sites.c.owner, sites.c.lease_until, sites.c.quiet_until)
    query = query.outerjoin(sites, sites.c.site == each.c.site)
    query = query.order_by(each.c.later, sites.c.last_visit_at.asc().nulls_first())
    found: Sequence[Any] = conn.execute(query).all()
    return found


def due_feeds(conn: Connection, site: str, now: int, scope: Scope, limit: int) -> Sequence[Row[Any]]:
    """The subscriptions of a site that are to be polled, longest due first."""
    query = select(feeds).where(feeds.c.site == site, _due_feed(now, scope)).order_by(feeds.c.next_poll_at, feeds.c.id)
    return conn.execute(query.limit(limit)).all()


def due_entries(conn: Connection, site: str, now: int, scope: Scope, limit: int) -> Sequence[Row[Any]]:
    """The entries of a site whose pages are to be fetched, newest first, with their feed's URL, kind and options."""
    query = (
        select(entries, feeds.c.url.label("feed_url"), feeds.c.kind, feeds.c.options)
        .join(feeds, feeds.c.id == entries.c.feed_id)
        .where(entries.c.site == site, _due_entry(now, scope))
        .order_by(entries.c.published_at.desc(), entries.c.id)
    )
    return conn.execute(query.limit(limit)).all()


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
    """True of a row of `feeds` that moved to an address which another subscription polls already."""
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
    return and_(
        due, or_(entries.c.feed_id.in_(scope.feeds), entries.c.id.in_(scope.entries) if scope.entries else false())
    )


def due_refetch(now: int, scope: Scope) -> ColumnElement[bool]:
    """True of a row of `refetches` whose page is to be fetched again now."""
    due = and_(refetches.c.next_at.is_not(None), refetches.c.next_at <= now)
    if scope.feeds is None:
        return due
    listed = exists().where(entries.c.article_id == refetches.c.article_id, entries.c.feed_id.in_(scope.feeds))
    return and_(due, listed)


def claim(conn: Connection, site: str, owner: str, until: int, now: int, dead: Collection[str]) -> Row[Any] | None:
    """Takes the lease of a site if it is free, ran out, or its owner is dead; the site's row, else None."""
    conn.execute(insert(conn, sites).values(site=site).on_conflict_do_nothing())
    free = or_(sites.c.owner.is_(None), sites.c.lease_until <= now, sites.c.owner.in_({owner, *dead}))
    awake = or_(sites.c.quiet_until.is_(None), sites.c.quiet_until <= now)
    return conn.execute(
        update(sites)
        .where(sites.c.site == site, free, awake)
        .values(owner=owner, lease_until=until, last_visit_at=now)
        .returning(sites)
    ).first()


def renew(conn: Connection, names: Collection[str], owner: str, until: int) -> set[str]:
    """Lengthens the leases of these sites; gives those that are still the owner's."""
    mine = and_(sites.c.site.in_(names), sites.c.owner == owner)
    return set(conn.execute(update(sites).where(mine).values(lease_until=until).returning(sites.c.site)).scalars())


def release(conn: Connection, site: str, owner: str, pace: dict[str, Any]) -> None:
    """Gives a site back. `pace`: columns of how fast it may be asked, empty if nothing was learnt."""
    mine = and_(sites.c.site == site, sites.c.owner == owner)
    conn.execute(update(sites).where(mine).values(owner=None, lease_until=None, **pace))


def owners(conn: Connection) -> set[str]:
    """Everyone who holds a lease."""
    return {
        str(name) for name in conn.execute(select(sites.c.owner).where(sites.c.owner.is_not(None)).distinct()).scalars()
    }


def quieten(conn: Connection, site: str, until: int) -> None:
    """The site asked to be left alone until then; what it asked for earlier counts if it is longer."""
    conn.execute(insert(conn, sites).values(site=site).on_conflict_do_nothing())
    longer = or_(sites.c.quiet_until.is_(None), sites.c.quiet_until < until)
    conn.execute(
        update(sites).where(sites.c.site == site).values(quiet_until=case((longer, until), else_=sites.c.quiet_until))
    )


def site_of_name(conn: Connection, site: str) -> Row[Any] | None:
    """What is known of a site; None before its first visit."""
    return conn.execute(select(sites).where(sites.c.site == site)).first()


def robots_of(conn: Connection, origin: str) -> Row[Any] | None:
    """An origin's robots.txt as it was last answered: at, status, body, tried_at."""
    return conn.execute(select(robots).where(robots.c.origin == origin)).first()


def remember_robots(conn: Connection, origin: str, at: int, status: int, body: bytes, tried_at: int) -> None:
    """Keeps an origin's robots.txt."""
    values = {"at": at, "status": status, "body": body, "tried_at": tried_at}
    row = insert(conn, robots).values(origin=origin, **values)
    conn.execute(row.on_conflict_do_update(index_elements=["origin"], set_=values))
