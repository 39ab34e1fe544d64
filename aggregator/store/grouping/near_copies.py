"""Keeps the near-copy index: sampled hashes of the n-grams of each article, by which texts that share many are found.

An article is compared with those of seven days before and after. An n-gram in `COMMON_NGRAM` articles of those weeks
says nothing and is ignored. The index has a quarter of an article's hashes; by all of them, which its fingerprint keeps
packed, it is compared.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, text

from aggregator.store.sql import run, run_list
from aggregator.stories.copy_verdict import WINDOW, CopyCandidate
from aggregator.stories.fingerprint import (
    SAMPLE_MASK,
    Fingerprint,
    indexed,
    pack_entities,
    pack_hashes,
    unpack_entities,
    unpack_hashes,
)
from aggregator.text import index_form
from aggregator.times import WEEK

COMMON_NGRAM = 20  # articles
MAX_CANDIDATES = 12  # articles read and compared; those that share most

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
_ADD_POSTINGS = {
    "sqlite": text(
        "INSERT INTO shingles (week, hash, article_id) SELECT :week, value, :id FROM json_each(:hashes) WHERE true"
        " ON CONFLICT DO NOTHING"
    ),
    "postgresql": text(
        "INSERT INTO shingles (week, hash, article_id) SELECT :week, unnest(CAST(:hashes AS BIGINT[])), :id"
        " ON CONFLICT DO NOTHING"
    ),
}
_DELETE_POSTINGS = {
    "sqlite": text(
        "DELETE FROM shingles WHERE week = :week AND article_id = :id"
        " AND hash IN (SELECT value FROM json_each(:hashes))"
    ),
    "postgresql": text(
        "DELETE FROM shingles WHERE week = :week AND article_id = :id AND hash = ANY(CAST(:hashes AS BIGINT[]))"
    ),
}
_CANDIDATE = "a.id, a.story_id, a.copy_of, a.site, a.at, a.title, a.word_count, a.text_hash, f.hashes, f.marks"
_SAME_TEXT = text(
    f"SELECT {_CANDIDATE} FROM articles a JOIN fingerprints f ON f.article_id = a.id"
    " WHERE a.text_hash = :text_hash AND a.at BETWEEN :since AND :until ORDER BY a.at, a.id LIMIT 4"
)
_CANDIDATES = {
    "sqlite": text(
        f"SELECT {_CANDIDATE} FROM json_each(:ids) j CROSS JOIN articles a JOIN fingerprints f ON f.article_id = a.id"
        " WHERE a.id = j.value AND a.at BETWEEN :since AND :until"
    ),
    "postgresql": text(
        f"SELECT {_CANDIDATE} FROM articles a JOIN fingerprints f ON f.article_id = a.id"
        " WHERE a.id = ANY(CAST(:ids AS BIGINT[])) AND a.at BETWEEN :since AND :until"
    ),
}
_FINGERPRINT = text("SELECT week, hashes FROM fingerprints WHERE article_id = :id")
_ADD_FINGERPRINT = text(
    "INSERT INTO fingerprints (article_id, week, hashes, marks) VALUES (:id, :week, :hashes, :marks)"
)
_DELETE_FINGERPRINT = text("DELETE FROM fingerprints WHERE article_id = :id")
_EXPIRE = (text("DELETE FROM shingles WHERE week < :week"), text("DELETE FROM fingerprints WHERE week < :week"))


def find(
    conn: Connection, *, at: int, text_hash: int, fingerprint: Fingerprint
) -> tuple[tuple[int, ...], list[CopyCandidate]]:
    """Returns the fingerprint's rare hashes, and the articles within seven days that may be copies: those of the same
    text first, else those that share most of the rare hashes."""
    rare, common, shared = _postings(conn, at // WEEK, fingerprint.hashes)
    if not fingerprint.hashes:
        return rare, []
    since, until = at - WINDOW, at + WINDOW
    same = run(conn, _SAME_TEXT, {"text_hash": text_hash, "since": since, "until": until})
    if same:
        return rare, [_candidate(row, common) for row in same]
    ids = [article for article, _ in shared.most_common(MAX_CANDIDATES)]
    if not ids:
        return rare, []
    rows = run_list(conn, _CANDIDATES, "ids", ids, since=since, until=until)
    return rare, [_candidate(row, common) for row in sorted(rows, key=lambda row: ids.index(row[0]))]


def add(conn: Connection, article_id: int, at: int, rare: Sequence[int], entities: Sequence[int]) -> None:
    """Indexes an article of that time by its rare hashes."""
    week = at // WEEK
    if posted := indexed(rare):
        run_list(conn, _ADD_POSTINGS, "hashes", posted, week=week, id=article_id)
    packed = {"hashes": pack_hashes(rare), "marks": pack_entities(entities)}
    run(conn, _ADD_FINGERPRINT, {"id": article_id, "week": week, **packed})


def remove(conn: Connection, article_id: int) -> None:
    """Takes an article out of the index."""
    kept = conn.execute(_FINGERPRINT, {"id": article_id}).first()
    if kept is None:
        return
    week, posted = kept[0], [value for value in unpack_hashes(kept[1]) if not value & SAMPLE_MASK]
    if posted:
        run_list(conn, _DELETE_POSTINGS, "hashes", posted, week=week, id=article_id)
    conn.execute(_DELETE_FINGERPRINT, {"id": article_id})


def replace(conn: Connection, article_id: int, at: int, fingerprint: Fingerprint) -> None:
    """Indexes an article by another text, or at another time, than before."""
    remove(conn, article_id)
    rare, _, _ = _postings(conn, at // WEEK, fingerprint.hashes)
    add(conn, article_id, at, rare, fingerprint.entities)


def expire(conn: Connection, before: int) -> None:
    """Deletes the hashes of the weeks before a time: nothing new is compared with them."""
    for statement in _EXPIRE:
        conn.execute(statement, {"week": before // WEEK - 1})


def _postings(
    conn: Connection, week: int, hashes: Sequence[int]
) -> tuple[tuple[int, ...], frozenset[int], Counter[int]]:
    """Returns, of the hashes, the rare ones and the common ones, and how many rare ones each article shares."""
    asked = indexed(hashes)
    if not asked:
        return tuple(hashes), frozenset(), Counter()
    rows = run_list(conn, _POSTINGS, "hashes", asked, week=week)
    often = Counter(row[0] for row in rows)
    seen = {value for value, count in often.items() if count >= COMMON_NGRAM}
    if not seen:
        return tuple(hashes), frozenset(), Counter(row[1] for row in rows)
    shared = Counter(row[1] for row in rows if row[0] not in seen)
    common = _between(hashes, frozenset(asked), seen)
    return tuple(value for value in hashes if value not in common), common, shared


def _between(hashes: Sequence[int], asked: frozenset[int], seen: set[int]) -> frozenset[int]:
    """Returns the hashes that are common: those `seen` to be, and what stands between two of them, or one and an end
    of the text, without any that was asked for: what a site adds to its articles is said in one go."""
    common, waiting, after_common = set(seen), list[int](), True
    for value in hashes:
        if value not in asked:
            waiting.append(value)
            continue
        if after_common and value in seen:
            common.update(waiting)
        waiting, after_common = [], value in seen
    return frozenset(common.union(waiting) if after_common else common)


def _candidate(row: Sequence[Any], common: frozenset[int]) -> CopyCandidate:
    article_id, story_id, copy_of, site, at, title, words, text_hash, hashes, entities = row
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
        entities=frozenset(unpack_entities(entities)),
    )
