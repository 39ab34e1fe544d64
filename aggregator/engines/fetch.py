"""One fetch: sync feeds.yaml, visit what is due (or what was named) until nothing is left, and sum it up."""

import asyncio
import os
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from aggregator.config.models import Settings
from aggregator.errors import AggregatorError, UsageError
from aggregator.model import Entry
from aggregator.pool import Pool
from aggregator.store import articles, engine, entries, feeds, locks
from aggregator.store.engine import Store
from aggregator.store.leases import EVERYTHING, Scope
from aggregator.subscriptions.sync import load, settled
from aggregator.urls import is_http, normalise, site_of
from aggregator.visit import Blocked, Context, PageDone, PagesFound, Polled, Progress, StateChanged, opened, run_due

PATIENCE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Job:
    """What to fetch: `targets` are feeds (URL or title) and pages; none means what is due, `everything` all feeds."""

    config_path: Path | None
    database: str
    targets: tuple[str, ...] = ()
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Another fetch is running; this one waits for it."""

    seconds: int


@dataclass(slots=True)
class Summary:
    """What a fetch did. `failures`: (URL, reason) of feeds and of pages."""

    feeds_polled: int = 0
    feeds_changed: int = 0
    feeds_unchanged: int = 0
    feeds_failed: int = 0
    entries_new: int = 0
    articles_new: int = 0
    articles_updated: int = 0
    articles_unchanged: int = 0
    articles_failed: int = 0
    articles_gone: int = 0
    duplicates: int = 0
    sites_held: int = 0
    sites_quiet: int = 0
    seconds: float = 0.0
    feed_failures: list[tuple[str, str]] = field(default_factory=list)
    page_failures: list[tuple[str, str]] = field(default_factory=list)
    state_changes: list[StateChanged] = field(default_factory=list)
    pages_given: frozenset[str] = frozenset()

    @property
    def exit_code(self) -> int:
        """1 when every feed failed, or a page given by hand did; else 0."""
        feeds = self.feeds_polled > 0 and self.feeds_failed == self.feeds_polled
        pages = any(url in self.pages_given for url, _ in self.page_failures)
        return int(feeds or pages)

    def as_dict(self) -> dict[str, Any]:
        """The object that `fetch --json` prints."""
        return {
            "feeds": {
                "polled": self.feeds_polled,
                "changed": self.feeds_changed,
                "unchanged": self.feeds_unchanged,
                "failed": self.feeds_failed,
            },
            "entries": {"new": self.entries_new},
            "articles": {
                "new": self.articles_new,
                "updated": self.articles_updated,
                "unchanged": self.articles_unchanged,
                "failed": self.articles_failed,
                "gone": self.articles_gone,
            },
            "duplicates": self.duplicates,
            "sites": {"held": self.sites_held, "quiet": self.sites_quiet},
            "seconds": round(self.seconds, 2),
            "state_changes": [asdict(change) for change in self.state_changes],
            "failures": {
                "feeds": [{"url": url, "reason": reason} for url, reason in self.feed_failures],
                "pages": [{"url": url, "reason": reason} for url, reason in self.page_failures],
            },
        }

    def add(self, event: Progress) -> None:
        """Counts what happened."""
        if isinstance(event, Polled):
            self._add_poll(event)
        elif isinstance(event, PageDone):
            self._add_page(event)
        elif isinstance(event, StateChanged):
            self.state_changes.append(event)

    def _add_poll(self, event: Polled) -> None:
        self.feeds_polled += 1
        self.entries_new += event.new
        self.feeds_changed += event.outcome == "changed"
        self.feeds_unchanged += event.outcome == "unchanged"
        if event.outcome == "failed":
            self.feeds_failed += 1
            self.feed_failures.append((event.feed, event.reason or ""))

    def _add_page(self, event: PageDone) -> None:
        self.duplicates += event.copy
        self.articles_new += event.outcome == "new"
        self.articles_updated += event.outcome == "updated"
        self.articles_unchanged += event.outcome == "unchanged"
        self.articles_gone += event.outcome == "gone"
        if event.outcome == "failed":
            self.articles_failed += 1
            self.page_failures.append((event.url, event.reason or ""))


Report = Callable[[Progress | Waiting], None]


def run(
    job: Job,
    report: Report = lambda _: None,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], float] = time.time,
    pool: Pool | None = None,
) -> Summary:
    """Does the job. Raises AggregatorError when nothing could be done at all.

    `clock`: seconds since 1970, by which everything is due. `pool`: used instead of one of its own, and left open.
    """
    if job.config_path is None and not job.targets:
        raise UsageError("no feeds.yaml here; make one with `aggregator feeds add URL`, or name one with --config")
    started, summary = time.monotonic(), Summary()
    store = engine.open(job.database)
    try:
        with _alone(store, report):
            now = int(clock())
            if job.config_path is None:
                settings = load(store, None, environ)[0].settings
            else:
                settings = settled(store, job.config_path, environ, now)
            scope = _scope(store, job, now, summary)
            asyncio.run(_run(store, settings, scope, summary, report, clock, pool))
    finally:
        store.close()
    summary.seconds = time.monotonic() - started
    return summary


class _alone:
    """Holds the lock of the one fetch at a time; waits for another one up to a minute."""

    def __init__(self, store: Store, report: Report) -> None:
        self._store = store
        self._report = report

    def __enter__(self) -> None:
        started, told = time.monotonic(), False
        while True:
            self._lock = locks.hold(self._store, "fetch")
            if self._lock.__enter__():
                return
            self._lock.__exit__(None, None, None)
            if time.monotonic() - started > PATIENCE_SECONDS:
                raise AggregatorError(f"another fetch was still running after {PATIENCE_SECONDS} s; try again later")
            if not told:
                self._report(Waiting(PATIENCE_SECONDS))
                told = True
            time.sleep(0.25)

    def __exit__(self, *error: object) -> None:
        self._lock.__exit__(None, None, None)


async def _run(
    store: Store,
    settings: Settings,
    scope: Scope,
    summary: Summary,
    report: Report,
    clock: Callable[[], float],
    pool: Pool | None,
) -> None:
    def tell(event: Progress) -> None:
        summary.add(event)
        report(event)

    async with opened(store, settings, tell, scope, clock, pool=pool) as ctx:
        blocked = await _until_free(ctx)
    summary.sites_held, summary.sites_quiet = blocked.held, blocked.quiet


async def _until_free(ctx: Context) -> Blocked:
    """Sites that a daemon holds are waited for, as long as a second fetch waits."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        blocked = await run_due(ctx)
        if not blocked.held or time.monotonic() > end:
            return blocked
        await asyncio.sleep(0.5)


def _scope(store: Store, job: Job, now: int, summary: Summary) -> Scope:
    with store.write() as conn:
        if not job.targets:
            if job.everything:
                feeds.make_due(conn, None, now)
            return EVERYTHING
        known = feeds.active(conn)
        by_name: dict[str, int] = {}
        for row in reversed(known):
            by_name |= {row.url: int(row.id)} | ({row.title: int(row.id)} if row.title else {})
        named = {by_name[target] for target in job.targets if target in by_name}
        by_hand = [target for target in job.targets if target not in by_name]
        for target in by_hand:
            if not is_http(target):
                raise UsageError(f"{target}: neither a subscription (see `aggregator feeds list`) nor an http(s) URL")
        feeds.make_due(conn, named, now)
        summary.pages_given = frozenset(by_hand)
        return Scope(frozenset(named), frozenset(_by_hand(conn, by_hand, now)))


def _by_hand(conn: Connection, urls: Collection[str], now: int) -> list[int]:
    """Entries of pages given by hand, to be fetched now even if they were fetched before."""
    if not urls:
        return []
    holder = feeds.hand(conn, now)
    known = entries.known(conn, holder, urls)
    again = [int(row.id) for row in known.values()]
    entries.wait(conn, again, now)
    # A page that is stored already keeps what feeds said of it: its title, date and tags where the page has none.
    stored = articles.at_urls(conn, {normalise(url) for url in urls})
    told = entries.told(conn, stored.values())
    new = [url for url in dict.fromkeys(urls) if url not in known]
    nothing = dict.fromkeys(entries.TOLD)
    rows = [
        _row(holder, Entry(key=url, url=url), now) | told.get(stored.get(normalise(url), 0), nothing) for url in new
    ]
    return again + entries.add(conn, rows)


def _row(holder: int, entry: Entry, now: int) -> dict[str, Any]:
    seen = {"first_seen_at": now, "last_seen_at": now, "next_try_at": now}
    return {
        "feed_id": holder,
        "key": entry.key,
        "url": entry.url,
        "state": "waiting",
        "site": site_of(entry.key),
        **seen,
    }


__all__ = ["Job", "PageDone", "PagesFound", "Polled", "Report", "Summary", "Waiting", "run"]
