"""The one writer: a thread that runs what others hand in, many jobs to a transaction."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from aggregator.errors import StoreError
from aggregator.store.engine import Store
from aggregator.store.unit_of_work import UnitOfWork

T = TypeVar("T")
_BATCH = 200
_Job = tuple[Callable[[UnitOfWork], Any], "asyncio.Future[Any]"]
_Settled = tuple["asyncio.Future[Any]", Any, BaseException | None]


class Writer:
    """Hands jobs (functions of a unit of work) to the writing thread; a job's result comes after its commit.

    A job may run twice (when another job of its transaction fails), so it must do nothing but SQL.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    async def do(self, job: Callable[[UnitOfWork], T]) -> T:
        """Runs `job` in a transaction and gives its result once that is committed."""
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
                self._commit([job for job in batch if job is not None])
            if not batch or batch[-1] is None:
                return

    def _next(self) -> list[_Job | None]:
        batch = [self._jobs.get()]
        while batch[-1] is not None and len(batch) < _BATCH:
            try:
                batch.append(self._jobs.get_nowait())
            except queue.Empty:
                break
        return batch

    def _commit(self, batch: list[_Job]) -> None:
        try:
            with self._store.write() as unit:
                results = [job(unit) for job, _ in batch]
        except Exception as error:
            if len(batch) == 1 or isinstance(error, StoreError):  # the database itself: each job would meet it again
                _settle([(future, None, error) for _, future in batch])
            else:
                for job in batch:  # one of them is wrong: each alone, so that the others are stored
                    self._commit([job])
            return
        _settle([(future, result, None) for (_, future), result in zip(batch, results, strict=True)])


def _settle(settled: list[_Settled]) -> None:
    """Tells those who wait, all of one event loop at once: to wake it for each would cost more than what it then does."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Settled]] = {}
    for one in settled:
        by_loop.setdefault(one[0].get_loop(), []).append(one)
    for loop, ours in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_tell, ours)


def _tell(settled: list[_Settled]) -> None:
    for future, result, error in settled:
        if future.done():  # who waited was cancelled; the job was done all the same
            continue
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)
