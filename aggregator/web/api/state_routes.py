"""What the reader did to articles, and how many there are."""

from fastapi import APIRouter

from aggregator.archive import marking
from aggregator.archive.search import Search
from aggregator.archive.show import show
from aggregator.errors import UsageError
from aggregator.store.content import marks
from aggregator.store.content.marks import UNMARKED, Action
from aggregator.store.upkeep import maintenance
from aggregator.web.api import schemas
from aggregator.web.api.parameters import ArticleId
from aggregator.web.server_state import Reader, Served

router = APIRouter(tags=["state"])


@router.get("/me", operation_id="get_me")
def me(reader: Reader) -> schemas.User:
    """Tell who asks."""
    if reader is None:
        return schemas.User(name=None, kind=None, scope="all")
    return schemas.User(name=reader.name, kind=reader.kind, scope=reader.scope)


@router.get("/articles/{article_id}/state", operation_id="get_state")
def state(served: Served, article_id: ArticleId) -> schemas.State:
    """Tell whether an article was read, and whether it is starred."""
    show(served.store, article_id)
    return schemas.State.model_validate(marking.marks_of(served.store, [article_id]).get(article_id, UNMARKED))


@router.put("/articles/{article_id}/state", operation_id="set_state")
def set_state(served: Served, article_id: ArticleId, wanted: schemas.StateChange) -> schemas.State:
    """Mark an article as read or unread, starred or not."""
    show(served.store, article_id)
    for action in _actions(wanted):
        marking.mark(served.store, [article_id], action, served.now)
    return state(served, article_id)


@router.post("/state", operation_id="set_states")
def set_states(served: Served, wanted: schemas.StateChanges) -> schemas.Changed:
    """Mark several articles: those that are named, or all that match a query."""
    if (wanted.ids is None) == (wanted.q is None):
        raise UsageError("give either ids or q; an empty q is everything")
    changed = 0
    for action in _actions(wanted):
        if wanted.ids is not None:
            changed += marking.mark(served.store, wanted.ids, action, served.now)
        else:
            asked = Search(wanted.q or "", feed=wanted.feed)
            changed += marking.mark_matching(served.store, asked, action, served.now)
    return schemas.Changed(changed=changed)


@router.get("/stats", operation_id="get_stats")
def stats(served: Served) -> schemas.Stats:
    """Count what the database holds."""
    with served.store.read() as conn:
        counts, (read, starred) = maintenance.stats(conn), marks.count(conn)
    return schemas.Stats(counts=counts, read=read, starred=starred)


def _actions(wanted: schemas.StateChange) -> list[Action]:
    actions: list[Action] = []
    if wanted.read is not None:
        actions.append("read" if wanted.read else "unread")
    if wanted.starred is not None:
        actions.append("star" if wanted.starred else "unstar")
    return actions
