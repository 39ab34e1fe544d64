"""Copies and stories in SQL. Every function works inside the transaction of its caller.

A new article, in this order:

    placed = assign(conn, site=…, at=…, title=…, text_hash=…, fingerprint=…, decide=…)  # finds, joins or creates
    INSERT INTO articles (…, story_id = placed.story_id, copy_of = placed.copy_of)
    record(conn, article_id, placed)                       # its hashes; copies re-pointed where it took the head's place

A changed text: update the row, then `revise`. A pruned article: `leave`, delete the row, then `drop_empty`.
Articles are compared with those of seven days before and after; an n-gram in `COMMON` articles of those weeks is ignored.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, text

from aggregator.store import centroids
from aggregator.store.statements import run
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.stories.clustering import Centroid, closest, merge_centroids
from aggregator.stories.copy_verdict import MIN_SHARED, WINDOW, CopyCandidate, CopyVerdict, NewArticle, better_head
from aggregator.stories.fingerprint import Fingerprint, pack_entities, pack_hashes, unpack_entities, unpack_hashes
from aggregator.text import index_form

Decide = Callable[[NewArticle, Sequence[CopyCandidate]], CopyVerdict]

WEEK = 7 * 86_400
COMMON = 20
MOST_CANDIDATES = 12  # read and compared; those that share most
_LOCK = 0x53544F52  # "STOR": one assigns at a time on PostgreSQL, as the one writer does on SQLite

_POSTINGS = {
    "sqlite": text(
        "SELECT s.hash, s.article_id FROM json_each(:hashes) j"
        " CROSS JOIN shingles s WHERE s.week IN (:week - 1, :week, :week + 1) AND s.hash = j.value"
    ),
    "postgresql": text(
        "SELECT hash, article_id FROM shingles"
        " WHERE week IN (:week - 1, :week, :week + 1) AND hash = ANY(CAST(:hashes AS BIGINT[]))"
    ),
}
_POST = {
    "sqlite": text(
        "INSERT INTO shingles (week, hash, article_id) SELECT :week, value, :id FROM json_each(:hashes) WHERE true"
        " ON CONFLICT DO NOTHING"
    ),
    "postgresql": text(
        "INSERT INTO shingles (week, hash, article_id) SELECT :week, unnest(CAST(:hashes AS BIGINT[])), :id"
        " ON CONFLICT DO NOTHING"
    ),
}
_UNPOST = {
    "sqlite": text(
        "DELETE FROM shingles WHERE week = :week AND article_id = :id"
        " AND hash IN (SELECT value FROM json_each(:hashes))"
    ),
    "postgresql": text(
        "DELETE FROM shingles WHERE week = :week AND article_id = :id AND hash = ANY(CAST(:hashes AS BIGINT[]))"
    ),
}
_CANDIDATE = (
    "SELECT a.id, a.story_id, a.copy_of, a.site, a.at, a.title, a.word_count, a.text_hash, f.hashes, f.marks"
    " FROM articles a JOIN fingerprints f ON f.article_id = a.id"
)
_SAME_TEXT = text(
    f"{_CANDIDATE} WHERE a.text_hash = :text_hash AND a.at BETWEEN :since AND :until ORDER BY a.at, a.id LIMIT 4"
)
_CANDIDATES = {
    "sqlite": text(
        f"{_CANDIDATE.replace('FROM', 'FROM json_each(:ids) j CROSS JOIN')} WHERE a.id = j.value"
        " AND a.at BETWEEN :since AND :until"
    ),
    "postgresql": text(f"{_CANDIDATE} WHERE a.id = ANY(CAST(:ids AS BIGINT[])) AND a.at BETWEEN :since AND :until"),
}
_HEAD = text("SELECT at, word_count FROM articles WHERE id = :id")
_CREATE = text("INSERT INTO stories (first_at, last_at, articles) VALUES (:at, :at, 1) RETURNING id")
_JOIN = text(
    "UPDATE stories SET articles = articles + 1, first_at = CASE WHEN :at < first_at THEN :at ELSE first_at END,"
    " last_at = CASE WHEN :at > last_at THEN :at ELSE last_at END WHERE id = :story"
)
_KEEP = text("INSERT INTO fingerprints (article_id, week, hashes, marks) VALUES (:id, :week, :hashes, :marks)")
_KEPT = text("SELECT week, hashes FROM fingerprints WHERE article_id = :id")
_FORGET = text("DELETE FROM fingerprints WHERE article_id = :id")
_NEW_HEAD = text("SELECT id FROM articles WHERE copy_of = :id ORDER BY at, id LIMIT 1")
_REPOINT = text("UPDATE articles SET copy_of = :head WHERE copy_of = :id AND id <> :head")
_IS_HEAD = text("UPDATE articles SET copy_of = NULL WHERE id = :id")
_IS_COPY = text("UPDATE articles SET copy_of = :head WHERE id = :id")
_REST = text(
    "SELECT count(*) AS articles, min(b.at) AS first_at, max(b.at) AS last_at, a.story_id FROM articles a"
    " LEFT JOIN articles b ON b.story_id = a.story_id AND b.id <> a.id WHERE a.id = :id GROUP BY a.story_id"
)
_SHRINK = text(
    "UPDATE stories SET articles = :articles, first_at = coalesce(:first_at, first_at),"
    " last_at = coalesce(:last_at, last_at) WHERE id = :story"
)
_SPAN = text(
    "UPDATE stories SET first_at = (SELECT min(at) FROM articles WHERE story_id = :story),"
    " last_at = (SELECT max(at) FROM articles WHERE story_id = :story) WHERE id = :story"
)
_DROP = text("DELETE FROM stories WHERE id = :id AND NOT EXISTS (SELECT 1 FROM articles WHERE story_id = :id)")
_EXPIRE = (
    text("DELETE FROM shingles WHERE week < :week"),
    text("DELETE FROM fingerprints WHERE week < :week"),
)
_UNCHANGED = Centroid({})


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a new article belongs. `takes_from`: the head whose place it takes; `rare`: the hashes to be kept."""

    story_id: int
    copy_of: int | None
    takes_from: int | None
    week: int
    rare: tuple[int, ...]
    entities: tuple[int, ...]
    verdict: CopyVerdict
    at: int = 0
    centroid: Centroid = _UNCHANGED  # of the story with the article in it; without terms where it stays as it was
    found_by: Mapping[int, float] = field(default_factory=dict)  # the article's own terms


def assign(
    unit: UnitOfWork,
    *,
    site: str,
    at: int,
    title: str | None,
    text_hash: int,
    fingerprint: Fingerprint,
    decide: Decide,
) -> Placed:
    """Finds what the new article is a copy or a follow-up of and joins that story, or creates one of its own."""
    serialise(unit)
    rare, candidates = find(unit, at=at, text_hash=text_hash, fingerprint=fingerprint)
    new = NewArticle(
        site,
        at,
        index_form(title or ""),
        fingerprint.words,
        text_hash,
        frozenset(rare),
        frozenset(fingerprint.entities),
    )
    verdict = decide(new, candidates)
    story, centroid, found_by = verdict.story_id, _UNCHANGED, _UNCHANGED
    if verdict.copy_of is None:
        story, verdict, centroid, found_by = _joined(unit, new, fingerprint, verdict)
    if story is None:
        story = create(unit, at)
    else:
        join(unit, story, at)
    takes = verdict.copy_of is not None and _is_better(unit, new, verdict.copy_of)
    return Placed(
        story_id=story,
        copy_of=None if takes else verdict.copy_of,
        takes_from=verdict.copy_of if takes else None,
        week=at // WEEK,
        rare=rare,
        entities=fingerprint.entities,
        verdict=verdict,
        at=at,
        centroid=centroid,
        found_by=found_by.terms,
    )


def serialise(conn: Connection) -> None:
    """Waits until no other transaction assigns, restores or mends, and keeps them waiting until this one ends."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _joined(
    unit: UnitOfWork, new: NewArticle, made: Fingerprint, verdict: CopyVerdict
) -> tuple[int | None, CopyVerdict, Centroid, Centroid]:
    """The story of a report that is no copy, why, what that story then has in common, and the report's own terms."""
    own = centroids.count(unit, made)
    if verdict.story_id is not None:
        return verdict.story_id, verdict, merge_centroids(centroids.of_story(unit, verdict.story_id), own), own
    match = closest(own, new.at, centroids.near(unit, own, new.site, new.at), verdict.apart)
    if match is None:
        return None, verdict, own, own
    told = CopyVerdict(None, match.story.story_id, match.score, match.reason)
    return match.story.story_id, told, merge_centroids(match.story.centroid, own), own


def find(
    conn: Connection, *, at: int, text_hash: int, fingerprint: Fingerprint
) -> tuple[tuple[int, ...], list[CopyCandidate]]:
    """The fingerprint's rare hashes, and the articles within seven days that may be copies: those of the same text
    first, else those that share most of the rare hashes."""
    window = {"since": at - WINDOW, "until": at + WINDOW}
    rare, common, shared = _postings(conn, at // WEEK, fingerprint.hashes)
    if not fingerprint.hashes:
        return rare, []
    same = run(conn, _SAME_TEXT, {"text_hash": text_hash, **window})
    if same:
        return rare, [_candidate(row, common) for row in same]
    ids = [article for article, count in shared.most_common(MOST_CANDIDATES) if count >= MIN_SHARED]
    if not ids:
        return rare, []
    rows = centroids.run_list(conn, _CANDIDATES, "ids", ids, window)
    return rare, [_candidate(row, common) for row in sorted(rows, key=lambda row: ids.index(row[0]))]


def create(conn: Connection, at: int) -> int:
    """A story of one article."""
    return int(run(conn, _CREATE, {"at": at})[0][0])


def join(conn: Connection, story_id: int, at: int) -> None:
    """One more article in a story."""
    run(conn, _JOIN, {"story": story_id, "at": at})


def record(conn: Connection, article_id: int, placed: Placed) -> None:
    """Keeps the hashes of an article whose row is now there; if it took a head's place, all copies point to it."""
    if placed.takes_from is not None:
        conn.execute(_REPOINT, {"id": placed.takes_from, "head": article_id})
        conn.execute(_IS_COPY, {"id": placed.takes_from, "head": article_id})
    _keep(conn, article_id, placed.week, placed.rare, placed.entities)
    centroids.keep(conn, placed.story_id, placed.at, placed.centroid, placed.found_by)


def revise(conn: Connection, article_id: int, *, at: int, fingerprint: Fingerprint) -> None:
    """Hashes of a changed text instead of the old ones. The article stays in its story: ids are stable."""
    _forget(conn, article_id)
    rare, _, _ = _postings(conn, at // WEEK, fingerprint.hashes)
    _keep(conn, article_id, at // WEEK, rare, fingerprint.entities)


def respan(conn: Connection, story_id: int) -> None:
    """The times of a story, of one of whose articles another time became known."""
    conn.execute(_SPAN, {"story": story_id})


def leave(conn: Connection, article_id: int) -> int | None:
    """Takes an article out of its story before its row is deleted; if it was the head, its first copy takes its place.

    Returns the story if nothing is left in it: `drop_empty` takes it away after the row.
    """
    _forget(conn, article_id)
    head = conn.execute(_NEW_HEAD, {"id": article_id}).scalar()
    if head is not None:
        conn.execute(_IS_HEAD, {"id": head})
        conn.execute(_REPOINT, {"id": article_id, "head": head})
    rest = conn.execute(_REST, {"id": article_id}).mappings().first()
    if rest is None:
        return None
    left = rest["articles"] if rest["first_at"] is not None else 0
    shrunk = {"story": rest["story_id"], "articles": left, "first_at": rest["first_at"], "last_at": rest["last_at"]}
    conn.execute(_SHRINK, shrunk)
    return None if left else int(rest["story_id"])


def drop_empty(conn: Connection, story_ids: Iterable[int | None]) -> None:
    """Deletes those of the stories that no article belongs to any more."""
    ids = [{"id": story} for story in story_ids if story is not None]
    if ids:
        conn.execute(_DROP, ids)


def expire(conn: Connection, before: int) -> None:
    """Forgets the hashes of the weeks before a time: nothing new is compared with them."""
    for statement in _EXPIRE:
        conn.execute(statement, {"week": before // WEEK - 1})
    centroids.expire(conn, before)


def _postings(
    conn: Connection, week: int, hashes: Sequence[int]
) -> tuple[tuple[int, ...], frozenset[int], Counter[int]]:
    """Of the hashes: the rare ones, the common ones, and how many rare ones each article shares."""
    if not hashes:
        return (), frozenset(), Counter()
    rows = centroids.run_list(conn, _POSTINGS, "hashes", hashes, {"week": week})
    often = Counter(row[0] for row in rows)
    common = frozenset(value for value, count in often.items() if count >= COMMON)
    shared = Counter(row[1] for row in rows if row[0] not in common)
    return tuple(value for value in hashes if value not in common), common, shared


def _keep(conn: Connection, article_id: int, week: int, rare: Sequence[int], marks: Sequence[int]) -> None:
    if rare:
        centroids.run_list(conn, _POST, "hashes", rare, {"week": week, "id": article_id})
    run(conn, _KEEP, {"id": article_id, "week": week, "hashes": pack_hashes(rare), "marks": pack_entities(marks)})


def _forget(conn: Connection, article_id: int) -> None:
    kept = conn.execute(_KEPT, {"id": article_id}).first()
    if kept is None:
        return
    hashes = unpack_hashes(kept[1])
    if hashes:
        centroids.run_list(conn, _UNPOST, "hashes", hashes, {"week": kept[0], "id": article_id})
    conn.execute(_FORGET, {"id": article_id})


def _candidate(row: Sequence[Any], common: frozenset[int]) -> CopyCandidate:
    article_id, story_id, copy_of, site, at, title, words, text_hash, hashes, marks = row
    return CopyCandidate(
        article_id=article_id,
        story_id=story_id,
        copy_of=copy_of,
        site=site,
        at=at,
        title=index_form(title or ""),
        words=words,
        text_hash=text_hash,
        hashes=frozenset(unpack_hashes(hashes)) - common,
        entities=frozenset(unpack_entities(marks)),
    )


def _is_better(conn: Connection, new: NewArticle, head_id: int) -> bool:
    head = conn.execute(_HEAD, {"id": head_id}).first()
    return head is not None and better_head(new.at, new.words, head[0], head[1])
