"""Stories: those of a time, and one of them with its articles."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from aggregator.archive.list_stories import list_stories, show_story
from aggregator.archive.marking import marks_of
from aggregator.store.content.marks import UNMARKED
from aggregator.web.api import schemas
from aggregator.web.api.parameters import Since, StoryId, Until, span
from aggregator.web.server_state import Served

router = APIRouter(tags=["stories"])


@router.get("/stories", operation_id="list_stories")
def stories(
    served: Served,
    since: Since = "1d",
    until: Until = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 20,
    muted: Annotated[bool, Query(description="Those too that `mute` of feeds.yaml leaves out")] = False,
) -> schemas.StoryItems:
    """List the stories of a time, biggest first."""
    start, end = span(since, until)
    found = list_stories(served.store, start, end or datetime.now(UTC) + timedelta(seconds=1), limit, with_muted=muted)
    return schemas.StoryItems(items=[schemas.StoryItem.model_validate(one) for one in found])


@router.get("/stories/{story_id}", operation_id="get_story")
def story(served: Served, story_id: StoryId) -> schemas.StoryWithArticles:
    """Read one story: its articles, oldest first."""
    found = show_story(served.store, story_id)
    marks = marks_of(served.store, [one["id"] for one in found.articles])
    items = [schemas.with_state(one, marks.get(one["id"], UNMARKED)) for one in found.articles]
    about = schemas.StoryItem.model_validate(found.story).model_dump()
    return schemas.StoryWithArticles.model_validate(about | {"items": items})
