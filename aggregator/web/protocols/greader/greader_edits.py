"""What clients of Google Reader change: marks, subscriptions, labels."""

from fastapi import APIRouter
from starlette.responses import JSONResponse, PlainTextResponse, Response

from aggregator.archive import reading_list
from aggregator.errors import AggregatorError, UsageError
from aggregator.store.content.marks import Action
from aggregator.store.content.reader_lists import Wanted
from aggregator.subscriptions.subscribed import subscriptions
from aggregator.web.protocols import subscribing
from aggregator.web.protocols.greader import greader_model as model
from aggregator.web.protocols.greader.greader_login import GReaderRoute
from aggregator.web.protocols.reader_request import Form, number
from aggregator.web.server_state import Served

router = APIRouter(route_class=GReaderRoute)
_ADDED: dict[str, Action] = {"read": "read", "kept-unread": "unread", "starred": "star"}
_REMOVED: dict[str, Action] = {"read": "unread", "kept-unread": "read", "starred": "unstar"}
_IGNORED = ("like", "broadcast", "fresh", "reading-list", "tracking-kept-unread")
_MICROSECONDS, _MILLISECONDS = 16, 13  # digits of a time of these days


@router.post("/edit-tag")
def edit_tag(served: Served, sent: Form) -> Response:
    """Marks items: read, unread, starred or not."""
    ids = [model.item_id(text) for text in sent.getlist("i")]
    actions = [*_actions(sent.getlist("r"), _REMOVED), *_actions(sent.getlist("a"), _ADDED)]
    if not {"read", "unread"} - set(actions) or not {"star", "unstar"} - set(actions):
        raise UsageError("an item can't be marked and unmarked at once")
    reading_list.mark_ids(served.store, [one for one in ids if one is not None], actions, served.now)
    return _ok()


@router.post("/mark-all-as-read")
def mark_all_as_read(served: Served, sent: Form) -> Response:
    """Marks what is in a stream as read, if it was there by a time."""
    stream = sent.get("s") or model.READING_LIST
    wanted = model.within(
        subscriptions(served.store), Wanted(read=False, stored_until=_seconds(sent.get("ts"))), stream
    )
    if wanted is not None:
        reading_list.mark_all(served.store, wanted, ["read"], served.now)
    return _ok()


@router.post("/subscription/edit")
def edit_subscription(served: Served, sent: Form) -> Response:
    """Subscribes, unsubscribes, or changes the title and the label of subscriptions."""
    action, streams, titles = sent.get("ac"), sent.getlist("s"), sent.getlist("t")
    if not streams or not all(one.startswith(model.FEED) for one in streams):
        raise UsageError(f"s is {model.FEED} and a number, or an address")
    known, label = subscriptions(served.store), _label(sent.get("a"))
    if action == "subscribe":
        for number_of, stream in enumerate(streams):
            category = subscribing.category_named(served, label) if label else None
            title = titles[number_of] if number_of < len(titles) else None
            subscribing.subscribe(served, stream.removeprefix(model.FEED), title, category)
    elif action == "unsubscribe":
        for one in [model.feed_of(known, stream) for stream in streams]:
            subscribing.unsubscribe(served, one)
    elif action == "edit":
        for number_of, one in enumerate([model.feed_of(known, stream) for stream in streams]):
            if number_of < len(titles) and titles[number_of].strip():
                subscribing.rename(served, one, titles[number_of].strip())
            if label is not None:
                subscribing.file_under(served, one, label)
            elif sent.get("r") and _label(sent.get("r")) == one.category.name:
                subscribing.file_under(served, one, "")
    else:
        raise UsageError("ac is one of subscribe, unsubscribe, edit")
    return _ok()


@router.api_route("/subscription/quickadd", methods=["GET", "POST"])
def quickadd(served: Served, sent: Form) -> Response:
    """Subscribes to the best feed of an address."""
    asked = sent.get("quickadd", "")
    try:
        made = subscribing.subscribe(served, asked.removeprefix(model.FEED), None, None)
    except AggregatorError as error:
        return JSONResponse({"numResults": 0, "query": asked, "error": str(error)})
    found = {"streamId": f"{model.FEED}{made.feed.id}", "streamName": made.title}
    return JSONResponse({"numResults": 1, "query": asked} | found)


@router.post("/rename-tag")
def rename_tag(served: Served, sent: Form) -> Response:
    """Gives a label another name."""
    old, new = _label(sent.get("s")), _label(sent.get("dest"))
    if not old or not new:
        raise UsageError("s and dest are labels")
    subscribing.rename_category(served, subscriptions(served.store).named(old), new)
    return _ok()


@router.post("/disable-tag")
def disable_tag(served: Served, sent: Form) -> Response:
    """Removes labels; their feeds stay."""
    labels = [_label(stream) for stream in sent.getlist("s")] + sent.getlist("t")
    if not labels or not all(labels):
        raise UsageError("s is a label")
    for name in labels:
        subscribing.remove_category(served, subscriptions(served.store).named(name or ""))
    return _ok()


def _actions(streams: list[str], by_state: dict[str, Action]) -> list[Action]:
    """Returns what is done to items by adding or removing these tags. Raises UsageError for those they can't have."""
    states = [model.state_of(stream) or stream for stream in streams if stream]
    if unknown := [state for state in states if state not in by_state and state not in _IGNORED]:
        raise UsageError(f"an item can't have {unknown[0]}: labels are those of feeds")
    return list(dict.fromkeys(by_state[state] for state in states if state in by_state))


def _label(stream: str | None) -> str | None:
    """Reads a label; None: none is given. Raises UsageError for another stream."""
    if not stream:
        return None
    name = model.label_of(stream)
    if name is None:
        raise UsageError(f"{stream} is no label; one begins with {model.LABEL}")
    return name.strip()


def _seconds(ts: str | None) -> int | None:
    """Reads a time in seconds, milliseconds or microseconds, as their digits tell; None: no time."""
    given = number(ts)
    if not given or given < 0:
        return None
    digits = len(str(given))
    return given // (1_000_000 if digits >= _MICROSECONDS else 1_000 if digits >= _MILLISECONDS else 1)


def _ok() -> Response:
    return PlainTextResponse("OK")
