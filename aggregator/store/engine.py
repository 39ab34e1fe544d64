"""Opens the database: one Store on SQLite or PostgreSQL, its transactions, its version."""

import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import PoolProxiedConnection

from aggregator.errors import DatabaseBusy, DatabaseNewer, Deadlock, StoreError, UsageError
from aggregator.store import indexes, meta, partitioning
from aggregator.store.searching import rebuild_index
from aggregator.store.searching.search_index import unindexed
from aggregator.store.searching.word_check import holds_words
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.store.work import job_queue

# partitions: the newest migration, with its name so that two of one number conflict; a test compares it
HEAD = "0031"
BUSY_SECONDS = 30
LOCK_SECONDS = 5  # that a migration waits for a table of PostgreSQL
_WAL_PAGES = 4000  # of the log before it is folded in: an import writes most pages again and again until then
_SNAPSHOT = text("SELECT pg_current_snapshot()::text")
_log = logging.getLogger(__name__)
_MANY = 20_000  # articles that are indexed in more than a moment
_PAGE_BYTES = 8192  # of a new SQLite database: on the 4096 of SQLite's own choice most articles leave half a page empty


class Store:
    """A database that is open and of today's version. Connections are safe in threads, one to each."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.dialect: str = engine.dialect.name
        self.url: str = engine.url.render_as_string(hide_password=False)
        self._watching: PoolProxiedConnection | None = None
        self._watching_lock = threading.Lock()

    @property
    def path(self) -> Path | None:
        """Returns the file of a SQLite database, None on PostgreSQL."""
        name = self._engine.url.database
        return Path(name) if self.dialect == "sqlite" and name else None

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """Opens one transaction that may write. Raises StoreError when the database refuses."""
        with self._translated():
            unit = UnitOfWork(self._engine)
            with unit:
                with unit.begin():
                    yield unit
                    unit.flush()
                unit.frequencies.keep()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Opens one snapshot of the database; readers never wait for the writer."""
        with self._translated(), self._engine.connect() as conn, conn.begin():
            yield conn

    @contextmanager
    def autocommit(self) -> Iterator[Connection]:
        """Opens a connection outside of any transaction: for VACUUM, checkpoints and session locks."""
        with self._translated(), self._engine.connect() as conn:
            yield conn.execution_options(isolation_level="AUTOCOMMIT")

    def data_version(self) -> str:
        """Returns a mark of what the database holds: where it is the same again, nothing was committed in between, by
        any process. (It may differ for less.)"""
        with self._translated():
            if self.dialect != "sqlite":
                with self.autocommit() as conn:
                    return str(conn.execute(_SNAPSHOT).scalar())
            with self._watching_lock:  # SQLite counts for each connection the changes that others have committed
                if self._watching is None:
                    self._watching = self._engine.raw_connection()
                    self._watching.detach()
                    self._watching.cursor().execute("PRAGMA busy_timeout = 0")  # who asks this waits for nothing
                found = self._watching.cursor().execute("PRAGMA data_version").fetchone()
            return str(found[0])

    @property
    def shown(self) -> str:
        """Returns what messages call it: the file, or the URL without its password."""
        return _shown(self._engine)

    def refuse_newer(self) -> None:
        """Raises DatabaseNewer where another process has brought the database to a version that this one can't know."""
        with self.read() as conn:
            _refuse_newer(_version(conn), self.shown)

    def close(self) -> None:
        """Closes every connection."""
        if self._watching is not None:
            self._watching.close()
        self._engine.dispose()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise _for_people(error.orig or error, self._engine) from error
        except self._engine.dialect.loaded_dbapi.Error as error:  # of a statement that went to the driver
            raise _for_people(error, self._engine) from error


def open(url: str) -> Store:  # read as `store.open`
    """Opens the database at `url`, ready for use. A SQLite database is made and migrated by itself.

    Raises StoreError: unreachable, read-only, damaged, of a newer version, or (PostgreSQL) not upgraded yet.
    """
    engine = _engine(url)
    store = Store(engine)
    try:
        with store.read() as conn:
            found = _version(conn)
        if found != HEAD:
            _refuse_newer(found, url)
            _refuse_foreign(store, found)
            if store.dialect != "sqlite":
                raise StoreError(f"{_shown(engine)}: not of this version; run `aggregator db upgrade` first")
            _migrate(store)
        _refuse_half_moved(store)
        _complete_index(store)
    except BaseException:
        store.close()
        raise
    return store


def upgrade(url: str) -> str:
    """Brings the database at `url` to today's version; returns that version."""
    engine = _engine(url)
    store = Store(engine)
    try:
        with store.read() as conn:
            found = _version(conn)
        _refuse_newer(found, url)
        if found is not None:
            _refuse_half_moved(store)
        if found != HEAD:
            _migrate(store)
        if store.dialect == "postgresql":
            indexes.complete(store)
            partitioning.complete(store)
            with store.write() as unit:
                job_queue.bring_up(unit)
        _complete_index(store)
    finally:
        store.close()
    return HEAD


def open_for_move(url: str) -> Store:
    """Opens a database that an archive is moved into: one of today's version, or one without tables, which gets them.

    Raises UsageError where it is neither.
    """
    engine = _engine(url)
    store = Store(engine)
    try:
        with store.read() as conn:
            found, empty = _version(conn), not inspect(conn).get_table_names()
        if found != HEAD and not empty:
            what = "tables of another program" if found is None else "an archive of another version"
            raise UsageError(f"{store.shown}: holds {what}; name an empty database to move to")
        if empty or not _is_half_moved(store):
            upgrade(url)
    except BaseException:
        store.close()
        raise
    return store


def _engine(url: str) -> Engine:
    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend == "postgresql" or parsed.drivername == "postgres":
            return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise UsageError(f"--database {url}: not a database URL ({error})") from error
    except ModuleNotFoundError as error:
        raise UsageError("PostgreSQL needs its driver: pip install 'aggregator[postgres]'") from error
    if parsed.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise UsageError(f"--database {url}: neither sqlite:/// nor postgresql://")
    return _sqlite(parsed.database, parsed)


def _sqlite(name: str | None, parsed: Any) -> Engine:
    if not name or name == ":memory:":
        raise UsageError("--database sqlite://: name a file, as in sqlite:///aggregator.db")
    folder = Path(name).parent
    if not folder.is_dir():
        raise StoreError(f"{name}: its folder {folder} does not exist; make it first")
    engine = create_engine(parsed, connect_args={"timeout": BUSY_SECONDS})
    unwritable = Path(name).exists() and not (os.access(name, os.W_OK) and os.access(folder, os.W_OK))

    @event.listens_for(engine, "do_connect")
    def _connect(_: object, __: object, ___: object, arguments: dict[str, Any]) -> sqlite3.Connection | None:
        if not unwritable:
            return None
        # Where nobody has it open, there are no files of its write-ahead log, and they can't be made: it is at rest.
        at_rest = not os.access(folder, os.W_OK) and not Path(f"{name}-wal").exists()
        how = "immutable=1" if at_rest else "mode=ro"
        opened: sqlite3.Connection = sqlite3.connect(
            f"file:{quote(str(Path(name).resolve()))}?{how}", uri=True, **arguments
        )
        return opened

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _: object) -> None:
        connection.isolation_level = None  # transactions are begun below, not by the driver's guess
        connection.create_function("holds_words", -1, holds_words, deterministic=True)
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA wal_autocheckpoint = {_WAL_PAGES}")
        connection.execute("PRAGMA cache_size = -8000")
        connection.execute("PRAGMA temp_store = MEMORY")
        if not unwritable and connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal" and _is_ours(connection):
            connection.execute("PRAGMA journal_mode = WAL")

    @event.listens_for(engine, "begin")
    def _begin(conn: Connection) -> None:
        conn.exec_driver_sql("BEGIN IMMEDIATE" if isinstance(conn, UnitOfWork) else "BEGIN")

    return engine


def _is_ours(connection: sqlite3.Connection) -> bool:
    """Tells whether an SQLite database is this program's or empty; what another program made stays as it is."""
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    return not tables or "alembic_version" in tables


def _version(conn: Connection) -> str | None:
    if not inspect(conn).has_table("alembic_version"):
        return None
    found = conn.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return str(found) if found else None


def _refuse_newer(found: str | None, url: str) -> None:
    if found is not None and found > HEAD:
        raise DatabaseNewer(f"{url}: written by a newer version of aggregator (schema {found}, ours {HEAD}); update it")


def _refuse_foreign(store: Store, found: str | None) -> None:
    """Raises StoreError for an SQLite file that another program made."""
    if store.dialect == "sqlite" and found is None:
        with store.read() as conn:
            if inspect(conn).get_table_names():
                raise StoreError(f"{store.path}: a database of another program; name another file with --database")


def _refuse_half_moved(store: Store) -> None:
    """Raises StoreError for a database that an archive is still being moved into."""
    if _is_half_moved(store):
        again = "`aggregator --database SOURCE db migrate-to TARGET`"
        raise StoreError(f"{store.shown}: an archive is being moved here; wait, or run {again} again, it goes on")


def _is_half_moved(store: Store) -> bool:
    with store.read() as conn:
        return meta.get(conn, meta.HALF_MOVED) is not None


def _migrate(store: Store, version: str = "head") -> None:
    from alembic import command  # imported when needed: it costs half a second
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", _migrations())
    config.set_main_option("path_separator", "os")
    with store.write() as unit:  # one transaction: a second process waits here and finds nothing left to do
        config.attributes["connection"] = unit
        if store.dialect == "postgresql":  # who waits for a lock has all wait that come after it
            unit.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        command.upgrade(config, version)
        if version == "head":
            rebuild_index.begin(unit)


def _complete_index(store: Store) -> None:
    """Indexes what a search index that was begun lacks: after a migration, or where that was interrupted."""
    with store.read() as conn:
        if rebuild_index.is_current(conn):
            return
        left = len(unindexed(conn))
    if left > _MANY:  # whoever starts a server waits for it, and sees nothing else
        _log.warning("%s: the search index is made anew, for %d articles; that takes minutes", store.shown, left)
    for _ in rebuild_index.batches(store.write):
        pass


def _migrations() -> str:
    found = find_spec("aggregator.migrations")
    if found is not None and found.submodule_search_locations:
        return found.submodule_search_locations[0]
    return str(Path(__file__).parents[2] / "migrations")  # run from a checkout that is not installed


def _shown(engine: Engine) -> str:
    if engine.dialect.name == "sqlite":
        return engine.url.database or ""
    return engine.url.set(drivername="postgresql").render_as_string()  # as people write it


def _for_people(error: BaseException, engine: Engine) -> StoreError:
    where, said = _shown(engine), (str(error).strip().splitlines() or [type(error).__name__])[0]
    low = said.lower()
    if getattr(error, "sqlstate", None) == "55P03":  # lock_not_available
        return DatabaseBusy(f"{where}: a table was in use for over {LOCK_SECONDS} s; nothing is changed, try again")
    if getattr(error, "sqlstate", None) == "40P01":  # deadlock_detected
        return Deadlock(f"{where}: two transactions waited for each other; this one was undone")
    if "locked" in low or "busy" in low:
        return DatabaseBusy(f"{where}: held by another process for more than {BUSY_SECONDS} s; try again later")
    if "readonly" in low or "read-only" in low:
        return StoreError(f"{where}: read-only; check who owns the file and its folder")
    if "disk is full" in low or "no space" in low:
        return StoreError(f"{where}: the disk is full; nothing stored is lost, make room and run again")
    if "not a database" in low or "malformed" in low:
        return StoreError(f"{where}: damaged or no SQLite database ({said}); restore a backup")
    if "unable to open" in low:
        return StoreError(f"{where}: can't be opened; check the path and its permissions")
    return StoreError(f"{where}: {said}" if engine.dialect.name == "postgresql" else f"{where}: refused: {said}")
