"""Has the workers of a cluster do what a command asks for; the command is one of them until all is done.

So it needs none that runs already, and what it leaves when it is ended they do without it. Called again, it goes on.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from aggregator.archive import reextract
from aggregator.archive.reextract import Change, Totals
from aggregator.archive.search import Search, refuse_unknown_feed, refuse_unknown_site
from aggregator.config.models import Settings
from aggregator.engines.batch_work import INDEX, REEXTRACT, STORIES, lock_of_pages
from aggregator.engines.part import Part
from aggregator.engines.visit_queue import VisitQueue, enqueue_batches, quieten
from aggregator.errors import AggregatorError, StoreError
from aggregator.model import Tell
from aggregator.store import locks
from aggregator.store.content import raw_pages
from aggregator.store.engine import Store
from aggregator.store.grouping import rebuild_stories
from aggregator.store.searching import rebuild_index
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.store.work import batches, job_queue
from aggregator.store.work.batches import NewBatch
from aggregator.store.work.database_clock import DatabaseClock
from aggregator.subscriptions.sync import shared_settings, synced_settings
from aggregator.visit import Context, opened

_LOOK_SECONDS = 0.5  # between two looks at how far the work has come


@dataclass(frozen=True, slots=True)
class Run:
    """A command's run. Its feeds.yaml is synced; `progress` is told how far the work has come, and `say` in words what
    became of a run that was ended early."""

    store: Store
    config_path: Path | None
    progress: Tell
    say: Callable[[str], None]
    environ: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def read_again(self, asked: Search, typed: str, report: Callable[[Change], None], totals: Totals) -> bool:
        """Has the raw pages read again that are asked for; tells whether all were, or a signal ended it before.
        `typed`: what is asked for as it was written, by which a run that was ended early is known again. Raises
        UsageError (unknown feed or site), StoreError.
        """
        with self._alone(REEXTRACT):
            settings = self._settings()
            with self.store.read() as conn:
                refuse_unknown_feed(conn, asked.feed)
                refuse_unknown_site(conn, asked.site)
                totals.pages, totals.without_raw_page = raw_pages.counts(conn, asked.filters)

            def pages(unit: UnitOfWork) -> Iterator[NewBatch]:
                for site, ids in reextract.by_site(unit, asked.filters):
                    yield NewBatch(lock_of_pages(site), ids, len(ids))

            self._begin(REEXTRACT, typed, pages)
            done = self._work(settings, [REEXTRACT], "pages read")
            with self.store.read() as conn:
                reached = batches.progress(conn, [REEXTRACT])
                for told in batches.reports(conn, REEXTRACT):
                    change = Change(**told | {"fields": tuple(told["fields"])})
                    totals.add(change)
                    report(change)
            totals.pages, totals.unchanged = reached.articles, reached.done - totals.done
            if done:
                self._end([REEXTRACT])
            return done

    def rebuild(self) -> tuple[int, int]:
        """Has the search index made anew, and what copies and stories are found by; returns how many articles each was
        made of. Raises KeyboardInterrupt where a signal ended it before, StoreError."""

        def index(unit: UnitOfWork) -> Iterator[NewBatch]:
            for first, last, many in rebuild_index.ranges(unit):
                yield NewBatch(f"{INDEX} from {first}", (first, last), many)

        def stories(unit: UnitOfWork) -> Iterator[NewBatch]:
            rebuild_stories.begin(unit)
            yield NewBatch(STORIES, (1,), rebuild_stories.count(unit))

        with self._alone("rebuild"):
            self._begin(INDEX, "", index)
            self._begin(STORIES, "", stories)
            if not self._work(self._settings(), [INDEX, STORIES], "articles read"):
                raise KeyboardInterrupt
            with self.store.read() as conn:
                indexed, read = (batches.progress(conn, [kind]).done for kind in (INDEX, STORIES))
            self._end([INDEX, STORIES])
            return indexed, read

    def _settings(self) -> Settings:
        if self.config_path is None:
            return shared_settings(self.store, self.environ)
        return synced_settings(self.store, self.config_path, self.environ, int(DatabaseClock(self.store)()))

    @contextmanager
    def _alone(self, what: str) -> Iterator[None]:
        with self.store.read() as conn:
            job_queue.refuse_other(conn, self.store.shown)
        with locks.hold(self.store, what) as taken:
            if not taken:
                raise StoreError(f"{self.store.shown}: another process does this already; wait for it to end")
            yield

    def _begin(self, kind: str, asked: str, made: Callable[[UnitOfWork], Iterable[NewBatch]]) -> None:
        """Stores the batches, and jobs of the first of them; goes on with those of the same command that are there."""
        with self.store.write() as unit:
            before = batches.asked(unit, kind)
            if before == asked:
                reached = batches.progress(unit, [kind])
                done = f"{reached.done} of {reached.articles} articles done"
                self.say(f"{kind}: goes on with what was begun before, {done}")
            else:
                if before is not None:
                    self.say(f"{kind}: what was begun with other options is not gone on with; what it did stays done")
                batches.end(unit, [kind])
                batches.add(unit, kind, asked, made(unit))
            enqueue_batches(unit)

    def _work(self, settings: Settings, kinds: Sequence[str], what: str) -> bool:
        """Works until nothing is left of these kinds, or a signal comes; tells whether nothing is left."""
        quieten()
        asyncio.run(self._until_done(settings, kinds, what))
        with self.store.read() as conn:
            return not batches.progress(conn, kinds).undone

    async def _until_done(self, settings: Settings, kinds: Sequence[str], what: str) -> None:
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop.set)
        async with opened(self.store, settings, lambda _: None, clock=DatabaseClock(self.store)) as ctx:
            queue = VisitQueue(ctx, Part.EXTRACT)
            watch = asyncio.create_task(self._watch(ctx, queue, kinds, what))
            try:
                await queue.run(stop)
            finally:
                watch.cancel()

    async def _watch(self, ctx: Context, queue: VisitQueue, kinds: Sequence[str], what: str) -> None:
        """Ends the queue's work when nothing is left of these kinds; tells how far that is."""
        try:
            while (reached := await ctx.read(lambda conn: batches.progress(conn, kinds))).undone:
                self.progress(what, reached.done, reached.articles)
                await asyncio.sleep(_LOOK_SECONDS)
            queue.end()
        except StoreError as error:
            queue.end(error)

    def _end(self, kinds: Sequence[str]) -> None:
        """Forgets the batches. Raises AggregatorError where some were given up."""
        with self.store.write() as unit:
            errors = batches.errors(unit, kinds)
            batches.end(unit, kinds)
        if errors:
            raise AggregatorError(f"{len(errors)} parts were left out; {errors[0]}; this is a bug")
