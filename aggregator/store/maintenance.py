"""Looking after the database: prune, check, backup, stats, optimise."""

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, delete, func, literal, select, text, update

from aggregator.errors import StoreError, UsageError
from aggregator.store import save_article
from aggregator.store.engine import Store
from aggregator.store.schema import articles, entries, feeds, polls, raw_pages, revisions, site_memories, stories
from aggregator.store.unit_of_work import UnitOfWork

DAY = 86400
TOMBSTONE_DAYS = 30


def outdated(conn: Connection, feed_id: int, before: int | None, most: int | None) -> list[int]:
    """Entries with an article that a feed's `keep` lets go: older than `before`, or beyond the newest `most`."""
    when = func.coalesce(entries.c.published_at, entries.c.first_seen_at)
    query = select(entries.c.id).where(entries.c.feed_id == feed_id, entries.c.article_id.is_not(None))
    if before is not None:
        query = query.where(when < before)
    if most is not None:
        query = query.order_by(when.desc(), entries.c.id.desc()).offset(most)
        if conn.dialect.name == "sqlite":
            query = query.limit(-1)
    return [int(i) for i in conn.execute(query).scalars()]


def prune_entries(unit: UnitOfWork, ids: list[int]) -> int:
    """Makes these entries tombstones, and removes the articles that no other entry holds; how many articles went."""
    gone = 0
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        held = unit.execute(select(entries.c.article_id).where(entries.c.id.in_(part)).distinct()).scalars().all()
        unit.execute(update(entries).where(entries.c.id.in_(part)).values(state="pruned", article_id=None))
        others = set(unit.execute(select(entries.c.article_id).where(entries.c.article_id.in_(held))).scalars())
        for article_id in held:
            if article_id is not None and article_id not in others:
                save_article.remove(unit, article_id)
                gone += 1
    return gone


def drop_tombstones(conn: Connection, now: int) -> int:
    """Deletes tombstones that their feed has not listed for 30 days: nothing pruned can come back before. Those of a
    sitemap index stay: a sitemap that it lists is read only when it changes, and lists them all that time."""
    whole = feeds.c.format.is_distinct_from("sitemap-index")
    parsed = select(feeds.c.parsed_at).where(feeds.c.id == entries.c.feed_id, whole).scalar_subquery()
    unlisted = (entries.c.last_seen_at < parsed) & (entries.c.last_seen_at < now - TOMBSTONE_DAYS * DAY)
    return conn.execute(delete(entries).where(entries.c.state == "pruned", unlisted)).rowcount


def drop_raw(conn: Connection, before: int) -> int:
    """Deletes raw pages fetched before then."""
    return conn.execute(delete(raw_pages).where(raw_pages.c.fetched_at < before)).rowcount


def drop_polls(conn: Connection, before: int) -> int:
    """Shortens the log of polls."""
    return conn.execute(delete(polls).where(polls.c.at < before)).rowcount


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


def backup(store: Store, target: Path) -> None:
    """Copies a SQLite database, whole and consistent, while others use it.

    Raises UsageError where the target is a folder or the database itself, StoreError where it can't be written.
    """
    if store.path is None:
        raise StoreError("db backup is for SQLite; on PostgreSQL use pg_dump")
    if target.is_dir():
        raise UsageError(f"{target}: a folder; name the file that the backup is to be")
    if target.exists() and target.samefile(store.path):  # whoever has it open would write into a file without a name
        raise UsageError(f"{target}: the database itself; name another file")
    part = target.with_name(target.name + ".part")
    part.unlink(missing_ok=True)
    try:
        with sqlite3.connect(store.path) as source, sqlite3.connect(part) as copy:
            source.backup(copy, pages=1000)
            wrong = [row[0] for row in copy.execute("PRAGMA quick_check(1)") if row[0] != "ok"]
        copy.close()
        source.close()
        if wrong:
            raise sqlite3.DatabaseError(f"the database is damaged ({wrong[0]}); the file there before is kept")
        part.replace(target)
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise StoreError(f"{target}: the backup failed: {error}") from error


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with the database, in one line."""

    what: str


def check(store: Store) -> Iterator[Problem]:
    """Everything that is wrong: file, references, states, stories, search index."""
    with store.read() as conn:
        if store.dialect == "sqlite":
            yield from (
                Problem(f"file: {row[0]}") for row in conn.execute(text("PRAGMA integrity_check(20)")) if row[0] != "ok"
            )
            yield from (
                Problem(f"{row[0]} {row[1]} names a row of {row[2]} that is not there")
                for row in conn.execute(text("PRAGMA foreign_key_check"))
            )
        for what, query in _INVARIANTS.items():
            wrong = conn.execute(text(query)).scalar_one()
            if wrong:
                yield Problem(f"{wrong} {what}")
        yield from _index_problems(conn)


_INVARIANTS = {
    "entries are done without an article": "SELECT count(*) FROM entries WHERE state = 'done' AND article_id IS NULL",
    "entries have an article and are not done": "SELECT count(*) FROM entries WHERE state <> 'done' AND state <> 'waiting' AND article_id IS NOT NULL",
    "entries wait for no time": "SELECT count(*) FROM entries WHERE state = 'waiting' AND (next_try_at IS NULL OR site IS NULL)",
    "articles are a copy of a copy": "SELECT count(*) FROM articles a JOIN articles b ON a.copy_of = b.id WHERE b.copy_of IS NOT NULL",
    "copies are in another story than their head": "SELECT count(*) FROM articles a JOIN articles b ON a.copy_of = b.id WHERE a.story_id <> b.story_id",
    "stories count their articles wrongly": "SELECT count(*) FROM stories s WHERE s.articles <> (SELECT count(*) FROM articles a WHERE a.story_id = s.id)",
}


def _index_problems(conn: Connection) -> Iterator[Problem]:
    if conn.dialect.name == "sqlite":
        missing = "SELECT count(*) FROM articles WHERE id NOT IN (SELECT id FROM articles_fts_docsize)"
        extra = "SELECT count(*) FROM articles_fts_docsize WHERE id NOT IN (SELECT id FROM articles)"
    else:
        missing = "SELECT count(*) FROM articles a LEFT JOIN article_search s ON s.article_id = a.id WHERE s.article_id IS NULL"
        extra = "SELECT 0"
    for what, query in (
        ("articles are not in the search index", missing),
        ("rows of the search index have no article", extra),
    ):
        wrong = conn.execute(text(query)).scalar_one()
        if wrong:
            yield Problem(f"{wrong} {what}")


def stats(conn: Connection) -> dict[str, int]:
    """How many rows of each kind there are; `bytes` is the size of the database."""
    counted = {
        "feeds": select(func.count()).select_from(feeds).where(feeds.c.kind != "hand", feeds.c.retired_at.is_(None)),
        "entries": select(func.count()).select_from(entries),
        "waiting": select(func.count()).select_from(entries).where(entries.c.state == "waiting"),
        "articles": select(func.count()).select_from(articles),
        "copies": select(func.count()).select_from(articles).where(articles.c.copy_of.is_not(None)),
        "stories": select(func.count()).select_from(stories),
        "revisions": select(func.count()).select_from(revisions),
        "polls": select(func.count()).select_from(polls),
        "raw_pages": select(func.count()).select_from(raw_pages),
        "site_memories": select(func.count()).select_from(site_memories),
    }
    row = conn.execute(
        select(*(query.scalar_subquery().label(name) for name, query in counted.items()), literal(0))
    ).one()
    size = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
    if conn.dialect.name != "sqlite":
        size = "SELECT pg_database_size(current_database())"
    return {name: int(getattr(row, name)) for name in counted} | {"bytes": int(conn.execute(text(size)).scalar_one())}
