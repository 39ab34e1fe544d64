"""Keeps stories as centroids in SQL: how common each term is, which stories are near, what a story has in common.

Each function works inside the transaction of its caller. A report is looked for by its heaviest terms, of each of which
the newest `_STORIES_PER_TERM` stories of the days around are read, by one range of the primary key: what that costs
depends on neither the size of the archive nor how common a term is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from heapq import nlargest
from itertools import islice

from sqlalchemy import Connection, bindparam, text

from aggregator.store.sql import run, run_list
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.stories.clustering import WINDOW, Centroid, NearStory, pack_centroid, report, unpack_centroid
from aggregator.stories.fingerprint import Fingerprint
from aggregator.times import DAY

_POSTED_TERMS = 10  # of a report, by which its story is found
_QUERY_TERMS = 12  # of a report that is looked for
_STORIES_PER_TERM = 24  # the newest
_MAX_COMPARED = 8  # stories; those that share the weightiest terms
_ALL_COUNTED = 500  # articles of a language; later ones are counted by samples, which costs far less:
_ONE_IN = 8

_POSTINGS = text(
    " UNION ALL ".join(
        f"SELECT * FROM (SELECT term, story_id FROM story_terms WHERE term = :t{n} AND day BETWEEN :since AND :until"
        f" ORDER BY day DESC, story_id DESC LIMIT {_STORIES_PER_TERM}) AS p{n}"
        for n in range(_QUERY_TERMS)
    )
)
_ADD_POSTINGS = {
    "sqlite": text(
        "INSERT INTO story_terms (term, day, story_id) SELECT value, :day, :story FROM json_each(:terms) WHERE true"
        " ON CONFLICT DO NOTHING"
    ),
    "postgresql": text(
        "INSERT INTO story_terms (term, day, story_id) SELECT unnest(CAST(:terms AS BIGINT[])), :day, :story"
        " ON CONFLICT DO NOTHING"
    ),
}
_STORY = (
    "s.id, s.first_at, s.last_at, CAST(sum(a.at) AS BIGINT) / count(*), c.body, count(*) FILTER (WHERE a.site = :site),"
    " count(*) FILTER (WHERE a.copy_of IS NULL)"
)
_WITH_ARTICLES = (
    "JOIN centroids c ON c.story_id = s.id JOIN articles a ON a.story_id = s.id"
    " WHERE s.last_at >= :since AND s.first_at <= :until AND"
)
_NEAR = {
    "sqlite": text(
        f"SELECT {_STORY} FROM json_each(:ids) j CROSS JOIN stories s {_WITH_ARTICLES} s.id = j.value"
        " GROUP BY s.id, c.story_id"
    ),
    "postgresql": text(
        f"SELECT {_STORY} FROM stories s {_WITH_ARTICLES} s.id = ANY(CAST(:ids AS BIGINT[])) GROUP BY s.id, c.story_id"
    ),
}
_OF_STORY = text("SELECT body FROM centroids WHERE story_id = :story")
_KEEP = text(
    "INSERT INTO centroids (story_id, day, body) VALUES (:story, :day, :body) ON CONFLICT (story_id)"
    " DO UPDATE SET body = excluded.body,"
    " day = CASE WHEN excluded.day > centroids.day THEN excluded.day ELSE centroids.day END"
)
_EXPIRE = (
    text("DELETE FROM centroids WHERE day < :day"),
    text("DELETE FROM story_terms WHERE day < :day"),
)
# Reports of a day are compared with the same stories again and again.
_unpacked = lru_cache(maxsize=256)(unpack_centroid)
_DELETE = text("DELETE FROM centroids WHERE story_id IN :ids").bindparams(bindparam("ids", expanding=True))


def count(unit: UnitOfWork, made: Fingerprint) -> Centroid:
    """Weighs a new report by how common its terms are so far; they are counted from now on."""
    if not made.terms:
        return report(made, {}, 0)
    counted = (*made.terms, made.language)
    often = unit.frequencies.of(counted)
    read = often[made.language]
    own = report(made, often, read)
    if read < _ALL_COUNTED or sum(made.terms) % _ONE_IN == 0:
        unit.frequencies.add(counted, 1 if read < _ALL_COUNTED else _ONE_IN)
    return own


def weighed(unit: UnitOfWork, made: Fingerprint) -> Centroid:
    """Weighs a report that was counted when it came by how common its terms are by now."""
    often = unit.frequencies.of((*made.terms, made.language))
    return report(made, often, often[made.language])


def near(conn: Connection, new: Centroid, site: str, at: int) -> list[NearStory]:
    """Returns the stories of the days around that share the weightiest terms with a report of that site."""
    asked = list(islice(new.terms.items(), _QUERY_TERMS))
    if not asked:
        return []
    weight = {term: value * value for term, value in asked}
    terms = [term for term, _ in asked] + [-1] * (_QUERY_TERMS - len(asked))
    days = {"since": (at - WINDOW) // DAY, "until": (at + WINDOW) // DAY}
    shared: dict[int, float] = defaultdict(float)
    for term, story in dict.fromkeys(run(conn, _POSTINGS, {**{f"t{n}": term for n, term in enumerate(terms)}, **days})):
        shared[story] += weight[term]
    if not shared:
        return []
    best = [story for _, story in nlargest(_MAX_COMPARED, zip(shared.values(), shared, strict=True))]
    rows = run_list(conn, _NEAR, "ids", best, since=at - WINDOW, until=at + WINDOW, site=site)
    return [NearStory(row[0], row[1], row[2], row[3], _unpacked(row[4]), row[5], row[6]) for row in rows]


def of_story(conn: Connection, story_id: int) -> Centroid:
    """Returns what a story has in common; nothing if that is not known, or no longer."""
    rows = run(conn, _OF_STORY, {"story": story_id})
    return _unpacked(rows[0][0]) if rows else Centroid({})


def keep(conn: Connection, story_id: int, at: int, centroid: Centroid, found_by: Mapping[int, float]) -> None:
    """Stores a story's centroid; from now on the heaviest of `found_by`'s terms lead to it."""
    if not centroid.terms:
        return
    day = at // DAY
    run(conn, _KEEP, {"story": story_id, "day": day, "body": pack_centroid(centroid)})
    run_list(conn, _ADD_POSTINGS, "terms", list(islice(found_by, _POSTED_TERMS)), day=day, story=story_id)


def delete(conn: Connection, story_ids: Sequence[int]) -> None:
    """Deletes what stories have in common: nothing joins them any more."""
    conn.execute(_DELETE, {"ids": list(story_ids)})


def expire(conn: Connection, before: int) -> None:
    """Deletes the centroids of stories that had no article since a time: nothing new joins them."""
    for statement in _EXPIRE:
        conn.execute(statement, {"day": (before - WINDOW) // DAY})
