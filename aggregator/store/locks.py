"""Takes locks that the operating system frees when their holder dies, however it dies.

On SQLite flock on a file beside the database, on PostgreSQL a session advisory lock. No child inherits either.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, text

from aggregator.errors import StoreError
from aggregator.store.engine import Store
from aggregator.text import hash64

_OTHERS = text(
    "SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database"
    " WHERE l.locktype = 'advisory' AND d.datname = current_database() AND l.pid <> pg_backend_pid())"
)
_OF_SERVER = text("SELECT pg_backend_pid()")
_POOLER = (
    "a connection pooler is in between (such as PgBouncer), behind which locks are lost; name PostgreSQL itself"
    " for what polls and fetches, the pooler serves those who read"
)


@contextmanager
def hold(store: Store, name: str) -> Iterator[bool]:
    """Tries to take the lock `name` and holds it for the block; gives False where another process has it."""
    with ExitStack() as stack:
        yield stack.enter_context(_on_file(_file(store, name)) if store.path else _on_session(store, name))


def is_dead(store: Store, name: str) -> bool:
    """Tells whether nobody holds the lock `name`: its owner is gone."""
    if store.path and not _file(store, name).exists():
        return True
    with hold(store, name) as taken:
        return taken


def in_use(store: Store) -> bool:
    """Tells whether a daemon, a worker or a fetch runs: whether another process holds any lock."""
    if store.path:
        folder = store.path.with_name(store.path.name + "-locks")
        return any(not is_dead(store, file.name) for file in folder.glob("*"))
    with store.read() as conn:
        return bool(conn.execute(_OTHERS).scalar())


def _file(store: Store, name: str) -> Path:
    assert store.path is not None
    folder = store.path.with_name(store.path.name + "-locks")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise _no_lock(folder, error) from error
    return folder / name


def _no_lock(path: Path, error: OSError) -> StoreError:
    return StoreError(f"{path}: the lock can't be taken ({error.strerror}); check who owns the folder")


@contextmanager
def _on_file(path: Path) -> Iterator[bool]:
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _no_lock(path, error) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        yield False
        return
    try:
        yield True
    finally:
        # Removed while it is held: who opened it meanwhile holds a lock on a file without a name, which guards nothing.
        # Names that are taken again and again (the lock of fetches) keep their file.
        if path.name.startswith("owner-"):
            path.unlink(missing_ok=True)
        os.close(handle)


def _of_client(conn: Connection) -> int:
    """Returns the process of the server as the connection was told it: a pooler tells of itself."""
    driver: Any = conn.connection.driver_connection
    return int(driver.info.backend_pid)


@contextmanager
def _on_session(store: Store, name: str) -> Iterator[bool]:
    key = hash64("aggregator lock " + name)
    with store.autocommit() as conn:
        if conn.execute(_OF_SERVER).scalar() != _of_client(conn):
            raise StoreError(f"{store.shown}: {_POOLER}")
        taken = bool(conn.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": key}).scalar())
        try:
            yield taken
        finally:
            if taken:
                conn.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": key})
