"""Articles: those that match a search, and one of them."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from aggregator.archive.marking import marks_of
from aggregator.archive.search import Search, search
from aggregator.query import moment
from aggregator.store.marks import UNMARKED
from aggregator.store.ranking import Sort
from aggregator.web.api import schemas
from aggregator.web.server_state import Served

router = APIRouter(prefix="/articles", tags=["articles"])
_TIME = "today, 7d, 2026-11 or 2026-11-28T10:00Z"


@router.get("", operation_id="search_articles")
def articles(
    served: Served,
    q: Annotated[str, Query(description="A query in the language of search; empty: everything")] = "",
    since: Annotated[str | None, Query(description=f"What was published from then on: {_TIME}")] = None,
    until: Annotated[str | None, Query(description="What was published before the end of that time")] = None,
    feed: Annotated[str | None, Query(description="The URL or the title of a subscription")] = None,
    site: Annotated[str | None, Query(description="A site, such as example.org")] = None,
    lang: Annotated[str | None, Query(description="A language, such as en")] = None,
    sort: Sort = "relevance",
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
    stories: Annotated[bool, Query(description="One hit a story, its best")] = False,
    exact: Annotated[bool, Query(description="Rank and count all matches, however many there are")] = False,
    changed_after: Annotated[str | None, Query(description="The `cursor` of an earlier answer")] = None,
) -> schemas.Hits:
    """Search the articles."""
    now = datetime.now(UTC)
    start, end = (None if at is None else moment(at, now, after=at is until) for at in (since, until))
    found = search(
        served.store, Search(q, start, end, feed, site, lang, sort, limit, offset, stories, exact, changed_after)
    )
    marks = marks_of(served.store, [hit.article.id for hit in found])
    items = [hit.to_dict() | _marks(marks.get(hit.article.id, UNMARKED)) for hit in found]
    return schemas.Hits.model_validate(
        {"total": found.total, "total_is_exact": found.total_is_exact, "cursor": found.cursor, "items": items}
    )


def _marks(mark: object) -> dict[str, object]:
    return {name: getattr(mark, name) for name in ("read_at", "starred_at")}
