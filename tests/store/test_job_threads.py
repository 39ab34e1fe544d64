"""The writer and the reader: results after the transaction, jobs that fail alone, no waiting for each other."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from aggregator.store import meta
from aggregator.store.engine import Store
from aggregator.store.job_threads import JobThread, Reader, Writer

C = TypeVar("C", bound=Connection)


def put(key: str) -> Callable[[Connection], None]:
    return lambda conn: meta.put(conn, key, "x")


def fail(conn: Connection) -> None:
    raise LookupError


async def closing(thread: JobThread[C], *jobs: Callable[[C], object]) -> list[object]:
    try:
        return await asyncio.gather(*map(thread.do, jobs), return_exceptions=True)
    finally:
        thread.close()


def test_a_job_that_fails_fails_alone(store: Store) -> None:
    results = asyncio.run(closing(Writer(store), put("a"), fail, put("b")))
    assert [type(result) for result in results] == [type(None), LookupError, type(None)]
    with store.read() as conn:
        assert (meta.get(conn, "a"), meta.get(conn, "b")) == ("x", "x")


def test_a_read_that_fails_fails_alone(store: Store) -> None:
    results = asyncio.run(closing(Reader(store), lambda conn: meta.get(conn, "a"), fail, lambda conn: 5))
    assert [type(result) for result in results] == [type(None), LookupError, int]


def test_a_reader_does_not_wait_for_the_writer(store: Store) -> None:
    written, read = threading.Event(), threading.Event()

    def job(conn: Connection) -> None:
        meta.put(conn, "a", "x")
        written.set()
        assert read.wait(30)

    async def both() -> tuple[str | None, str | None]:
        writer, reader = Writer(store), Reader(store)
        writing = asyncio.ensure_future(writer.do(job))
        await asyncio.to_thread(written.wait, 30)
        during = await reader.do(lambda conn: meta.get(conn, "a"))
        read.set()
        await writing
        after = await reader.do(lambda conn: meta.get(conn, "a"))
        writer.close()
        reader.close()
        return during, after

    assert asyncio.run(both()) == (None, "x")
