"""Makes anew what copies and stories are found by, from the articles: hashes, counts of terms, centroids.

Which article is in which story, and is a copy of which, stays as it is. Articles are read in the order of time, a batch
a transaction, and how far that came is kept, so that what was interrupted goes on where it was.
"""

from sqlalchemy import Connection, delete, func, select, tuple_

from aggregator.model import Tell
from aggregator.store import meta
from aggregator.store.engine import Store
from aggregator.store.grouping import centroids, near_copies, stories
from aggregator.store.schema import articles, fingerprints, shingles, story_terms
from aggregator.store.schema import centroids as centroid_rows
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.stories import Fingerprint, fingerprint
from aggregator.stories.clustering import merge_centroids

_KEY = "stories rebuilt to"  # time and id of the last article that was read, and the last id that is to be
_BATCH = 200  # articles in memory at a time
_DERIVED = (shingles, fingerprints, story_terms, centroid_rows)

_READ = [articles.c[name] for name in "id at title text lang story_id copy_of".split()]


def is_interrupted(conn: Connection) -> bool:
    """Tells whether a run has begun that did not come to its end."""
    return bool(meta.get(conn, _KEY))


def rebuild(store: Store, progress: Tell | None = None) -> int:
    """Empties the tables and fills them from the articles, or goes on doing so; returns how many it read. `progress`
    is told what is done, how much of it, and of how much, after each batch."""
    with store.write() as unit:
        begin(unit)
        total = count(unit)
    done = 0
    while read := _next(store):
        done += read
        if progress is not None:
            progress("articles read", done, total)
    return done


def count(conn: Connection) -> int:
    """Returns how many articles there are to read."""
    return int(conn.execute(select(func.count()).select_from(articles)).scalar_one())


def begin(unit: UnitOfWork) -> None:
    """Empties the tables, for `go_on` to fill them; but not where that was done and their filling was interrupted."""
    if is_interrupted(unit):
        return
    unit.frequencies.clear()
    for table in _DERIVED:
        unit.execute(delete(table))
    last = unit.execute(select(func.max(articles.c.id))).scalar() or 0
    meta.put(unit, _KEY, f"{-(2**62)} 0 {last}")


def go_on(unit: UnitOfWork) -> int:
    """Reads the next articles; returns how many, 0 at the end."""
    stories.serialise(unit)  # who stores articles meanwhile changes the same rows
    at, key, last = map(int, (meta.get(unit, _KEY) or "0 0 0").split())
    wanted = select(*_READ).where(tuple_(articles.c.at, articles.c.id) > (at, key), articles.c.id <= last)
    rows = unit.execute(wanted.order_by(articles.c.at, articles.c.id).limit(_BATCH)).all()
    for row in rows:
        made = fingerprint(row.text, row.lang, row.title)
        near_copies.replace(unit, row.id, row.at, made)
        if row.copy_of is None:
            _count(unit, row.story_id, row.at, made)
    meta.put(unit, _KEY, f"{rows[-1].at} {rows[-1].id} {last}" if rows else "")
    return len(rows)


def _next(store: Store) -> int:
    with store.write() as unit:
        return go_on(unit)


def _count(unit: UnitOfWork, story_id: int, at: int, made: Fingerprint) -> None:
    own = centroids.count(unit, made)
    centroids.keep(unit, story_id, at, merge_centroids(centroids.of_story(unit, story_id), own), own.terms)
