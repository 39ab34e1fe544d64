"""Ranks hits by BM25: a word in the title says more than one in the standfirst, and that more than one in the body.

FTS5 works it out itself. On PostgreSQL it is put together from `ts_rank_cd`, which of a single phrase is the sum of the
weights of its places, and so comes to the same. There, of phrases with very many matches, the share of articles that
have them is worked out from the newest ones.
"""

from collections.abc import Sequence
from math import log
from typing import Any, Literal

from sqlalchemy import (
    ARRAY,
    Connection,
    Double,
    Float,
    Select,
    Subquery,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    union_all,
)

from aggregator.store.searching.hits import article_search, hits, in_runs, last_id, matches, tsqueries
from aggregator.store.searching.index_words import WEIGHTS, Phrase
from aggregator.store.searching.search_sql import Plan

Sort = Literal["relevance", "date"]

_MAX_WEIGHT = 8.0  # ts_rank_cd takes none above 1
_TS_WEIGHTS = ",".join(str(WEIGHTS[name] / _MAX_WEIGHT) for name in ("others", "text", "lead", "title"))  # D to A
_K1, _B = 1.2, 0.75  # FTS5's
_MIN_IDF = 1e-6
_RANKED = 2_000  # of the newest matches, on PostgreSQL
_SAMPLE = 2_000  # of the newest articles, which tell how long one is, and how many have a phrase
_FEW = 20  # of these that have a phrase: of one with fewer all articles are counted


def ranked(conn: Connection, asked: Plan, found: Select[int], most: int | None) -> Select[Any]:
    """Returns the hits (`search_sql.newest_hits`) with their ranks, of which greater is better: `id`, `rank`.

    On PostgreSQL, which reads a vector to rank it, those of `_RANKED` alone have one, where there may be no more than
    `most`; the others come after them, the newest first.
    """
    if conn.dialect.name == "sqlite":
        measure = -func.bm25(*map(literal_column, ("articles_fts", *map(str, WEIGHTS.values()))))
        return found.add_columns(measure.label("rank"))
    ids = found.cte("found").prefix_with("MATERIALIZED")
    newest = select(ids.c.id).order_by(ids.c.id.desc())
    first = newest.limit(None if most is None else _RANKED).subquery()
    once = func.setweight(
        article_search.c.search, literal_column("'D'"), literal_column("'{}'::text[]")
    )  # unpacked, for all phrases
    vectors = select(first.c.id, article_search.c.words, once.label("search"))
    vectors = vectors.join_from(first, article_search, article_search.c.article_id == first.c.id).offset(0)
    best = _by_bm25(conn, asked, vectors.subquery())
    if most is None:
        return best
    rest = newest.offset(_RANKED).subquery()
    every = union_all(best, select(rest.c.id, literal_column("0.0").label("rank"))).subquery()
    return select(every.c.id, every.c.rank)


def _by_bm25(conn: Connection, asked: Plan, vectors: Subquery) -> Select[Any]:
    articles, length = _size(conn)
    rarities = _rarities(conn, asked.phrases, articles)
    given = tsqueries([phrase.places for phrase, _ in rarities])
    numbers = ([rarity for _, rarity in rarities], [phrase.weight for phrase, _ in rarities])
    said = func.unnest(given, *(cast(some, ARRAY(Double)) for some in numbers))
    each = said.table_valued("phrase", "rarity", "weight").render_derived("said")
    weights = literal_column(f"'{{{_TS_WEIGHTS}}}'::float4[]", ARRAY(Float))
    placed = cast(_MAX_WEIGHT * func.ts_rank_cd(weights, vectors.c.search, each.c.phrase), Double)
    stands = matches(vectors, each.c.phrase)
    times = case((each.c.weight.is_(None), placed), (stands, each.c.weight), else_=literal(0.0, Double))
    norm = _K1 * (1 - _B + _B * cast(vectors.c.words, Double) / literal(length, Double))
    share = 1 - norm / (times + norm)  # as times / (times + norm), but they are counted once
    score = select(func.coalesce(func.sum(each.c.rarity * (_K1 + 1) * share), 0.0)).correlate(vectors)
    return select(vectors.c.id, score.scalar_subquery().label("rank"))


def _size(conn: Connection) -> tuple[int, float]:
    """Returns how many articles there are (about, of more than `_SAMPLE`), and of how many words one is."""
    some = select(article_search.c.article_id, article_search.c.words)
    newest = some.order_by(article_search.c.article_id.desc()).limit(_SAMPLE).subquery()
    counted = select(func.count(), func.max(newest.c.article_id), func.avg(newest.c.words))
    number, last, length = conn.execute(counted).one()
    return (last if number == _SAMPLE else number), float(length or 1)


def _rarities(conn: Connection, phrases: Sequence[Phrase], articles: int) -> list[tuple[Phrase, float]]:
    """Returns the phrases that any article has, with the logarithm of how rare they are: worked out from the newest
    articles, of those that few of these have from all."""
    last = last_id(conn)
    sample = _counts(conn, phrases, (last - _SAMPLE + 1, last))
    rare = [phrase for phrase, number in zip(phrases, sample, strict=True) if number < _FEW]
    among_all = dict(zip(rare, _counts(conn, rare, None), strict=True))
    found = []
    for phrase, number in zip(phrases, sample, strict=True):
        share = max(1, articles / _SAMPLE)
        having = among_all.get(phrase, number * share)
        if having:
            found.append((phrase, max(_MIN_IDF, log((articles - having + 0.5) / (having + 0.5)))))
    return found


def _counts(conn: Connection, phrases: Sequence[Phrase], within: tuple[int, int] | None) -> Sequence[int]:
    """Returns how many articles have each phrase; of more than `_SAMPLE` that many."""
    if not phrases:
        return ()
    asked = func.unnest(tsqueries([in_runs(phrase.match, within) for phrase in phrases]))
    each = asked.table_valued("phrase", with_ordinality="place").render_derived("asked")
    having = hits(each.c.phrase, conn.dialect.name, within).correlate(each).limit(_SAMPLE).subquery()
    number = select(func.count()).select_from(having).scalar_subquery()
    return conn.execute(select(number).select_from(each).order_by(each.c.place)).scalars().all()
