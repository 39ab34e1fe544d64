"""Stories as centroids in SQL: how common each term is, which stories are near, what a story has in common.

Each function works inside the transaction of its caller. A report is looked for by its heaviest terms, of each of which
the newest `_NEWEST` stories of the days around are read, by one range of the primary key: what that costs depends on
neither the size of the archive nor how common a term is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Connection, TextClause, bindparam, text

from aggregator.store.statements import run
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.stories.clustering import WINDOW, Centroid, NearStory, pack_centroid, report, unpack_centroid
from aggregator.stories.fingerprint import Fingerprint
from aggregator.times import DAY

_POSTED = 10  # terms of a report by which its story is found
_ASKED = 12  # terms of a report that look for stories
_NEWEST = 50
_MOST = 8  # stories that are compared; those that share the weightiest terms

_FEW = 500  # articles of a language that are all counted; later ones are counted by samples, which costs far less:
_SAMPLED = 8  # one in so many

_POSTINGS = text(
    " UNION ALL ".join(
        f"SELECT * FROM (SELECT term, story_id FROM story_terms WHERE term = :t{n} AND day BETWEEN :since AND :until"
        f" ORDER BY day DESC, story_id DESC LIMIT {_NEWEST}) AS p{n}"
        for n in range(_ASKED)
    )
)
_POST = {
    "sqlite": text(
        "INSERT INTO story_terms (term, day, story_id) SELECT value, :day, :story FROM json_each(:terms) WHERE true"
        " ON CONFLICT DO NOTHING"
    ),
    "postgresql": text(
        "INSERT INTO story_terms (term, day, story_id) SELECT unnest(CAST(:terms AS BIGINT[])), :day, :story"
        " ON CONFLICT DO NOTHING"
    ),
}
_OWN = "(SELECT count(*) FROM articles a WHERE a.story_id = s.id AND a.site = :site)"
_NEAR = {
    "sqlite": text(
        f"SELECT s.id, s.first_at, s.last_at, c.body, {_OWN} FROM json_each(:ids) j CROSS JOIN stories s JOIN centroids c"
        " ON c.story_id = s.id WHERE s.id = j.value AND s.last_at >= :since AND s.first_at <= :until"
    ),
    "postgresql": text(
        f"SELECT s.id, s.first_at, s.last_at, c.body, {_OWN} FROM stories s JOIN centroids c ON c.story_id = s.id"
        " WHERE s.id = ANY(CAST(:ids AS BIGINT[])) AND s.last_at >= :since AND s.first_at <= :until"
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
_DROP = text("DELETE FROM centroids WHERE story_id IN :ids").bindparams(bindparam("ids", expanding=True))


def count(unit: UnitOfWork, made: Fingerprint) -> Centroid:
    """A new report, weighed by how common its terms are so far; they are counted from now on."""
    if not made.terms:
        return report(made, {}, 0)
    counted = (*made.terms, made.language)
    often = unit.frequencies.of(counted)
    read = often[made.language]
    own = report(made, often, read)
    if read < _FEW or sum(made.terms) % _SAMPLED == 0:
        unit.frequencies.add(counted, 1 if read < _FEW else _SAMPLED)
    return own


def weighed(unit: UnitOfWork, made: Fingerprint) -> Centroid:
    """A report that was counted when it came, weighed by how common its terms are by now."""
    often = unit.frequencies.of((*made.terms, made.language))
    return report(made, often, often[made.language])


def near(conn: Connection, new: Centroid, site: str, at: int) -> list[NearStory]:
    """The stories of the days around that share the weightiest terms with a report of that site."""
    asked = list(islice(new.terms.items(), _ASKED))
    if not asked:
        return []
    weight = {term: value * value for term, value in asked}
    terms = [term for term, _ in asked] + [-1] * (_ASKED - len(asked))
    days = {"since": (at - WINDOW) // DAY, "until": (at + WINDOW) // DAY}
    shared: dict[int, set[int]] = defaultdict(set)
    for term, story in run(conn, _POSTINGS, {**{f"t{n}": term for n, term in enumerate(terms)}, **days}):
        shared[story].add(term)
    best = sorted(shared, key=lambda story: (-sum(weight[term] for term in shared[story]), -story))[:_MOST]
    if not best:
        return []
    rows = run_list(conn, _NEAR, "ids", best, {"since": at - WINDOW, "until": at + WINDOW, "site": site})
    return [NearStory(row[0], row[1], row[2], unpack_centroid(row[3]), row[4]) for row in rows]


def of_story(conn: Connection, story_id: int) -> Centroid:
    """What a story has in common; nothing if that is not known, or no longer."""
    rows = run(conn, _OF_STORY, {"story": story_id})
    return unpack_centroid(rows[0][0]) if rows else Centroid({})


def keep(conn: Connection, story_id: int, at: int, centroid: Centroid, found_by: Mapping[int, float]) -> None:
    """Stores a story's centroid; from now on the heaviest of `found_by`'s terms lead to it."""
    if not centroid.terms:
        return
    day = at // DAY
    run(conn, _KEEP, {"story": story_id, "day": day, "body": pack_centroid(centroid)})
    run_list(conn, _POST, "terms", list(islice(found_by, _POSTED)), {"day": day, "story": story_id})


def drop(conn: Connection, story_ids: Sequence[int]) -> None:
    """Forgets what stories have in common: nothing joins them any more."""
    conn.execute(_DROP, {"ids": list(story_ids)})


def expire(conn: Connection, before: int) -> None:
    """Forgets the stories that had no article since a time: nothing new joins them."""
    for statement in _EXPIRE:
        conn.execute(statement, {"day": (before - WINDOW) // DAY})


def run_list(
    conn: Connection,
    statements: Mapping[str, TextClause],
    name: str,
    values: Sequence[int],
    others: Mapping[str, object],
) -> Sequence[Sequence[Any]]:
    """Runs one of the statements, which takes a list: JSON on SQLite, an array on PostgreSQL."""
    dialect = conn.dialect.name
    given = orjson.dumps(values).decode() if dialect == "sqlite" else list(values)
    return run(conn, statements[dialect], {name: given, **others})
