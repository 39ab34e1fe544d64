"""Explains why a feed was polled when it was and will be when it will be, how it fares, and what would change that."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import Connection

from aggregator import __version__, schedule
from aggregator.config.models import Config, Feed, Page, Settings
from aggregator.model import Hints
from aggregator.net.net_settings import user_agent
from aggregator.net.robots_txt import parse_robots
from aggregator.schedule import health
from aggregator.store.engine import Store
from aggregator.store.polling import feeds
from aggregator.store.polling.feeds import FeedRow, Poll
from aggregator.store.work import leases
from aggregator.store.work.leases import SiteRow
from aggregator.subscriptions.names import named_sources
from aggregator.times import format_duration, humanize, iso

MAX_POLLS = 30
_LATE_SECONDS = 120  # after its time, from which a poll is called late


@dataclass(frozen=True, slots=True)
class PollRecord:
    """Holds one poll of the log. `after`: seconds since the one before, None for the oldest."""

    at: str | None
    after: int | None
    outcome: str
    status: int | None
    listed: int | None
    new: int | None
    bytes: int | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """Holds what is known of a feed's site. `gap` and `latency` in seconds; `busy_until`: when the visit under way ends
    at the latest; `quiet_until`: when a cooldown ends."""

    name: str
    gap: float
    connections: int
    latency: float | None
    busy_until: str | None
    quiet_until: str | None
    robots: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """Holds the whole explanation, in sentences. Times are ISO 8601, UTC; polls from new to old."""

    url: str
    title: str | None
    state: str
    state_since: str | None
    state_why: str | None
    advice: str | None
    last_poll_at: str | None
    last_poll: tuple[str, ...]
    next_poll_at: str | None
    next_poll: tuple[str, ...]
    rhythm: tuple[str, ...]
    changes: tuple[str, ...]
    site: SiteStatus | None
    polls: tuple[PollRecord, ...]


def explain(store: Store | None, config: Config, named: str, now: int) -> Explanation:
    """Explains the subscription of that URL or title. `store` None: there is no database yet. Raises UsageError,
    StoreError."""
    sources: list[Feed | Page] = [*config.feeds, *config.articles]
    if store is None:
        return _of_new(named_sources(sources, {}, named)[0], config.settings)
    with store.read() as conn:
        rows = {row.url: row for row in feeds.active(conn)}
        item = named_sources(sources, {url: row.title for url, row in rows.items()}, named)[0]
        row = rows.get(item.url)
        return _of_new(item, config.settings) if row is None else _of_row(conn, item, row, config.settings, now)


def _of_new(item: Feed | Page, settings: Settings) -> Explanation:
    due = ("as soon as a daemon or a fetch runs: it was never polled",)
    changes = _changes(item, settings)
    return Explanation(item.url, item.title, "new", None, None, None, None, (), None, due, (), changes, None, ())


def _of_row(conn: Connection, item: Feed | Page, row: FeedRow, settings: Settings, now: int) -> Explanation:
    log = feeds.recent_polls(conn, int(row.id), MAX_POLLS)
    state = row.health or "new"
    site = leases.known_site(conn, row.site)
    return Explanation(
        url=item.url,
        title=item.title or row.title,
        state=state,
        state_since=iso(row.health_since),
        state_why=row.health_why,
        advice=health.advice(state, item.url) or None,
        last_poll_at=iso(row.last_poll_at),
        last_poll=tuple(_last_poll(row, log)),
        next_poll_at=None if row.gone_at else iso(row.next_poll_at),
        next_poll=tuple(_next_poll(row, site, now)),
        rhythm=schedule.describe(row.rhythm, now) if row.rhythm else (),
        changes=_changes(item, settings),
        site=_site(conn, item, row, site, settings, now),
        polls=tuple(_records(log)),
    )


def _last_poll(row: FeedRow, log: Sequence[Poll]) -> list[str]:
    if row.last_poll_at is None:
        return []
    said = [row.last_poll_reason or "it was new, so it was due at once"]
    late = row.last_poll_at - (row.last_poll_due_at or row.last_poll_at)
    if row.last_poll_reason and late > _LATE_SECONDS:
        said.append(f"it was due {humanize(late)} earlier: nothing ran then, or its site was busy or cooling down")
    return said + ([_outcome(log[0])] if log else [])


def _outcome(poll: Poll) -> str:
    if poll.outcome == "failed":
        return f"it failed: {poll.reason or poll.kind}"
    if poll.outcome == "unchanged":
        return "it was unchanged" + (" (304, nothing was sent)" if poll.status == 304 else "")
    return f"it listed {poll.listed} entries, {poll.new} of them new" + (f"; {poll.reason}" if poll.reason else "")


def _next_poll(row: FeedRow, site: SiteRow | None, now: int) -> list[str]:
    if row.gone_at is not None:
        return [f"not by itself: it answered 410 Gone; `aggregator fetch {row.url}` asks it again"]
    said = [row.next_poll_reason or "it was never polled"]
    if site is not None and site.quiet_until and site.quiet_until > max(now, row.next_poll_at):
        said.append(f"not before {_minute(site.quiet_until)}: its site asked to be left alone")
    if row.next_poll_at <= now:
        said.append("it is due: a daemon polls it within seconds, `aggregator fetch` at once")
    asked = (("its ttl", row.hints.ttl), ("its update period", row.hints.update_period))
    said += [f"{what} asks for {humanize(seconds)} between polls" for what, seconds in asked if seconds]
    return said + _skipped(row.hints)


def _skipped(hints: Hints) -> list[str]:
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    hours = ", ".join(map(str, sorted(hints.skip_hours)))
    names = ", ".join(days[day] for day in sorted(hints.skip_days))
    return [f"it asks to be left alone at {what} (UTC)" for what in (hours and f"hours {hours}", names) if what]


def _changes(item: Feed | Page, settings: Settings) -> tuple[str, ...]:
    least, most = format_duration(settings.min_interval), format_duration(settings.max_interval)
    said = [f"`aggregator fetch {item.url}` polls it now; gaps, robots.txt and Retry-After hold even then"]
    if isinstance(item, Page) or item.interval is not None:
        said.append(
            f"`interval: {format_duration(item.interval or settings.max_interval)}` in feeds.yaml sets its time"
        )
    else:
        said.append("`interval: 30m` at it in feeds.yaml would replace the learnt rhythm and what the feed asks for")
        said.append(f"`min_interval` ({least}) and `max_interval` ({most}) bound the rhythm; the usual floor is 1h")
    if isinstance(item, Feed) and item.cooldown == "site":
        said.append("`cooldown: feed` would let a Retry-After of another feed of its site pass it by")
    return tuple(said)


def _site(
    conn: Connection, item: Feed | Page, row: FeedRow, site: SiteRow | None, settings: Settings, now: int
) -> SiteStatus:
    url = row.moved_to or item.url
    busy = site is not None and site.owner is not None and (site.lease_until or 0) > now
    quiet = site is not None and (site.quiet_until or 0) > now
    return SiteStatus(
        name=row.site,
        gap=site.delay.gap if site is not None and site.delay.gap is not None else settings.site_gap.total_seconds(),
        connections=settings.site_connections,
        latency=site.delay.latency if site is not None else None,
        busy_until=iso(site.lease_until) if site is not None and busy else None,
        quiet_until=iso(site.quiet_until) if site is not None and quiet else None,
        robots=_robots(conn, url, item, settings),
    )


def _robots(conn: Connection, url: str, item: Feed | Page, settings: Settings) -> str:
    if not (settings.respect_robots if item.robots is None else item.robots):
        return "robots.txt is not asked for, as set in feeds.yaml"
    parts = urlsplit(url)
    kept = leases.robots_of(conn, f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
    if kept is None:
        return "robots.txt was not asked for yet"
    when = f"(as of {_minute(kept.tried_at or kept.at)})"
    rules, agent = parse_robots(kept.status, kept.body), user_agent(__version__, settings.contact)
    if not rules.reachable:
        return f"robots.txt can't be had (status {kept.status or 'none'}), so nothing is asked until it can {when}"
    if not rules.allows(url, agent):
        return f"robots.txt forbids this address {when}; `robots: false` at the feed overrides"
    delay = rules.crawl_delay(agent)
    return f"robots.txt allows it {when}" + (f", with a Crawl-delay of {delay:g} s" if delay else "")


def _minute(seconds: int | None) -> str:
    return (iso(seconds) or "")[:16].replace("T", " ") + " UTC"


def _records(log: Sequence[Poll]) -> list[PollRecord]:
    before: list[Poll | None] = [*log[1:], None][: len(log)]
    return [
        PollRecord(
            at=iso(poll.at),
            after=None if earlier is None else poll.at - earlier.at,
            outcome=poll.outcome,
            status=poll.status,
            listed=poll.listed if poll.outcome == "changed" else None,
            new=poll.new if poll.outcome == "changed" else None,
            bytes=poll.bytes,
            reason=poll.reason,
        )
        for poll, earlier in zip(log, before, strict=True)
    ]
