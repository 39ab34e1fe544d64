"""Keeps stories in SQL: which a new article joins, what its coming and going change, in the caller's transaction.

A new article, in this order:

    assignment = assign(unit, site=…, at=…, title=…, text_hash=…, fingerprint=…)   # finds, joins or creates
    INSERT INTO articles (…, story_id = assignment.story_id, copy_of = assignment.copy_of)
    record(unit, article_id, assignment)         # its hashes; copies re-pointed where it took the head's place

A changed text: update the row, then `near_copies.replace`. A pruned article: `leave`, delete, then `drop_empty`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, text

from aggregator.store import sql
from aggregator.store.grouping import centroids, near_copies
from aggregator.store.sql import run
from aggregator.store.unit_of_work import UnitOfWork
from aggregator.stories import decide
from aggregator.stories.clustering import Centroid, closest, merge_centroids
from aggregator.stories.copy_verdict import CopyVerdict, NewArticle, better_head
from aggregator.stories.fingerprint import Fingerprint
from aggregator.text import index_form

_CREATE = text("INSERT INTO stories (first_at, last_at, articles) VALUES (:at, :at, 1) RETURNING id")
_JOIN = text(
    "UPDATE stories SET articles = articles + 1, first_at = CASE WHEN :at < first_at THEN :at ELSE first_at END,"
    " last_at = CASE WHEN :at > last_at THEN :at ELSE last_at END WHERE id = :story"
)
_HEAD = text("SELECT at, word_count FROM articles WHERE id = :id")
_NEXT_HEAD = text("SELECT id FROM articles WHERE copy_of = :id ORDER BY at, id LIMIT 1")
_REPOINT_COPIES = text("UPDATE articles SET copy_of = :head WHERE copy_of = :id AND id <> :head")
_MAKE_HEAD = text("UPDATE articles SET copy_of = NULL WHERE id = :id")
_MAKE_COPY = text("UPDATE articles SET copy_of = :head WHERE id = :id")
_OTHER_ARTICLES = text(
    "SELECT a.story_id, count(b.id), min(b.at), max(b.at) FROM articles a"
    " LEFT JOIN articles b ON b.story_id = a.story_id AND b.id <> a.id WHERE a.id = :id GROUP BY a.story_id"
)
_SHRINK = text(
    "UPDATE stories SET articles = :articles, first_at = coalesce(:first_at, first_at),"
    " last_at = coalesce(:last_at, last_at) WHERE id = :story"
)
_UPDATE_TIMES = text(
    "UPDATE stories SET first_at = (SELECT min(at) FROM articles WHERE story_id = :story),"
    " last_at = (SELECT max(at) FROM articles WHERE story_id = :story) WHERE id = :story"
)
_DROP = text("DELETE FROM stories WHERE id = :id AND NOT EXISTS (SELECT 1 FROM articles WHERE story_id = :id)")
_UNCHANGED = Centroid({})


@dataclass(frozen=True, slots=True)
class Assignment:
    """Where a new article belongs. `takes_from`: the head whose place it takes; `rare`: the hashes to be kept;
    `centroid`: of the story with the article in it, without terms where it stays as it was; `found_by`: the article's
    own terms."""

    story_id: int
    copy_of: int | None
    takes_from: int | None
    at: int
    rare: tuple[int, ...]
    entities: tuple[int, ...]
    verdict: CopyVerdict
    centroid: Centroid = _UNCHANGED
    found_by: Mapping[int, float] = field(default_factory=dict)


def assign(
    unit: UnitOfWork, *, site: str, at: int, title: str | None, text_hash: int, fingerprint: Fingerprint
) -> Assignment:
    """Finds what the new article is a copy or a follow-up of and joins that story, or creates one of its own."""
    serialise(unit)
    rare, candidates = near_copies.find(unit, at=at, text_hash=text_hash, fingerprint=fingerprint)
    folded, entities = index_form(title or ""), frozenset(fingerprint.entities)
    new = NewArticle(site, at, folded, fingerprint.words, text_hash, frozenset(rare), entities)
    verdict = decide(new, candidates)
    story, centroid, found_by = verdict.story_id, _UNCHANGED, _UNCHANGED
    if verdict.copy_of is None:
        story, verdict, centroid, found_by = _of_report(unit, new, fingerprint, verdict)
    if story is None:
        story = create(unit, at)
    else:
        join(unit, story, at)
    takes = verdict.copy_of is not None and _is_better(unit, new, verdict.copy_of)
    return Assignment(
        story_id=story,
        copy_of=None if takes else verdict.copy_of,
        takes_from=verdict.copy_of if takes else None,
        at=at,
        rare=rare,
        entities=fingerprint.entities,
        verdict=verdict,
        centroid=centroid,
        found_by=found_by.terms,
    )


def serialise(conn: Connection) -> None:
    """Waits until no other transaction assigns, restores or edits stories; they then wait until this one ends."""
    sql.serialise(conn, "stories")


def _of_report(
    unit: UnitOfWork, new: NewArticle, made: Fingerprint, verdict: CopyVerdict
) -> tuple[int | None, CopyVerdict, Centroid, Centroid]:
    """Returns the story of a report that is no copy, why, what that story then has in common, and its own terms."""
    own = centroids.count(unit, made)
    if verdict.story_id is not None:
        return verdict.story_id, verdict, merge_centroids(centroids.of_story(unit, verdict.story_id), own), own
    match = closest(own, new.at, centroids.near(unit, own, new.site, new.at), verdict.apart)
    if match is None:
        return None, verdict, own, own
    found = CopyVerdict(None, match.story.story_id, match.score, match.reason)
    return match.story.story_id, found, merge_centroids(match.story.centroid, own), own


def create(conn: Connection, at: int) -> int:
    """Creates a story of one article of that time; returns its id."""
    return int(run(conn, _CREATE, {"at": at})[0][0])


def join(conn: Connection, story_id: int, at: int) -> None:
    """Counts one more article of that time in a story."""
    run(conn, _JOIN, {"story": story_id, "at": at})


def record(conn: Connection, article_id: int, assignment: Assignment) -> None:
    """Keeps the hashes of an article whose row is now there; if it took a head's place, all copies point to it."""
    if assignment.takes_from is not None:
        conn.execute(_REPOINT_COPIES, {"id": assignment.takes_from, "head": article_id})
        conn.execute(_MAKE_COPY, {"id": assignment.takes_from, "head": article_id})
    near_copies.add(conn, article_id, assignment.at, assignment.rare, assignment.entities)
    centroids.keep(conn, assignment.story_id, assignment.at, assignment.centroid, assignment.found_by)


def update_times(conn: Connection, story_id: int) -> None:
    """Brings the times of a story up to date, of one of whose articles another time became known."""
    conn.execute(_UPDATE_TIMES, {"story": story_id})


def leave(conn: Connection, article_id: int) -> int | None:
    """Takes an article out of its story before its row is deleted; if it was the head, its first copy takes its place.

    Returns the story if nothing is left in it: `drop_empty` takes it away after the row.
    """
    near_copies.remove(conn, article_id)
    head = conn.execute(_NEXT_HEAD, {"id": article_id}).scalar()
    if head is not None:
        conn.execute(_MAKE_HEAD, {"id": head})
        conn.execute(_REPOINT_COPIES, {"id": article_id, "head": head})
    others = conn.execute(_OTHER_ARTICLES, {"id": article_id}).first()
    if others is None:
        return None
    story_id, left, first_at, last_at = others
    conn.execute(_SHRINK, {"story": story_id, "articles": left, "first_at": first_at, "last_at": last_at})
    return None if left else int(story_id)


def drop_empty(conn: Connection, story_ids: Iterable[int | None]) -> None:
    """Deletes those of the stories that no article belongs to any more."""
    ids = [{"id": story} for story in story_ids if story is not None]
    if ids:
        conn.execute(_DROP, ids)


def expire(conn: Connection, before: int) -> None:
    """Deletes what nothing new is compared with: hashes and centroids of the time before."""
    near_copies.expire(conn, before)
    centroids.expire(conn, before)


def _is_better(conn: Connection, new: NewArticle, head_id: int) -> bool:
    head = conn.execute(_HEAD, {"id": head_id}).first()
    return head is not None and better_head(new.at, new.words, head[0], head[1])
