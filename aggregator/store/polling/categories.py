"""Gives the categories of subscriptions numbers that stay theirs."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select, update

from aggregator.errors import NotFound
from aggregator.store.schema import categories
from aggregator.store.sql import insert

NONE = ""  # the name of the category of feeds without one


@dataclass(frozen=True, slots=True)
class Category:
    """A category; the one of feeds that have none is called ''."""

    id: int
    name: str


_ALL = select(categories.c.id, categories.c.name)


def every(conn: Connection) -> list[Category]:
    """Returns all categories by name, those without feeds too."""
    return [Category(*row) for row in conn.execute(_ALL.order_by(categories.c.name))]


def of_id(conn: Connection, category_id: int) -> Category:
    """Returns the category of that number. Raises NotFound if there is none."""
    for one in every(conn):
        if one.id == category_id:
            return one
    raise NotFound(f"no category {category_id}")


def named(conn: Connection, name: str) -> Category | None:
    """Returns the category of that name; None if there is none."""
    row = conn.execute(_ALL.where(categories.c.name == name)).first()
    return None if row is None else Category(*row)


def learn(conn: Connection, names: Collection[str]) -> None:
    """Gives a number to each of these names that has none yet."""
    known = {one.name for one in every(conn)}
    for name in dict.fromkeys(names):
        if name not in known:
            conn.execute(insert(conn, categories).values(name=name).on_conflict_do_nothing(index_elements=["name"]))


def rename(conn: Connection, category_id: int, name: str) -> None:
    """Gives a category another name, which becomes its own if feeds have brought it meanwhile."""
    conn.execute(delete(categories).where(categories.c.name == name, categories.c.id != category_id))
    conn.execute(update(categories).where(categories.c.id == category_id).values(name=name))


def remove(conn: Connection, category_id: int) -> None:
    """Forgets a category."""
    conn.execute(delete(categories).where(categories.c.id == category_id))
