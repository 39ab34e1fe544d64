"""The front page, which lists stories, and the page of one story."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response

from aggregator.archive.comparison import compare
from aggregator.archive.edit_stories import merge, split
from aggregator.archive.front_page import MOST_STORIES, front_page, teaser, unread_page
from aggregator.archive.list_stories import show_story
from aggregator.archive.marking import marks_of
from aggregator.subscriptions.source_names import source_names
from aggregator.web.api.parameters import ArticleId, StoryId
from aggregator.web.pages.templated import back_to, page
from aggregator.web.server_state import Served

router = APIRouter()
_PAGE = 30  # stories
_SPANS = {
    "1d": ("Day", timedelta(days=1)),
    "3d": ("3 days", timedelta(days=3)),
    "7d": ("Week", timedelta(days=7)),
    "30d": ("Month", timedelta(days=30)),
}


@router.get("/")
def front(
    request: Request,
    served: Served,
    span: str = "1d",
    limit: Annotated[int, Query(ge=1, le=MOST_STORIES)] = _PAGE,
    unread: bool = False,
) -> Response:
    """Shows the stories of the last day, or of the last day with news, biggest first."""
    span = span if span in _SPANS else "1d"
    read = unread_page if unread else front_page
    found = read(served.store, _SPANS[span][1], datetime.now(UTC), limit)
    shown = {"front": found, "span": span, "spans": _SPANS, "limit": limit, "step": _PAGE, "most": MOST_STORIES}
    names = source_names(served.store)
    has_feeds = bool(found.cards or found.all_read or served.config().feeds)  # the file is read where it matters alone
    answer = page(request, "front.html", **shown, unread=unread, names=names, has_feeds=has_feeds)
    if not (found.cards or found.all_read):
        answer.headers["Cache-Control"] = "private, no-store"  # it tells of the file
    return answer


@router.get("/story/{story_id}")
def story(
    request: Request,
    served: Served,
    story_id: StoryId,
    a: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
    b: Annotated[int | None, Query(ge=1, lt=2**63)] = None,
) -> Response:
    """Shows a story: its reports in time, their copies, and what differs between the articles `a` and `b`."""
    found = show_story(served.store, story_id)
    marks = marks_of(served.store, [one["id"] for one in found.articles])
    copies: dict[int, list[object]] = {}
    for one in found.articles:
        if one["copy_of"] is not None:
            copies.setdefault(one["copy_of"], []).append(one)
    ids = {one["id"] for one in found.articles}
    reports = [one for one in found.articles if one["copy_of"] not in ids]
    compared = None if a is None or b is None else compare(served.store, a, b)
    shown = {"story": found.story, "articles": found.articles, "reports": reports, "copies": copies, "marks": marks}
    teasers = {one["id"]: teaser(one["title"], one["lead"] or one["text"]) for one in reports}
    return page(request, "story.html", **shown, compared=compared, teasers=teasers, names=source_names(served.store))


@router.post("/story/{story_id}/split")
def split_story(
    request: Request, served: Served, story_id: StoryId, article: Annotated[list[ArticleId] | None, Form()] = None
) -> Response:
    """Takes the chosen articles out into a story of their own; none: each report into one."""
    rows = split(served.store, story_id, article or [], served.now)
    return back_to(request, f"/story/{rows[1].id if article else story_id}")


@router.post("/story/{story_id}/merge")
def merge_story(
    request: Request, served: Served, story_id: StoryId, other: Annotated[int, Form(ge=1, lt=2**63)]
) -> Response:
    """Puts another story into this one."""
    merge(served.store, story_id, other, served.now)
    return back_to(request, f"/story/{story_id}")
