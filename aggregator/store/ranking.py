"""Ranks hits: what a word weighs by where it stands, by each database's own measure."""

from typing import Literal

from sqlalchemy import ColumnElement, func, literal_column

from aggregator.store.search_sql import article_search, tsquery

Sort = Literal["relevance", "date"]

# A word in the title says more than one in the standfirst, and that more than one in the body. As FTS5's bm25 takes
# them: text, lead, title, others; as PostgreSQL's ts_rank does: D (others), C (text), B (lead), A (title).
_BM25_WEIGHTS = (1.0, 3.0, 8.0, 0.5)
_TS_RANK_WEIGHTS = "'{0.05, 0.12, 0.4, 1.0}'::float4[]"
# A long text is worth less per occurrence, by the logarithm of its length (bm25 does alike).
_TS_RANK_BY_LENGTH = 1


def rank(match: str, dialect: str) -> ColumnElement[float]:
    """Returns the rank of a hit (`search_sql.hits`), of which greater is better."""
    if dialect == "sqlite":
        return -func.bm25(literal_column("articles_fts"), *map(literal_column, map(str, _BM25_WEIGHTS)))
    return func.ts_rank_cd(
        literal_column(_TS_RANK_WEIGHTS), article_search.c.search, tsquery(match), _TS_RANK_BY_LENGTH
    )
