"""Maintains the database: prune, check, backup, stats, optimise."""

import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, Table, delete, func, select, text, update

from aggregator.errors import StoreError, UsageError
from aggregator.model import Tell
from aggregator.store.content import save_article
from aggregator.store.content.marks import starred_ids
from aggregator.store.engine import Store
from aggregator.store.grouping import rebuild_stories
from aggregator.store.polling.feeds import count_entries
from aggregator.store.schema import (
    SUBSCRIBED,
    articles,
    entries,
    feeds,
    polls,
    raw_pages,
    revisions,
    site_memories,
    stories,
)
from aggregator.store.searching import rebuild_index
from aggregator.store.sql import portions
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.times import DAY

TOMBSTONE_DAYS = 30
_SQLITE_MAGIC = b"SQLite format 3\0"


def outdated(conn: Connection, feed_id: int, before: int | None, most: int | None) -> list[int]:
    """Finds entries with an article that a feed's `keep` excludes: older than `before`, or more than `most`, of which
    copies go first and then the oldest. What is starred stays, and is not counted."""
    when = func.coalesce(entries.c.published_at, entries.c.first_seen_at)
    query = select(entries.c.id).join(articles, articles.c.id == entries.c.article_id)
    query = query.where(entries.c.feed_id == feed_id, articles.c.id.not_in(starred_ids()))
    if before is not None:
        query = query.where(when < before)
    if most is not None:
        query = query.order_by(articles.c.copy_of.is_not(None), when.desc(), entries.c.id.desc())
    return [int(i) for i in conn.execute(query).scalars()][most or 0 :]


def outdated_articles(
    conn: Connection, before: int | None, most: int | None, without: Collection[int] = ()
) -> list[int]:
    """Finds the articles that `keep_in_all` excludes, in the same way. `without`: those that go for another reason."""
    query = select(articles.c.id).where(articles.c.id.not_in(starred_ids()))
    if before is not None:
        query = query.where(articles.c.at < before)
    if most is not None:
        query = query.order_by(articles.c.copy_of.is_not(None), articles.c.at.desc(), articles.c.id.desc())
    return [int(i) for i in conn.execute(query).scalars() if i not in without][most or 0 :]


def prune_entries(unit: UnitOfWork, ids: list[int]) -> int:
    """Makes these entries tombstones, and removes the articles that no other entry holds; returns how many."""
    gone = 0
    for part in portions(ids):
        held = unit.execute(select(entries.c.article_id).where(entries.c.id.in_(part)).distinct()).scalars().all()
        unit.execute(update(entries).where(entries.c.id.in_(part)).values(state="pruned", article_id=None))
        others = set(unit.execute(select(entries.c.article_id).where(entries.c.article_id.in_(held))).scalars())
        for article_id in held:
            if article_id is not None and article_id not in others:
                save_article.remove(unit, article_id)
                gone += 1
    return gone


def remove_articles(unit: UnitOfWork, ids: Collection[int]) -> int:
    """Removes these articles; returns how many."""
    for article_id in ids:
        save_article.remove(unit, article_id)
    return len(ids)


def held_by_none_other(conn: Connection, entry_ids: list[int]) -> set[int]:
    """Returns the articles that these entries hold and no other one does."""
    chosen, held = set(entry_ids), set[int]()
    for part in portions(entry_ids):
        held |= set(conn.execute(select(entries.c.article_id).where(entries.c.id.in_(part))).scalars())
    for some in portions(held):
        rows = conn.execute(select(entries.c.article_id, entries.c.id).where(entries.c.article_id.in_(some)))
        held -= {int(article) for article, entry in rows if entry not in chosen}
    return held


def drop_tombstones(conn: Connection, now: int) -> int:
    """Deletes tombstones that their feed has not listed for 30 days: nothing pruned can come back before. Those of a
    sitemap index stay: a sitemap that it lists is read only when it changes, and lists them all that time."""
    whole = feeds.c.format.is_distinct_from("sitemap-index")
    parsed = select(feeds.c.parsed_at).where(feeds.c.id == entries.c.feed_id, whole).scalar_subquery()
    unlisted = (entries.c.last_seen_at < parsed) & (entries.c.last_seen_at < now - TOMBSTONE_DAYS * DAY)
    gone = delete(entries).where(entries.c.state == "pruned", unlisted).returning(entries.c.feed_id)
    fewer = Counter(conn.execute(gone).scalars())
    count_entries(conn, {feed_id: -number for feed_id, number in fewer.items()})
    return fewer.total()


def optimise(store: Store) -> None:
    """Merges the search index a little and renews the planner's statistics."""
    if store.dialect == "sqlite":
        with store.write() as conn:
            conn.execute(text("INSERT INTO articles_fts(articles_fts, rank) VALUES ('merge', 200)"))
            conn.execute(text("PRAGMA optimize"))
    else:
        with store.autocommit() as conn:
            conn.execute(text("ANALYZE"))


def checkpoint(store: Store) -> None:
    """Folds SQLite's write-ahead log into the database; nothing to do on PostgreSQL."""
    if store.dialect == "sqlite":
        with store.autocommit() as conn:
            conn.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


def backup(store: Store, target: Path, progress: Tell | None = None) -> None:
    """Copies a SQLite database, whole and consistent, while others use it. `progress` is told what is done, how much of
    it, and of how much.

    Raises UsageError where the target is a folder or the database itself, StoreError where it can't be written.
    """
    if store.path is None:
        raise StoreError("db backup is for SQLite; on PostgreSQL use pg_dump")
    if target.is_dir():
        raise UsageError(f"{target}: a folder; name the file that the backup is to be")
    if target.exists() and target.samefile(store.path):  # whoever has it open would write into a file without a name
        raise UsageError(f"{target}: the database itself; name another file")
    if not _may_replace(target):
        raise UsageError(f"{target}: there already, and no SQLite database; name another file")
    part = target.with_name(target.name + ".part")
    with store.read() as conn:
        try:
            part.unlink(missing_ok=True)
            _copy(conn, part, progress or (lambda *_: None))
            part.replace(target)
        except (sqlite3.Error, OSError) as error:
            reason = getattr(error, "strerror", None) or error
            raise StoreError(f"{target}: the backup failed: {reason}") from error
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def _copy(conn: Connection, part: Path, progress: Tell) -> None:
    # The snapshot is held from the first page to the last: else each write of others would have it begin anew.
    conn.execute(text("SELECT count(*) FROM sqlite_master"))
    source: Any = conn.connection.driver_connection
    with closing(sqlite3.connect(part)) as copy:
        source.backup(copy, pages=1000, progress=lambda _, left, all: progress("pages copied", all - left, all))
        wrong = [row[0] for row in copy.execute("PRAGMA quick_check(1)") if row[0] != "ok"]
    if wrong:
        raise sqlite3.DatabaseError(f"the database is damaged ({wrong[0]}); the file there before is kept")


def _may_replace(target: Path) -> bool:
    """Tells whether nothing but an earlier backup would be lost."""
    try:
        with target.open("rb") as file:
            return file.read(len(_SQLITE_MAGIC)) in (b"", _SQLITE_MAGIC)
    except OSError:
        return True


_INVARIANTS = {
    "entries are done without an article": "entries WHERE state = 'done' AND article_id IS NULL",
    "entries have an article and are not done": (
        "entries WHERE state <> 'done' AND state <> 'waiting' AND article_id IS NOT NULL"
    ),
    "feeds count their entries wrongly": (
        "feeds f WHERE f.entries <> (SELECT count(*) FROM entries e WHERE e.feed_id = f.id)"
    ),
    "entries wait for no time": "entries WHERE state = 'waiting' AND (next_try_at IS NULL OR site IS NULL)",
    "articles are a copy of a copy": "articles a JOIN articles b ON a.copy_of = b.id WHERE b.copy_of IS NOT NULL",
    "copies are in another story than their head": (
        "articles a JOIN articles b ON a.copy_of = b.id WHERE a.story_id <> b.story_id"
    ),
    "stories count their articles wrongly": (
        "stories s WHERE s.articles <> (SELECT count(*) FROM articles a WHERE a.story_id = s.id)"
    ),
}
_OWN_INVARIANTS = {
    "sqlite": {
        "articles are not in the search index": "articles WHERE id NOT IN (SELECT id FROM articles_fts_docsize)",
        "rows of the search index have no article": "articles_fts_docsize WHERE id NOT IN (SELECT id FROM articles)",
    },
    "postgresql": {
        "articles are not in the search index": (
            "articles a LEFT JOIN article_search s ON s.article_id = a.id WHERE s.article_id IS NULL"
        ),
        "articles have more than one raw page": (
            "(SELECT FROM raw_pages GROUP BY article_id HAVING count(*) > 1) pages"
        ),
    },
}
_SIZE = {
    "sqlite": text("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"),
    "postgresql": text("SELECT pg_database_size(current_database())"),
}


def check(store: Store) -> Iterator[str]:
    """Yields everything that is wrong, a line each: file, references, states, stories, derived rows."""
    with store.read() as conn:
        if store.dialect == "sqlite":
            found = conn.execute(text("PRAGMA integrity_check(20)")).scalars()
            yield from (f"file: {line}" for line in found if line != "ok")
            for table, row, parent, _ in conn.execute(text("PRAGMA foreign_key_check")):
                yield f"{table} {row} names a row of {parent} that is not there"
        for what, rows in (_INVARIANTS | _OWN_INVARIANTS[store.dialect]).items():
            if wrong := conn.execute(text(f"SELECT count(*) FROM {rows}")).scalar_one():
                yield f"{wrong} {what}"
        if rebuild_stories.is_interrupted(conn) or not rebuild_index.is_current(conn):
            yield "`aggregator db rebuild` was interrupted; run it again, it goes on where it was"


def stats(conn: Connection) -> dict[str, int]:
    """Returns how many rows of each kind there are; `bytes` is the size of the database."""
    counted = {
        "feeds": _count(feeds, SUBSCRIBED),
        "entries": _count(entries),
        "waiting": _count(entries, entries.c.state == "waiting"),
        "articles": _count(articles),
        "copies": _count(articles, articles.c.copy_of.is_not(None)),
        "stories": _count(stories),
        "revisions": _count(revisions),
        "polls": _count(polls),
        "raw_pages": _count(raw_pages),
        "site_memories": _count(site_memories),
    }
    row = conn.execute(select(*(query.label(name) for name, query in counted.items()))).one()
    return {name: int(number) for name, number in zip(counted, row, strict=True)} | {"bytes": size_of(conn)}


def size_of(conn: Connection) -> int:
    """Returns the bytes of the database."""
    return int(conn.execute(_SIZE[conn.dialect.name]).scalar_one())


def _count(table: Table, *where: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(table).where(*where).scalar_subquery()
