"""Moves a whole archive from one database into another, empty one, of either kind, with all its ids.

How far it came is kept in the target, which nothing else opens until it is whole; so what was interrupted goes on where
it was. Rows are copied from one snapshot of the source and compared; then the search index is made from the articles,
because each kind of database has its own, and the target's other indexes.
"""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field

from sqlalchemy import Connection, delete, text

from aggregator.errors import StoreError, UsageError
from aggregator.model import Tell
from aggregator.store import engine, locks, meta, partitions
from aggregator.store.engine import Store
from aggregator.store.schema import categories
from aggregator.store.searching import rebuild_index
from aggregator.store.upkeep import bulk_load, maintenance, moved_rows
from aggregator.store.upkeep.moved_rows import Key, Part

_MONTHS = 12  # before this one, of which the target gets partitions
_SNAPSHOT = text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")  # SQLite has no other
_WRITES = {  # what grows when another connection writes
    "sqlite": text("PRAGMA data_version"),
    "postgresql": text("SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables"),
}


@dataclass(frozen=True, slots=True)
class Moved:
    """Counts what was moved. `differences`: what the target holds otherwise, a line each; then it stays closed.
    `written_to`: others wrote to the source meanwhile, and that is not in the target."""

    rows: int
    articles: int
    differences: tuple[str, ...] = ()
    written_to: bool = False


@dataclass(slots=True)
class _State:
    """Says how far a move came: the last key of each part, the statements that are to make the indexes, and whether all
    rows were compared and found equal."""

    indexes: list[str]
    reached: dict[str, Key] = field(default_factory=dict)
    compared: bool = False


def move(source: Store, url: str, tell: Tell = lambda *_: None) -> Moved:
    """Moves all that `source` holds into the database at `url`, or goes on doing so. `tell` is told what is done, how
    much of it, and of how much.

    Raises UsageError where the target holds something else, StoreError where a daemon, a worker or a fetch runs on the
    source.
    """
    with ExitStack() as stack:
        target = engine.open_for_move(url)
        stack.callback(target.close)
        if target.url == source.url:
            raise UsageError(f"{target.shown}: the database itself; name another one to move to")
        if locks.in_use(source):
            raise StoreError(f"{source.shown}: a daemon, a worker or a fetch runs on it; stop it first")
        if not (stack.enter_context(locks.hold(source, "fetch")) and stack.enter_context(locks.hold(target, "move"))):
            raise StoreError(f"{target.shown}: another move is under way; wait for its end")
        watch = stack.enter_context(source.autocommit())
        before = _writes(watch)
        partitions.make_months(target, int(time.time()), _MONTHS)
        with _snapshot(source) as conn:
            rows, differences = _rows(conn, source, target, tell)
        if differences:
            return Moved(rows, 0, tuple(differences))
        articles = _indexes(target, tell)
        return Moved(rows, articles, written_to=_writes(watch) != before)


def _writes(watch: Connection) -> int:
    counted = int(watch.execute(_WRITES[watch.dialect.name]).scalar_one())
    watch.commit()
    return counted


@contextmanager
def _snapshot(source: Store) -> Iterator[Connection]:
    with source.read() as conn:
        if source.dialect == "postgresql":
            conn.execute(_SNAPSHOT)
        yield conn


def _rows(conn: Connection, source: Store, target: Store, tell: Tell) -> tuple[int, list[str]]:
    """Copies the rows that are left and compares all; returns how many there are, and what differs."""
    parts = moved_rows.parts()
    state = _begun(target, parts)
    total = sum([moved_rows.count(conn, part) for part in parts])
    if state.compared:
        return total, []
    if _differences(conn, target, [part for part in parts if part.name in state.reached], state.reached, tell):
        raise StoreError(f"{target.shown}: holds rows that {source.shown} has no more; empty it and move again")
    done = 0
    for part in parts:
        for rows, last in moved_rows.batches(conn, part, state.reached.get(part.name)):
            state.reached[part.name] = last
            with target.write() as unit:
                moved_rows.write(unit, part.table, rows)
                _keep(unit, state)
            done += len(rows)
            tell("rows copied", done, total)
    differences = _differences(conn, target, parts, {}, tell)
    if not differences:
        with target.write() as unit:
            rebuild_index.begin(unit, anyhow=True)
            state.compared = True
            _keep(unit, state)
    return total, differences


def _begun(target: Store, parts: list[Part]) -> _State:
    """Reads how far the move into `target` came, or begins it. Raises UsageError where something is there already."""
    with target.write() as unit:
        if kept := meta.get(unit, meta.HALF_MOVED):
            return _State(**json.loads(kept))
        if any(moved_rows.count(unit, part) for part in parts if part.table is not categories):
            raise UsageError(f"{target.shown}: holds an archive already; name an empty database to move to")
        unit.execute(delete(categories))  # one is there from the beginning
        state = _State(bulk_load.take_indexes(unit))
        _keep(unit, state)
        return state


def _keep(conn: Connection, state: _State) -> None:
    meta.put(conn, meta.HALF_MOVED, json.dumps(asdict(state)))


def _differences(conn: Connection, target: Store, parts: list[Part], upto: dict[str, Key], tell: Tell) -> list[str]:
    """Compares the rows of both databases, in the source those up to these keys; returns a line for what differs."""
    found = []
    for at, part in enumerate(parts):
        with target.read() as there:
            (many, own), (others, other) = (
                moved_rows.summed(conn, part, upto.get(part.name)),
                moved_rows.summed(there, part),
            )
        if many != others:
            found.append(f"{part.name}: {others:,} rows of {many:,}")
        elif own != other:
            found.append(f"{part.name}: not all of the {many:,} rows are the same")
        tell("tables compared", at + 1, len(parts))
    return found


def _indexes(target: Store, tell: Tell) -> int:
    """Makes the indexes and opens the target to all; returns how many articles it holds."""
    with target.read() as conn:
        total = maintenance.stats(conn)["articles"]
    done = 0
    for some in rebuild_index.batches(target.write):
        done += some
        tell("articles indexed", done, total)
    with target.write() as unit:
        state = _State(**json.loads(meta.get(unit, meta.HALF_MOVED) or ""))
    for at, statement in enumerate(state.indexes):
        with target.write() as unit:
            unit.execute(text(statement))
            _keep(unit, _State(state.indexes[at + 1 :], state.reached, compared=True))
        tell("indexes made", at + 1, len(state.indexes))
    with target.write() as unit:
        bulk_load.set_sequences(unit)
        meta.drop(unit, meta.HALF_MOVED)
    maintenance.optimise(target)
    return total
