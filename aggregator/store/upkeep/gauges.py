"""Reads what whoever watches the program wants to know every few seconds, by indexes alone where tables are large."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, Connection, bindparam, case, func, literal_column, select, text

from aggregator.store.schema import SUBSCRIBED, feeds
from aggregator.store.upkeep.maintenance import size_of
from aggregator.times import DAY

_RECENT_POLLS = 20_000  # rows of the log that are looked at, of the last day

_COUNTS = text(
    "SELECT (SELECT count(*) FROM articles) AS articles, (SELECT count(*) FROM stories) AS stories,"
    " (SELECT count(*) FROM entries WHERE state = 'waiting') AS waiting,"
    " (SELECT count(*) FROM deliveries WHERE next_try_at IS NOT NULL) AS deliveries"
)
_polled = feeds.c.gone_at.is_(None)
_state = func.coalesce(feeds.c.health, literal_column("'new'"))
_late = bindparam("now", type_=BigInteger) - feeds.c.next_poll_at
_FEEDS = (
    select(_state.label("state"), func.count().label("number"))
    .add_columns(func.sum(case((_polled & (_late >= 0), 1), else_=0)).label("due"))
    .add_columns(func.max(case((_polled, _late), else_=0)).label("late"))
    .where(SUBSCRIBED)
    .group_by(_state)
)
_POLLS = text(
    "SELECT outcome, count(*) AS number, coalesce(sum(seconds), 0) AS seconds FROM polls"
    f" WHERE id > (SELECT coalesce(max(id), 0) - {_RECENT_POLLS} FROM polls) AND at > :since GROUP BY outcome"
)


@dataclass(frozen=True, slots=True)
class Polls:
    """How many polls of the last day had an outcome, and the seconds that they took together."""

    outcome: str
    number: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Gauges:
    """The numbers. `waiting`: entries that wait for their page; `deliveries`: what alerts are still to tell; `feeds`:
    by state of health; `due`: those that should have been polled, `late`: the seconds since the first of them."""

    articles: int
    stories: int
    waiting: int
    deliveries: int
    feeds: dict[str, int]
    due: int
    late: int
    polls: tuple[Polls, ...]
    bytes: int


def gauges(conn: Connection, now: int) -> Gauges:
    """Returns the numbers as they are now."""
    counts = conn.execute(_COUNTS).one()
    states = conn.execute(_FEEDS, {"now": now}).all()
    polls = conn.execute(_POLLS, {"since": now - DAY}).all()
    return Gauges(
        articles=int(counts.articles),
        stories=int(counts.stories),
        waiting=int(counts.waiting),
        deliveries=int(counts.deliveries),
        feeds={row.state: int(row.number) for row in states},
        due=sum(int(row.due) for row in states),
        late=max((max(0, int(row.late)) for row in states), default=0),
        polls=tuple(Polls(row.outcome, int(row.number), float(row.seconds)) for row in polls),
        bytes=size_of(conn),
    )
