"""Processes for what is heavy: core functions run here, never on the event loop.

Workers start when first needed, by "spawn" and never by fork, and end with their parent, also when it is killed.
"""

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import ParamSpec, TypeVar

from aggregator.errors import ExtractionError

P = ParamSpec("P")
T = TypeVar("T")
LIMIT_SECONDS = 60.0


class Pool:
    """`await pool.run(function, …)` in one of `workers` processes (default: one a core)."""

    def __init__(self, workers: int | None = None) -> None:
        self._workers = workers or os.cpu_count() or 1
        # No more in flight than can be worked on soon, so that a job's time limit is its own.
        self._turns = asyncio.Semaphore(self._workers * 2)
        self._executor: ProcessPoolExecutor | None = None

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """The result of `function(*args)`. Raises ExtractionError when it takes too long or kills its process."""
        async with self._turns:
            for _ in range(3):
                executor = self._started()
                try:
                    future = asyncio.wrap_future(executor.submit(function, *args, **kwargs))
                    return await asyncio.wait_for(future, LIMIT_SECONDS)
                except TimeoutError:
                    self._abandon(executor)
                    raise ExtractionError(f"took longer than {LIMIT_SECONDS:.0f} s to read; given up") from None
                except BrokenProcessPool:  # a neighbour's job may have done it, so this one gets another chance
                    self._abandon(executor)
        raise ExtractionError("the reading process died, perhaps for want of memory; given up")

    def close(self) -> None:
        """Ends the processes."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None

    def _started(self) -> ProcessPoolExecutor:
        if self._executor is None:
            context = multiprocessing.get_context("spawn")
            self._executor = ProcessPoolExecutor(self._workers, mp_context=context, initializer=_prepare_worker)
        return self._executor

    def _abandon(self, executor: ProcessPoolExecutor) -> None:
        if self._executor is executor:
            self._executor = None
        for process in list((executor._processes or {}).values()):
            process.kill()
        executor.shutdown(wait=False, cancel_futures=True)


def _prepare_worker() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what ends
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
