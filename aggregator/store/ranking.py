"""Ranks hits: what a word weighs by where it stands, by each database's own measure, and in which order they come."""

from typing import Literal

from sqlalchemy import ColumnElement, FromClause, Select, func, literal_column

from aggregator.store.search_sql import article_search, hits

Sort = Literal["relevance", "date"]

# A word in the title says more than one in the standfirst, and that more than one in the body. As FTS5's bm25 takes
# them: title, lead, text; as PostgreSQL's ts_rank does: D, C (text), B (lead), A (title).
_BM25_WEIGHTS = (8.0, 3.0, 1.0)
_TS_RANK_WEIGHTS = "'{0.1, 0.12, 0.4, 1.0}'::float4[]"
# A long text is worth less per occurrence, by the logarithm of its length (bm25 does alike).
_TS_RANK_BY_LENGTH = 1


def ranked(match: str, dialect: str) -> Select[tuple[int, float]]:
    """Returns the articles whose text matches: `id`, and `rank`, of which greater is better."""
    if dialect == "sqlite":
        rank: ColumnElement[float] = -func.bm25(literal_column("articles_fts"), *_BM25_WEIGHTS)
    else:
        words = func.to_tsquery("simple", match)
        rank = func.ts_rank_cd(literal_column(_TS_RANK_WEIGHTS), article_search.c.search, words, _TS_RANK_BY_LENGTH)
    return hits(match, dialect).add_columns(rank.label("rank"))


def order(found: FromClause, sort: Sort) -> list[ColumnElement[object]]:
    """Returns the order of `found`, which has `id`, `at` and, where the query holds words, `rank`: the best first, else
    the newest; of equals the one stored last."""
    best = found.c.rank if sort == "relevance" and "rank" in found.c else found.c.at
    return [best.desc(), found.c.id.desc()]
