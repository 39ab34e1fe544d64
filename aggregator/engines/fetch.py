"""Runs one fetch: syncs feeds.yaml, visits what is due (or named) until nothing is left, and sums it up."""

import asyncio
import logging
import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aggregator.alerts.deliver import Outcome, deliver
from aggregator.config.models import Settings
from aggregator.errors import AggregatorError, UsageError
from aggregator.model import Json
from aggregator.pool import Pool
from aggregator.store import engine, locks, partitions
from aggregator.store.engine import Store
from aggregator.store.work import leases
from aggregator.store.work.leases import Scope
from aggregator.subscriptions.sync import load, synced_settings
from aggregator.times import iso
from aggregator.visit import Blocked, Context, PageDone, PagesFound, Polled, Progress, StateChanged, opened, run_due
from aggregator.visit.scope import make_due

if TYPE_CHECKING:
    from aggregator.net.client import Net

MAX_WAIT_SECONDS = 60
ALERT_SECONDS = 30  # for what alerts tell, at the end
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class FetchRequest:
    """Says what to fetch: `targets` are feeds (URL or title) and pages; none: what is due, with `force` all feeds."""

    config_path: Path | None
    database: str
    targets: tuple[str, ...] = ()
    force: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Tells that another fetch is running, for which this one waits."""

    seconds: int


@dataclass(frozen=True, slots=True)
class Due:
    """Tells how many feeds are due."""

    feeds: int


@dataclass(slots=True)
class Summary:
    """Counts what a fetch did. `failures`: (URL, reason) of feeds and of pages; `offline`: why the network is held to
    be down; `next_poll_at`: when the next feed is due (seconds UTC), where nothing was; `alerts`: what they told."""

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
    offline: str | None = None
    next_poll_at: int | None = None
    feed_failures: list[tuple[str, str]] = field(default_factory=list)
    page_failures: list[tuple[str, str]] = field(default_factory=list)
    state_changes: list[StateChanged] = field(default_factory=list)
    alerts: Outcome = field(default_factory=Outcome)
    manual_urls: frozenset[str] = frozenset()

    @property
    def exit_code(self) -> int:
        """Returns 1 when the network is down, every feed failed, or a page that is no subscription did; else 0."""
        feeds = self.feeds_polled > 0 and self.feeds_failed == self.feeds_polled
        pages = any(url in self.manual_urls for url, _ in self.page_failures)
        return int(self.offline is not None or feeds or pages)

    def as_dict(self) -> Json:
        """Returns the object that `fetch --json` prints."""
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
            "alerts": {"delivered": self.alerts.delivered, "failed": len(self.alerts.failures)},
            "sites": {"held": self.sites_held, "quiet": self.sites_quiet},
            "seconds": round(self.seconds, 2),
            "offline": self.offline,
            "next_poll_at": iso(self.next_poll_at),
            "state_changes": [asdict(change) for change in self.state_changes],
            "failures": {
                "feeds": [{"url": url, "reason": reason} for url, reason in self.feed_failures],
                "pages": [{"url": url, "reason": reason} for url, reason in self.page_failures],
                "alerts": [{"alert": name, "reason": reason} for name, reason in self.alerts.failures],
            },
        }

    def add(self, event: "Progress | Waiting | Due") -> None:
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


Report = Callable[[Progress | Waiting | Due], object]


def run(
    request: FetchRequest,
    report: Report = lambda _: None,
    environ: Mapping[str, str] = os.environ,
    clock: Callable[[], float] = time.time,
    net: "Net | None" = None,
    pool: Pool | None = None,
) -> Summary:
    """Does one fetch. Raises AggregatorError when nothing could be done at all.

    `clock`: seconds since 1970, by which everything is due. `net`, `pool`: used instead of ones of its own, left open.
    """
    if request.config_path is None and not request.targets:
        raise UsageError("no feeds.yaml here; make one with `aggregator feeds add URL`, or name one with --config")
    started, summary = time.monotonic(), Summary()
    store = engine.open(request.database)
    try:
        with _alone(store, report):
            now = int(clock())
            if request.config_path is None:
                settings = load(store, None, environ)[0].settings
            else:
                settings = synced_settings(store, request.config_path, environ, now)
            targets = make_due(store, request.targets, now, force=request.force)
            summary.manual_urls = targets.manual_urls
            partitions.make_months(store, now)
            with store.read() as conn:
                report(Due(leases.count_due_feeds(conn, now, targets.scope)))
                due = leases.due_sites(conn, now, targets.scope)
            if due:  # else the network need not even be loaded
                asyncio.run(_visit(store, settings, targets.scope, summary, report, clock, net, pool))
            asyncio.run(_tell(store, settings, summary, clock))
            if not (summary.feeds_polled or summary.offline):
                with store.read() as conn:
                    summary.next_poll_at = leases.next_poll_at(conn)
    finally:
        store.close()
    summary.seconds = time.monotonic() - started
    return summary


@contextmanager
def _alone(store: Store, report: Report) -> Iterator[None]:
    """Holds the lock of fetches, of which one runs at a time; waits for another one up to a minute."""
    started, told = time.monotonic(), False
    while True:
        with locks.hold(store, "fetch") as held:
            if held:
                yield
                return
        if time.monotonic() - started > MAX_WAIT_SECONDS:
            raise AggregatorError(f"another fetch was still running after {MAX_WAIT_SECONDS} s; try again later")
        if not told:
            report(Waiting(MAX_WAIT_SECONDS))
            told = True
        time.sleep(0.25)


async def _visit(
    store: Store,
    settings: Settings,
    scope: Scope,
    summary: Summary,
    report: Report,
    clock: Callable[[], float],
    net: "Net | None",
    pool: Pool | None,
) -> None:
    """Visits what is due, and counts what came of it."""

    def tell(event: Progress) -> None:
        summary.add(event)
        report(event)

    async with opened(store, settings, tell, scope, clock, net, pool) as ctx:
        blocked = await _until_free(ctx)
        summary.offline = ctx.outage.reason(ctx.net.answers)
    summary.sites_held, summary.sites_quiet = blocked.held, blocked.quiet


async def _tell(store: Store, settings: Settings, summary: Summary, clock: Callable[[], float]) -> None:
    """Delivers what alerts have to tell, as far as there is time."""
    try:
        async with asyncio.timeout(ALERT_SECONDS):
            await deliver(store, settings, clock, summary.alerts)
    except TimeoutError:
        _log.warning("alerts took longer than %d s; the next fetch delivers the rest", ALERT_SECONDS)


async def _until_free(ctx: Context) -> Blocked:
    """Visits what is due; waits for sites that a daemon holds, as long as a second fetch waits."""
    end = time.monotonic() + MAX_WAIT_SECONDS
    while True:
        blocked = await run_due(ctx)
        if not blocked.held or time.monotonic() > end:
            return blocked
        await asyncio.sleep(0.5)


__all__ = ["Due", "FetchRequest", "PageDone", "PagesFound", "Polled", "Report", "Summary", "Waiting", "run"]
