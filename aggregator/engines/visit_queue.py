"""The job queue of a cluster (Procrastinate on PostgreSQL): a visit is a job, and any worker makes the jobs.

What is due is told by the rows of feeds and entries, as everywhere; a job only says that a site's visit waits for a
worker. So a job may be dropped at any time: what it stood for is due still, and the next tick makes another.

    tick (every 5 s, by whichever worker is free) -> due sites -> jobs -> a free worker -> claim, visit, release
                                                  -> sites with pages that arrived -> a free worker reads them
                                                  -> batches of a command -> a free worker works them off
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url

from aggregator.alerts.deliver import Outcome, deliver
from aggregator.archive.prune import prune
from aggregator.engines import batch_work
from aggregator.engines.batch_work import lock_of_pages
from aggregator.engines.part import Part
from aggregator.errors import AggregatorError, StoreError
from aggregator.store.upkeep import maintenance
from aggregator.store.work import arrived_pages, batches, leases
from aggregator.store.work.leases import EVERYTHING
from aggregator.visit import Context, leasing
from aggregator.visit.arrived import read_arrived
from aggregator.visit.site_visit import visit

TICK = "* * * * * */5"  # every five seconds, which is croniter's sixth field
HEARTBEAT_SECONDS = 5
STALLED_SECONDS = 25  # without a heartbeat: the worker is dead, or cut off
MAX_ARRIVED = 20_000  # pages that wait to be read; more are not fetched until some are
MAX_WAITING = 1000  # jobs; more would only make their order older
GRACE_SECONDS = 9  # for visits under way when the worker stops
_VISITS, _EXTRACTS, _UPKEEP = "visits", "extract", "upkeep"  # so that nothing of one waits for the others to end
_CONNECTIONS = 4
_log = logging.getLogger(__name__)
_TRY_TICK = text("SELECT pg_try_advisory_xact_lock(hashtext('aggregator tick'))")
_JOBS = text(
    "SELECT task_name, lock, status FROM procrastinate_jobs WHERE queue_name = :queue AND status IN ('todo', 'doing')"
)


class Offline(AggregatorError):
    """This machine has no network: others do its visits meanwhile."""


class VisitQueue:
    """Works off the queue with one context: the visits, the tick and the upkeep of the database."""

    def __init__(self, ctx: Context, part: Part = Part.ALL) -> None:
        self._ctx, self._part = ctx, part
        self._ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._visiting: dict[asyncio.Task[bool], str] = {}
        self._jobs = 0  # of visits, under way here
        url = make_url(ctx.store.url).set(drivername="postgresql").render_as_string(hide_password=False)
        connector = PsycopgConnector(conninfo=url, min_size=1, max_size=_CONNECTIONS, timeout=10.0)
        self._visits, self._upkeep = App(connector=connector), App(connector=connector)
        self._visits.task(name="visit", queue=_VISITS)(self._visit)
        self._visits.task(name="extract", queue=_EXTRACTS)(self._extract)
        self._visits.task(name="batch", queue=_EXTRACTS)(self._batch)
        for name, cron, what in (
            ("tick", TICK, self._tick),
            ("alerts", TICK, self._deliver),
            ("prune", "23 */6 * * *", self._prune),
            ("optimise", "41 3 * * *", self._optimise),
        ):
            task = self._upkeep.task(name=name, queue=_UPKEEP)(_guarded(name, what))
            self._upkeep.periodic(cron=cron, queueing_lock=name)(task)

    async def run(self, stop: asyncio.Event) -> None:
        """Works until `stop` is set; what is under way ends within GRACE_SECONDS. Raises StoreError, Offline."""
        asyncio.get_running_loop().set_exception_handler(_pass_over)
        try:
            async with self._visits.open_async():
                await self._work(stop)
        except ConnectorException as error:
            raise StoreError(f"the job queue: {_reason(error)}") from error

    def end(self, reason: AggregatorError | None = None) -> None:
        """Has `run` end, with this error if there is one."""
        if not self._ended.done():
            self._ended.set_result(None) if reason is None else self._ended.set_exception(reason)

    async def _work(self, stop: asyncio.Event) -> None:
        workers = [
            asyncio.create_task(self._worker(self._upkeep, _UPKEEP, 4)),
        ]
        if self._part is not Part.EXTRACT:
            visits = self._worker(self._visits, _VISITS, self._ctx.settings.visits)
            workers.append(asyncio.create_task(visits))
        if self._part is not Part.FETCH:
            extracts = self._worker(self._visits, _EXTRACTS, 2 * self._ctx.pool.size)
            workers.append(asyncio.create_task(extracts))
        stopped, keeper = asyncio.create_task(stop.wait()), asyncio.create_task(leasing.keep(self._ctx, self._visiting))
        ends: set[asyncio.Future[Any]] = {*workers, stopped, self._ended}
        try:
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._ctx.stopping.set()
            for worker in workers:
                worker.cancel()  # it takes no more jobs, and waits for those under way
            ended = await asyncio.gather(*workers, return_exceptions=True)
            for task in (stopped, keeper):
                task.cancel()
        if self._ended.done():
            self._ended.result()
        for failed in ended:
            if isinstance(failed, Exception):
                raise failed
        if not stop.is_set() and not self._ended.done():
            raise StoreError("the job queue: the connection was lost")

    async def _worker(self, app: App, queue: str, concurrency: int) -> None:
        await app.run_worker_async(
            queues=[queue],
            concurrency=concurrency,
            fetch_job_polling_interval=2.0,  # for jobs that another one's lock kept back
            abort_job_polling_interval=3600.0,  # none is ever aborted by hand
            shutdown_graceful_timeout=GRACE_SECONDS,
            delete_jobs="always",
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT_SECONDS,
            stalled_worker_timeout=STALLED_SECONDS,
        )

    async def _visit(self, site: str) -> None:
        """Visits a site, if it can be had; the job of the queue."""
        if self._ctx.stopping.is_set():
            return
        if not self._jobs:
            self._ctx.outage.begin(self._ctx.net.answers)
        self._jobs += 1
        try:
            await self._visit_until_known(site)
        except AggregatorError as error:
            self.end(error)
        except Exception as error:  # a defect of ours; other visits go on
            _log.exception("the job of %s ended: %r", site, error)
        finally:
            self._jobs -= 1

    async def _extract(self, site: str) -> None:
        """Reads the pages of a site that others fetched; the job of the queue."""
        with self._reading(f"the pages of {site}"):
            await read_arrived(self._ctx, site)

    async def _batch(self, lock: str) -> None:
        """Works off a batch of a command, and has the next one of its lock worked off; the job of the queue."""
        with self._reading(f"the batches of {lock}"):
            if await batch_work.work_off(self._ctx, lock) and not self._ctx.stopping.is_set():
                await self._defer(_job_of_batch(lock))

    @contextmanager
    def _reading(self, what: str) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            if (refused := leasing.first(error, StoreError)) is not None:
                self.end(refused)
            else:  # a defect of ours; the next tick makes another job
                _log.exception("%s were not read: %r", what, error)

    async def _visit_until_known(self, site: str) -> None:
        """Visits a site; once more where only afterwards it is known whether it was the network that failed."""
        while (row := await self._claim(site)) is not None:
            if await self._visit_once(row) and not self._ctx.net.cooldown(site) and not self._ctx.stopping.is_set():
                await self._defer(_job_of_visit(site))
            if not self._ctx.outage.rests(site, self._ctx.now()):
                return
            await self._outage_known(site)

    async def _claim(self, site: str) -> leases.SiteRow | None:
        """Takes the lease of a site; None where another process has it that is alive, or it is to be left alone."""
        if rows := await leasing.claim(self._ctx, [site]):
            return rows[0]
        known = await self._ctx.read(lambda conn: leases.known_site(conn, site))
        if known is None or known.owner is None:
            return None
        dead = await asyncio.to_thread(leasing.dead_among, self._ctx, {known.owner})
        rows = await leasing.claim(self._ctx, [site], dead) if dead else []
        return rows[0] if rows else None

    async def _visit_once(self, row: leases.SiteRow) -> bool:
        """Makes the visit; tells whether it ended with more to do."""
        task = asyncio.create_task(visit(self._ctx, row), name=row.site)
        self._visiting[task] = row.site
        try:
            await asyncio.wait({task})
        finally:
            task.cancel()  # the worker stops, and waits no longer
            await asyncio.wait({task})
            del self._visiting[task]
            await leasing.end(self._ctx, row.site, task)
        return not task.cancelled() and task.exception() is None and task.result()

    async def _outage_known(self, site: str) -> None:
        """Waits until it is known whether a site failed or the network did. Raises Offline."""
        ctx = self._ctx
        while ctx.outage.rests(site, ctx.now()) and not ctx.stopping.is_set():
            if ctx.net.answers != ctx.outage.answers or not self._visiting:
                if not ctx.outage.tries_again(ctx.net.answers):
                    raise Offline(ctx.outage.reason(ctx.net.answers) or f"offline: {site} could not be reached")
                return
            await asyncio.sleep(0.1)

    async def _defer(self, job: Job) -> None:
        """Has a job done once more, after the others that wait."""
        try:
            await self._visits.job_manager.defer_job_async(job)
        except AlreadyEnqueued:
            pass

    async def _tick(self) -> None:
        """Drops the jobs of dead workers, then makes jobs of the sites that are due."""
        lost = await self._drop_stalled()
        await asyncio.to_thread(self._defer_due, lost)

    async def _drop_stalled(self) -> list[str]:
        """Drops the jobs of workers that gave no sign of life for a while; returns the sites of their visits."""
        manager, lost = self._upkeep.job_manager, []
        for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
            _log.warning("the worker that had %s is gone; another one takes it", job.lock or job.task_name)
            try:
                await manager.finish_job(job, Status.FAILED, delete_job=True)
            except ConnectorException as error:  # another tick was first
                _log.debug("job %s: %s", job.id, _reason(error))
            lost += [job.lock] if job.lock else []
        await manager.prune_stalled_workers(STALLED_SECONDS)
        return lost

    def _defer_due(self, lost: list[str]) -> None:
        store, now = self._ctx.store, self._ctx.now()
        with store.read() as conn:
            owners = leases.owners(conn)
        dead = leasing.dead_among(self._ctx, owners)
        with store.write() as unit:
            if not unit.execute(_TRY_TICK).scalar():
                return  # another worker's tick is at it
            leases.lapse(unit, lost)
            at_hand = _locks(unit, "extract")
            unread = [site for site in arrived_pages.sites(unit) if lock_of_pages(site) not in at_hand]
            _enqueue(unit, [_job_of_pages(site) for site in unread[:MAX_WAITING]])
            enqueue_batches(unit)
            if (waiting := arrived_pages.count(unit)) > MAX_ARRIVED:
                _log.warning(
                    "%d pages wait to be read: no site is visited; start more workers with --only extract", waiting
                )
                return
            jobs = {row.lock: row.status for row in unit.execute(_JOBS, {"queue": _VISITS})}
            free = MAX_WAITING - sum(status == "todo" for status in jobs.values())
            due = [
                row.site
                for row in leases.due_sites(unit, now, EVERYTHING)
                if row.site not in jobs
                and (row.quiet_until or 0) <= now
                and leasing.is_free(row, now, dead, self._ctx.owner)
            ]
            _enqueue(unit, [_job_of_visit(site) for site in due[:free]])

    async def _deliver(self) -> None:
        outcome = Outcome()
        await deliver(self._ctx.store, self._ctx.settings, self._ctx.clock, outcome)
        for name, reason in outcome.failures:
            _log.warning("alert %s: %s", name, reason)

    async def _prune(self) -> None:
        await asyncio.to_thread(prune, self._ctx.store, self._ctx.now())

    async def _optimise(self) -> None:
        await asyncio.to_thread(maintenance.optimise, self._ctx.store)


def _job_of_visit(site: str) -> Job:
    return Job(queue=_VISITS, lock=site, queueing_lock=site, task_name="visit", task_kwargs={"site": site})


def _job_of_pages(site: str) -> Job:
    lock = lock_of_pages(site)
    return Job(queue=_EXTRACTS, lock=lock, queueing_lock=lock, task_name="extract", task_kwargs={"site": site})


def _job_of_batch(lock: str) -> Job:
    """Returns a job that lets pages that were just fetched go before it, those of the same lock too."""
    one = f"batches, {lock}"
    kwargs: dict[str, Any] = {"lock": lock}
    return Job(queue=_EXTRACTS, lock=lock, queueing_lock=one, task_name="batch", task_kwargs=kwargs, priority=-1)


def enqueue_batches(conn: Connection) -> None:
    """Makes jobs of the batches that commands left, where there are none."""
    at_hand = _locks(conn, "batch")
    locks = batches.locks(conn, at_hand, max(0, MAX_WAITING - len(at_hand)))
    _enqueue(conn, [_job_of_batch(lock) for lock in locks])


def _locks(conn: Connection, task: str) -> set[str]:
    """Returns the locks of the jobs of a task that reads."""
    return {row.lock for row in conn.execute(_JOBS, {"queue": _EXTRACTS}) if row.task_name == task}


def _enqueue(conn: Connection, jobs: list[Job]) -> None:
    """Makes jobs in the transaction of `conn`."""
    if not jobs:
        return
    try:
        with conn.begin_nested():
            JobManager(SyncPsycopgConnector()).batch_defer_jobs(jobs, connection=conn.connection.driver_connection)
    except AlreadyEnqueued:  # a visit that ended just now has made one of them: the next tick makes the others
        pass


def _guarded(name: str, what: Callable[[], Coroutine[Any, Any, None]]) -> Callable[[int], Coroutine[Any, Any, None]]:
    """Returns a periodic task that logs what goes wrong: it comes again by itself."""

    async def run(timestamp: int) -> None:
        try:
            await what()
        except (AggregatorError, ConnectorException) as error:
            _log.error("%s: %s; tried again at its next time", name, _reason(error))
        except Exception as error:  # a defect of ours; the next one may do better
            _log.exception("%s ended: %r", name, error)

    return run


def _pass_over(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """Logs what the loop has to tell, but not that a job could not be ended that another worker has taken meanwhile."""
    if isinstance(context.get("exception"), ConnectorException):
        _log.debug("a job was not ended: %s", _reason(context["exception"]))
    else:
        loop.default_exception_handler(context)


def quieten() -> None:
    """Keeps the queue's packages from logging what is said here in one line; -vv shows it all."""
    if logging.getLogger().getEffectiveLevel() > logging.DEBUG:
        for name in ("procrastinate", "psycopg.pool"):
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _reason(error: BaseException) -> str:
    """Returns an error's own first line, or that of what caused it."""
    return (str(error.__cause__ or error).strip().splitlines() or [type(error).__name__])[0]
