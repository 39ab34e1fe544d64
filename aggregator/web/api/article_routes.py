"""Articles: those that match a search, one of them, its earlier texts and its copies."""

from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import PlainTextResponse, Response

from aggregator.archive.copies import copies
from aggregator.archive.history import History, change, history
from aggregator.archive.marking import marks_of
from aggregator.archive.result_pages import result_page
from aggregator.archive.search import Search
from aggregator.archive.show import show
from aggregator.archive.written_article import as_html, as_markdown, as_text
from aggregator.store.content.marks import UNMARKED
from aggregator.store.searching.ranking import Sort
from aggregator.web.api import schemas
from aggregator.web.api.parameters import ArticleId, Since, Until, span
from aggregator.web.conditional import modified
from aggregator.web.server_state import Served

router = APIRouter(tags=["articles"])


class Form(StrEnum):
    """Names the forms in which an article is answered."""

    JSON = "json"
    TEXT = "text"
    MARKDOWN = "markdown"
    HTML = "html"


_WRITERS = {
    Form.TEXT: (as_text, "text/plain"),
    Form.MARKDOWN: (as_markdown, "text/markdown"),
    Form.HTML: (as_html, "text/html"),
}
_TEXTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {media_type: {"schema": {"type": "string"}} for _, media_type in _WRITERS.values()}}
}


@router.get("/articles", operation_id="search_articles")
def articles(
    served: Served,
    q: Annotated[str, Query(max_length=10_000, description="A query; empty: everything")] = "",
    since: Since = None,
    until: Until = None,
    feed: Annotated[str | None, Query(description="The URL or the title of a subscription")] = None,
    site: Annotated[str | None, Query(description="A site, such as example.org")] = None,
    lang: Annotated[str | None, Query(description="A language, such as en")] = None,
    sort: Sort = "relevance",
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    cursor: Annotated[str | None, Query(description="The `next_cursor` of the page before")] = None,
    stories: Annotated[bool, Query(description="One hit a story, its best")] = False,
    exact: Annotated[bool, Query(description="Rank and count all matches, however many there are")] = False,
    changed_after: Annotated[str | None, Query(description="The `changed_cursor` of an earlier answer")] = None,
) -> schemas.Hits:
    """Search the articles, in the language of `aggregator search`."""
    start, end = span(since, until)
    asked = Search(q, start, end, feed, site, lang, sort, limit, 0, stories, exact, changed_after)
    page = result_page(served.store, asked, cursor)
    marks = marks_of(served.store, [hit.article.id for hit in page.results])
    items = [schemas.with_state(hit.to_dict(), marks.get(hit.article.id, UNMARKED)) for hit in page.results]
    return schemas.Hits(
        total=page.results.total,
        total_is_exact=page.results.total_is_exact,
        next_cursor=page.next_cursor,
        changed_cursor=page.results.cursor,
        items=[schemas.Hit.model_validate(item) for item in items],
    )


@router.get("/articles/{article_id}", operation_id="get_article", responses=_TEXTS)
def article(
    served: Served,
    article_id: ArticleId,
    response: Response,
    form: Annotated[Form, Query(alias="format", description="JSON, or the article as a text")] = Form.JSON,
) -> schemas.ArticleItem:
    """Read one article: as JSON, text, Markdown or HTML."""
    found = show(served.store, article_id)
    if form is not Form.JSON:
        write, media_type = _WRITERS[form]
        return PlainTextResponse(write(found), media_type=media_type, headers=modified(found.changed_at))  # type: ignore[return-value]
    mark = marks_of(served.store, [article_id]).get(article_id, UNMARKED)
    response.headers.update(modified(max(found.changed_at, mark.changed_at)))
    return schemas.ArticleItem.model_validate(schemas.with_state(found.record, mark))


@router.get("/articles/{article_id}/revisions", operation_id="list_revisions")
def revisions(served: Served, article_id: ArticleId) -> History:
    """List the texts that an article has had, the first one first."""
    return history(served.store, article_id)


@router.get("/articles/{article_id}/diff", operation_id="get_diff")
def diff(
    served: Served,
    article_id: ArticleId,
    version: Annotated[
        int | None, Query(ge=2, lt=2**31, description="What this one changed; default: the last")
    ] = None,
) -> schemas.Change | None:
    """Tell what a version of an article's text changed of the one before, word by word; null: it never changed."""
    found = change(history(served.store, article_id).versions, version)
    if found is None:
        return None
    pieces = {name: list(some) for name, some in found.pieces.items()}
    return schemas.Change(before=found.before.number, after=found.after.number, pieces=pieces)


@router.get("/articles/{article_id}/copies", operation_id="list_copies")
def copies_of(served: Served, article_id: ArticleId) -> list[schemas.CopyItem]:
    """List the other articles with the same text, oldest first."""
    found = copies(served.store, article_id)
    return [schemas.CopyItem.model_validate(one.record | {"score": one.score, "changes": one.changes}) for one in found]
