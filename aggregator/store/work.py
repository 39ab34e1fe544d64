"""What is due, and who has it. A visit is claimed per site; its lease is a row with an end."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, false, or_, select, union, update

from aggregator.store.schema import entries, feeds, robots, sites
from aggregator.store.upsert import insert


@dataclass(frozen=True, slots=True)
class Scope:
    """What a run may touch: everything, or only these feeds with their entries, and these entries."""

    feeds: frozenset[int] | None = None
    entries: frozenset[int] = frozenset()


EVERYTHING = Scope()


def due_sites(conn: Connection, now: int, scope: Scope) -> Sequence[Any]:
    """Sites with something due: (site, owner, lease_until, quiet_until). Held and quiet ones are among them."""
    due = union(
        select(feeds.c.site).where(_due_feed(now, scope)), select(entries.c.site).where(_due_entry(now, scope))
    ).subquery()
    query = select(due.c.site, sites.c.owner, sites.c.lease_until, sites.c.quiet_until)
    found: Sequence[Any] = conn.execute(query.outerjoin(sites, sites.c.site == due.c.site)).all()
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
    due = and_(feeds.c.next_poll_at <= now, feeds.c.retired_at.is_(None), feeds.c.kind != "hand")
    return due if scope.feeds is None else and_(due, feeds.c.id.in_(scope.feeds))


def _due_entry(now: int, scope: Scope) -> ColumnElement[bool]:
    due = and_(entries.c.state == "waiting", entries.c.next_try_at <= now)
    if scope.feeds is None:
        return due
    return and_(
        due, or_(entries.c.feed_id.in_(scope.feeds), entries.c.id.in_(scope.entries) if scope.entries else false())
    )


def claim(conn: Connection, site: str, owner: str, until: int, now: int, dead: Collection[str]) -> Row[Any] | None:
    """Takes the lease of a site if it is free, ran out, or its owner is dead; the site's row, else None."""
    conn.execute(insert(conn, sites).values(site=site).on_conflict_do_nothing())
    free = or_(sites.c.owner.is_(None), sites.c.lease_until <= now, sites.c.owner.in_(dead) if dead else false())
    awake = or_(sites.c.quiet_until.is_(None), sites.c.quiet_until <= now)
    return conn.execute(
        update(sites)
        .where(sites.c.site == site, free, awake)
        .values(owner=owner, lease_until=until, last_visit_at=now)
        .returning(sites)
    ).first()


def renew(conn: Connection, site: str, owner: str, until: int) -> bool:
    """Lengthens a lease; False if it was lost."""
    done = conn.execute(update(sites).where(sites.c.site == site, sites.c.owner == owner).values(lease_until=until))
    return done.rowcount == 1


def release(conn: Connection, site: str, owner: str) -> None:
    """Gives a site back."""
    conn.execute(update(sites).where(sites.c.site == site, sites.c.owner == owner).values(owner=None, lease_until=None))


def owners(conn: Connection) -> set[str]:
    """Everyone who holds a lease."""
    return {
        str(name) for name in conn.execute(select(sites.c.owner).where(sites.c.owner.is_not(None)).distinct()).scalars()
    }


def quieten(conn: Connection, site: str, until: int) -> None:
    """The site asked to be left alone until then."""
    conn.execute(insert(conn, sites).values(site=site).on_conflict_do_nothing())
    conn.execute(update(sites).where(sites.c.site == site).values(quiet_until=until))


def robots_of(conn: Connection, origin: str) -> Row[Any] | None:
    """An origin's robots.txt as it was last answered: at, status, body."""
    return conn.execute(select(robots).where(robots.c.origin == origin)).first()


def remember_robots(conn: Connection, origin: str, at: int, status: int, body: bytes) -> None:
    """Keeps an origin's robots.txt."""
    values = {"at": at, "status": status, "body": body}
    row = insert(conn, robots).values(origin=origin, **values)
    conn.execute(row.on_conflict_do_update(index_elements=["origin"], set_=values))
