"""Runs heavy pure functions in processes, never on the event loop.

Each worker is a process that one thread talks to over a pipe of its own, so that a job that hangs or dies costs its own
worker alone: that one is killed and replaced, and the jobs of the others go on. Workers start when first needed, by
"spawn" and never by fork, and end with their parent, also when it is killed. `docs/decisions/process-pool.md` says why
no library does this.
"""

import asyncio
import multiprocessing
import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection, wait
from typing import Any, ParamSpec, TypeVar

from aggregator.errors import ExtractionError

P = ParamSpec("P")
T = TypeVar("T")
MAX_JOB_SECONDS = 60.0
MAX_START_SECONDS = 60.0
_NICENESS = 3  # half as much of a busy processor as others get: who asks comes first, and limits by the clock hold
MAX_TRIES = 2  # a worker may die through no fault of its job, where the system wants memory


class Pool:
    """`await pool.run(function, …)` in one of `workers` processes (default: one a core)."""

    def __init__(self, workers: int | None = None) -> None:
        self.size = workers or os.cpu_count() or 1
        self._threads = ThreadPoolExecutor(self.size, thread_name_prefix="pool")
        self._own = threading.local()  # each thread's worker
        self._workers: set[_Worker] = set()
        self._starting = threading.Lock()  # no worker starts once the pool is closed
        self._closed = False

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Returns what `function(*args)` returns. Raises what it raises, and ExtractionError when it takes longer than
        MAX_JOB_SECONDS or its process dies."""
        return await self._run(MAX_JOB_SECONDS, function, args, kwargs)

    async def run_within(self, seconds: float, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Does the same with a time limit of the job's own, which counts from when a worker has it."""
        return await self._run(seconds, function, args, kwargs)

    def submit(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Does the same for a caller without an event loop."""
        return self._submit(MAX_JOB_SECONDS, function, args, kwargs)

    def close(self) -> None:
        """Ends the processes, at once where they are still at work, and gives up the jobs that wait."""
        with self._starting:
            self._closed = True
        for worker in list(self._workers):
            worker.end()
        self._threads.shutdown(wait=True, cancel_futures=True)

    async def _run(self, seconds: float, function: Callable[..., T], args: Any, kwargs: Any) -> T:
        return await asyncio.wrap_future(self._submit(seconds, function, args, kwargs))

    def _submit(self, seconds: float, function: Callable[..., T], args: Any, kwargs: Any) -> Future[T]:
        job = pickle.dumps((function, args, kwargs), pickle.HIGHEST_PROTOCOL)
        return self._threads.submit(self._do, job, seconds)

    def _do(self, job: bytes, seconds: float) -> Any:
        """Does one job in this thread's worker; returns its result or raises its exception."""
        for _ in range(MAX_TRIES):
            if (worker := self._worker()) is None:
                break
            try:
                succeeded, value = pickle.loads(worker.do(job, seconds))
            except TimeoutError:
                self._discard(worker)
                raise ExtractionError(f"took longer than {seconds:g} s to read; given up") from None
            except (EOFError, OSError):
                self._discard(worker)
                continue
            if not succeeded:
                raise value
            return value
        raise ExtractionError("the reading process died, perhaps for want of memory; given up")

    def _worker(self) -> "_Worker | None":
        """Returns this thread's worker, started if there is none; None if there is none and the pool is closed."""
        worker: _Worker | None = getattr(self._own, "worker", None)
        with self._starting:
            if worker is None and not self._closed:
                worker = self._own.worker = _Worker()
                self._workers.add(worker)
        return worker

    def _discard(self, worker: "_Worker") -> None:
        self._own.worker = None
        self._workers.discard(worker)
        worker.end()


class _Worker:
    """A process and the parent's end of its pipe. One thread alone calls `do`, any may call `end`."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs,), daemon=True)
        self._process.start()
        theirs.close()
        self._ready = self._busy = self._ended = False
        self._ending = threading.Lock()  # closing the pool and the thread whose job that kills may both end it

    def do(self, job: bytes, seconds: float) -> bytes:
        """Returns the answer to a job. Raises TimeoutError, or EOFError or OSError where the process died."""
        self._busy = True
        if not self._ready:
            self._answer(MAX_START_SECONDS)
            self._ready = True
        self._pipe.send_bytes(job)
        answer = self._answer(seconds)
        self._busy = False
        return answer

    def _answer(self, seconds: float) -> bytes:
        if not self._pipe.poll(seconds):
            raise TimeoutError
        return self._pipe.recv_bytes()

    def end(self) -> None:
        """Ends the process, once: one at work is killed, one at rest goes when its pipe is closed."""
        with self._ending:
            if self._ended:
                return
            self._ended = True
            if self._busy:
                self._process.kill()
            else:
                self._pipe.close()
            self._process.join(5)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._pipe.close()


def _serve(pipe: Connection) -> None:
    """Says that it is ready, then answers one job after another until its pipe is closed: a worker's main function."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the parent decides what ends
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(_NICENESS)
    try:
        pipe.send_bytes(b"ready")
        while True:
            pipe.send_bytes(_answer(pipe.recv_bytes()))
    except (EOFError, OSError):
        return


def _answer(job: bytes) -> bytes:
    try:
        function, args, kwargs = pickle.loads(job)
        return pickle.dumps((True, function(*args, **kwargs)), pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        error.add_note(traceback.format_exc())  # the parent's own traceback ends at the pipe
        try:
            packed = pickle.dumps((False, error))
            pickle.loads(packed)  # some exceptions go in and do not come out again
            return packed
        except Exception:
            return pickle.dumps((False, RuntimeError(traceback.format_exc())))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
