"""The page where an article is read, and the marks that a reader makes."""

from typing import Annotated, get_args

from fastapi import APIRouter, Form, Query, Request
from markupsafe import Markup
from starlette.responses import Response

from aggregator.archive.copies import copies
from aggregator.archive.history import change, history
from aggregator.archive.list_stories import show_story
from aggregator.archive.marking import mark, mark_matching, marks_of
from aggregator.archive.next_articles import neighbours
from aggregator.archive.search import Search
from aggregator.archive.show import show
from aggregator.articles.safe_html import shown_html
from aggregator.errors import UsageError
from aggregator.model import Json
from aggregator.store.content.marks import UNMARKED, Action
from aggregator.subscriptions.source_names import source_names
from aggregator.web.api.parameters import ArticleId
from aggregator.web.guard import local_target
from aggregator.web.pages.templated import back_to, page, pictures
from aggregator.web.server_state import Served, ServerState

router = APIRouter()
_WORDS_A_MINUTE = 230
_MOST_OF_STORY = 8


@router.get("/article/{article_id}")
def article(request: Request, served: Served, article_id: ArticleId) -> Response:
    """Shows an article to be read."""
    found = show(served.store, article_id)
    story = show_story(served.store, found.record["story_id"])
    same = {article_id, *(copy["id"] for copy in found.copies)}
    newer, older = neighbours(served.store, article_id)
    return page(
        request,
        "article.html",
        shown=found,
        body=Markup(shown_html(found.html, pictures(request))),
        minutes=max(1, round(found.record["word_count"] / _WORDS_A_MINUTE)),
        story=story.story,
        others=[one for one in story.articles if one["id"] not in same and one["copy_of"] is None][:_MOST_OF_STORY],
        names=source_names(served.store),
        newer=newer,
        older=older,
        **_about(served, found.record),
    )


@router.get("/article/{article_id}/versions")
def versions(
    request: Request,
    served: Served,
    article_id: ArticleId,
    number: Annotated[int | None, Query(ge=2, lt=2**31)] = None,
) -> Response:
    """Shows the texts that an article has had, and what one of them changed."""
    found = history(served.store, article_id)
    changed = change(found.versions, number)
    return page(request, "versions.html", history=found, change=changed, **_of(served, article_id))


@router.get("/article/{article_id}/copies")
def copied(request: Request, served: Served, article_id: ArticleId) -> Response:
    """Shows the copies of an article, and what differs."""
    return page(
        request,
        "copies.html",
        copies=copies(served.store, article_id),
        names=source_names(served.store),
        **_of(served, article_id),
    )


@router.get("/article/{article_id}/removed")
def removed(request: Request, served: Served, article_id: ArticleId) -> Response:
    """Shows what was left out of the page of an article."""
    from aggregator.archive.removed_blocks import removed_blocks  # late: extraction takes memory, and few look

    found = removed_blocks(served.store, article_id)
    return page(request, "removed.html", removed=found, **_of(served, article_id))


@router.post("/mark")
def mark_articles(
    request: Request,
    served: Served,
    action: Annotated[str, Form()],
    article: Annotated[str, Form(pattern=r"^(\d{1,18}(,\d{1,18})*)?$")] = "",
    q: Annotated[str | None, Form()] = None,
    next: Annotated[str | None, Form()] = None,
) -> Response:
    """Marks articles, those whose ids are named (`1,2`) or all that match a query, and goes on with the page `next`."""
    wanted = next_action(action)
    if q is not None:
        mark_matching(served.store, Search(q), wanted, served.now)
    else:
        mark(served.store, [int(one) for one in article.split(",") if one], wanted, served.now)
    return back_to(request, local_target(next))


def next_action(name: str) -> Action:
    """Returns the action of that name. Raises UsageError."""
    for known in get_args(Action):
        if name == known:
            return known  # type: ignore[no-any-return]
    raise UsageError(f"{name!r} is nothing that can be done to an article; {', '.join(get_args(Action))} are")


def _of(served: ServerState, article_id: int) -> dict[str, object]:
    return _about(served, show(served.store, article_id).record)


def _about(served: ServerState, record: Json) -> dict[str, object]:
    """Returns what every page of an article shows of it."""
    marked = marks_of(served.store, [record["id"]]).get(record["id"], UNMARKED)
    return {"article": record, "marked": marked}
