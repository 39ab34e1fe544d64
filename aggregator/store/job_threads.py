"""Runs the event loop's SQL in threads, many jobs to a transaction: the one writer, and a reader that never waits.

A job is a function of its transaction. Its result comes when the transaction has ended: what a job wrote is committed
then, and a job that is handed to the reader afterwards sees it.
"""

import asyncio
import contextlib
import queue
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection

from aggregator.errors import Deadlock, StoreError
from aggregator.store.engine import Store
from aggregator.store.unit_of_work import UnitOfWork

T = TypeVar("T")
C = TypeVar("C", bound=Connection)
_MAX_JOBS = 200  # in a transaction
_ENOUGH_JOBS = 16  # for which the writer does not wait
_MAX_WAIT = 0.1  # seconds
_TRIES = 3  # of a transaction that a deadlock undoes, before the last
_Job = tuple[Callable[[C], Any], "asyncio.Future[Any]"]
_Outcome = tuple["asyncio.Future[Any]", Any, BaseException | None]


class JobThread(Generic[C]):
    """One thread that runs jobs in transactions that `begin` gives.

    A job may run twice (when another job of its transaction fails), so it must do nothing but SQL.
    """

    def __init__(self, begin: Callable[[], AbstractContextManager[C]], name: str) -> None:
        self._begin = begin
        self._wait = 0.0
        self._jobs: queue.SimpleQueue[_Job[C] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def do(self, job: Callable[[C], T]) -> T:
        """Runs `job` in a transaction and gives its result once that has ended."""
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put((job, future))
        return await future

    def close(self) -> None:
        """Finishes what was handed in, then ends the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            batch = self._next()
            if batch:
                self._transact([job for job in batch if job is not None])
            if not batch or batch[-1] is None:
                return

    def _next(self) -> list[_Job[C] | None]:
        batch = [self._jobs.get()]
        end = time.monotonic() + self._wait
        while batch[-1] is not None and len(batch) < _MAX_JOBS:
            patience = end - time.monotonic() if len(batch) < _ENOUGH_JOBS else 0.0
            try:
                batch.append(self._jobs.get(timeout=patience) if patience > 0 else self._jobs.get_nowait())
            except queue.Empty:
                break
        return batch

    def _transact(self, batch: list[_Job[C]]) -> None:
        try:
            results = self._results(batch)
        except Exception as error:
            if len(batch) == 1 or isinstance(error, StoreError):  # the database itself: each job would meet it again
                _settle([(future, None, error) for _, future in batch])
            else:
                for job in batch:  # one of them is wrong: each alone, so that the others are stored
                    self._transact([job])
            return
        _settle([(future, result, None) for (_, future), result in zip(batch, results, strict=True)])

    def _results(self, batch: list[_Job[C]]) -> list[Any]:
        for _ in range(_TRIES):
            with contextlib.suppress(Deadlock), self._begin() as conn:
                return [job(conn) for job, _ in batch]
        with self._begin() as conn:
            return [job(conn) for job, _ in batch]


class Writer(JobThread[UnitOfWork]):
    """The one writer: its jobs are stored together, in the order in which they were handed in.

    As long as its last transaction took it waits for more of them: what many articles share, of counts, of the search
    index and of pages of the database, is then written once.
    """

    def __init__(self, store: Store) -> None:
        super().__init__(store.write, "writer")

    def _transact(self, batch: list[_Job[UnitOfWork]]) -> None:
        began = time.monotonic()
        super()._transact(batch)
        self._wait = min(_MAX_WAIT, time.monotonic() - began)


class Reader(JobThread[Connection]):
    """A reader: its jobs see one snapshot, and none of what the writer's open transaction has written."""

    def __init__(self, store: Store) -> None:
        super().__init__(store.read, "reader")


def _settle(outcomes: list[_Outcome]) -> None:
    """Tells those who wait, all of one event loop at once: to wake it for each would cost more than its work."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Outcome]] = {}
    for one in outcomes:
        by_loop.setdefault(one[0].get_loop(), []).append(one)
    for loop, ours in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_tell, ours)


def _tell(outcomes: list[_Outcome]) -> None:
    for future, result, error in outcomes:
        if future.done():  # who waited was cancelled; the job was done all the same
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
