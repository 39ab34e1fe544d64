"""Stores what a command has the workers of a cluster do, in batches, until it has told what came of them.

What is left of a batch is written in the transaction that did the rest, and by one process alone: who is killed leaves
nothing half done, and nothing is done or told twice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Connection, delete, func, insert, select, update

from aggregator.store.schema import batches

_ROWS = 1_000  # in a statement


@dataclass(frozen=True, slots=True)
class Batch:
    """A part of a command's work. `todo`: numbers that say what is left of it, as its `kind` understands them; of those
    with one `lock` one is worked off after another."""

    id: int
    kind: str
    lock: str
    todo: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class NewBatch:
    """A batch that is to be; `articles`: how many are in it."""

    lock: str
    todo: Sequence[int]
    articles: int


@dataclass(frozen=True, slots=True)
class Progress:
    """Says how many articles of how many were worked off, and in how many batches some are left."""

    done: int
    articles: int
    undone: int


def asked(conn: Connection, kind: str) -> str | None:
    """Returns what the command was given whose batches of that kind there are; None if there are none."""
    found: str | None = conn.execute(select(batches.c.asked).where(batches.c.kind == kind).limit(1)).scalar()
    return found


def add(conn: Connection, kind: str, asked: str, made: Iterable[NewBatch]) -> None:
    """Stores new batches; those of one lock in the order in which they are to be worked off."""
    left = iter(made)
    while some := list(islice(left, _ROWS)):
        rows = [{"lock": one.lock, "todo": _packed(one.todo), "articles": one.articles} for one in some]
        conn.execute(insert(batches), [{"kind": kind, "asked": asked, **row} for row in rows])


def locks(conn: Connection, without: Iterable[str], limit: int) -> list[str]:
    """Returns locks of batches of which something is left, without these; those that were stored first come first."""
    undone = select(batches.c.lock).where(batches.c.todo.is_not(None), batches.c.lock.not_in(list(without)))
    return list(conn.execute(undone.group_by(batches.c.lock).order_by(func.min(batches.c.id)).limit(limit)).scalars())


def first(conn: Connection, lock: str) -> Batch | None:
    """Returns the first batch of a lock of which something is left."""
    columns = [batches.c[name] for name in Batch.__slots__]
    mine = select(*columns).where(batches.c.lock == lock, batches.c.todo.is_not(None))
    row = conn.execute(mine.order_by(batches.c.id).limit(1)).first()
    return None if row is None else Batch(row.id, row.kind, row.lock, tuple(orjson.loads(row.todo)))


def hold(conn: Connection, batch: Batch) -> bool:
    """Holds a batch for this transaction, if what is left of it is what the caller believes: nobody else was at it, and
    the command has not given it up."""
    todo = conn.execute(select(batches.c.todo).where(batches.c.id == batch.id).with_for_update()).scalar()
    return bool(todo == _packed(batch.todo))


def settle(conn: Connection, batch: Batch, left: Sequence[int], done: int, report: Sequence[Any] = ()) -> None:
    """Writes what is left of a batch that is held, after so many more articles; adds to what there is to tell."""
    changes: dict[str, Any] = {"todo": _packed(left) if left else None, "done": batches.c.done + done}
    if report:
        told = conn.execute(select(batches.c.report).where(batches.c.id == batch.id)).scalar_one()
        changes["report"] = orjson.dumps([*orjson.loads(told), *report]).decode()
    conn.execute(update(batches).where(batches.c.id == batch.id).values(**changes))


def give_up(conn: Connection, batch: Batch, error: str) -> None:
    """Leaves the rest of a batch undone, for good."""
    conn.execute(update(batches).where(batches.c.id == batch.id).values(todo=None, error=error))


def progress(conn: Connection, kinds: Sequence[str]) -> Progress:
    """Returns how far the work of these kinds has come."""
    counted = select(func.sum(batches.c.done), func.sum(batches.c.articles), func.count(batches.c.todo))
    return Progress(*(int(one or 0) for one in conn.execute(counted.where(batches.c.kind.in_(kinds))).one()))


def reports(conn: Connection, kind: str) -> Iterable[Any]:
    """Yields what there is to tell of the batches of a kind."""
    query = select(batches.c.report).where(batches.c.kind == kind, batches.c.report != "[]").order_by(batches.c.id)
    for report in conn.execute(query).scalars():
        yield from orjson.loads(report)


def errors(conn: Connection, kinds: Sequence[str]) -> list[str]:
    """Returns why batches were given up."""
    query = select(batches.c.error).where(batches.c.kind.in_(kinds), batches.c.error.is_not(None))
    return list(conn.execute(query.order_by(batches.c.id)).scalars())


def end(conn: Connection, kinds: Sequence[str]) -> None:
    """Forgets all batches of these kinds: what came of them is told, or no longer asked for."""
    conn.execute(delete(batches).where(batches.c.kind.in_(kinds)))


def _packed(todo: Sequence[int]) -> str:
    return orjson.dumps(list(todo)).decode()
